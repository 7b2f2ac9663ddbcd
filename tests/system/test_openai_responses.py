"""The Responses API through the official Python SDK, unmodified, over HTTP against a real server process.

`tests/contract.py` looks at every answer on its way: each stream is replayed, each body judged.
"""

import asyncio
import itertools
import json
import time
from typing import Literal

import openai
import pydantic
import pytest

ENDED = {"completed", "failed", "cancelled", "incomplete"}
PREFACE = "Echo (no model behind this): "
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "What the weather is like",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "kelvin"]}},
        "required": ["city", "unit"],
        "additionalProperties": False,
    },
}
CLOCK = {
    "type": "function",
    "name": "get_time",
    "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"]},
}


class Sight(pydantic.BaseModel):
    """What an answer is to look like."""

    place: str
    height: int
    kind: Literal["tower", "bridge"]
    tags: list[str]


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


def texts(items):
    return [item.content[0].text for item in items]


def until(client, response_id, seconds=20):
    ends = time.monotonic() + seconds
    while (found := client.responses.retrieve(response_id)).status not in ENDED:
        assert time.monotonic() < ends, f"still {found.status}"
        time.sleep(0.02)
    return found


def test_response_lives_from_create_to_delete(client):
    made = client.responses.create(
        model="echo", input="hello", instructions="Be brief.", metadata={"topic": "demo"}
    )
    assert (made.status, made.output_text) == ("completed", PREFACE + "hello")
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens > 0
    assert client.responses.retrieve(made.id).to_dict() == made.to_dict()
    assert client.responses.delete(made.id) is None
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_accumulated_stream_is_the_stored_response(client):
    with client.responses.stream(model="echo", input="tell me a story") as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].type == "response.completed"
    deltas = [event for event in events if event.type == "response.output_text.delta"]
    assert len(deltas) > 2
    assert deltas[-1].snapshot == final.output_text == PREFACE + "tell me a story"
    assert client.responses.retrieve(final.id).output_text == final.output_text


def test_stream_of_a_response_that_is_cut_off_ends_incomplete(client):
    stream = client.responses.create(model="echo", input="word " * 50, max_output_tokens=20, stream=True)
    last = list(stream)[-1]
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details.reason == "max_output_tokens"
    assert last.response.output[0].status == "incomplete"


def test_stream_that_breaks_ends_as_failed(client):
    events = list(client.responses.create(model="echo/broken", input="hello", stream=True))
    assert events[-1].type == "response.failed"
    assert events[-1].response.error.code == "server_error"
    with pytest.raises(openai.InternalServerError):
        client.responses.create(model="echo/broken", input="hello")


def test_structured_output_is_parsed(client):
    made = client.responses.parse(model="echo", input="a tower?", text_format=Sight)
    assert isinstance(made.output_parsed, Sight)
    assert made.text.format.type == "json_schema"


def test_structured_output_is_parsed_from_a_stream(client):
    with client.responses.stream(model="echo", input="a tower?", text_format=Sight) as stream:
        final = stream.until_done().get_final_response()
    assert isinstance(final.output_parsed, Sight)


def test_reasoning_is_told_and_streamed(client):
    body = {"model": "echo", "input": "think", "reasoning": {"effort": "low", "summary": "auto"}}
    made = client.responses.create(**body, include=["reasoning.encrypted_content"])
    assert [item.type for item in made.output] == ["reasoning", "message"]
    assert "think" in made.output[0].summary[0].text
    assert made.output[0].encrypted_content
    assert made.usage.output_tokens_details.reasoning_tokens > 0
    again = client.responses.create(
        model="echo", store=False, input=[user("think"), *made.output, user("and then?")]
    )
    assert again.output_text == PREFACE + "and then?"
    with client.responses.stream(**body) as stream:
        kinds = {event.type for event in stream}
    assert "response.reasoning_summary_text.done" in kinds


def test_tool_loop_with_parallel_calls(client):
    given = [user("get_weather and get_time please")]
    made = client.responses.create(model="echo", input=given, tools=[WEATHER, CLOCK])
    calls = [item for item in made.output if item.type == "function_call"]
    assert [call.name for call in calls] == ["get_weather", "get_time"]
    assert len({call.call_id for call in calls}) == 2
    assert set(json.loads(calls[0].arguments)) == {"city", "unit"}
    assert [tool.strict for tool in made.tools] == [True, None]
    outputs = [
        {"type": "function_call_output", "call_id": call.call_id, "output": f"{call.name}: fine"}
        for call in calls
    ]
    chained = client.responses.create(
        model="echo", input=outputs, tools=[WEATHER, CLOCK], previous_response_id=made.id
    )
    by_hand = client.responses.create(
        model="echo", input=[*given, *made.output, *outputs], tools=[WEATHER, CLOCK], store=False
    )
    expected = PREFACE + "the tool answered: get_time: fine"
    assert chained.output_text == by_hand.output_text == expected
    assert chained.usage.input_tokens == by_hand.usage.input_tokens


