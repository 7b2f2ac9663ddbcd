"""Streams over ASGI: framing, keep-alive, failure midway, and the client that leaves."""

import asyncio
import json

import pytest

from handlers.errors import BadGatewayError
from handlers.providers.echo import connect
from handlers.settings import Settings
from tests.conftest import API_KEY

BODY = {"model": "echo", "stream": True, "messages": [{"role": "user", "content": "one two three"}]}
SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "path": "/v1/chat/completions",
    "raw_path": b"/v1/chat/completions",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"authorization", f"Bearer {API_KEY}".encode()), (b"content-type", b"application/json")],
}


class Slow:
    """The echo provider with a pace, a defect, and a note of how its streams ended."""

    name = "slow"

    def __init__(self, *, pause=0.0, fail_after=None, error=None):
        self._echo = connect(Settings(_env_file=None))
        self._pause = pause
        self._fail_after = fail_after
        self._error = error
        self.ended = asyncio.Event()
        self.cancelled = False

    async def models(self):
        return await self._echo.models()

    async def complete(self, body):
        try:
            await asyncio.sleep(self._pause)
            return await self._echo.complete(body)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        finally:
            self.ended.set()

    async def stream(self, body):
        count = 0
        try:
            async for chunk in self._echo.stream(body):
                if count == self._fail_after:
                    raise self._error
                yield chunk
                count += 1
                await asyncio.sleep(self._pause)
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled = True
            raise
        finally:
            self.ended.set()

    async def aclose(self):
        await self._echo.aclose()


class Client:
    """A connection spoken in ASGI, so that leaving can be staged."""

    def __init__(self, app, body):
        self.app = app
        self.sent = asyncio.Queue()
        self.left = asyncio.Event()
        self._request = [{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}]

    async def _receive(self):
        if self._request:
            return self._request.pop()
        await self.left.wait()
        return {"type": "http.disconnect"}

    def start(self):
        scope = SCOPE | {"headers": list(SCOPE["headers"])}
        self.task = asyncio.create_task(self.app(scope, self._receive, self.sent.put))

    async def next(self):
        return await asyncio.wait_for(self.sent.get(), 5)

    async def rest(self):
        body = b""
        while (message := await self.next()).get("more_body"):
            body += message["body"]
        return body + message["body"]


async def test_stream_is_events_that_nobody_may_hold_back(api):
    answer = await api.post("/chat/completions", json=BODY)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["x-request-id"]
    assert answer.text.endswith("data: [DONE]\n\n")


async def test_idle_stream_is_kept_alive_by_comments(make_api):
    api = await make_api(provider=Slow(pause=0.15), keep_alive_seconds=0.05)
    answer = await api.post("/chat/completions", json=BODY)
    assert answer.text.count(": keep-alive\n\n") >= 3
    assert answer.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (BadGatewayError("The model endpoint broke off."), "broke off"),
        (RuntimeError("a secret"), "request id"),
    ],
    ids=["foreseen", "unforeseen"],
)
async def test_failure_midway_is_one_error_event_then_the_end(make_api, error, message):
    api = await make_api(provider=Slow(fail_after=2, error=error))
    answer = await api.post("/chat/completions", json=BODY)
    assert answer.status_code == 200
    *_, last, end = answer.text.split("\n\n")
    assert end == ""
    assert message in json.loads(last.removeprefix("data: "))["error"]["message"]
    assert "[DONE]" not in answer.text
    assert "secret" not in answer.text


async def test_failure_before_the_first_chunk_is_an_http_error(make_api):
    api = await make_api(provider=Slow(fail_after=0, error=BadGatewayError("down")))
    assert (await api.post("/chat/completions", json=BODY)).status_code == 502


async def test_stream_ends_when_the_client_leaves(make_api):
    provider = Slow(pause=30)
    api = await make_api(provider=provider)
    client = Client(api.server.app, BODY)
    client.start()
    assert (await client.next())["status"] == 200
    assert b"data: " in (await client.next())["body"]
    client.left.set()
    await asyncio.wait_for(provider.ended.wait(), 5)
    await asyncio.wait_for(client.task, 5)
    assert provider.cancelled


async def test_call_without_a_stream_is_cancelled_when_the_client_leaves(make_api):
    provider = Slow(pause=30)
    api = await make_api(provider=provider)
    client = Client(api.server.app, BODY | {"stream": False})
    client.start()
    await asyncio.sleep(0.05)
    client.left.set()
    await asyncio.wait_for(client.task, 5)
    assert provider.cancelled
    assert client.sent.empty()


async def test_server_that_ends_is_not_taken_for_a_client_that_left(make_api):
    api = await make_api(provider=Slow(pause=30))
    client = Client(api.server.app, BODY)
    client.start()
    await client.next()
    client.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await client.task
