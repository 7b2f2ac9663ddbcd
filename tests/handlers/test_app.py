"""The server as clients meet it: every failure in the one shape, nothing redirected, keys asked for last."""

import json
from importlib.metadata import version as release
from pathlib import Path

import pytest

from generated.routes import ROUTES
from handlers import document
from handlers.auth import new_key

HANDLERS = Path(__file__).parents[2] / "handlers"


def error(response):
    body = response.json()
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"message", "type", "param", "code"}
    return body["error"]


async def test_health_asks_the_store(api):
    assert (await api.get("/health", headers={"authorization": ""})).json() == {
        "status": "ok",
        "store": "sqlite",
    }
    await api.server.services.store.aclose()
    down = await api.get("/health")
    assert down.status_code == 503
    assert error(down)["type"] == "server_error"


async def test_version_names_release_contract_and_upstream(api):
    info = document.info()
    assert (await api.get("/version")).json() == {
        "version": release("lockstep"),
        "contract": info["version"],
        "upstream": info["x-lockstep-upstream"],
    }
    snapshots = HANDLERS.parent / "conformance" / "upstream"
    assert (snapshots / f"{info['x-lockstep-upstream']}.json").is_file()


def written(route):
    """Whether the group's own module or package has the method, told without importing anything."""
    places = (HANDLERS / f"{route.group}.py", HANDLERS / route.group / "__init__.py")
    return any(place.is_file() and f"async def {route.function}(" in place.read_text() for place in places)


async def test_inspection_lists_every_operation_served_and_no_other(api):
    listed = (await api.get("/inspect/routes")).json()["data"]
    assert {(route["method"], route["route"]) for route in listed} == {
        (route.method.upper(), "/v1" + route.path) for route in ROUTES if written(route)
    }
    assert len(listed) >= 28
    by_route = {(route["method"], route["route"]): route["provider_types"] for route in listed}
    assert by_route["POST", "/v1/chat/completions"] == ["echo"]
    assert by_route["GET", "/v1/conversations"] == []


async def test_document_is_served_as_it_is(api):
    served = await api.get("http://lockstep.test/openapi.json", headers={"authorization": ""})
    assert served.content == document.PATH.read_bytes()


@pytest.mark.parametrize(
    "path", ["/nope", "/conversations/", "/health/", "/conversations/c/items/", "/models/"]
)
async def test_unknown_paths_are_404_before_any_key_is_asked_for(api, path):
    answer = await api.get(path, headers={"authorization": ""})
    assert answer.status_code == 404
    assert f"GET /v1{path}" in error(answer)["message"]


@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES}))
async def test_other_methods_are_405_with_all_that_are_allowed(api, path):
    answer = await api.request("PATCH", path.replace("{", "").replace("}", ""), headers={"authorization": ""})
    methods = {route.method.upper() for route in ROUTES if route.path == path}
    expected = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == expected
    options = await api.request(
        "OPTIONS", path.replace("{", "").replace("}", ""), headers={"authorization": ""}
    )
    assert (options.status_code, options.headers["allow"]) == (204, answer.headers["allow"])
    assert error(answer)["type"] == "invalid_request_error"


async def test_head_is_get_without_the_body(api):
    get, head = await api.get("/models"), await api.head("/models")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(get.content))


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if not route.public], ids=lambda route: route.operation_id
)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic c2s6"])
async def test_every_operation_asks_for_a_key(api, route, header):
    answer = await api.request(route.method.upper(), route.path, headers={"authorization": header})
    assert answer.status_code == 401
    assert error(answer)["code"] == "invalid_api_key"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_request_ids_are_on_every_answer_and_never_twice(api):
    answers = [await api.get("/version"), await api.get("/nope"), await api.request("OPTIONS", "/models")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3
    assert all(answer.headers["openai-version"] for answer in answers)


class Crashing:
    """A provider with a defect."""

    name = "crashing"

    async def models(self):
        raise RuntimeError("the secret of the house")

    async def aclose(self):
        pass


async def test_crash_is_500_with_a_request_id_and_nothing_else(capsys, make_api):
    api = await make_api(provider=Crashing())
    answer = await api.get("/models", headers={"x-request-id": "mine-7"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in error(answer)["message"]
    assert "secret" not in answer.text
    logged = capsys.readouterr().err
    assert "the secret of the house" in logged
    assert answer.headers["x-request-id"] in logged
    assert "mine-7" in logged


async def test_strict_fields_refuse_what_the_contract_does_not_name(make_api):
    api = await make_api(strict_fields=True)
    part = {"type": "input_text", "text": "hi", "colour": "red"}
    body = {"items": [{"type": "message", "role": "user", "content": [part]}]}
    answer = await api.post("/conversations", json=body)
    assert (answer.status_code, error(answer)["code"]) == (400, "unknown_parameter")
    assert error(answer)["param"] == "items[0].content[0].colour"
    query = await api.get("/models", params={"colour": "red"})
    listing = await api.get("/conversations", params={"colour": "red"})
    assert error(listing)["param"] == "colour"
    assert query.status_code in (200, 400)
    body["items"][0]["content"][0].pop("colour")
    assert (await api.post("/conversations", json=body)).status_code == 200


async def test_unknown_fields_are_welcome_otherwise(api):
    body = {"colour": "red", "items": [{"type": "message", "role": "user", "content": "hi", "mood": 1}]}
    made = (await api.post("/conversations?shape=round", json=body)).json()
    items = (await api.get(f"/conversations/{made['id']}/items")).json()["data"]
    assert items[0]["mood"] == 1


async def test_without_keys_only_names_of_this_machine_are_answered(make_api):
    api = await make_api(no_auth=True, headers={})
    for host in ("127.0.0.1:8080", "localhost", "[::1]:8080"):
        assert (await api.get("/models", headers={"host": host})).status_code == 200
    rebound = await api.get("/models", headers={"host": "evil.example"})
    assert rebound.status_code == 403
    error(rebound)


async def test_without_keys_it_listens_on_loopback_only(make_api):
    with pytest.raises(ValueError, match="loopback only"):
        await make_api(no_auth=True, host="0.0.0.0")


async def test_each_key_sees_its_project_only(api):
    await api.server.services.store.keys.add(new_key("sk-other-project-key", project="other", name="", now=0))
    made = (await api.post("/conversations")).json()["id"]
    other = {"authorization": "Bearer sk-other-project-key"}
    assert (await api.get(f"/conversations/{made}")).status_code == 200
    assert (await api.get(f"/conversations/{made}", headers=other)).status_code == 404


async def test_cors_answers_the_origins_named(make_api):
    api = await make_api(cors_origins="https://app.example, https://two.example/")
    asked = {
        "origin": "https://two.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    preflight = await api.options("/conversations", headers=asked)
    assert preflight.headers["access-control-allow-origin"] == "https://two.example"
    assert preflight.headers["access-control-allow-headers"] == "authorization,content-type"
    refused = await api.get("/nope", headers={"origin": "https://app.example"})
    assert refused.headers["access-control-allow-origin"] == "https://app.example"
    stranger = await api.get("/models", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers


async def test_models_with_slashes_are_found_raw_and_encoded(api):
    for path in ("/models/meta/llama", "/models/meta%2Fllama"):
        answer = await api.get(path)
        assert answer.status_code == 404
        assert "meta/llama" in error(answer)["message"]


async def test_encoded_slash_does_not_reach_another_operation(api):
    assert (await api.get("/conversations/c%2Fitems")).status_code == 404
    answer = await api.get("/conversations/c%2Fitems")
    assert "Invalid URL" not in json.dumps(answer.json())
