"""The Chat group on a real store and real providers: plain calls, every answer judged by the contract."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest

from generated import schemas
from handlers import providers
from handlers.chat import Chat
from handlers.errors import ApiError, BadGatewayError, BadRequestError, NotFoundError
from handlers.services import Call, Services
from handlers.settings import Settings
from handlers.sse import DONE
from handlers.stores import open_store
from handlers.streams import Begun
from tests.handlers.contract import judged
from tests.providers.fake_upstream import Act, FakeUpstream, answer, event, running, stream

ME = Call(project="mine", request_id="req_1")
YOU = Call(project="yours", request_id="req_2")
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
    },
}
CUSTOM = {"type": "custom", "custom": {"name": "run_code"}}


@asynccontextmanager
async def served(tmp_path: Any, **settings: Any) -> AsyncIterator[Chat]:
    chosen = Settings(_env_file=None, data_dir=tmp_path, **settings)  # type: ignore[call-arg]  # pydantic-settings' own
    store = await open_store(chosen)
    provider = providers.load(chosen)
    hexes, seconds = count(1), count(1_750_000_000)
    services = Services(
        settings=chosen,
        store=store,
        provider=provider,
        now=lambda: next(seconds) + 0.75,
        hex=lambda: f"{next(hexes):048x}",
    )
    try:
        yield Chat(services)
    finally:
        await provider.aclose()
        await store.aclose()


@asynccontextmanager
async def upstream_of(tmp_path: Any, *acts: Act, **settings: Any) -> AsyncIterator[tuple[Chat, FakeUpstream]]:
    async with running(*acts) as upstream:
        options = {"provider": "openai", "upstream_url": upstream.url, "upstream_retries": 0, **settings}
        async with served(tmp_path, **options) as chat:
            yield chat, upstream


@pytest.fixture
async def chat(tmp_path: Any) -> AsyncIterator[Chat]:
    async with served(tmp_path) as group:
        yield group


def asked(content: Any = "hi", **fields: Any) -> schemas.CreateChatCompletionRequest:
    """A body as the shell hands it on."""
    body = {"model": "echo", "messages": [{"role": "user", "content": content}], **fields}
    return schemas.CreateChatCompletionRequest.model_validate_json(json.dumps(body), strict=True)


async def create(chat: Chat, call: Call = ME, **fields: Any) -> Any:
    body = await chat.create_chat_completion(call, body=asked(**fields))
    assert isinstance(body, bytes)
    return judged("CreateChatCompletionResponse", body)


async def chunks(chat: Chat, call: Call = ME, **fields: Any) -> list[Any]:
    """All chunks of a stream that ends as it should."""
    events = await chat.create_chat_completion(call, body=asked(stream=True, **fields))
    assert isinstance(events, Begun)
    *sent, last = [event async for event in events]
    assert last == DONE
    return [judged("CreateChatCompletionStreamResponse", event.data) for event in sent]


async def get(chat: Chat, completion_id: str, call: Call = ME) -> Any:
    return judged(
        "CreateChatCompletionResponse", await chat.get_chat_completion(call, completion_id=completion_id)
    )


async def listed(chat: Chat, call: Call = ME, **query: Any) -> Any:
    return judged("ChatCompletionList", await chat.list_chat_completions(call, **query))


async def messages(chat: Chat, completion_id: str, **query: Any) -> Any:
    body = await chat.get_chat_completion_messages(ME, completion_id=completion_id, **query)
    return judged("ChatCompletionMessageList", body)


def joined(sent: list[Any]) -> str:
    return "".join(choice["delta"].get("content") or "" for chunk in sent for choice in chunk["choices"])


# --- create ---------------------------------------------------------------------------------------


async def test_an_answer_has_id_time_model_and_usage(chat: Chat) -> None:
    made = await create(chat, content="hello")
    assert made["id"].startswith("chatcmpl-")
    assert made["created"] == 1_750_000_000
    assert made["model"] == "echo"
    assert "hello" in made["choices"][0]["message"]["content"]
    assert made["usage"]["total_tokens"] > 0


@pytest.mark.parametrize("store", [{}, {"store": False}, {"store": None}], ids=["unsaid", "false", "null"])
async def test_nothing_is_stored_unasked(chat: Chat, store: dict[str, Any]) -> None:
    made = await create(chat, **store)
    await chunks(chat, **store)
    assert (await listed(chat))["data"] == []
    with pytest.raises(NotFoundError):
        await get(chat, made["id"])


async def test_a_stored_completion_is_readable_at_once_as_it_was_answered(chat: Chat) -> None:
    made = await create(
        chat, store=True, metadata={"k": "v"}, temperature=0.5, user="u1", tools=[TOOL], seed=10**18
    )
    kept = await get(chat, made["id"])
    assert {**kept, **made} == kept
    assert kept["metadata"] == {"k": "v"}
    assert kept["request_id"] == "req_1"
    assert (kept["temperature"], kept["top_p"], kept["seed"]) == (0.5, 1.0, 10**18)
    assert (kept["input_user"], kept["tools"], kept["tool_choice"]) == ("u1", [TOOL], None)


async def test_tool_calls_and_response_formats_are_kept(chat: Chat) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
    called = await create(
        chat, store=True, tools=[TOOL, CUSTOM], tool_choice="required", content="get_weather run_code"
    )
    formed = await create(chat, store=True, response_format=wanted)
    calls = (await get(chat, called["id"]))["choices"][0]["message"]["tool_calls"]
    assert [call["type"] for call in calls] == ["function", "custom"]
    assert json.loads(calls[0]["function"]["arguments"]) == {"city": "echo"}
    assert (await get(chat, formed["id"]))["response_format"] == wanted


STREAMED: dict[str, dict[str, Any]] = {
    "text": {"content": "a text of some length that needs several chunks"},
    "calls": {"tools": [TOOL, CUSTOM], "content": "get_weather and run_code"},
    "function call": {"functions": [TOOL["function"]], "function_call": {"name": "get_weather"}},
    "json": {"response_format": {"type": "json_object"}},
    "three choices": {"n": 3},
    "log probabilities": {"logprobs": True, "top_logprobs": 2},
    "cut short": {"max_completion_tokens": 3},
    "nothing": {"max_tokens": 0},
}


@pytest.mark.parametrize("fields", STREAMED.values(), ids=STREAMED)
async def test_what_was_streamed_is_stored_as_if_it_had_not_been(chat: Chat, fields: dict[str, Any]) -> None:
    whole = await create(chat, store=True, **fields)
    sent = await chunks(chat, store=True, **fields)
    kept = await get(chat, sent[0]["id"])
    plain = await get(chat, whole["id"])
    for choice in plain["choices"]:
        choice["message"].pop("annotations", None)  # chunks have none
    differing = {"id", "created", "service_tier"}
    assert {k: v for k, v in kept.items() if k not in differing} == {
        k: v for k, v in plain.items() if k not in differing
    }
    assert {chunk["id"] for chunk in sent} == {kept["id"]}


async def test_a_stream_is_stored_before_its_last_chunk_goes_out(chat: Chat) -> None:
    events = await chat.create_chat_completion(ME, body=asked(stream=True, store=True))
    assert isinstance(events, Begun)
    async for one in events:
        chunk = json.loads(one.data)
        ended = chunk["choices"][0]["finish_reason"] is not None
        assert len((await listed(chat))["data"]) == int(ended)
        if ended:
            break
    await events.aclose()


async def test_usage_is_streamed_only_when_asked_for_and_stored_either_way(chat: Chat) -> None:
    silent = await chunks(chat, store=True)
    told = await chunks(chat, store=True, stream_options={"include_usage": True})
    assert all("usage" not in chunk for chunk in silent)
    assert [chunk["usage"] is None for chunk in told] == [True] * (len(told) - 1) + [False]
    assert told[-1]["choices"] == []
    kept = [await get(chat, sent[0]["id"]) for sent in (silent, told)]
    assert kept[0]["usage"] == kept[1]["usage"] == told[-1]["usage"]


async def test_a_client_that_leaves_leaves_nothing_stored(chat: Chat) -> None:
    events = await chat.create_chat_completion(ME, body=asked(stream=True, store=True))
    assert isinstance(events, Begun)
    await anext(events)
    await events.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(events)
    assert (await listed(chat))["data"] == []


async def test_a_client_that_leaves_closes_the_stream_upstream(tmp_path: Any) -> None:
    chunk = {"choices": [{"delta": {"content": "a"}}]}
    async with upstream_of(tmp_path, stream([event(chunk)], "hang")) as (chat, upstream):
        events = await chat.create_chat_completion(ME, body=asked(stream=True, store=True))
        assert isinstance(events, Begun)
        await events.aclose()  # not even the first chunk was fetched
        await asyncio.wait_for(upstream.left.wait(), 5)
        assert (await listed(chat))["data"] == []


async def test_a_failure_before_the_first_chunk_is_an_error_not_a_stream(chat: Chat) -> None:
    with pytest.raises(NotFoundError) as caught:
        await chunks(chat, model="nobody")
    assert caught.value.code == "model_not_found"


async def test_a_failure_midway_ends_the_stream_and_stores_nothing(chat: Chat) -> None:
    events = await chat.create_chat_completion(ME, body=asked(model="echo/broken", stream=True, store=True))
    assert isinstance(events, Begun)
    for _ in range(3):
        await anext(events)
    with pytest.raises(BadGatewayError):
        await anext(events)
    assert (await listed(chat))["data"] == []


async def test_what_cannot_be_stored_is_refused_before_the_model_is_asked(tmp_path: Any) -> None:
    async with upstream_of(tmp_path) as (chat, upstream):
        body = asked(store=True)
        body.messages[0].content = "\ud800"
        with pytest.raises(BadRequestError) as caught:
            await chat.create_chat_completion(ME, body=body)
    assert caught.value.param == "messages[0].content"
    assert upstream.requests == []


async def test_the_endpoint_sees_what_the_client_sent_but_not_what_is_ours(tmp_path: Any) -> None:
    async with upstream_of(tmp_path) as (chat, upstream):
        await create(chat, store=True, metadata={"k": "v"}, top_k=3)
        await chunks(chat, store=True, top_k=3)
    message = {"role": "user", "content": "hi"}
    seen = {"model": "echo", "messages": [message], "top_k": 3}
    assert upstream.requests[0].json() == {**seen, "stream": False}
    assert upstream.requests[1].json() == {**seen, "stream": True, "stream_options": {"include_usage": True}}


SLOPPY = stream(
    [
        event(
            {
                "id": "chatcmpl-899",
                "choices": [{"delta": {"role": "assistant", "content": "a", "tool_calls": None}}],
            }
        ),
        event({"id": "chatcmpl-900", "choices": [{"delta": {"content": "b"}, "finish_reason": None}]}),
        b"data: [DONE]\n\n",
    ]
)


async def test_a_stream_that_forgets_how_it_ended_is_completed(tmp_path: Any) -> None:
    async with upstream_of(tmp_path, SLOPPY) as (chat, _):
        sent = await chunks(chat, store=True)
        kept = await get(chat, sent[0]["id"])
    assert joined(sent) == "ab"
    assert sent[-1]["choices"] == [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    assert {chunk["id"] for chunk in sent} == {kept["id"]}
    assert kept["choices"][0]["message"] == {"role": "assistant", "content": "ab", "refusal": None}


async def test_ids_of_endpoints_that_repeat_themselves_do_not_collide(tmp_path: Any) -> None:
    same = answer(200, {"id": "chatcmpl-899", "choices": [{"message": {"content": "hi"}}]})
    async with upstream_of(tmp_path, same) as (chat, _):
        made = [await create(chat, store=True) for _ in range(2)]
        unstored = await create(chat)
        assert [row["id"] for row in (await listed(chat))["data"]] == [one["id"] for one in made]
    assert made[0]["id"] != made[1]["id"]
    assert unstored["id"] == "chatcmpl-899"


async def test_all_chunks_of_a_stream_have_one_id_even_where_the_endpoint_changes_it(tmp_path: Any) -> None:
    async with upstream_of(tmp_path, SLOPPY) as (chat, _):
        assert {chunk["id"] for chunk in await chunks(chat)} == {"chatcmpl-899"}


@pytest.mark.parametrize("body", [{}, {"choices": None}, {"response": "hi"}])
async def test_an_answer_that_is_none_is_502(tmp_path: Any, body: Any) -> None:
    async with upstream_of(tmp_path, answer(200, body)) as (chat, _):
        with pytest.raises(BadGatewayError, match="no chat completion"):
            await create(chat)


async def test_a_stream_that_says_nothing_is_502(tmp_path: Any) -> None:
    async with upstream_of(tmp_path, stream([b"data: [DONE]\n\n"])) as (chat, _):
        with pytest.raises(BadGatewayError, match="before it said anything"):
            await chunks(chat)


async def test_an_alias_answers_under_the_name_it_was_asked_by(tmp_path: Any) -> None:
    async with served(tmp_path, model_aliases="gpt-4o=echo,*=echo") as chat:
        assert (await create(chat, model="gpt-4o", store=True))["model"] == "gpt-4o"
        assert {chunk["model"] for chunk in await chunks(chat, model="anything")} == {"anything"}
        assert len((await listed(chat, model="gpt-4o"))["data"]) == 1
        with pytest.raises(BadGatewayError):
            await create(chat, model="echo/broken")  # a real model is no pattern's


async def test_a_provider_that_refuses_is_heard(chat: Chat) -> None:
    with pytest.raises(ApiError) as caught:
        await create(chat, tools=[TOOL], tool_choice={"type": "function", "function": {"name": "nobody"}})
    assert (caught.value.status, caught.value.param) == (400, "tool_choice")


# --- the stored -----------------------------------------------------------------------------------


async def test_another_project_sees_nothing(chat: Chat) -> None:
    made = await create(chat, store=True)
    update = schemas.UpdateChatCompletionBody(metadata={})
    assert (await listed(chat, YOU))["data"] == []
    for refused in (
        chat.get_chat_completion(YOU, completion_id=made["id"]),
        chat.update_chat_completion(YOU, completion_id=made["id"], body=update),
        chat.delete_chat_completion(YOU, completion_id=made["id"]),
        chat.get_chat_completion_messages(YOU, completion_id=made["id"]),
    ):
        with pytest.raises(NotFoundError):
            await refused
    assert await get(chat, made["id"])


async def test_lists_are_filtered_by_model_and_metadata_oldest_first(chat: Chat) -> None:
    made = [
        await create(chat, store=True, metadata={"k": k, "l": "x"}, model=model)
        for k, model in [("1", "echo"), ("2", "echo"), ("1", "ft:echo:lockstep::sample")]
    ]
    ids = [one["id"] for one in made]

    async def found(**query: Any) -> list[str]:
        return [row["id"] for row in (await listed(chat, **query))["data"]]

    assert await found() == ids
    assert await found(order="desc") == ids[::-1]
    assert await found(metadata={"k": "1"}) == [ids[0], ids[2]]
    assert await found(metadata={"k": "1", "l": "y"}) == []
    assert await found(model="echo") == ids[:2]
    assert await found(model="echo", metadata={"k": "1"}) == ids[:1]


async def test_pages_visit_every_completion_once(chat: Chat) -> None:
    ids = [(await create(chat, store=True))["id"] for _ in range(5)]
    seen: list[str] = []
    page = await listed(chat, limit=2)
    while True:
        assert (page["first_id"], page["last_id"]) == (page["data"][0]["id"], page["data"][-1]["id"])
        seen += [row["id"] for row in page["data"]]
        if not page["has_more"]:
            break
        page = await listed(chat, limit=2, after=page["last_id"])
    assert seen == ids


async def test_an_empty_list_has_string_ids(chat: Chat) -> None:
    assert await listed(chat) == {
        "object": "list",
        "data": [],
        "first_id": "",
        "last_id": "",
        "has_more": False,
    }


async def test_an_unknown_cursor_is_refused(chat: Chat) -> None:
    with pytest.raises(BadRequestError) as caught:
        await listed(chat, after="chatcmpl-none")
    assert caught.value.param == "after"


@pytest.mark.parametrize("given", [{"a": "b"}, {}, None])
async def test_an_update_replaces_the_metadata_and_nothing_else(chat: Chat, given: Any) -> None:
    made = await create(chat, store=True, metadata={"old": "1"})
    before = await get(chat, made["id"])
    body = schemas.UpdateChatCompletionBody.model_validate({"metadata": given})
    updated = await chat.update_chat_completion(ME, completion_id=made["id"], body=body)
    assert judged("CreateChatCompletionResponse", updated) == {**before, "metadata": given or {}}
    assert await get(chat, made["id"]) == {**before, "metadata": given or {}}


async def test_what_is_deleted_is_gone(chat: Chat) -> None:
    made = await create(chat, store=True)
    answered = await chat.delete_chat_completion(ME, completion_id=made["id"])
    assert judged("ChatCompletionDeleted", answered) == {
        "object": "chat.completion.deleted",
        "id": made["id"],
        "deleted": True,
    }
    for gone in (
        chat.get_chat_completion(ME, completion_id=made["id"]),
        chat.delete_chat_completion(ME, completion_id=made["id"]),
        chat.get_chat_completion_messages(ME, completion_id=made["id"]),
    ):
        with pytest.raises(NotFoundError):
            await gone
    assert (await listed(chat))["data"] == []


# --- messages -------------------------------------------------------------------------------------

EVERY_ROLE: list[dict[str, Any]] = [
    {"role": "developer", "content": "be brief", "name": "dev"},
    {"role": "system", "content": [{"type": "text", "text": "be kind"}]},
    {
        "role": "user",
        "name": "ann",
        "content": [
            {"type": "text", "text": "look"},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            {"type": "file", "file": {"file_id": "file-1"}},
        ],
    },
    {
        "role": "assistant",
        "content": None,
        "audio": {"id": "audio_1"},
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    },
    {"role": "tool", "content": "42", "tool_call_id": "c1"},
    {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}], "refusal": "no", "audio": None},
    {"role": "function", "name": "f", "content": None},
    {"role": "user", "content": "NUL \0 and \U0001f600", "mine": 10**30},
]


async def test_every_message_comes_back_with_all_it_had(chat: Chat) -> None:
    made = await create(chat, store=True, messages=EVERY_ROLE)
    page = await messages(chat, made["id"])
    *inputs, output = page["data"]
    assert [row["id"] for row in page["data"]] == [
        f"{made['id']}-{index}" for index in range(len(EVERY_ROLE) + 1)
    ]
    for sent, row in zip(EVERY_ROLE, inputs, strict=True):
        kept = dict(row)
        content = kept.pop("content_parts") or kept["content"]
        assert content == sent["content"]
        assert {k: v for k, v in sent.items() if v is not None and k != "content"}.items() <= kept.items()
        assert (row["content"] is None) or (row["content_parts"] is None)
    assert output["content"] == made["choices"][0]["message"]["content"]


async def test_each_choice_is_a_message(chat: Chat) -> None:
    made = await create(chat, store=True, n=3)
    page = await messages(chat, made["id"])
    assert [row["content"] for row in page["data"][1:]] == [
        one["message"]["content"] for one in made["choices"]
    ]
    assert len({row["content"] for row in page["data"]}) == 4


async def test_messages_are_paged_both_ways(chat: Chat) -> None:
    made = await create(
        chat, store=True, n=2, messages=[{"role": "user", "content": str(i)} for i in range(3)]
    )
    ids = [f"{made['id']}-{index}" for index in range(5)]
    first = await messages(chat, made["id"], limit=2)
    assert ([row["id"] for row in first["data"]], first["has_more"]) == (ids[:2], True)
    assert (first["first_id"], first["last_id"]) == (ids[0], ids[1])
    rest = await messages(chat, made["id"], after=ids[1])
    assert ([row["id"] for row in rest["data"]], rest["has_more"]) == (ids[2:], False)
    back = await messages(chat, made["id"], order="desc", limit=2)
    assert [row["id"] for row in back["data"]] == ids[:2:-1]


async def test_an_unknown_message_cursor_is_named(chat: Chat) -> None:
    made = await create(chat, store=True)
    with pytest.raises(BadRequestError, match="msg_none") as caught:
        await messages(chat, made["id"], after="msg_none")
    assert caught.value.param == "after"
