"""Stored responses, on every store: who may change what, what lands together, what is left."""

import asyncio
import dataclasses

import pytest

from handlers.errors import BadRequestError, ConflictError, NotFoundError
from handlers.stores import (
    Claim,
    Conversation,
    Ending,
    Item,
    Lines,
    Lost,
    LostError,
    Response,
)

P = "default"
ME, OTHER = "hold_me", "hold_other"


def response(name="r", **changes) -> Response:
    made = Response(
        id=name, created_at=1, status="in_progress", background=False, streamed=True, body=b"{}", holder=ME
    )
    return dataclasses.replace(made, **changes)


def item(name: str) -> Item:
    return Item(name, "message", name.encode())


def turned(*names: str):
    return [(name, name.encode()) for name in names]


def ended(begun: Response, *output: str, **more) -> Ending:
    last = dataclasses.replace(begun, status="completed", holder=None)
    return Ending(last, turned(*output), **more)


async def ids(store, name="c") -> list[str]:
    page = await store.conversations.items(P, name, after=None, limit=1000, order="asc")
    return [row.id for row in page.rows]


async def inputs(store, name="r", **arguments):
    arguments = {"after": None, "limit": 100, "order": "asc"} | arguments
    page = await store.responses.inputs(P, name, **arguments)
    return [row[0] for row in page.rows], page.has_more


@pytest.fixture
async def living(store):
    """Both holders live, and there is a conversation with two items."""
    for holder in (ME, OTHER):
        await store.responses.beat(holder, 60)
    await store.conversations.create(P, Conversation("c", 1, b"{}"), [item("a"), item("b")])
    return store


# --- whose turn it is ------------------------------------------------------------------------------


async def test_a_turn_is_one_responses_until_it_is_given_back(living):
    claim = await living.responses.claim(P, "c", "r", ME)
    assert claim.position == 2
    assert await living.responses.context(P, claim) == [("a", b"a"), ("b", b"b")]
    for refused in (
        living.responses.claim(P, "c", "s", OTHER),
        living.responses.look(P, "c"),
        living.conversations.append(P, "c", [item("x")]),
        living.conversations.remove_item(P, "c", "a"),
        living.conversations.delete(P, "c"),
    ):
        with pytest.raises(BadRequestError) as caught:
            await refused
        assert caught.value.code == "conversation_locked"
    assert await living.responses.claim(P, "c", "r", OTHER) == claim
    assert await living.responses.look(P, "c", locked=True) == claim
    await living.responses.release(P, "c", "s")
    with pytest.raises(BadRequestError):
        await living.conversations.append(P, "c", [item("x")])
    await living.responses.release(P, "c", "r")
    assert await living.responses.look(P, "c") == claim
    await living.conversations.append(P, "c", [item("x")])


async def test_unknown_conversations_are_not_found_rather_than_locked(living):
    for unknown in (
        living.responses.claim(P, "x", "r", ME),
        living.responses.claim("elsewhere", "c", "r", ME),
        living.responses.look(P, "x"),
        living.conversations.append(P, "x", [item("x")]),
        living.conversations.remove_item(P, "x", "a"),
        living.conversations.delete(P, "x"),
    ):
        with pytest.raises(NotFoundError):
            await unknown


async def test_of_many_claims_at_once_one_succeeds(living):
    claims = [living.responses.claim(P, "c", f"r{number}", ME) for number in range(50)]
    answers = await asyncio.gather(*claims, return_exceptions=True)
    assert sum(isinstance(answer, Claim) for answer in answers) == 1


@pytest.mark.parametrize("end", ["retired", "expired"])
async def test_a_turn_dies_with_its_holder(living, end):
    await living.responses.claim(P, "c", "r", ME)
    if end == "retired":
        await living.responses.retire(ME)
    else:
        await living.responses.beat(ME, 0.05)
        await asyncio.sleep(0.1)
    assert (await living.responses.claim(P, "c", "s", OTHER)).position == 2
    await living.responses.release(P, "c", "r")
    with pytest.raises(BadRequestError):
        await living.conversations.append(P, "c", [item("x")])


# --- from beginning to end -------------------------------------------------------------------------


async def test_a_response_lands_with_its_turn(living):
    claim = await living.responses.claim(P, "c", "r", ME)
    begun = response(conversation=claim.seq, position=claim.position)
    await living.responses.begin(P, begun, turned("i"), request=b"body")
    ending = ended(begun, "o", conversation="c", landing=[item("i"), item("o")])
    await living.responses.finish(P, ending, expected=begun)
    assert await ids(living) == ["a", "b", "i", "o"]
    found = await living.responses.get(P, "r")
    assert (found.status, found.holder, found.output) == ("completed", None, [b"o"])
    assert await inputs(living) == (["i"], False)
    await living.conversations.append(P, "c", [item("x")])


