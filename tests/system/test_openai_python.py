"""The official Python SDK, unmodified, over HTTP against a real server process."""

import asyncio

import openai
import pytest


@pytest.fixture
def client(server):
    """A synchronous SDK client with a key of the server."""
    with openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0) as client:
        yield client


@pytest.fixture
async def async_client(server):
    """An asynchronous SDK client with the same key."""
    async with openai.AsyncOpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0) as client:
        yield client


def user(text):
    return {"type": "message", "role": "user", "content": text}


def test_conversation_lives_from_create_to_delete(client):
    made = client.conversations.create(metadata={"topic": "demo"}, items=[user("hello")])
    assert client.conversations.retrieve(made.id) == made
    assert client.conversations.update(made.id, metadata={"topic": "other"}).metadata == {"topic": "other"}
    assert client.conversations.delete(made.id).deleted is True
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(made.id)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_items_page_through_once_each(client, order):
    conversation = client.conversations.create()
    texts = [f"message {index}" for index in range(9)]
    for text in texts:
        client.conversations.items.create(conversation.id, items=[user(text)])
    listed = list(client.conversations.items.list(conversation.id, limit=2, order=order))
    found = [item.content[0].text for item in listed]
    assert found == (texts if order == "asc" else texts[::-1])


def test_deleted_item_is_gone_and_its_cursor_keeps_its_place(client):
    conversation = client.conversations.create(items=[user(str(index)) for index in range(5)])
    items = list(client.conversations.items.list(conversation.id, order="asc"))
    assert (
        client.conversations.items.delete(items[2].id, conversation_id=conversation.id).id == conversation.id
    )
    with pytest.raises(openai.NotFoundError):
        client.conversations.items.retrieve(items[2].id, conversation_id=conversation.id)
    rest = client.conversations.items.list(conversation.id, order="asc", after=items[2].id)
    assert [item.id for item in rest.data] == [items[3].id, items[4].id]


def test_stored_completion_lives_from_create_to_delete(client):
    metadata = {"run": "python-sync"}
    made = client.chat.completions.create(
        model="echo", store=True, metadata=metadata, messages=[{"role": "user", "content": "hello"}]
    )
    assert client.chat.completions.retrieve(made.id).choices == made.choices
    assert [one.id for one in client.chat.completions.list(metadata=metadata)] == [made.id]
    messages = list(client.chat.completions.messages.list(made.id, limit=1))
    assert [(one.id, one.role) for one in messages] == [
        (f"{made.id}-0", "user"),
        (f"{made.id}-1", "assistant"),
    ]
    assert client.chat.completions.update(made.id, metadata={"run": "other"}).metadata == {"run": "other"}
    assert client.chat.completions.delete(made.id).deleted is True
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.retrieve(made.id)


def test_streamed_completion_is_stored_as_it_was_streamed(client):
    body = {"model": "echo", "store": True, "messages": [{"role": "user", "content": "tell me a story"}]}
    with client.chat.completions.stream(**body, stream_options={"include_usage": True}) as stream:
        for _ in stream:
            pass
        streamed = stream.get_final_completion()
    stored = client.chat.completions.retrieve(streamed.id)
    assert stored.choices[0].message.content == streamed.choices[0].message.content
    assert stored.usage == streamed.usage


def test_tool_call_comes_back(client):
    tool = {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
    made = client.chat.completions.create(
        model="echo",
        messages=[{"role": "user", "content": "weather?"}],
        tools=[tool],
        tool_choice={"type": "function", "function": {"name": "get_weather"}},
    )
    assert made.choices[0].finish_reason in {"stop", "tool_calls"}
    assert made.choices[0].message.tool_calls[0].function.name == "get_weather"


def test_models_are_listed_and_retrieved(client):
    assert "echo" in [model.id for model in client.models.list()]
    assert client.models.retrieve("echo").id == "echo"
    with pytest.raises(openai.NotFoundError) as failure:
        client.models.retrieve("no-such-model")
    assert failure.value.code == "model_not_found"
    with pytest.raises(openai.PermissionDeniedError):
        client.models.delete("echo")


def test_errors_name_the_place(client):
    with pytest.raises(openai.BadRequestError) as failure:
        client.conversations.create(items=[{"type": "message", "role": "user"}])
    assert failure.value.param == "items[0].content"
    assert failure.value.code == "missing_required_parameter"
    assert failure.value.request_id


def test_wrong_key_is_refused(server):
    with (
        openai.OpenAI(base_url=server.base_url, api_key="wrong", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError) as failure,
    ):
        stranger.models.list()
    assert failure.value.code == "invalid_api_key"


async def test_async_client_appends_concurrently_and_reads_all(async_client):
    conversation = await async_client.conversations.create()
    made = await asyncio.gather(
        *(
            async_client.conversations.items.create(conversation.id, items=[user(str(index))])
            for index in range(20)
        )
    )
    listed = [item.id async for item in async_client.conversations.items.list(conversation.id, limit=7)]
    assert sorted(listed) == sorted(one.data[0].id for one in made)


async def test_async_client_streams(async_client):
    stream = await async_client.chat.completions.create(
        model="echo", messages=[{"role": "user", "content": "hello"}], stream=True
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "hello" in text
    assert chunks[-1].choices[0].finish_reason == "stop"
