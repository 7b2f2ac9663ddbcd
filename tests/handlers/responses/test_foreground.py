"""Turns that a client waits for: what lands, what leaves nothing, who has the conversation."""

import asyncio
import json

import pytest

from handlers.errors import BadGatewayError, BadRequestError
from tests.handlers.responses.conftest import parse, text_of
from tests.handlers.responses.scripted import Scripted

SECRET = "fish4711"


async def test_a_turn_lands_with_its_response(talk):
    conversation = await talk.conversation("a")
    response = await talk.make(conversation=conversation, input="b")
    assert response["status"] == "completed"
    assert response["conversation"] == {"id": conversation}
    assert await talk.get(response["id"]) == response
    assert await talk.texts(conversation) == ["a", "b", "one two three"]
    landed = await talk.items(f"/conversations/{conversation}/items")
    assert landed[-1]["id"] == response["output"][0]["id"]


async def test_an_incomplete_turn_lands_too(talk):
    talk.provider.finish = "length"
    conversation = await talk.conversation()
    response = await talk.make(conversation=conversation, input="b")
    assert response["status"] == "incomplete"
    assert await talk.texts(conversation) == ["b", "one two three"]


@pytest.mark.parametrize("error", [BadGatewayError("it broke"), BadRequestError("bad prompt")])
async def test_a_turn_that_fails_midway_leaves_nothing(talk, error):
    talk.provider.error, talk.provider.fails_after = error, 2
    conversation = await talk.conversation("a")
    answer = await talk.refused(error.status, conversation=conversation, input="b")
    assert answer["message"] == error.message
    assert talk.rows("response") == []
    events = await talk.streamed(conversation=conversation, input="b")
    assert events[-1]["type"] == "response.failed"
    assert events[-1]["response"]["error"]["message"] == error.message
    assert await talk.get(events[0]["response"]["id"]) == events[-1]["response"]
    assert await talk.texts(conversation) == ["a"]
    talk.provider.error = None
    assert (await talk.make(conversation=conversation, input="b"))["status"] == "completed"


async def test_the_second_of_two_turns_at_once_is_refused(gated):
    conversation = await gated.conversation("a")
    item = (await gated.items(f"/conversations/{conversation}/items"))[0]["id"]
    first = asyncio.create_task(gated.make(conversation=conversation, input="b"))
    await gated.provider.asked.wait()
    path = f"/conversations/{conversation}"
    for stored in (True, False):
        error = await gated.refused(400, conversation=conversation, input="c", store=stored)
        assert (error["code"], error["param"]) == ("conversation_locked", "conversation")
    for method, where, body in (
        ("POST", f"{path}/items", {"items": [{"role": "user", "content": "d"}]}),
        ("DELETE", f"{path}/items/{item}", None),
        ("DELETE", path, None),
    ):
        answer = await gated.client.request(method, where, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "conversation_locked")
    assert (await gated.client.post(path, json={"metadata": {"a": "b"}})).status_code == 200
    gated.provider.gate.set()
    await first
    assert await gated.texts(conversation) == ["a", "b", "one two three"]
    assert (await gated.client.delete(f"{path}/items/{item}")).status_code == 200
    assert (await gated.client.delete(path)).status_code == 200


async def test_of_fifty_turns_at_once_exactly_the_accepted_land_whole_and_in_order(talk):
    conversation = await talk.conversation()
    accepted = []

    async def turn(number):
        body = {
            "model": "m",
            "conversation": conversation,
            "input": [{"role": "user", "content": f"{number}.{part}"} for part in range(3)],
        }
        if number % 2:
            answer = await talk.client.post("/responses", json={**body, "stream": True})
            good = answer.status_code == 200 and parse(answer.text)[-1]["type"] == "response.completed"
        else:
            answer = await talk.client.post("/responses", json=body)
            good = answer.status_code == 200
        if good:
            accepted.append(number)
        else:
            assert answer.json()["error"]["code"] == "conversation_locked"

    for _ in range(3):
        await asyncio.gather(*(turn(number) for number in range(50)))
    texts = await talk.texts(conversation)
    turns = [texts[start : start + 4] for start in range(0, len(texts), 4)]
    assert len(turns) == len(accepted) >= 3
    numbers = [int(parts[0].partition(".")[0]) for parts in turns]
    assert sorted(numbers) == sorted(accepted)
    for number, parts in zip(numbers, turns, strict=True):
        assert parts == [f"{number}.0", f"{number}.1", f"{number}.2", "one two three"]


async def test_a_turn_of_five_hundred_items(talk):
    conversation = await talk.conversation("a")
    given = [{"role": "user", "content": f"text {number}"} for number in range(500)]
    response = await talk.make(conversation=conversation, input=given)
    expected = [f"text {number}" for number in range(500)]
    assert await talk.texts(conversation) == ["a", *expected, "one two three"]
    listed = await talk.items(f"/responses/{response['id']}/input_items")
    assert [item["content"][0]["text"] for item in listed] == expected