async def test_what_begins_and_ends_at_once_lands_too(living):
    await living.responses.claim(P, "c", "r", ME)
    ending = ended(response(), "o", conversation="c", landing=[item(f"i{n}") for n in range(500)])
    await living.responses.add(P, ending, turned(*(f"i{n}" for n in range(500))))
    assert len(await ids(living)) == 502
    assert (await living.responses.get(P, "r")).output == [b"o"]
    with pytest.raises(ConflictError):
        await living.responses.add(P, ended(response()), [])


async def test_a_turn_that_was_lost_lands_nothing(living):
    claim = await living.responses.claim(P, "c", "r", ME)
    begun = response(conversation=claim.seq, position=claim.position)
    await living.responses.begin(P, begun, turned("i"))
    await living.responses.retire(ME)
    await living.responses.claim(P, "c", "s", OTHER)
    ending = ended(begun, "o", conversation="c", landing=[item("i"), item("o")])
    with pytest.raises(LostError):
        await living.responses.finish(P, ending, expected=begun)
    with pytest.raises(LostError):
        await living.responses.add(P, dataclasses.replace(ending, response=response("t")), [])
    assert await ids(living) == ["a", "b"]
    assert (await living.responses.get(P, "r")).status == "in_progress"
    with pytest.raises(NotFoundError):
        await living.responses.get(P, "t")
    with pytest.raises(BadRequestError):
        await living.conversations.append(P, "c", [item("x")])


async def test_only_who_knows_its_state_ends_a_response_and_only_once(living):
    begun = response()
    await living.responses.begin(P, begun, [])
    for expected in (dataclasses.replace(begun, holder=OTHER), dataclasses.replace(begun, next_event=1)):
        with pytest.raises(LostError):
            await living.responses.finish(P, ended(begun), expected=expected)
    await living.responses.finish(P, ended(begun), expected=begun)
    with pytest.raises(LostError):
        await living.responses.finish(P, ended(begun), expected=begun)


async def test_whoever_ends_it_gives_its_conversation_back(living):
    claim = await living.responses.claim(P, "c", "r", ME)
    begun = response(conversation=claim.seq, position=claim.position)
    await living.responses.begin(P, begun, [])
    await living.responses.finish(P, ended(begun), expected=begun)
    assert await living.responses.look(P, "c") == claim


async def test_queued_work_begins_once_and_can_be_put_back(living):
    queued = response(status="queued", background=True)
    await living.responses.begin(P, queued, [], request=b"body")
    begun = dataclasses.replace(queued, status="in_progress", body=b"{1}")
    await living.responses.start(P, begun)
    with pytest.raises(LostError):
        await living.responses.start(P, begun)
    await living.responses.put_back(P, queued)
    assert await living.responses.lost(9) == [Lost(P, "r", "queued", "")]
    job = await living.responses.take(P, Lost(P, "r", "queued", ""), OTHER)
    assert (job.request, job.response.holder, job.response.status) == (b"body", OTHER, "queued")


# --- the lost --------------------------------------------------------------------------------------


async def test_who_lives_loses_nothing(living):
    await living.responses.begin(P, response(), [])
    assert await living.responses.lost(9) == []
    assert await living.responses.beat(ME, 60) == [(P, "r")]
    assert await living.responses.beat(OTHER, 60) == []


async def test_what_the_dead_held_is_found_and_taken_by_one(living):
    first = response("first", background=True)
    await living.responses.add(P, ended(first), [])
    await living.responses.begin(
        P, response("q", status="queued", previous=1), turned("i", "j"), request=b"body"
    )
    await living.responses.begin("other", response("w"), [])
    await living.responses.retire(ME)
    lost = await living.responses.lost(9)
    assert lost == [Lost(P, "q", "queued", ME), Lost("other", "w", "in_progress", ME)]
    assert len(await living.responses.lost(1)) == 1
    takes = [living.responses.take(P, lost[0], OTHER) for _ in range(5)]
    answers = await asyncio.gather(*takes, return_exceptions=True)
    (job,) = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert (job.request, job.previous, job.input) == (b"body", "first", [b"i", b"j"])
    with pytest.raises(LostError):
        await living.responses.take("other", lost[1], OTHER)


# --- streams ---------------------------------------------------------------------------------------


async def test_events_are_read_from_any_number(living):
    await living.responses.begin(P, response(next_event=2), [], events=Lines(0, [b"0", b"1"]))
    for first in range(2, 50, 3):
        await living.responses.record(P, "r", ME, Lines(first, [b"%d" % (first + n) for n in range(3)]))
    for start in range(51):
        position, read = start, []
        while True:
            found, batches = await living.responses.events(P, "r", position)
            if not batches:
                break
            for lines in batches:
                assert lines.first == position
                read += lines.lines
                position += len(lines.lines)
        assert found.next_event == 50
        assert read == [b"%d" % number for number in range(start, 50)]


