import asyncio
from typing import Any

import pytest

from handlers.encoding import encode
from handlers.errors import BadGatewayError, PermissionDeniedError
from handlers.providers.echo import BREAKS_AFTER, Echo, connect
from handlers.settings import Settings
from tests.handlers.contract import judged


def asked(content: str = "hi", **fields: Any) -> dict[str, Any]:
    return {"model": "echo", "messages": [{"role": "user", "content": content}], **fields}


async def streamed(**fields: Any) -> list[dict[str, Any]]:
    return [chunk async for chunk in Echo().stream(asked(**fields))]


def test_it_needs_no_settings() -> None:
    assert connect(Settings(_env_file=None)).name == "echo"  # type: ignore[call-arg]  # pydantic-settings' own


async def test_the_same_question_gets_the_same_answer() -> None:
    assert await Echo().complete(asked()) == await Echo().complete(asked())
    assert await streamed() == await streamed()


async def test_an_answer_comes_in_several_chunks_of_a_few_words() -> None:
    chunks = await streamed(content="a question of some length")
    texts = [chunk["choices"][0]["delta"].get("content") for chunk in chunks]
    assert len([text for text in texts if text]) >= 3
    assert all(len(text) <= 16 for text in texts if text)


async def test_every_token_is_certain_and_there_are_no_alternatives() -> None:
    answer = await Echo().complete(asked(logprobs=True, top_logprobs=5))
    told = answer["choices"][0]["logprobs"]
    assert "".join(entry["token"] for entry in told["content"]) == answer["choices"][0]["message"]["content"]
    assert all(bytes(entry["bytes"]).decode() == entry["token"] for entry in told["content"])
    assert {len(entry["top_logprobs"]) for entry in told["content"]} == {1}
    assert told["refusal"] is None
    sent = [chunk["choices"][0]["logprobs"] for chunk in await streamed(logprobs=True, top_logprobs=5)]
    assert [entry for part in sent if part for entry in part["content"]] == told["content"]
    assert (await Echo().complete(asked()))["choices"][0]["logprobs"] is None


async def test_usage_counts_all_choices() -> None:
    one = (await Echo().complete(asked()))["usage"]
    three = (await Echo().complete(asked(n=3)))["usage"]
    assert one["prompt_tokens"] == three["prompt_tokens"] == 1
    assert three["completion_tokens"] > 3 * one["completion_tokens"]
    assert three["total_tokens"] == 1 + three["completion_tokens"]


async def test_thoughts_come_before_the_answer_and_count() -> None:
    whole = await Echo().complete(asked(reasoning_effort="high"))
    message = whole["choices"][0]["message"]
    chunks = await streamed(reasoning_effort="high")
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == message["reasoning_content"]
    said = next(place for place, delta in enumerate(deltas) if delta.get("content"))
    assert not any("reasoning_content" in delta for delta in deltas[said:])
    assert whole["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0


async def test_the_slow_model_takes_its_time() -> None:
    chunks = Echo().stream({**asked(), "model": "echo/slow"})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(chunks), 0.02)


async def test_the_broken_model_fails_midway() -> None:
    chunks = Echo().stream({**asked(), "model": "echo/broken"})
    for _ in range(BREAKS_AFTER):
        await anext(chunks)
    with pytest.raises(BadGatewayError):
        await anext(chunks)
    with pytest.raises(BadGatewayError):
        await Echo().complete({**asked(), "model": "echo/broken"})


async def test_only_the_fine_tuned_model_can_be_deleted() -> None:
    for model in ("echo", "echo/slow", "echo/broken"):
        with pytest.raises(PermissionDeniedError):
            await Echo().delete_model(model)


async def test_what_it_says_needs_no_mending_but_id_and_time() -> None:
    given = {"id": "chatcmpl-0", "created": 0}
    tool = {"type": "custom", "custom": {"name": "run"}}
    for fields in (
        {},
        {"logprobs": True},
        {"tools": [tool], "tool_choice": "required"},
        {"n": 2},
        {"reasoning_effort": "low"},
    ):
        judged("CreateChatCompletionResponse", encode({**given, **await Echo().complete(asked(**fields))}))
        for chunk in await streamed(**fields, stream_options={"include_usage": True}):
            judged("CreateChatCompletionStreamResponse", encode({**given, **chunk}))