@pytest.mark.parametrize("stream", [False, True])
async def test_store_false_leaves_nothing_anywhere(talk, stream):
    conversation = await talk.conversation("a")
    body = {"conversation": conversation, "input": SECRET, "store": False, "instructions": SECRET}
    if stream:
        events = await talk.streamed(**body)
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        response = events[-1]["response"]
    else:
        response = await talk.make(**body)
    assert talk.provider.told() == [SECRET, "a", SECRET]
    assert response["store"] is False
    await talk.get(response["id"], status=404)
    assert talk.traces(SECRET) == []
    assert talk.traces(response["id"]) == []
    assert await talk.texts(conversation) == ["a"]


async def test_a_deleted_response_leaves_nothing(talk):
    events = await talk.streamed(input=SECRET)
    response = events[-1]["response"]
    assert set(talk.traces(SECRET)) == {"response_item"}
    answer = await talk.client.delete(f"/responses/{response['id']}")
    assert answer.json() == {"id": response["id"], "object": "response", "deleted": True}
    assert talk.traces(SECRET) == talk.traces(response["id"]) == talk.traces("three") == []
    await talk.get(response["id"], status=404)
    assert SECRET.encode() not in talk.path.read_bytes()


async def test_a_stream_numbers_its_events_and_ends_with_what_is_stored(talk):
    events = await talk.streamed(input="a")
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    assert events[-1]["type"] == "response.completed"
    assert text_of(events[-1]["response"]) == "one two three"
    assert await talk.get(events[0]["response"]["id"]) == events[-1]["response"]


@pytest.mark.parametrize(("options", "expected"), [({}, True), ({"include_obfuscation": False}, False)])
async def test_filling_hides_the_length_of_pieces_unless_unwanted(talk, options, expected):
    events = await talk.streamed(input="a", stream_options=options)
    deltas = [event for event in events if event["type"].endswith(".delta")]
    assert len(deltas) == 3
    assert all(("obfuscation" in event) is expected for event in deltas)
    assert not any("obfuscation" in event for event in events if event not in deltas)
    assert talk.traces("obfuscation") == []


async def test_who_leaves_a_stream_cancels_it(gated):
    """The real thing, over HTTP, is among the tests of the system; here the shell's part is played."""
    conversation = await gated.conversation("a")
    stream = await gated.call(
        conversation=conversation, input="b", stream=True, stream_options={"include_obfuscation": False}
    )
    seen = [json.loads((await anext(stream)).data) for _ in range(5)]
    await stream.aclose()
    await asyncio.wait_for(gated.provider.closed.wait(), 5)
    response = await gated.get(seen[0]["response"]["id"])
    assert response["status"] == "cancelled"
    assert text_of(response) == "one "
    assert response["output"][0]["status"] == "incomplete"
    assert await gated.texts(conversation) == ["a"]
    gated.provider.gate.set()
    assert (await gated.make(conversation=conversation, input="c"))["status"] == "completed"
    events = await gated.events(response["id"], include_obfuscation="false")
    assert events[: len(seen)] == seen
    assert events[-1]["response"] == response


async def test_who_leaves_before_the_first_word_leaves_nothing(make_talk):
    talk = await make_talk(Scripted(gated=True))
    talk.provider.holds_after = 0
    conversation = await talk.conversation("a")
    for stream in (False, True):
        talk.provider.asked.clear()
        talk.provider.closed.clear()
        waiting = asyncio.create_task(talk.call(conversation=conversation, input="b", stream=stream))
        await talk.provider.asked.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.wait_for(talk.provider.closed.wait(), 5)
        assert talk.rows("response") == []
        await talk.add(conversation, "more")


async def test_input_items_have_ids_order_and_cursors(talk):
    given = [{"role": "user", "content": f"{number}"} for number in range(5)]
    given[2]["id"] = "msg_own"
    response = await talk.make(input=given)
    path = f"/responses/{response['id']}/input_items"
    page = (await talk.client.get(path, params={"limit": 2})).json()
    assert [item["content"][0]["text"] for item in page["data"]] == ["4", "3"]
    assert page["has_more"] is True
    assert page["last_id"] == page["data"][-1]["id"]
    rest = (await talk.client.get(path, params={"after": page["last_id"]})).json()
    assert [item["content"][0]["text"] for item in rest["data"]] == ["2", "1", "0"]
    assert rest["has_more"] is False
    assert rest["first_id"] == "msg_own"
    end = (await talk.client.get(path, params={"after": rest["last_id"]})).json()
    assert end["data"] == []
    for bad in (response["output"][0]["id"], "msg_x"):
        answer = await talk.client.get(path, params={"after": bad})
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "after")
    assert (await talk.client.get("/responses/resp_x/input_items")).status_code == 404
