"""Work without a client: its states, its end, and what becomes of it when a process does not come back."""

import asyncio
import dataclasses
import json
import sqlite3

import pytest

from handlers.errors import BadGatewayError
from handlers.responses import Responses
from handlers.responses.log import AHEAD
from tests.handlers.responses.conftest import parse, text_of
from tests.handlers.responses.replayer import replayed
from tests.handlers.responses.scripted import Scripted

ENDED = ("completed", "failed", "cancelled", "incomplete")


async def until(seen, seconds=5):
    async with asyncio.timeout(seconds):
        while not seen():  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.01)


@pytest.fixture
async def crowded(make_talk):
    """Room for one job at a time, and a provider that waits."""
    return await make_talk(Scripted(gated=True), background_jobs=1)


@pytest.mark.parametrize("stream", [False, True])
async def test_background_work_is_queued_begun_and_done(crowded, stream):
    talk = crowded
    conversation = await talk.conversation("a")
    running = await talk.make(input="x", background=True)
    assert running["status"] == "queued"
    await talk.until(running["id"], "in_progress")
    body = {"conversation": conversation, "input": "b", "background": True}
    if stream:
        events = await talk.call(**body, stream=True)
        queued = json.loads((await anext(events)).data)["response"]
        await events.aclose()
    else:
        queued = await talk.make(**body)
    assert queued["status"] == (await talk.get(queued["id"]))["status"]
    assert (await talk.refused(400, conversation=conversation, input="c"))["code"] == "conversation_locked"
    talk.provider.gate.set()
    for made in (running, queued):
        assert text_of(await talk.until(made["id"], *ENDED)) == "one two three"
    assert await talk.texts(conversation) == ["a", "b", "one two three"]
    assert (await talk.get(queued["id"]))["background"] is True


async def test_a_failure_in_the_background_is_told_by_the_response(talk):
    talk.provider.error = BadGatewayError("it broke")
    made = await talk.make(input="a", background=True)
    failed = await talk.until(made["id"], *ENDED)
    assert failed["status"] == "failed"
    assert failed["error"] == {"code": "server_error", "message": "it broke"}


