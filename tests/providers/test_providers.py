"""What every provider promises, over every file in `handlers/providers`."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from handlers import providers
from handlers.errors import BadGatewayError, NotFoundError
from handlers.providers import Provider
from handlers.settings import Settings
from tests.providers.fake_upstream import running

TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


async def echo(_stack: AsyncExitStack) -> Settings:
    return Settings(provider="echo")


async def openai(stack: AsyncExitStack) -> Settings:
    """Behind it, the echo provider at the other end of a socket."""
    upstream = await stack.enter_async_context(running())
    return Settings(provider="openai", upstream_url=upstream.url, upstream_retries=0)


async def replay(stack: AsyncExitStack) -> Settings:
    """Recording the echo provider; `test_replay.py` runs all of this in every mode."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return Settings(provider="replay", replay_mode="record", replay_dir=Path(folder))


SETTINGS = {"echo": echo, "openai": openai, "replay": replay}


def test_every_provider_is_examined_here() -> None:
    assert set(SETTINGS) == set(providers.names())


def test_an_unknown_provider_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no provider 'eliza'; known are echo, openai, replay"):
        providers.load(Settings(provider="eliza"))


@pytest.fixture(params=sorted(SETTINGS))
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    async with AsyncExitStack() as stack:
        loaded = providers.load(await SETTINGS[request.param](stack))
        assert loaded.name == request.param
        yield loaded
        await loaded.aclose()


def asked(content: str = "hi", **fields: Any) -> dict[str, Any]:
    return {"model": "echo", "messages": [{"role": "user", "content": content}], **fields}


async def test_models_have_ids(provider: Provider) -> None:
    models = await provider.models()
    assert all(isinstance(model["id"], str) for model in models)
    assert any("/" in model["id"] for model in models)


async def test_a_fine_tuned_model_is_deleted_and_then_unknown(provider: Provider) -> None:
    tuned = next(model["id"] for model in await provider.models() if model["id"].startswith("ft:"))
    assert await provider.delete_model(tuned) == {"id": tuned, "object": "model", "deleted": True}
    assert tuned not in [model["id"] for model in await provider.models()]
    with pytest.raises(NotFoundError) as caught:
        await provider.delete_model(tuned)
    assert caught.value.code == "model_not_found"


async def test_an_answer_is_a_completion(provider: Provider) -> None:
    answer = await provider.complete(asked("repeat me"))
    assert answer["object"] == "chat.completion"
    assert "repeat me" in answer["choices"][0]["message"]["content"]
    assert answer["usage"]["total_tokens"] > 0


async def test_a_stream_says_what_the_answer_says(provider: Provider) -> None:
    whole = await provider.complete(asked("something of some length, so that there are several chunks"))
    chunks = [chunk async for chunk in provider.stream(asked(whole["choices"][0]["message"]["content"]))]
    deltas = [chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks]
    assert len(chunks) > 3
    assert whole["choices"][0]["message"]["content"] in "".join(deltas)
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


async def test_usage_comes_last_in_a_stream_when_asked_for(provider: Provider) -> None:
    body = asked(stream_options={"include_usage": True})
    chunks = [chunk async for chunk in provider.stream(body)]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == (await provider.complete(body))["usage"]
    assert all(chunk["usage"] is None for chunk in chunks[:-1])


async def test_a_tool_is_called(provider: Provider) -> None:
    answer = await provider.complete(asked(tools=[TOOL], tool_choice="required"))
    assert answer["choices"][0]["finish_reason"] == "tool_calls"
    assert answer["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "get_weather"


async def test_unknown_fields_are_taken(provider: Provider) -> None:
    await provider.complete(asked(top_k=40, mirostat={"tau": 5.0}))


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_an_unknown_model_is_404(provider: Provider, streamed: bool) -> None:
    body = {**asked(), "model": "nobody"}
    with pytest.raises(NotFoundError) as caught:
        await (anext(provider.stream(body)) if streamed else provider.complete(body))
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


async def test_a_model_that_fails_is_502(provider: Provider) -> None:
    with pytest.raises(BadGatewayError):
        await provider.complete({**asked(), "model": "echo/broken"})


async def test_a_stream_can_be_left(provider: Provider) -> None:
    chunks = provider.stream(asked())
    await anext(chunks)
    await chunks.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(chunks)


async def test_calls_do_not_wait_for_each_other(provider: Provider) -> None:
    answers = await asyncio.gather(*(provider.complete(asked(str(number))) for number in range(20)))
    texts = [answer["choices"][0]["message"]["content"] for answer in answers]
    assert all(text.endswith(str(number)) for number, text in enumerate(texts))
