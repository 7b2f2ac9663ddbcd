"""A stored stream, from any of its events on, during and after, here and in another process."""

import asyncio
import json

import pytest

from handlers.responses import Responses
from handlers.responses.resume import resumed
from tests.handlers.responses.scripted import Scripted

PLAIN = {"stream_options": {"include_obfuscation": False}}


@pytest.mark.parametrize("background", [False, True])
async def test_a_stream_resumes_after_any_event_without_loss_or_repeat(talk, background):
    events = await talk.streamed(input="a", background=background, **PLAIN)
    response_id = events[0]["response"]["id"]
    assert await talk.events(response_id, include_obfuscation="false") == events
    for seen in range(len(events) + 2):
        rest = await talk.events(response_id, starting_after=seen, include_obfuscation="false")
        assert rest == events[seen + 1 :]


async def test_filling_is_on_unless_unwanted_and_differs_each_time(talk):
    response_id = (await talk.streamed(input="a"))[0]["response"]["id"]
    first, second = [await talk.events(response_id) for _ in range(2)]
    assert any("obfuscation" in event for event in first)
    assert first != second


async def test_what_was_not_streamed_cannot_be(talk):
    for body in ({}, {"background": True}):
        made = await talk.make(input="a", **body)
        answer = await talk.client.get(f"/responses/{made['id']}", params={"stream": "true"})
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "stream")
    assert (await talk.client.get("/responses/resp_x", params={"stream": "true"})).status_code == 404


async def test_starting_after_is_no_negative_number(talk):
    response_id = (await talk.streamed(input="a"))[0]["response"]["id"]
    params = {"stream": "true", "starting_after": -1}
    answer = await talk.client.get(f"/responses/{response_id}", params=params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "integer_below_min_value")


async def collect(stream, into):
    async for event in stream:
        into.append(json.loads(event.data))
    return into


async def test_many_follow_a_running_stream_here_and_elsewhere(make_talk):
    """Whoever joins at whichever time sees the same events, in order, to the end."""
    words = tuple(f"word{number} " for number in range(200))
    talk = await make_talk(Scripted(words, gated=True))
    stream = await talk.call(input="a", stream=True, background=True, **PLAIN)
    first = json.loads((await anext(stream)).data)
    response_id = first["response"]["id"]
    here, elsewhere = talk.responses._desk, Responses(talk.client.server.services)._desk
    followers = [asyncio.create_task(collect(stream, [first]))]
    for desk in (here, elsewhere) * 4:
        follower = await resumed(desk, "default", response_id, None, obfuscated=False)
        followers.append(asyncio.create_task(collect(follower, [])))
        await asyncio.sleep(0.01)
        if len(followers) == 4:
            talk.provider.gate.set()
    streams = await asyncio.wait_for(asyncio.gather(*followers), 20)
    assert [event["sequence_number"] for event in streams[0]] == list(range(len(streams[0])))
    assert sum(event["type"].endswith(".delta") for event in streams[0]) == 200
    assert streams[0][-1]["type"] == "response.completed"
    for events in streams[1:]:
        assert events == streams[0]


async def test_a_follower_may_leave_and_the_work_goes_on(gated):
    stream = await gated.call(input="a", stream=True, background=True, **PLAIN)
    seen = [json.loads((await anext(stream)).data) for _ in range(4)]
    await stream.aclose()
    gated.provider.gate.set()
    response_id = seen[0]["response"]["id"]
    await gated.until(response_id, "completed")
    rest = await gated.events(response_id, starting_after=3, include_obfuscation="false")
    whole = await gated.events(response_id, include_obfuscation="false")
    assert seen + rest == whole


async def test_a_stream_of_what_is_deleted_meanwhile_ends_with_an_error(gated):
    stream = await gated.call(input="a", stream=True, background=True, **PLAIN)
    first = json.loads((await anext(stream)).data)
    reading = asyncio.create_task(collect(stream, [first]))
    await gated.provider.asked.wait()
    await gated.responses.delete_response(gated.me, response_id=first["response"]["id"])
    events = await asyncio.wait_for(reading, 5)
    assert events[-1]["type"] in {"error", "response.failed"}


async def test_the_log_is_written_in_batches(make_talk):
    talk = await make_talk(Scripted(tuple("abcdefghij" * 30)))
    events = await talk.streamed(input="a")
    assert len(events) > 300
    assert len(talk.rows("response_event")) <= 2