def test_streamed_calls_stand_at_places_of_their_own(client):
    with client.responses.stream(
        model="echo",
        input="get_weather, get_time, note",
        tools=[WEATHER, CLOCK, {"type": "custom", "name": "note"}],
    ) as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert [item.type for item in final.output] == ["function_call", "function_call", "custom_tool_call"]
    done = [event for event in events if event.type == "response.function_call_arguments.done"]
    assert [(event.output_index, event.arguments) for event in done] == [
        (index, final.output[index].arguments) for index in (0, 1)
    ]
    assert final.output[2].input == "get_weather, get_time, note"


def test_background_work_is_polled_to_its_end(client):
    made = client.responses.create(model="echo", input="hello", background=True)
    assert made.status == "queued"
    assert until(client, made.id).output_text == PREFACE + "hello"


def test_background_work_is_cancelled_once_and_for_all(client):
    made = client.responses.create(model="echo/slow", input="word " * 100, background=True)
    assert client.responses.cancel(made.id).status == "cancelled"
    assert client.responses.cancel(made.id).status == "cancelled"
    assert client.responses.retrieve(made.id).status == "cancelled"
    foreground = client.responses.create(model="echo", input="hello")
    with pytest.raises(openai.BadRequestError):
        client.responses.cancel(foreground.id)


def test_stream_is_taken_up_again_without_loss_or_repeat(client):
    seen = []
    with client.responses.create(
        model="echo/slow", input="word " * 30, background=True, stream=True
    ) as stream:
        for event in stream:
            seen.append(event)
            if len(seen) == 7:
                break
    response_id, last = seen[0].response.id, seen[-1].sequence_number
    during = list(client.responses.retrieve(response_id, stream=True, starting_after=last))
    after = list(client.responses.retrieve(response_id, stream=True, starting_after=last))
    whole = list(client.responses.retrieve(response_id, stream=True))
    numbers = [event.sequence_number for event in [*seen, *during]]
    assert numbers == [event.sequence_number for event in whole] == list(range(len(whole)))
    assert [event.to_dict() | {"obfuscation": ""} for event in during] == [
        event.to_dict() | {"obfuscation": ""} for event in after
    ]
    assert whole[-1].response.to_dict() == client.responses.retrieve(response_id).to_dict()
    with pytest.raises(openai.BadRequestError):
        client.responses.retrieve(client.responses.create(model="echo", input="hi").id, stream=True)


def test_conversation_is_kept_in_step(client):
    conversation = client.conversations.create(items=[user("before")])
    first = client.responses.create(model="echo", input="one", conversation=conversation.id)
    assert first.conversation.id == conversation.id
    client.conversations.items.create(conversation.id, items=[user("between")])
    with client.responses.stream(model="echo", input="two", conversation={"id": conversation.id}) as stream:
        stream.until_done()
    listed = list(client.conversations.items.list(conversation.id, order="asc", limit=2))
    assert texts(listed) == ["before", "one", PREFACE + "one", "between", "two", PREFACE + "two"]
    counted = client.responses.create(model="echo", input="three", conversation=conversation.id).usage
    client.conversations.items.delete(listed[3].id, conversation_id=conversation.id)
    client.responses.create(model="echo/slow", input="four", conversation=conversation.id, background=True)
    with pytest.raises(openai.BadRequestError) as failure:
        client.responses.create(model="echo", input="five", conversation=conversation.id)
    assert failure.value.code == "conversation_locked"
    assert counted.input_tokens > first.usage.input_tokens


def test_failed_turns_leave_the_conversation_as_it_was(client):
    conversation = client.conversations.create(items=[user("before")])
    with pytest.raises(openai.InternalServerError):
        client.responses.create(model="echo/broken", input="one", conversation=conversation.id)
    assert texts(client.conversations.items.list(conversation.id)) == ["before"]