@pytest.mark.parametrize("streamed", [False, True])
async def test_cancelling_works_in_every_state_and_again(crowded, streamed):
    talk, streams = crowded, []
    conversation = await talk.conversation("a")

    async def start(**body):
        if not streamed:
            return await talk.make(**body, background=True)
        path, sent = "/responses", {"model": "m", **body, "background": True, "stream": True}
        known = len(talk.rows("response"))
        streams.append(asyncio.create_task(talk.client.post(path, json=sent)))
        await until(lambda: len(talk.rows("response")) > known)
        return {"id": talk.rows("response")[-1][2]}

    running = await start(input="x", conversation=conversation)
    await talk.until(running["id"], "in_progress")
    await talk.provider.asked.wait()
    queued = await start(input="y")
    for made in (queued, running):
        for _ in range(2):
            answer = await talk.client.post(f"/responses/{made['id']}/cancel")
            assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
            assert answer.json() == await talk.get(made["id"])
    await asyncio.wait_for(talk.provider.closed.wait(), 5)
    assert await talk.texts(conversation) == ["a"]
    talk.provider.gate.set()
    done = await start(input="z", conversation=conversation)
    await talk.until(done["id"], "completed")
    answer = await talk.client.post(f"/responses/{done['id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    if streamed:
        events = await talk.events(running["id"])
        assert events[-1]["response"]["status"] == "cancelled"
        assert [parse(answer.text)[-1]["type"] for answer in await asyncio.gather(*streams)] == [
            "response.failed",
            "response.failed",
            "response.completed",
        ]
        assert [event["sequence_number"] for event in events] == list(range(len(events)))


async def test_what_another_process_holds_ends_past_what_it_may_have_sent(crowded):
    """It is queued as far as the store knows, and may have begun since."""
    talk = crowded
    held = [await talk.call(input="a", background=True, stream=True) for _ in range(2)]
    queued = json.loads((await anext(held[1])).data)["response"]["id"]
    assert (await talk.get(queued))["status"] == "queued"
    await talk.client.post(f"/responses/{queued}/cancel")
    assert [event["sequence_number"] for event in await talk.events(queued)] == [0, 1, 2 + AHEAD]
    for stream in held:
        await stream.aclose()


async def test_cancelling_what_is_in_the_foreground_is_refused(talk):
    made = await talk.make(input="a")
    answer = await talk.client.post(f"/responses/{made['id']}/cancel")
    assert answer.status_code == 400
    assert (await talk.client.post("/responses/resp_x/cancel")).status_code == 404


async def test_deleting_what_runs_ends_it(gated):
    conversation = await gated.conversation("a")
    made = await gated.make(input="b", conversation=conversation, background=True)
    await gated.provider.asked.wait()
    assert (await gated.client.delete(f"/responses/{made['id']}")).status_code == 200
    await asyncio.wait_for(gated.provider.closed.wait(), 5)
    await gated.get(made["id"], status=404)
    assert gated.traces(made["id"]) == []
    await gated.add(conversation, "free")


async def test_another_process_can_cancel_and_the_worker_notices(make_talk):
    talk = await make_talk(Scripted(gated=True), lease_seconds=0.6)
    conversation = await talk.conversation("a")
    made = await talk.make(input="b", conversation=conversation, background=True)
    await talk.provider.asked.wait()
    answer = await talk.responses.cancel_response(talk.me, response_id=made["id"])
    assert json.loads(answer)["status"] == "cancelled"
    await talk.add(conversation, "free")
    await asyncio.wait_for(talk.provider.closed.wait(), 5)
    assert (await talk.get(made["id"]))["status"] == "cancelled"
    assert await talk.texts(conversation) == ["a", "free"]


async def test_another_process_deletes_a_stream_and_its_writer_stops(make_talk):
    talk = await make_talk(Scripted(tuple("abcdefgh"), gated=True), lease_seconds=0.6)
    reading = asyncio.create_task(talk.streamed(input="b", conversation=await talk.conversation()))
    await talk.provider.asked.wait()
    await until(lambda: talk.rows("response"))
    await talk.responses.delete_response(talk.me, response_id=talk.rows("response")[0][2])
    await asyncio.sleep(0.7)
    talk.provider.gate.set()
    events = await reading
    assert events[-1]["type"] == "response.failed"
    assert talk.rows("response") == talk.rows("response_item") == talk.rows("response_event") == []


# --- processes that do not come back ---------------------------------------------------------------


async def abandon(responses):
    """Let a process end as if it were killed: nothing of it runs on, nothing is given back."""
    responses._leases._task.cancel()
    for run, task in list(responses._background._jobs.values()):
        run._end = asyncio.get_running_loop().create_future()
        task.cancel()
    await asyncio.sleep(0)


@pytest.fixture
async def fleeting(make_talk):
    """Leases are short, there is room for one job, the provider waits; `responses` is to die."""
    talk = await make_talk(Scripted(gated=True), lease_seconds=0.6, background_jobs=1)
    settings = talk.client.server.services.settings
    services = dataclasses.replace(talk.client.server.services, settings=settings)
    talk.dying = Responses(services)
    await talk.dying.open()
    return talk


async def begin(talk, **body):
    made = await talk.dying.create_response(talk.me, body=talk.given(**body, background=True))
    if isinstance(made, bytes):
        return json.loads(made)
    return json.loads((await anext(made)).data)["response"]


@pytest.mark.parametrize("stream", [False, True])
async def test_work_that_had_begun_fails_when_its_process_is_gone(fleeting, stream):
    talk = fleeting
    conversation = await talk.conversation("a")
    made = await begin(talk, input="b", conversation=conversation, stream=stream)
    await talk.until(made["id"], "in_progress")
    await talk.provider.asked.wait()
    await asyncio.sleep(0.3)
    await abandon(talk.dying)
    assert (await talk.refused(400, conversation=conversation, input="c"))["code"] == "conversation_locked"
    failed = await talk.until(made["id"], "failed")
    assert failed["error"]["code"] == "server_error"
    assert "gone" in failed["error"]["message"]
    assert await talk.texts(conversation) == ["a"]
    await talk.add(conversation, "free")
    if stream:
        events = await talk.events(made["id"])
        assert events[-1]["response"] == failed
        numbers = [event["sequence_number"] for event in events]
        last = next(place for place, event in enumerate(events) if event["type"].endswith(".done"))
        assert numbers == [*range(last), *range(last + AHEAD, len(numbers) + AHEAD)]
        assert replayed(events)["output"][0]["content"][0]["text"] == "one "


@pytest.mark.parametrize("stream", [False, True])
async def test_queued_work_is_taken_up_when_its_process_is_gone(fleeting, stream):
    talk = fleeting
    conversation = await talk.conversation("a")
    first = await begin(talk, input="x")
    second = await begin(talk, input="b", conversation=conversation, instructions="be brief", stream=stream)
    assert (await talk.get(second["id"]))["status"] == "queued"
    await abandon(talk.dying)
    talk.provider.gate.set()
    assert (await talk.until(first["id"], *ENDED))["status"] == "failed"
    done = await talk.until(second["id"], *ENDED)
    assert done["status"] == "completed"
    assert talk.provider.told() == ["be brief", "a", "b"]
    assert await talk.texts(conversation) == ["a", "b", "one two three"]
    if stream:
        events = await talk.events(second["id"])
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        assert [event["type"] for event in events[:4]] == [
            "response.created",
            "response.queued",
            "response.in_progress",
            "response.output_item.added",
        ]


async def test_queued_work_goes_on_from_what_is_left_of_its_chain(fleeting):
    talk = fleeting
    talk.provider.gate.set()
    first = await talk.make(input="1")
    second = await talk.make(input="2", previous_response_id=first["id"])
    talk.provider.gate.clear()
    await begin(talk, input="x")
    queued = await begin(talk, input="3", previous_response_id=second["id"])
    await talk.client.delete(f"/responses/{second['id']}")
    await abandon(talk.dying)
    talk.provider.gate.set()
    await talk.until(queued["id"], "completed")
    assert talk.provider.told() == ["1", "one two three", "3"]


async def test_queued_work_with_secrets_cannot_be_taken_up(fleeting):
    talk = fleeting
    await begin(talk, input="x")
    tool = {"type": "mcp", "server_label": "s", "server_url": "https://mcp.test", "authorization": "fish4711"}
    queued = await begin(talk, input="b", tools=[tool])
    assert talk.traces("fish4711") == []
    await abandon(talk.dying)
    failed = await talk.until(queued["id"], *ENDED)
    assert (failed["status"], failed["error"]["code"]) == ("failed", "server_error")
    assert "not stored" in failed["error"]["message"]


async def test_queued_work_without_its_conversation_fails(fleeting):
    talk = fleeting
    await begin(talk, input="x")
    conversation = await talk.conversation("a")
    queued = await begin(talk, input="b", conversation=conversation)
    await abandon(talk.dying)
    with sqlite3.connect(talk.path) as connection:
        connection.execute("DELETE FROM conversation")
    connection.close()
    failed = await talk.until(queued["id"], *ENDED)
    assert (failed["status"], failed["error"]["code"]) == ("failed", "server_error")
    assert conversation in failed["error"]["message"]


async def test_queued_work_waits_for_its_conversation(fleeting):
    """Who had it is gone, another has taken it meanwhile: the work is done after that."""
    talk = fleeting
    await begin(talk, input="x")
    conversation = await talk.conversation("a")
    queued = await begin(talk, input="b", conversation=conversation)
    await abandon(talk.dying)
    with sqlite3.connect(talk.path) as connection:
        connection.execute("UPDATE conversation SET turn = NULL, holder = NULL")
    connection.close()
    quicker = asyncio.create_task(talk.make(conversation=conversation, input="c"))
    await asyncio.sleep(1.5)
    assert (await talk.get(queued["id"]))["status"] == "queued"
    talk.provider.gate.set()
    await quicker
    await talk.until(queued["id"], "completed")
    assert await talk.texts(conversation) == ["a", "c", "one two three", "b", "one two three"]


async def test_a_process_that_ends_in_order_hands_back_what_it_has_not_begun(fleeting):
    talk = fleeting
    talk.provider.holds_after = 0
    conversation = await talk.conversation("a")
    first = await begin(talk, input="x", stream=True)
    await talk.until(first["id"], "in_progress")
    await talk.provider.asked.wait()
    second = await begin(talk, input="b", conversation=conversation, stream=True)
    await talk.dying.aclose()
    talk.provider.gate.set()
    for made in (first, second):
        await talk.until(made["id"], "completed")
        events = await talk.events(made["id"])
        kinds = [event["type"] for event in events]
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        assert kinds[:4] == [
            "response.created",
            "response.queued",
            "response.in_progress",
            "response.output_item.added",
        ]
    assert await talk.texts(conversation) == ["a", "b", "one two three"]


async def test_a_process_that_ends_in_order_fails_what_has_said_something(fleeting):
    talk = fleeting
    made = await begin(talk, input="x", stream=True)
    await talk.provider.asked.wait()
    await asyncio.sleep(0.1)
    await talk.dying.aclose()
    failed = await talk.get(made["id"])
    assert (failed["status"], failed["error"]["code"]) == ("failed", "server_error")
    assert text_of(failed) == "one "
    events = await talk.events(made["id"])
    assert [event["sequence_number"] for event in events] == list(range(len(events)))


async def test_the_lock_of_a_foreground_turn_dies_with_its_process(fleeting):
    talk = fleeting
    conversation = await talk.conversation("a")
    turn = asyncio.create_task(
        talk.dying.create_response(talk.me, body=talk.given(conversation=conversation, input="b"))
    )
    await talk.provider.asked.wait()
    await abandon(talk.dying)
    assert (await talk.refused(400, conversation=conversation, input="c"))["code"] == "conversation_locked"
    await asyncio.sleep(0.7)
    await talk.add(conversation, "free")
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
