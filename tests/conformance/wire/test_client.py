"""The client keeps to its budget, waits when told to, and records what it saw."""

import asyncio
import json
import time

import httpx
import pytest

from conformance.wire.client import Budget, Client, Request, segment
from conformance.wire.contract import upstream
from conformance.wire.outcomes import SkippedError


@pytest.fixture
async def client():
    made = []

    def make(answer, *, requests=100, tokens=100, keys=None):
        transport = httpx.MockTransport(answer)
        made.append(
            Client(
                "http://x/v1/",
                keys or {"first": "sk-1"},
                upstream(),
                Budget(requests, tokens),
                timeout=5,
                transport=transport,
            )
        )
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def test_a_request_goes_out_as_it_was_asked_for(client):
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(200, json={"id": "conv_1"})

    exchange = await client(answer).send(
        Request(
            "POST", "/conversations", [("include[]", "a"), ("limit", 3)], {"x-more": "1"}, json={"é": None}
        )
    )
    [sent] = seen
    assert str(sent.url) == "http://x/v1/conversations?include%5B%5D=a&limit=3"
    assert sent.headers["authorization"] == "Bearer sk-1"
    assert sent.headers["x-more"] == "1"
    assert sent.content == '{"é":null}'.encode()
    assert exchange.operation.id == "createConversation"
    assert json.loads(exchange.answer) == {"id": "conv_1"}


async def test_other_keys_are_sent_and_named(client):
    seen = []

    def answer(request):
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200, json={})

    both = client(answer, keys={"first": "a", "second": "b"})
    kept = [(await both.send(Request("GET", "/models", key=key))).key for key in ("first", "second", "none")]
    assert seen == ["Bearer a", "Bearer b", None]
    assert kept == ["first", "second", "none"]


async def test_429_is_waited_out_by_everyone(client):
    times = []

    def answer(_):
        times.append(time.monotonic())
        if len(times) == 1:
            return httpx.Response(429, headers={"retry-after-ms": "200"}, json={})
        return httpx.Response(200, json={})

    one, seen = client(answer), []
    one.watch(lambda exchange: seen.append((exchange.status, exchange.answer)))
    exchange = await one.send(Request("GET", "/models"))
    assert exchange.status == 200
    assert seen == [(429, b"{}"), (200, b"{}")]  # read to the end: whoever judges it has its body
    assert times[1] - times[0] >= 0.2
    impatient = client(lambda _: httpx.Response(429, json={}))
    assert (await impatient.send(Request("GET", "/models", patient=False))).status == 429


async def test_a_spent_budget_skips(client):
    def answer(_):
        return httpx.Response(200, json={"usage": {"total_tokens": 60}})

    few = client(answer, requests=1)
    await few.send(Request("GET", "/models"))
    with pytest.raises(SkippedError, match="1 requests"):
        await few.send(Request("GET", "/models"))
    await few.send(Request("DELETE", "/conversations/c", free=True))
    dear = client(answer, tokens=100)
    await dear.send(Request("POST", "/chat/completions", json={}))
    await dear.send(Request("POST", "/chat/completions", json={}))
    with pytest.raises(SkippedError, match="100 tokens"):
        await dear.send(Request("GET", "/models"))


async def test_streams_are_read_while_they_come_and_may_be_left(client):
    class Endless(httpx.AsyncByteStream):
        closed = False

        async def __aiter__(self):
            while True:
                yield b"data: 1\n\n"
                await asyncio.sleep(0)

        async def aclose(self):
            self.closed = True

    endless = Endless()
    one = client(lambda _: httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=endless))
    async with one.open(Request("POST", "/responses", json={})) as opened:
        found = []
        async for event in opened.events():
            found.append(event.data)
            if len(found) == 3:
                break
    assert found == ["1", "1", "1"]
    assert endless.closed


async def test_trouble_is_recorded_not_raised(client):
    def answer(_):
        raise httpx.ConnectError("refused")

    exchange = await client(answer).send(Request("GET", "/models"))
    assert exchange.status == 0
    assert exchange.trouble == "no answer: refused"


def test_ids_are_one_segment_of_a_path():
    assert segment("a/b c?d#é") == "a/b%20c%3Fd%23%C3%A9"