def test_chain_of_responses_is_the_context(client):
    made = client.responses.create(model="echo", input="turn 0")
    counts = [made.usage.input_tokens]
    for number in range(1, 6):
        made = client.responses.create(model="echo", input=f"turn {number}", previous_response_id=made.id)
        counts.append(made.usage.input_tokens)
    steps = {after - before for before, after in itertools.pairwise(counts)}
    assert len(steps) == 1
    assert steps.pop() > 5
    with pytest.raises(openai.BadRequestError) as failure:
        client.responses.create(model="echo", input="hi", previous_response_id="resp_" + "0" * 48)
    assert failure.value.code == "previous_response_not_found"


def test_input_items_page_through_once_each(client):
    first = client.responses.create(model="echo", input=[user("zero"), user("one")])
    made = client.responses.create(
        model="echo",
        input=[user(text) for text in ("two", "three", "four")],
        previous_response_id=first.id,
    )
    for order in ("asc", "desc"):
        listed = list(client.responses.input_items.list(made.id, order=order, limit=2))
        found = texts(listed) if order == "asc" else texts(listed)[::-1]
        assert found[-3:] == ["two", "three", "four"]
        assert len({item.id for item in listed}) == len(listed)


def test_tokens_are_counted_as_a_request_would_use_them(client):
    short = client.responses.input_tokens.count(model="gpt-4o", input="hello")
    long = client.responses.input_tokens.count(model="gpt-4o", input="hello " * 100, tools=[WEATHER])
    assert short.object == "response.input_tokens"
    assert 0 < short.input_tokens < 20
    assert 100 < long.input_tokens < 400


def test_compaction_goes_round(client):
    given = [user(f"Fact {number}: the harbour of Oban lies north. " + "word " * 40) for number in range(60)]
    before = client.responses.input_tokens.count(model="echo", input=given).input_tokens
    folded = client.responses.compact(model="echo", input=given)
    assert folded.output[-1].type == "compaction"
    # The SDK has only the model's messages for outputs, and warns of the user's.
    sent = [item.to_dict(warnings=False) for item in folded.output]
    after = client.responses.input_tokens.count(model="echo", input=sent).input_tokens
    assert after < before / 2
    made = client.responses.create(model="echo", input=[*sent, user("where?")])
    assert made.output_text == PREFACE + "where?"
    assert made.usage.input_tokens > 100
    chained = client.responses.compact(model="echo", previous_response_id=made.id)
    assert chained.output[-1].type == "compaction"


def test_what_is_not_to_be_stored_is_not(client):
    made = client.responses.create(model="echo", input="hello", store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.BadRequestError) as failure:
        client.responses.create(model="echo", input="hello", store=False, background=True)
    assert failure.value.param in {"background", "store"}


def test_logprobs_come_when_asked_for(client):
    made = client.responses.create(
        model="echo", input="hello", include=["message.output_text.logprobs"], top_logprobs=2
    )
    said = "".join(token.token for token in made.output[0].content[0].logprobs)
    assert said == made.output_text
    with client.responses.stream(
        model="echo", input="hello", include=["message.output_text.logprobs"]
    ) as stream:
        assert stream.until_done().get_final_response().output[0].content[0].logprobs


async def test_async_client_does_all_of_it(async_client):
    responses = async_client.responses
    made = await responses.create(model="echo", input="hello")
    assert (await responses.retrieve(made.id)).to_dict() == made.to_dict()
    async with responses.stream(model="echo", input="hello", previous_response_id=made.id) as stream:
        kinds = [event.type async for event in stream]
        assert (await stream.get_final_response()).output_text == PREFACE + "hello"
    assert kinds[-1] == "response.completed"
    parsed = await responses.parse(model="echo", input="a tower?", text_format=Sight)
    assert isinstance(parsed.output_parsed, Sight)
    background = await responses.create(model="echo", input="hello", background=True, stream=True)
    events = [event async for event in background]
    rest = await responses.retrieve(events[0].response.id, stream=True, starting_after=4)
    assert [event.sequence_number async for event in rest] == list(range(5, len(events)))
    slow = await responses.create(model="echo/slow", input="hello", background=True)
    assert (await responses.cancel(slow.id)).status == "cancelled"
    assert texts([item async for item in responses.input_items.list(made.id)]) == ["hello"]
    assert (await responses.input_tokens.count(model="echo", input="hello")).input_tokens > 0
    assert (await responses.compact(model="echo", input="hello")).output[-1].type == "compaction"
    await responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        await responses.retrieve(made.id)


async def test_async_turns_at_once_each_get_their_own_answer(async_client):
    async def turn(number):
        async with async_client.responses.stream(model="echo", input=f"turn {number}") as stream:
            return (await stream.get_final_response()).output_text

    answers = await asyncio.gather(*(turn(number) for number in range(30)))
    assert answers == [f"{PREFACE}turn {number}" for number in range(30)]
