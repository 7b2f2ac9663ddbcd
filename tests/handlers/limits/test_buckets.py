"""A bucket gives a minute's worth at once, then steadily; what was overdrawn is missing later."""

import pytest

from handlers.limits.buckets import Local


async def taken(bucket, count):
    """How many are given, asked for one at a time."""
    return [await bucket.take(1) for _ in range(count)].count(0)


@pytest.mark.parametrize("limit", [1, 3, 60, 7_000, 1_000_003])
async def test_a_minutes_worth_is_there_at_once_and_no_more(clock, limit):
    bucket = Local(limit, clock)
    assert bucket.left() == limit
    if limit <= 7_000:
        assert await taken(bucket, limit + 3) == limit
    else:
        assert await bucket.take(limit) == 0
        assert await bucket.take(1) > 0
    assert bucket.left() == 0
    assert bucket.fills() == pytest.approx(60)


async def test_it_fills_steadily_and_tells_when(clock):
    bucket = Local(60, clock)
    await bucket.take(60)
    assert await bucket.take(5) == pytest.approx(5)
    clock.now += 5
    assert bucket.left() == 5
    assert await bucket.take(5) == 0
    clock.now += 3600
    assert (bucket.left(), bucket.fills()) == (60, 0)


async def test_what_is_refused_is_not_taken(clock):
    bucket = Local(60, clock)
    await bucket.take(55)
    assert await bucket.take(6) > 0
    assert await bucket.take(5) == 0


async def test_it_can_be_overdrawn_and_given_back(clock):
    bucket = Local(60, clock)
    bucket.settle(90)
    assert (bucket.left(), bucket.fills()) == (0, pytest.approx(90))
    bucket.settle(-40)
    assert bucket.left() == 10


async def test_nothing_is_given_back_beyond_full(clock):
    bucket = Local(60, clock)
    bucket.settle(-1000)
    assert bucket.left() == 60
    assert await taken(bucket, 100) == 60


async def test_a_minute_at_any_pace_gives_two_minutes_worth_at_most(clock):
    bucket = Local(100, clock)
    given = 0
    for _ in range(600):
        given += await taken(bucket, 3)
        clock.now += 0.1
    assert 199 <= given <= 200


async def test_the_part_that_was_taken_stays_taken_when_the_limit_changes(clock):
    bucket = Local(100, clock)
    await bucket.take(75)
    bucket.change(1000)
    assert bucket.left() == 250
