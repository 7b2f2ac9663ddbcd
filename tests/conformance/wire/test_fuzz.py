"""Fuzzing finds nothing at our server, and what is wrong with others."""

import time

import pytest

from conformance.wire.bodies import Bodies
from conformance.wire.contract import upstream
from conformance.wire.examine import Plan, examine
from conformance.wire.fuzz import CHECKS, FuzzPlan, allowed, fuzz
from conformance.wire.fuzz_document import SPARED, document
from conformance.wire.promises import selected
from handlers import logs
from handlers.app import build
from handlers.settings import Settings

BASE_URL = "http://lockstep.test/v1"
KEY = "sk-fuzz-3a9d"


@pytest.fixture
def app(tmp_path):
    logs.configure(as_json=False)
    return build(Settings(data_dir=tmp_path / "data", api_key=KEY, _env_file=None)).app


def plan(**given):
    made = document(upstream(), BASE_URL, "echo", **given.pop("cut", {}))
    return FuzzPlan(BASE_URL, made, KEY, **({"seconds": 0, "seed": 5, "examples": 3} | given))


def test_document_holds_every_operation_and_no_loose_end():
    made = document(upstream(), BASE_URL, "echo")
    found = {one["operationId"]: one for item in made["paths"].values() for one in item.values()}
    assert set(found) == {one.id for one in upstream().operations} - SPARED
    linked = {name for one in found.values() for name in one["responses"].get("200", {}).get("links", {})}
    assert linked >= {"getConversationItem", "getChatCompletion", "cancelResponse", "deleteConversation"}
    text = repr(made)
    assert "'example'" not in text
    assert "#/components/responses" not in text


@pytest.mark.parametrize(
    "words",
    [
        "in body - violates `enum` at /x/properties/model (was",
        "in body - a -> model: Invalid enum value",
    ],
)
def test_who_serves_more_models_than_were_named_is_not_blamed(words):
    told = f"POST http://x/v1/responses\n{{}}\nSchema-violating request accepted\nInvalid component: {words}"
    assert allowed("invalid-request-taken", told)
    assert not allowed("invalid-request-taken", told.replace("model", "order"))
    assert not allowed("server-error", told)


def test_what_the_live_api_takes_is_no_fault():
    schemas = document(upstream(), BASE_URL, "echo")["components"]["schemas"]
    assert "detail" not in schemas["InputImageContent"]["required"]
    assert {"type": "null"} in schemas["OutputTextContent"]["properties"]["logprobs"]["anyOf"]
    assert "detail" in upstream().get("/components/schemas/InputImageContent/required")


def test_our_server_is_not_shaken(app):
    import schemathesis  # noqa: F401, PLC0415 - that it takes long to import is not what is measured

    began = time.process_time()
    done = fuzz(plan(seconds=15), upstream(), app=app)
    spent = time.process_time() - began
    assert done.troubles == []
    assert [one.message for one in done.fuzz().findings] == []
    bodies = Bodies(upstream())
    for exchange in done.exchanges:
        bodies.judge(exchange)
    assert [(one.operation, one.mismatch.message) for one in bodies.findings] == []
    print(f"{len(done.exchanges)} cases, {len(done.exchanges) / spent:.0f} a second of CPU")
    assert len(done.exchanges) > 20


async def spoilt(scope, _receive, send):
    """A server that takes whatever it is sent as a conversation, and falls over when asked for one."""
    status, body = 500, b'{"detail": "oh"}'
    if scope["method"] == "POST":
        status = 200
        body = b'{"id": "conv_x", "object": "conversation", "created_at": 1, "metadata": {}}'
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def test_findings_are_told_once_with_a_way_to_see_them():
    done = fuzz(plan(seconds=8, cut={"groups": ("conversations",)}), upstream(), app=spoilt)
    found = done.fuzz().findings
    kinds = {(one.operation, one.check) for one in found}
    assert ("getConversation", "server-error") in kinds
    assert {check for _, check in kinds} >= {"server-error", "invalid-request-taken", "key-ignored"}
    assert {one.check for one in found} <= set(CHECKS.values())
    assert any(one.count > 1 for one in found)
    for one in found:
        assert one.curl.startswith("curl ")
        assert KEY not in one.curl
    assert len(found) < 40


def test_same_seed_same_cases(app):
    runs = [fuzz(plan(cut={"groups": ("models",)}), upstream(), app=app) for _ in range(2)]
    first, second = ([(one.method, one.url, one.body) for one in run.exchanges] for run in runs)
    assert len(first) > 10
    assert first == second


async def test_examination_fuzzes_and_leaves_nothing_behind(server):
    asked = Plan(server.base_url, api_key=server.api_key, only=("models",), fuzz_seconds=3, model="echo")
    examined = await examine(asked, selected(["models"]))
    assert not examined.failed
    assert examined.fuzz is not None
    assert sum(examined.fuzz.cases.values()) > 10
    assert examined.fuzz.findings == []
    assert examined.left == []
