"""Fuzzing finds nothing at our server, and what is wrong with others."""

import hashlib
import json
import re
import time

import pytest

from conformance.wire.bodies import Bodies
from conformance.wire.contract import upstream
from conformance.wire.examine import Plan, examine
from conformance.wire.fuzz import CHECKS, REFUSED, FuzzPlan, allowed, fuzz
from conformance.wire.fuzz_document import SPARED, document
from conformance.wire.promises import selected
from handlers import logs
from handlers.app import build
from handlers.settings import Settings

BASE_URL = "http://lockstep.test/v1"
KEY = "sk-fuzz-3a9d"


def serve(folder):
    logs.configure(as_json=False)
    return build(Settings(data_dir=folder, api_key=KEY, _env_file=None)).app


@pytest.fixture
def app(tmp_path):
    return serve(tmp_path / "data")


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


def digest(run):
    """All requests of a run, in order, and their statuses; ids are the server's choice."""
    told = hashlib.sha256()
    for one in run.exchanges:
        line = f"{one.method} {one.url} {one.body.decode('utf-8', 'replace')} {one.status}\n"
        told.update(re.sub(r"[0-9a-f]{20,}", "ID", line).encode("utf-8", "replace"))
    return told.hexdigest()


def findings(run):
    return [(one.operation, one.check, one.count) for one in run.fuzz().findings + run.fuzz().refusals]


@pytest.mark.parametrize("fallible", [False, True])
def test_same_seed_same_cases_and_same_findings(tmp_path, fallible):
    runs = [
        fuzz(
            plan(examples=4, bounds=False, cut={"groups": ("conversations",)}),
            upstream(),
            app=spoilt if fallible else serve(tmp_path / str(number)),
        )
        for number in range(2)
    ]
    assert len(runs[0].exchanges) > 20
    assert bool(runs[0].findings) == fallible
    assert digest(runs[0]) == digest(runs[1])
    assert findings(runs[0]) == findings(runs[1])


async def choosy(scope, _receive, send):
    """A server that refuses whatever it is asked, always with the same words; it has no lifespan."""
    assert scope["type"] == "http"
    error = {"message": "No", "type": "invalid_request_error", "param": "items[3].id", "code": "no"}
    body = json.dumps({"error": error}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def test_refusals_of_valid_requests_are_told_once_each_and_are_no_findings():
    done = fuzz(plan(bounds=False, cut={"groups": ("conversations",)}), upstream(), app=choosy)
    told = done.fuzz()
    assert [one for one in told.findings if one.operation == "createConversation"] == []
    [one] = [one for one in told.refusals if one.operation == "createConversation"]
    assert (one.check, one.message) == (REFUSED, "400 No")
    assert one.count > 1
    assert one.curl.startswith("curl ")


@pytest.mark.parametrize("length", [{"fuzz_seconds": 3}, {"fuzz_examples": 8}])
async def test_examination_fuzzes_and_leaves_nothing_behind(server, length):
    asked = Plan(server.base_url, api_key=server.api_key, only=("models",), model="echo", **length)
    examined = await examine(asked, selected(["models"]))
    assert not examined.failed
    assert examined.fuzz is not None
    assert sum(examined.fuzz.cases.values()) > 10
    assert examined.fuzz.findings == []
    assert examined.left == []
