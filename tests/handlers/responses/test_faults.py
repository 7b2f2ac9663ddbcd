"""Endpoints and stores that misbehave while a response is made."""

import asyncio
import sqlite3
from contextlib import AsyncExitStack

import pytest

from handlers import providers
from handlers.errors import ServiceUnavailableError
from handlers.responses import turn
from handlers.responses.log import AHEAD
from handlers.settings import Settings
from tests.handlers.responses.conftest import Talk, text_of
from tests.handlers.responses.scripted import Scripted
from tests.providers.fake_upstream import event, running, stream

HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def piece(text):
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    return event({**HEAD, "choices": [choice]})


END = event({**HEAD, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
WORDS = [piece("one "), piece("two ")]
MIDWAY = {
    "dies": stream(WORDS, then="cut"),
    "goes silent": stream(WORDS, then="hang"),
    "sends garbage": stream([*WORDS, b"data: {nonsense\n\n", b"\xff\xfe\x00", b"data: []\n\n"]),
    "sends an error": stream([*WORDS, event({"error": {"message": "no more", "type": "server_error"}})]),
}
AT_ONCE = {
    "says nothing": stream([b"data: [DONE]\n\n"]),
    "sends garbage at once": stream([b"data: {nonsense\n\n"]),
    "dies at once": stream([], then="cut"),
    "goes silent at once": stream([], then="hang"),
}


@pytest.fixture
async def endpoint(make_api):
    """Build a talk with an endpoint that plays these acts."""
    async with AsyncExitStack() as stack:

        async def make(*acts):
            upstream = await stack.enter_async_context(running(*acts))
            settings = Settings(
                _env_file=None,
                provider="openai",
                upstream_url=upstream.url,
                upstream_retries=0,
                upstream_read_seconds=0.5,
            )
            return Talk(await make_api(provider=providers.load(settings)), upstream)

        yield make


@pytest.mark.parametrize("name", MIDWAY)
async def test_an_endpoint_that_fails_midway_fails_the_response_and_leaves_the_conversation(endpoint, name):
    talk = await endpoint(MIDWAY[name])
    conversation = await talk.conversation("a")
    answer = await talk.refused(502 if name != "goes silent" else 504, conversation=conversation, input="b")
    assert answer["type"] == "server_error"
    events = await talk.streamed(conversation=conversation, input="b")
    assert events[-1]["type"] == "response.failed"
    assert events[-1]["response"]["error"]["code"] == "server_error"
    failed = await talk.get(events[-1]["response"]["id"])
    assert failed == events[-1]["response"]
    assert text_of(failed).startswith("one ")
    made = await talk.make(conversation=conversation, input="b", background=True)
    found = await talk.until(made["id"], "failed")
    assert found["error"]["code"] == "server_error"
    assert await talk.texts(conversation) == ["a"]
    await talk.add(conversation, "free")


@pytest.mark.parametrize("name", AT_ONCE)
async def test_an_endpoint_that_fails_at_once_is_an_error_of_http(endpoint, name):
    talk = await endpoint(AT_ONCE[name])
    conversation = await talk.conversation("a")
    for streamed in (False, True):
        await talk.refused(
            504 if "silent" in name else 502, conversation=conversation, input="b", stream=streamed
        )
    assert talk.rows("response") == []
    await talk.add(conversation, "free")


async def test_ten_megabytes_in_one_answer(endpoint):
    part = "x" * 100_000
    talk = await endpoint(stream([piece(part)] * 100 + [END]))
    conversation = await talk.conversation()
    events = await talk.streamed(conversation=conversation, input="a")
    assert events[-1]["type"] == "response.completed"
    assert text_of(events[-1]["response"]) == part * 100
    assert await talk.texts(conversation) == ["a", part * 100]
    again = await talk.events(events[0]["response"]["id"], include_obfuscation="false")
    assert [e["sequence_number"] for e in again] == list(range(len(events)))
    assert "".join(e["delta"] for e in again if e["type"].endswith(".delta")) == part * 100


async def test_what_waits_for_the_store_is_bounded(make_talk):
    """A store that takes its time slows the stream down; nothing is lost, and nobody is shown too much."""
    talk = await make_talk(Scripted(("x" * 40,) * 5000))
    record = talk.responses._store.record
    waiting = []

    async def slowly(project, response_id, holder, events):
        run = next(iter(talk.responses._desk.running.values()))
        waiting.append(len(run.log.pending))
        await asyncio.sleep(0.05)
        await record(project, response_id, holder, events)

    talk.responses._store.record = slowly
    stream_ = await talk.call(input="a", stream=True)
    numbers = [event_.data async for event_ in stream_]
    assert len(numbers) == 5000 + 8
    assert max(waiting) <= AHEAD
    assert len(waiting) >= 5000 // AHEAD
    response_id = talk.rows("response")[0][2]
    assert [e["sequence_number"] for e in await talk.events(response_id)] == list(range(len(numbers)))


class Full:
    """What a store says whose disk is full."""

    def __init__(self, talk, *names):
        self.store, self.names = talk.client.server.services.store.responses, names

    def __enter__(self):
        async def refuse(*_args, **_named):
            raise ServiceUnavailableError("The disk is full.")

        for name in self.names:
            setattr(self.store, name, refuse)

    def __exit__(self, *_):
        for name in self.names:
            delattr(self.store, name)


async def test_a_turn_that_cannot_be_stored_leaves_nothing_and_says_so(make_talk):
    talk = await make_talk(lease_seconds=0.6)
    conversation = await talk.conversation("a")
    with Full(talk, "add", "finish"):
        error = await talk.refused(503, conversation=conversation, input="b")
        assert error["message"] == "The disk is full."
        events = await talk.streamed(conversation=conversation, input="b")
        assert events[-1]["type"] == "response.failed"
        assert events[-1]["response"]["error"]["message"] == "The disk is full."
        made = await talk.make(conversation=conversation, input="b", background=True)
        await talk.until(made["id"], "in_progress")
        await asyncio.sleep(0.1)
    for response_id in (events[-1]["response"]["id"], made["id"]):
        assert (await talk.until(response_id, "failed"))["error"]["code"] == "server_error"
    assert await talk.texts(conversation) == ["a"]
    await talk.add(conversation, "free")


async def test_a_turn_that_cannot_begin_is_refused(make_talk):
    talk = await make_talk(lease_seconds=0.6)
    conversation = await talk.conversation("a")
    with Full(talk, "begin", "release"):
        for body in ({"stream": True}, {"background": True}):
            assert (await talk.refused(503, input="b", conversation=conversation, **body))["message"]
            await asyncio.sleep(0)
            with sqlite3.connect(talk.path) as connection:
                connection.execute("UPDATE conversation SET turn = NULL")
            connection.close()
    assert talk.rows("response") == []
    await asyncio.sleep(0.3)
    assert (await talk.make(conversation=conversation, input="b"))["status"] == "completed"


async def test_a_log_that_cannot_be_written_for_a_while_catches_up(make_talk):
    talk = await make_talk(Scripted(tuple("abcdefgh"), gated=True))
    with Full(talk, "record"):
        reading = asyncio.create_task(talk.streamed(input="a", background=True))
        await talk.provider.asked.wait()
        await asyncio.sleep(0.5)
    talk.provider.gate.set()
    events = await reading
    assert events[-1]["type"] == "response.completed"
    assert len(await talk.events(events[0]["response"]["id"])) == len(events)


async def test_a_crash_of_ours_midway_is_a_failed_response(make_talk, monkeypatch):
    talk = await make_talk()
    finished = turn.Turn._finished

    def crash(self):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(turn.Turn, "_finished", crash)
    conversation = await talk.conversation("a")
    assert (await talk.refused(500, conversation=conversation, input="b"))["type"] == "server_error"
    events = await talk.streamed(conversation=conversation, input="b")
    assert events[-1]["type"] == "response.failed"
    made = await talk.make(input="b", background=True)
    assert (await talk.until(made["id"], "failed"))["error"]["code"] == "server_error"
    assert "oops" not in str(events)
    unstored = await talk.streamed(input="b", store=False)
    assert unstored[-1]["type"] == "response.failed"
    assert [e["sequence_number"] for e in unstored] == list(range(len(unstored)))
    monkeypatch.setattr(turn.Turn, "_finished", finished)
    await talk.make(conversation=conversation, input="b")
