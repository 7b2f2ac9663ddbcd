"""Logs: one line an event, to be read or parsed."""

import ast
import asyncio
import json
import logging
import re
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
import structlog

from handlers import logs
from handlers.providers.echo import Echo


def listen(capsys):
    """From here on JSON; what was said before is of no interest."""
    logs.configure(as_json=True)
    capsys.readouterr()


async def test_access_log_tells_who_asked_what_and_how_it_went(capsys, make_api):
    api = await make_api(access_log=True)
    listen(capsys)
    answer = await api.get("/models/none", headers={"x-client-request-id": "mine-1"})
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line["event"] == "request"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/models/none", 404)
    assert (line["operation"], line["project"]) == ("retrieveModel", "default")
    assert (line["request_id"], line["client_request_id"]) == (answer.headers["x-request-id"], "mine-1")
    assert line["ms"] >= 0


async def test_ids_unfit_to_print_are_left_out(capsys, make_api):
    api = await make_api(access_log=True)
    listen(capsys)
    for unfit in ("x" * 513, "a b", "\x1b[31m"):
        await api.get("/version", headers={"x-request-id": unfit})
        assert json.loads(capsys.readouterr().err.splitlines()[-1])["client_request_id"] is None


async def test_nothing_is_logged_of_answers_that_went_well(capsys, make_api):
    api = await make_api()
    capsys.readouterr()
    await api.get("/version")
    assert capsys.readouterr().err == ""


async def lines(capsys, count=1):
    """What is logged, as soon as there is so much of it."""
    printed = ""
    for _ in range(200):
        printed += capsys.readouterr().err
        if printed.count("\n") >= count:
            break
        await asyncio.sleep(0.02)
    return [json.loads(line) for line in printed.splitlines()]


async def test_failures_of_the_model_carry_the_request(capsys, make_api):
    api = await make_api()
    listen(capsys)
    broken = {"model": "echo/broken", "messages": [{"role": "user", "content": "hi"}]}
    for body in (broken, broken | {"stream": True}):
        answer = await api.post("/chat/completions", json=body)
        (line,) = await lines(capsys)
        assert (line["event"], line["error_status"], line["level"]) == ("request_failed", 502, "warning")
        assert line["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "body", [{"background": True}, {"stream": True}, {"background": True, "stream": True}]
)
async def test_responses_that_fail_with_nobody_to_be_told_say_so(capsys, make_api, body):
    api = await make_api()
    listen(capsys)
    answer = await api.post("/responses", json={"model": "echo/broken", "input": "hi", **body})
    (line,) = await lines(capsys)
    assert (line["event"], line["level"]) == ("response_failed", "warning")
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["response"].startswith("resp_")
    assert "fails midway" in line["message"]


class Crashing(Echo):
    async def complete(self, body):
        logging.getLogger("some.library").warning("it %s", "warns")
        raise RuntimeError("nobody foresaw this")


async def test_crashes_carry_the_request_and_so_do_libraries(capsys, make_api):
    api = await make_api(provider=Crashing())
    listen(capsys)
    body = {"model": "echo", "messages": [{"role": "user", "content": "hi"}]}
    answer = await api.post("/chat/completions", json=body)
    library, crash = await lines(capsys, 2)
    assert (library["event"], crash["event"]) == ("it warns", "request_crashed")
    assert "nobody foresaw this" in crash["exception"]
    assert {library["request_id"], crash["request_id"]} == {answer.headers["x-request-id"]}
    assert "nobody foresaw this" not in answer.text


def test_start_and_end_of_a_server_are_logged_and_every_line_is_json(start_server):
    server = start_server(env={"LOCKSTEP_LOG_JSON": "1", "LOCKSTEP_ACCESS_LOG": "1"})
    headers = {"authorization": f"Bearer {server.api_key}"}
    asked = httpx.get(f"{server.base_url}/version", headers=headers)
    assert server.stop() == 0
    printed = server.output.read_text().splitlines()
    found = [json.loads(line) for line in printed if line.startswith("{")]
    assert [line["event"] for line in found] == ["started", "request", "leaving", "stopped"]
    started = found[0]
    assert started["version"] == version("lockstep")
    assert (started["provider"], started["store"]) == ("echo", "sqlite")
    assert found[1]["request_id"] == asked.headers["x-request-id"]
    assert all("request_id" not in line for line in found if line["event"] != "request")
    assert all({"timestamp", "level", "event"} <= line.keys() for line in found)


def test_plain_lines_carry_it_too(capsys):
    logs.configure(as_json=False)
    token = logs.REQUEST.set("req_123")
    try:
        structlog.get_logger("lockstep").warning("something", request_id="req_456")
        logging.getLogger("library").error("else")
    finally:
        logs.REQUEST.reset(token)
    own, other = capsys.readouterr().err.splitlines()
    assert "request_id=req_456" in own
    assert "request_id=req_123" in other


ROOT = Path(__file__).parents[2]
LEVELS = {"info", "warning", "error", "exception", "debug", "critical"}


def events():
    """Every event that the server's code can log, by its name."""
    for path in sorted((ROOT / "handlers").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and ast.unparse(node.func.value) == "log"
            ):
                yield ast.literal_eval(node.args[0])


def test_every_event_stands_in_the_docs_and_only_those():
    page = (ROOT / "docs" / "operations.md").read_text()
    logs_of_it = page[page.index("## Logs") : page.index("## Traces")]
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", logs_of_it, re.MULTILINE)
    documented = [name.strip("` ") for row in rows for name in row.split(",")]
    assert sorted(documented) == sorted(set(events()))
