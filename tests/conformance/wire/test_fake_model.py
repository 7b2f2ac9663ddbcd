"""The fake model answers by script, records what it is sent, and improvises otherwise."""

import asyncio
import json

import httpx
import openai
import pytest

from conformance.wire.fake_answers import Call, Reply, made
from conformance.wire.fake_model import MODEL, FakeModel

TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"required": ["city"], "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture
async def model():
    one = FakeModel()
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def client(model):
    async with openai.AsyncOpenAI(base_url=model.url, api_key="k", max_retries=0) as one:
        yield one


def asked(text, **more):
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **more}


async def test_the_official_client_reads_whole_answers_and_streams(model, client):
    assert [each.id async for each in client.models.list()] == [MODEL]
    whole = await client.chat.completions.create(**asked("Hello there"))
    assert whole.choices[0].message.content == "Fake answer to: Hello there"
    assert whole.usage.total_tokens > 0
    stream = await client.chat.completions.create(
        **asked("Hello there", stream=True, stream_options={"include_usage": True})
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "Fake answer to: Hello there"
    assert chunks[-1].usage == whole.usage


async def test_scripts_are_found_by_the_last_marker_and_answer_in_turn(model, client):
    model.script("mark-a", Reply("one"), Reply("two"))
    model.script("mark-b", Reply("three"))
    said = [
        (await client.chat.completions.create(**asked(text))).choices[0].message.content
        for text in ("mark-a", "mark-a", "mark-a", "mark-a then mark-b")
    ]
    assert said == ["one", "two", "two", "three"]
    assert len(model.told("mark-a")) == 4
    assert model.told("mark-b")[0].texts == ["mark-a then mark-b"]


@pytest.mark.parametrize("stream", [False, True])
async def test_tools_are_called_by_script_or_by_name(model, client, stream):
    model.script(
        "mark", Reply(calls=(Call("a", {"x": 1}), Call("b", "{broken"), Call("c", "free", custom=True)))
    )
    for text, wanted in (
        ("mark", [("a", '{"x": 1}'), ("b", "{broken"), ("c", "free")]),
        ("the weather please", [("weather", '{"city": "fake"}')]),
        ("nothing", []),
    ):
        answer = await client.chat.completions.create(**asked(text, tools=[TOOL], stream=stream))
        assert await calls(answer, stream=stream) == wanted


async def calls(answer, *, stream):
    """Names and arguments of the calls of an answer, put together if they come in pieces."""
    if not stream:
        found = answer.choices[0].message.model_dump().get("tool_calls") or []
        return [called(call) for call in found]
    pieces = {}
    async for chunk in answer:
        for piece in chunk.model_dump()["choices"][0]["delta"].get("tool_calls") or []:
            name, text = called(piece)
            known = pieces.setdefault(piece["index"], ["", ""])
            known[0] += name
            known[1] += text
    return [tuple(known) for known in pieces.values()]


def called(call):
    inner = call.get("custom") or call["function"]
    return inner.get("name") or "", inner.get("arguments") or inner.get("input") or ""


async def test_failures_are_as_scripted(model, client):
    model.script("refused", Reply(status=429))
    with pytest.raises(openai.RateLimitError):
        await client.chat.completions.create(**asked("refused"))
    model.script("dies", Reply("a b c d", dies_after=3))
    with pytest.raises(openai.APIConnectionError):
        await client.chat.completions.create(**asked("dies"))
    stream = aiter(await client.chat.completions.create(**asked("dies", stream=True)))
    assert [(await anext(stream)).choices[0].delta.content for _ in range(3)] == ["", "a", " b"]
    with pytest.raises((httpx.RemoteProtocolError, openai.APIConnectionError)):
        await anext(stream)


async def test_a_gate_holds_a_stream_and_who_leaves_is_seen(model):
    gate = asyncio.Event()
    model.script("held", Reply("one two three", gate=gate))
    async with httpx.AsyncClient() as one:
        async with one.stream(
            "POST", f"{model.url}/chat/completions", json=asked("held", stream=True)
        ) as answer:
            lines = answer.aiter_lines()
            while '"one"' not in await anext(lines):
                pass
            assert not model.seen[0].finished
        for _ in range(100):
            if model.seen[0].left:
                break
            await asyncio.sleep(0.02)
        assert model.seen[0].left
        gate.set()
        whole = await one.post(f"{model.url}/chat/completions", json=asked("held"))
    assert whole.json()["choices"][0]["message"]["content"] == "one two three"
    assert model.seen[1].finished


async def test_json_is_made_as_asked(client):
    schema = {"type": "object", "required": ["n"], "properties": {"n": {"enum": [3, 4]}}}
    answer = await client.chat.completions.create(
        **asked("x", response_format={"type": "json_schema", "json_schema": {"name": "s", "schema": schema}})
    )
    assert json.loads(answer.choices[0].message.content) == {"n": 3}
    assert made({"type": "array", "items": {"anyOf": [{"type": "integer"}]}, "minItems": 2}) == [1, 1]
    assert made({"type": ["null", "string"]}) is None
