"""Traces as a collector gets them: what is told, how it hangs together, and what is never told."""

import asyncio
import json

import httpx
import pytest

from handlers import logs
from handlers.providers.openai import connect
from handlers.settings import Settings
from tests.handlers.responses.turning import Scripted, called, said
from tests.handlers.tracing.collector import collecting
from tests.providers.fake_upstream import answer, running

SAID = "a very private question"
CHAT = {"model": "echo", "messages": [{"role": "user", "content": SAID}]}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECRET = "sk-upstream-9c1f3a"


@pytest.fixture
def collector(monkeypatch):
    with collecting() as one:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", one.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "60000")  # what is sent, is sent by `flush`
        monkeypatch.setenv("OTEL_SERVICE_NAME", "our-api")
        yield one


async def flush(api):
    await asyncio.to_thread(api.server.services.tracing._provider.force_flush)


async def test_request_is_told_by_its_route_and_continues_the_clients_trace(make_api, collector):
    api = await make_api()
    made = (await api.post("/conversations", json={})).json()["id"]
    found = await api.get(
        f"/conversations/{made}?after={SAID}", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"}
    )
    await flush(api)
    span = collector.named("GET /v1/conversations/{conversation_id}")
    assert (span.kind, span.trace, span.parent, span.failed) == ("SERVER", TRACE, PARENT, False)
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/conversations/{conversation_id}",
        "http.response.status_code": 200,
        "url.scheme": "http",
        "url.path": f"/v1/conversations/{made}",
        "network.protocol.version": "1.1",
        "server.address": "lockstep.test",
        "lockstep.request.id": found.headers["x-request-id"],
        "lockstep.operation": "getConversation",
        "lockstep.project": "default",
    }
    assert span.resource["service.name"] == "our-api"
    assert {"service.version", "service.instance.id", "telemetry.sdk.name"} <= span.resource.keys()
    assert "opentelemetry" in span.resource["telemetry.sdk.name"]
    other = collector.named("POST /v1/conversations")
    assert (other.parent, other.trace != TRACE) == ("", True)
    stored = [each for each in collector.spans if each.parent == other.id]
    assert [(each.name, each.kind, each.attributes["db.system.name"]) for each in stored] == [
        ("keys.find", "INTERNAL", "sqlite"),
        ("conversations.create", "INTERNAL", "sqlite"),
    ]


async def test_failures_are_marked_and_clients_mistakes_are_not(make_api, collector):
    api = await make_api()
    await api.get("/conversations/conv_none")
    await api.post("/chat/completions", json=CHAT | {"model": "echo/broken"})
    await api.request("BREW", "/models")
    await flush(api)
    mistake = collector.named("GET /v1/conversations/{conversation_id}")
    assert (mistake.attributes["http.response.status_code"], mistake.failed) == (404, False)
    failed = collector.named("POST /v1/chat/completions")
    assert (failed.attributes["error.type"], failed.failed) == ("502", True)
    call = collector.named("chat echo/broken")
    assert (call.attributes["error.type"], call.failed, call.parent) == ("502", True, failed.id)
    assert collector.named("HTTP").attributes["http.request.method"] == "_OTHER"


async def test_calls_to_the_model_tell_usage_and_carry_the_trace(make_api, collector):
    async with running() as upstream:
        api = await make_api(provider=endpoint(upstream))
        await api.post("/chat/completions", json=CHAT | {"temperature": 0.5, "n": 2, "max_tokens": 9})
        await api.post("/chat/completions", json=CHAT | {"stream": True, "store": True})
        await flush(api)
        asked = [request for request in upstream.requests if request.path.endswith("/chat/completions")]
    whole, streamed = [span for span in collector.spans if span.name == "chat echo"]
    for span, request in zip((whole, streamed), asked, strict=True):
        assert request.headers["traceparent"].startswith(f"00-{span.trace}-{span.id}-")
        assert int(request.headers["traceparent"][-2:], 16) & 1  # sampled
        assert span.kind == "CLIENT"
        told = span.attributes
        assert told["gen_ai.operation.name"] == "chat"
        assert (told["gen_ai.provider.name"], told["gen_ai.request.model"]) == ("openai", "echo")
        assert told["gen_ai.response.model"] == "echo"
        assert told["gen_ai.usage.input_tokens"] > 0
        assert told["gen_ai.usage.output_tokens"] > 0
    assert whole.attributes["gen_ai.request.temperature"] == 0.5
    assert whole.attributes["gen_ai.request.max_tokens"] == 9
    assert whole.attributes["gen_ai.request.choice.count"] == 2
    assert len(whole.attributes["gen_ai.response.finish_reasons"]) == 2
    assert 0 < streamed.attributes["gen_ai.response.time_to_first_chunk"] <= streamed.seconds
    assert [span.name for span in collector.spans if span.trace == streamed.trace][:2] == [
        "chat echo",
        "completions.add",
    ]


def endpoint(upstream):
    """The provider `openai` for it."""
    return connect(
        Settings(upstream_url=upstream.url, upstream_api_key=SECRET, upstream_retries=1, _env_file=None)
    )


async def test_nothing_that_was_said_and_no_key_is_told(make_api, collector):
    async with running() as upstream:
        api = await make_api(provider=endpoint(upstream))
        item = {"type": "message", "role": "user", "content": SAID}
        made = (
            await api.post("/conversations", json={"items": [item], "metadata": {"who": "secretive"}})
        ).json()
        for body in ({}, {"stream": True}, {"background": True}):
            await api.post(
                "/responses", json={"model": "echo", "input": SAID, "conversation": made["id"], **body}
            )
        await api.get("/conversations", params={"metadata[who]": "secretive"})
        await api.get("/models", headers={"authorization": f"Bearer {SECRET}"})
        await until(collector, api, "background response")
    told = b"".join(collector.raw)
    assert len(collector.spans) > 10
    for secret in (SAID, SECRET, "secretive", api.headers["authorization"].split()[1]):
        assert secret.encode() not in told


