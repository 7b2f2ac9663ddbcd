"""What the Conversations group refuses, through the whole application in-process. The cases are data."""

from pathlib import Path

import httpx
import pytest
import yaml

from handlers.app import build
from handlers.settings import Settings

CASES = yaml.safe_load((Path(__file__).parent / "fixtures" / "refusals.yaml").read_text())
JSON = {"content-type": "application/json"}


@pytest.fixture
async def client(tmp_path):
    server = build(Settings(_env_file=None, data_dir=tmp_path, no_auth=True))
    transport = httpx.ASGITransport(app=server.app)
    async with (
        server.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/v1") as client,
    ):
        yield client


async def conversation(client):
    created = await client.post(
        "/conversations", json={"items": [{"id": "here", "role": "user", "content": "x"}]}
    )
    return f"/conversations/{created.json()['id']}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
async def test_a_refusal_names_place_and_reason(client, case):
    here = await conversation(client)
    if "get" in case:
        answer = await client.get(f"{here}/{case['get']}")
    elif "raw" in case:
        answer = await client.post(f"{here}/items", content=case["raw"], headers=JSON)
    else:
        answer = await client.post(f"{here}/items", json={"items": case["items"]})
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["code"]) == (
        case.get("status", 400),
        case["param"],
        case["code"],
    )
    assert error["type"] == "invalid_request_error"
    listed = await client.get(f"{here}/items")
    assert listed.json()["first_id"] == listed.json()["last_id"] == "here"


@pytest.mark.parametrize("path", ["", "/items"])
async def test_more_than_20_items_are_refused(client, path):
    here = "/conversations" if not path else await conversation(client) + path
    items = [{"role": "user", "content": "x"}] * 21
    refused = await client.post(here, json={"items": items})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "array_above_max_length")
    assert (await client.post(here, json={"items": items[:20]})).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "missing_required_parameter"),
        ("{}", "missing_required_parameter"),
        ('{"metadata": null}', "invalid_type"),
        ('{"metadata": {"k": 1}}', "invalid_type"),
    ],
)
async def test_an_update_without_metadata_is_refused(client, body, code):
    refused = await client.post(await conversation(client), content=body, headers=JSON)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)
    assert refused.json()["error"]["param"].startswith("metadata")


@pytest.mark.parametrize("body", ["", "null", "{}", '{"items": null, "metadata": null}'])
async def test_nothing_creates_an_empty_conversation(client, body):
    created = await client.post("/conversations", content=body, headers=JSON)
    assert (created.status_code, created.json()["metadata"]) == (200, {})


@pytest.mark.parametrize("query", ["metadata[team]=blue", "metadata%5Bteam%5D=blue&metadata[stage]=test"])
async def test_conversations_are_found_by_metadata(client, query):
    found = await client.post("/conversations", json={"metadata": {"team": "blue", "stage": "test"}})
    await client.post("/conversations", json={"metadata": {"team": "red", "stage": "test"}})
    page = await client.get(f"/conversations?{query}")
    assert page.json()["data"] == [found.json()]