async def test_events_come_from_their_holder_without_holes(living):
    await living.responses.begin(P, response(next_event=2), [])
    for holder, first in ((OTHER, 2), (ME, 1), (ME, 3)):
        with pytest.raises(LostError):
            await living.responses.record(P, "r", holder, Lines(first, [b"x"]))
    await living.responses.record(P, "r", ME, Lines(2, [b"x"]))
    begun = response(next_event=3)
    ending = dataclasses.replace(ended(begun), events=Lines(3, [b"y", b"z"]))
    await living.responses.finish(P, ending, expected=begun)
    _, batches = await living.responses.events(P, "r", 3)
    assert batches == [Lines(3, [b"y", b"z"])]
    with pytest.raises(LostError):
        await living.responses.record(P, "r", ME, Lines(5, [b"x"]))


# --- chains, deletion, items -----------------------------------------------------------------------


async def chained(store, *names, previous=None):
    for name in names:
        ending = ended(response(name, previous=previous), f"{name}-o")
        await store.responses.add(P, ending, turned(f"{name}-i"))
        previous = (await store.responses.chain(P, name)).seq
    return previous


async def test_a_chain_of_any_length_is_read_in_order(living):
    names = [f"r{number}" for number in range(300)]
    await chained(living, *names)
    expected = [f"{name}-{end}".encode() for name in names for end in "io"]
    assert list((await living.responses.chain(P, names[-1])).items) == expected
    for project, name in ((P, "x"), ("other", names[0])):
        with pytest.raises(NotFoundError):
            await living.responses.chain(project, name)


async def test_deleting_closes_the_gap_and_leaves_nothing(living):
    await chained(living, "r1", "r2", "r3", "r4")
    await living.responses.delete(P, "r2")
    await living.responses.delete(P, "r3")
    assert list((await living.responses.chain(P, "r4")).items) == [b"r1-i", b"r1-o", b"r4-i", b"r4-o"]
    await living.responses.delete(P, "r1")
    assert list((await living.responses.chain(P, "r4")).items) == [b"r4-i", b"r4-o"]
    for gone in ("r1", "r2", "x"):
        with pytest.raises(NotFoundError):
            await living.responses.delete(P, gone)
    with pytest.raises(NotFoundError):
        await living.responses.delete("other", "r4")


async def test_a_chain_may_begin_in_a_conversation_that_lives(living):
    claim = await living.responses.claim(P, "c", "r", ME)
    first = response(conversation=claim.seq, position=claim.position)
    ending = ended(first, "o", conversation="c", landing=[item("i"), item("o")])
    await living.responses.add(P, ending, turned("i"))
    chain = await living.responses.chain(P, "r")
    assert list(chain.items) == [b"a", b"b", b"i", b"o"]
    await chained(living, "s", previous=chain.seq)
    await living.conversations.remove_item(P, "c", "a")
    await living.responses.delete(P, "r")
    assert list((await living.responses.chain(P, "s")).items) == [b"b", b"s-i", b"s-o"]
    await living.conversations.delete(P, "c")
    assert list((await living.responses.chain(P, "s")).items) == [b"s-i", b"s-o"]


async def test_input_items_are_paged_both_ways(living):
    names = [f"i{number}" for number in range(7)]
    await living.responses.add(P, ended(response(), "o"), turned(*names))
    assert await inputs(living, limit=3) == (names[:3], True)
    assert await inputs(living, after="i2", limit=4) == (names[3:], False)
    assert await inputs(living, order="desc", after="i2") == (names[1::-1], False)
    assert await inputs(living, after="i6") == ([], False)
    for cursor in ("o", "x", "\0"):
        with pytest.raises(BadRequestError):
            await inputs(living, after=cursor)
    with pytest.raises(NotFoundError):
        await inputs(living, "x")


async def test_items_are_found_by_id_in_conversations_first(living):
    await living.responses.add(P, ended(response(), "o"), turned("i", "a"))
    assert await living.responses.find(P, "i") == b"i"
    assert await living.responses.find(P, "o") == b"o"
    assert await living.responses.find(P, "b") == b"b"
    assert await living.responses.find("other", "o") is None
    assert await living.responses.find(P, "x\0") is None


async def test_ids_that_cannot_be_stored_are_refused_whole(living):
    with pytest.raises(BadRequestError):
        await living.responses.add(P, ended(response()), turned("fine", "n\0"))
    with pytest.raises(NotFoundError):
        await living.responses.get(P, "r")
