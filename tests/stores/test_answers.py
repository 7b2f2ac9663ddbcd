"""Answers kept for retries: one attempt counts at a time, what it wrote stays said, and time ends it all."""

import asyncio
import dataclasses

import pytest

from handlers import stores
from handlers.attempts import CURRENT, Attempt, answering
from handlers.errors import NotFoundError
from handlers.stores import Attempted, Conversation, Ending, Item, KeptAnswer, Reservation, Response
from handlers.stores.sql.answers import SupersededError

P = "default"
KEY, REQUEST = b"k" * 32, b"r" * 32
ANSWER = KeptAnswer(200, streamed=False, body=b'{"a":1}')


def reservation(token="one", holder="here", **other) -> Reservation:
    return Reservation(
        **({"project": P, "digest": KEY, "request": REQUEST} | other), token=token, holder=holder
    )


async def reserve(store, wanted, lease=60.0, keep=60.0):
    return await store.answers.reserve(wanted, lease=lease, keep=keep)


@pytest.fixture
def attempt():
    """The attempt of `reservation()`, as whatever writes here sees it."""
    running = Attempt(P, KEY, "one", status=200, limit=100)
    token = CURRENT.set(running)
    yield running
    CURRENT.reset(token)


async def make(store, name="c"):
    await store.conversations.create(P, Conversation(name, 1, b"{}"), [])


async def test_a_key_is_reserved_once(store):
    assert await reserve(store, reservation()) is None
    second = reservation("two", "there", request=b"other")
    assert await reserve(store, second) == Attempted(REQUEST, "here", alive=True, wrote=False, answer=None)
    assert await store.answers.look(P, KEY) == Attempted(
        REQUEST, "here", alive=True, wrote=False, answer=None
    )


async def test_many_who_reserve_at_once_are_one(store):
    wanted = [reservation(f"t{n}", f"h{n}") for n in range(24)]
    found = await asyncio.gather(*(reserve(store, each) for each in wanted))
    assert found.count(None) == 1
    holder = wanted[found.index(None)].holder
    assert {each.holder for each in found if each} == {holder}


async def test_projects_and_keys_are_apart(store):
    assert await reserve(store, reservation()) is None
    assert await reserve(store, reservation(project="other")) is None
    assert await reserve(store, reservation(digest=b"l" * 32)) is None
    assert await store.answers.look("third", KEY) is None


async def test_an_answer_is_kept_as_it_was(store):
    mine = reservation()
    await reserve(store, mine)
    streamed = KeptAnswer(200, streamed=True, body=b"data: 1\n\n" * 100_000)
    assert await store.answers.keep(mine, streamed, keep=60)
    found = await reserve(store, reservation("two", "there"))
    assert found == Attempted(REQUEST, "here", alive=True, wrote=True, answer=streamed)


async def test_what_is_too_large_is_known_to_be_done(store):
    mine = reservation()
    await reserve(store, mine)
    assert await store.answers.keep(mine, KeptAnswer(200, streamed=False, body=None), keep=60)
    assert (await store.answers.look(P, KEY)).answer == KeptAnswer(200, streamed=False, body=None)


async def test_a_key_that_was_given_back_is_free(store):
    mine = reservation()
    await reserve(store, mine)
    await store.answers.free(reservation("another"))
    assert await store.answers.look(P, KEY) is not None
    await store.answers.free(mine)
    assert await store.answers.look(P, KEY) is None
    assert await reserve(store, reservation("two", "there", request=b"other")) is None


async def test_the_attempt_of_a_holder_who_is_gone_is_taken_up(store):
    await reserve(store, reservation(), lease=-1.0)
    assert not (await store.answers.look(P, KEY)).alive
    assert await reserve(store, reservation("two", "there")) is None
    assert not await store.answers.keep(reservation(), ANSWER, keep=60)
    assert await store.answers.keep(reservation("two"), ANSWER, keep=60)


async def test_a_holder_may_take_up_what_it_left_and_without_a_lease_nobody_lives(store):
    await reserve(store, reservation())
    assert await reserve(store, reservation("two")) is None
    assert await reserve(store, reservation("three", "there"), lease=None) is not None
    await store.responses.retire("here")
    assert await reserve(store, reservation("three", "there"), lease=None) is None
    assert not (await store.answers.look(P, KEY)).alive


async def test_a_lasting_write_marks_its_attempt(store, attempt):
    await reserve(store, reservation())
    await make(store)
    found = await store.answers.look(P, KEY)
    assert (found.wrote, found.answer) == (True, None)
    await store.answers.free(reservation())
    assert await store.answers.look(P, KEY) == found


