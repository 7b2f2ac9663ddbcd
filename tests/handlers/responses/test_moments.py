"""At whichever moment somebody interferes, a turn is there whole, or not at all."""

import asyncio
import json
import random

from tests.handlers.responses.scripted import Scripted

WORDS = ("one ", "two ", "three")
TURN = ["b", "one two three"]


class Halting(Scripted):
    """Lets go of the event loop before each word, so that anything may happen in between."""

    async def stream(self, body):
        async for chunk in super().stream(body):
            await asyncio.sleep(0.0005)
            yield chunk


async def test_cancelling_at_any_moment_ends_in_one_of_two_ways(make_talk):
    talk = await make_talk(Halting(WORDS))
    chance = random.Random(4)
    ends = set()
    for number in range(60):
        conversation = await talk.conversation("a")
        body = {"conversation": conversation, "input": "b", "background": True}
        made = await talk.make(**body)
        await asyncio.sleep(chance.random() * 0.012)
        answers = await asyncio.gather(
            *(talk.client.post(f"/responses/{made['id']}/cancel") for _ in range(1 + number % 3))
        )
        found = await talk.get(made["id"])
        assert all(answer.json() == found for answer in answers)
        assert await talk.texts(conversation) == ["a", *(TURN if found["status"] == "completed" else [])]
        ends.add(found["status"])
        await talk.add(conversation, "free")
    assert ends == {"cancelled", "completed"}


async def test_leaving_after_any_event_ends_in_one_of_two_ways(make_talk):
    talk = await make_talk(Halting(WORDS))
    ends = []
    for count in range(1, 30):
        conversation = await talk.conversation("a")
        stream = await talk.call(conversation=conversation, input="b", stream=True)
        seen = []
        async for event in stream:
            seen.append(json.loads(event.data))
            if len(seen) == count:
                break
        await stream.aclose()
        found = await talk.get(seen[0]["response"]["id"])
        assert await talk.texts(conversation) == ["a", *(TURN if found["status"] == "completed" else [])]
        ends.append(found["status"])
        events = await talk.events(found["id"])
        assert events[-1]["response"] == found
        assert [event["item"] for event in events if event["type"].endswith("item.done")] == found["output"]
        kinds = [event["type"].removeprefix("response.") for event in events]
        for kind in ("output_item", "content_part"):
            assert kinds.count(f"{kind}.added") == kinds.count(f"{kind}.done") <= 1
        await talk.add(conversation, "free")
        if seen[-1]["type"] == "response.completed":
            break
    assert set(ends[:-1]) == {"cancelled"}
    assert ends[-1] == "completed"


async def test_deleting_at_any_moment_leaves_nothing_of_the_response(make_talk):
    talk = await make_talk(Halting(WORDS))
    chance = random.Random(5)
    for number in range(40):
        conversation = await talk.conversation("a")
        made = await talk.make(conversation=conversation, input="b", background=True)
        await asyncio.sleep(chance.random() * 0.012)
        assert (await talk.client.delete(f"/responses/{made['id']}")).status_code == 200
        await talk.get(made["id"], status=404)
        assert await talk.texts(conversation) in (["a"], ["a", *TURN]), number
        await talk.add(conversation, "free")
    for table in ("response", "response_item", "response_event"):
        assert talk.rows(table) == []


async def test_a_lease_is_kept_as_long_as_the_work_takes(make_talk):
    talk = await make_talk(Scripted(gated=True), lease_seconds=0.5)
    conversation, foreground = await talk.conversation("a"), await talk.conversation("a")
    made = await talk.make(conversation=conversation, input="b", background=True)
    waiting = asyncio.create_task(talk.make(conversation=foreground, input="b"))
    for _ in range(8):
        await asyncio.sleep(0.25)
        assert (await talk.get(made["id"]))["status"] == "in_progress"
        for locked in (conversation, foreground):
            error = await talk.refused(400, conversation=locked, input="c")
            assert error["code"] == "conversation_locked"
    talk.provider.gate.set()
    await talk.until(made["id"], "completed")
    assert (await waiting)["status"] == "completed"


async def test_a_process_that_slept_through_its_lease_goes_on_unless_another_took_over(make_talk):
    talk = await make_talk(Scripted(gated=True), lease_seconds=0.5)
    conversation = await talk.conversation("a")
    leases = talk.responses._leases
    stream = await talk.call(conversation=conversation, input="b", background=True, stream=True)
    made = json.loads((await anext(stream)).data)["response"]
    await talk.provider.asked.wait()
    leases._task.cancel()
    failed = await talk.until(made["id"], "failed")
    assert "gone" in failed["error"]["message"]
    talk.provider.gate.set()
    events = [json.loads(event.data) async for event in stream]
    assert events[-1]["response"]["status"] == "failed"
    assert await talk.texts(conversation) == ["a"]
    assert await talk.get(made["id"]) == failed
    assert (await talk.make(conversation=conversation, input="b"))["status"] == "completed"