async def until(collector, api, name):
    for _ in range(200):
        await flush(api)
        if any(span.name == name for span in collector.spans):
            return
        await asyncio.sleep(0.02)
    raise AssertionError([span.name for span in collector.spans])


async def test_work_in_the_background_is_linked_with_its_request(make_api, collector):
    api = await make_api()
    body = {"model": "echo", "input": "hello", "background": True}
    queued = await api.post("/responses", json=body)
    await until(collector, api, "background response")
    asked, job = collector.named("POST /v1/responses"), collector.named("background response")
    assert (job.links, job.parent, job.kind) == ([asked.id], "", "CONSUMER")
    assert job.trace != asked.trace
    assert job.attributes == {
        "lockstep.request.id": queued.headers["x-request-id"],
        "lockstep.project": "default",
        "lockstep.response.id": queued.json()["id"],
        "lockstep.response.status": "completed",
    }
    inner = {span.name for span in collector.spans if span.parent == job.id}
    assert {"chat echo", "work.start"} <= inner


async def test_tools_are_told_and_mcp_servers_are_not_told_the_trace(make_api, collector, mcp_server):
    call = called(0, json.dumps({"text": SAID}), id="call_1", name="desk__write")
    model = Scripted([call, said(finish="tool_calls")], [said("done", finish="stop")])
    api = await make_api(provider=model, allow_private_urls=True)
    made = await api.post(
        "/responses", json={"model": "scripted", "input": "go", "tools": [mcp_server.tool()]}
    )
    assert made.json()["status"] == "completed", made.text
    await flush(api)
    tool = collector.named("execute_tool write")
    assert tool.parent == collector.named("POST /v1/responses").id
    assert tool.attributes["gen_ai.operation.name"] == "execute_tool"
    assert (tool.attributes["lockstep.item.type"], tool.failed) == ("mcp_call", False)
    assert collector.named("open_tool mcp").attributes["lockstep.item.type"] == "mcp_list_tools"
    assert SAID.encode() not in b"".join(collector.raw)
    told = mcp_server.told()
    assert "traceparent" not in json.dumps(told)


async def test_log_lines_carry_the_trace(make_api, collector, capsys):
    api = await make_api(access_log=True)
    logs.configure(as_json=True)
    await api.get("/models")
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    await flush(api)
    span = collector.named("GET /v1/models")
    assert (line["trace_id"], line["span_id"]) == (span.trace, span.id)


async def test_probes_and_scrapes_are_not_traced(make_api, collector):
    api = await make_api()
    for path in ("livez", "readyz", "openapi.json"):
        await api.get(f"http://lockstep.test/{path}")
    await flush(api)
    assert collector.spans == []


async def test_unsampled_requests_are_passed_on_as_such(make_api, collector):
    async with running() as upstream:
        api = await make_api(provider=endpoint(upstream))
        sent = f"00-{TRACE}-{PARENT}-00"
        await api.post("/chat/completions", json=CHAT, headers={"traceparent": sent})
        await flush(api)
        carried = upstream.requests[-1].headers["traceparent"]
    assert collector.spans == []
    assert (carried.split("-")[1], carried.split("-")[3]) == (TRACE, "00")


async def test_share_of_traces_is_the_samplers(make_api, collector, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.25")
    api = await make_api()
    for _ in range(200):
        await api.get("/version")
    await flush(api)
    assert 20 <= len(collector.spans) <= 80


async def test_headers_for_the_collector_are_sent(make_api, collector, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=acme")
    api = await make_api()
    await api.get("/version")
    await flush(api)
    assert collector.headers[0]["x-tenant"] == "acme"


async def test_retries_keep_the_trace_and_are_logged(make_api, collector, capsys):
    whole = {"object": "chat.completion", "model": "m", "choices": [{"index": 0, "finish_reason": "stop"}]}
    busy = answer(503, {"error": "busy"}, {"retry-after": "0"})
    async with running(busy, answer(200, whole)) as up:
        api = await make_api(provider=endpoint(up))
        logs.configure(as_json=True)
        capsys.readouterr()
        made = await api.post("/chat/completions", json=CHAT)
        await flush(api)
        sent = [request.headers["traceparent"] for request in up.requests[-2:]]
    assert sent[0] == sent[1]
    (line,) = [json.loads(each) for each in capsys.readouterr().err.splitlines()]
    assert (line["event"], line["attempt"]) == ("provider_retried", 1)
    assert line["request_id"] == made.headers["x-request-id"]


def test_last_spans_are_handed_over_when_the_server_ends(start_server):
    with collecting() as collector:
        server = start_server(env={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
        server_get(server, "/version")
        assert server.stop() == 0
        assert [span.name for span in collector.spans] == ["keys.find", "GET /v1/version"]


def test_workers_trace_each_for_itself(start_server):
    with collecting() as collector:
        server = start_server(env={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "LOCKSTEP_WORKERS": "2"})
        for _ in range(12):
            server_get(server, "/version")
        assert server.stop() == 0
        spans = [span for span in collector.spans if span.name == "GET /v1/version"]
    assert len(spans) == 12
    assert len({span.resource["service.instance.id"] for span in spans}) == 2


def test_collector_that_is_not_there_holds_nothing_up(start_server):
    server = start_server(env={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})
    assert server_get(server, "/version").status_code == 200
    assert server.stop() == 0


def server_get(server, path):
    return httpx.get(server.base_url + path, headers={"authorization": f"Bearer {server.api_key}"})