async def test_what_wrote_is_not_taken_up_by_anybody(store, attempt):
    await reserve(store, reservation(), lease=-1.0)
    await make(store)
    assert await reserve(store, reservation("two", "there")) == Attempted(
        REQUEST, "here", alive=False, wrote=True, answer=None
    )


async def test_a_known_answer_is_kept_with_the_write(store, attempt):
    await reserve(store, reservation())
    answering(lambda items: b'["%d"]' % len(items))
    await store.conversations.create(P, Conversation("c", 1, b"{}"), [Item("i", "message", b"1")])
    assert (await store.answers.look(P, KEY)).answer == KeptAnswer(200, streamed=False, body=b'["1"]')
    assert attempt.render is None


async def test_an_answer_beyond_the_limit_is_not_kept_with_the_write(store, attempt):
    await reserve(store, reservation())
    answering(lambda _: b"x" * 101)
    await make(store)
    assert (await store.answers.look(P, KEY)).answer == KeptAnswer(200, streamed=False, body=None)


async def test_an_attempt_that_was_superseded_writes_nothing(store, attempt):
    await reserve(store, reservation(), lease=-1.0)
    await reserve(store, reservation("two", "there"))
    with pytest.raises(SupersededError):
        await make(store)
    CURRENT.set(None)
    with pytest.raises(NotFoundError):
        await store.conversations.get(P, "c")
    await make(store)  # others are not held up
    assert not (await store.answers.look(P, KEY)).wrote


async def test_superseded_writes_spoil_no_others_of_their_batch(store):
    await reserve(store, reservation(), lease=-1.0)
    await reserve(store, reservation("two", "there"))

    async def one(number):
        if number % 3 == 0:
            CURRENT.set(Attempt(P, KEY, "one", status=200, limit=100))
        await make(store, f"c{number}")

    ended = await asyncio.gather(*(asyncio.create_task(one(n)) for n in range(12)), return_exceptions=True)
    assert [isinstance(each, SupersededError) for each in ended] == [n % 3 == 0 for n in range(12)]
    page = await store.conversations.list(P, after=None, limit=100, order="asc", metadata={})
    assert sorted(row.id for row in page.rows) == sorted(f"c{n}" for n in range(12) if n % 3)


async def test_a_write_that_fails_marks_nothing(store, attempt):
    await reserve(store, reservation())
    with pytest.raises(NotFoundError):
        await store.conversations.append(P, "nowhere", [Item("i", "message", b"1")])
    assert not (await store.answers.look(P, KEY)).wrote


async def test_what_an_attempt_left_running_goes_on_without_it(store, attempt):
    attempt.over = True
    await make(store)
    assert await store.answers.look(P, KEY) is None


RESPONSE = Response("r", 1, "completed", background=False, streamed=False, body=b"{}")
BEGUN = dataclasses.replace(RESPONSE, status="in_progress", holder="here")


@pytest.mark.parametrize(
    ("status", "background", "wrote"),
    [
        ("completed", False, (False, True)),
        ("incomplete", False, (False, True)),
        ("failed", False, (False, False)),
        ("cancelled", False, (False, False)),
        ("completed", True, (True, True)),
    ],
)
async def test_of_a_response_a_good_end_lasts_and_one_in_the_background_from_its_beginning(
    store, attempt, status, background, wrote
):
    await reserve(store, reservation())
    begun = dataclasses.replace(BEGUN, background=background)
    await store.responses.begin(P, begun, [])
    after_begin = (await store.answers.look(P, KEY)).wrote
    ended = dataclasses.replace(RESPONSE, status=status)
    await store.responses.finish(P, Ending(ended, []), expected=begun)
    assert (after_begin, (await store.answers.look(P, KEY)).wrote) == wrote


async def test_time_ends_an_answer_for_lookers_reservers_and_sweepers(store):
    for number in range(5):
        mine = reservation(digest=bytes([number]) * 32, project=f"p{number}")
        await reserve(store, mine)
        assert await store.answers.keep(mine, ANSWER, keep=-1.0 if number else 60.0)
    assert await store.answers.look("p1", b"\1" * 32) is None
    assert await reserve(store, reservation("two", "there", digest=b"\1" * 32, project="p1")) is None
    assert [await store.answers.sweep(2) for _ in range(3)] == [2, 1, 0]
    assert (await store.answers.look("p0", b"\0" * 32)).answer == ANSWER
    assert await store.answers.look("p1", b"\1" * 32) is not None


async def test_answers_outlive_the_server(store, store_name, settings):
    mine = reservation()
    await reserve(store, mine)
    await store.answers.keep(mine, ANSWER, keep=60)
    await store.aclose()
    again = await stores.open_store(settings, store_name)
    assert (await again.answers.look(P, KEY)).answer == ANSWER
    await again.aclose()
