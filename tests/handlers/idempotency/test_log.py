"""The log of a stream: everybody hears all of it, at a pace of their own, within bounds."""

import asyncio

import pytest

from handlers.errors import ServiceUnavailableError
from handlers.idempotency.log import AHEAD, Log
from handlers.sse import Event


def event(number, size=1):
    return Event(b"%d" % number * size)


def listen(log):
    me = object()
    log.join(me)
    return log.listen(me)


async def heard(log):
    return [each.data async for each in listen(log)]


async def test_whoever_comes_late_hears_all_of_it():
    log = Log(1000)
    await log.add(event(1))
    early = asyncio.create_task(heard(log))
    await asyncio.sleep(0)
    await log.add(Event(b"2", "named"))
    log.end()
    assert await early == await heard(log) == [b"1", b"2"]
    assert log.whole() == b"data: 1\n\nevent: named\ndata: 2\n\n"


async def test_events_come_one_by_one_as_they_are_added():
    log = Log(1000)
    listening = listen(log)
    for number in range(3):
        coming = asyncio.ensure_future(anext(listening))
        await asyncio.sleep(0)
        assert not coming.done()
        await log.add(event(number))
        assert (await coming).data == b"%d" % number
    log.end()
    with pytest.raises(StopAsyncIteration):
        await anext(listening)


async def test_a_failure_is_heard_at_the_end_and_the_first_end_counts():
    log = Log(1000)
    await log.add(event(1))
    log.end(ServiceUnavailableError("stopped"))
    log.end()
    listening = listen(log)
    assert (await anext(listening)).data == b"1"
    with pytest.raises(ServiceUnavailableError, match="stopped"):
        await anext(listening)


async def test_beyond_the_limit_nothing_is_whole_and_nobody_is_waited_for_where_nobody_listens():
    log = Log(100)
    for number in range(10 * AHEAD):
        await asyncio.wait_for(log.add(event(number, 10)), 1)
    assert log.overflowed
    assert log.whole() is None


async def test_beyond_the_limit_the_slowest_listener_sets_the_pace_and_misses_nothing():
    log, count = Log(100), 4 * AHEAD
    slow, quick = listen(log), asyncio.create_task(heard(log))
    first = asyncio.ensure_future(anext(slow))
    await asyncio.sleep(0)
    added = 0

    async def add():
        nonlocal added
        for number in range(count):
            await log.add(event(number))
            added += 1
        log.end()

    adding = asyncio.create_task(add())
    for _ in range(50):
        await asyncio.sleep(0)
    assert AHEAD <= added < count / 2
    rest = [each.data async for each in slow]
    await adding
    assert [(await first).data, *rest] == await quick == [b"%d" % number for number in range(count)]


async def test_a_listener_who_leaves_holds_nobody_up():
    log = Log(100)
    me = object()
    log.join(me)
    slow = log.listen(me)
    coming = asyncio.ensure_future(anext(slow))
    await asyncio.sleep(0)
    await log.add(event(0, 200))
    await coming

    async def add():
        for number in range(3 * AHEAD):
            await log.add(event(number))

    adding = asyncio.create_task(add())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not adding.done()
    log.leave(me)
    await asyncio.wait_for(adding, 5)


async def test_who_joined_hears_all_even_if_the_limit_is_passed_before_they_listen():
    log, early, late = Log(100), object(), object()
    log.join(early)
    for number in range(AHEAD):
        await log.add(event(number, 10))
    log.join(late)
    log.end()
    assert (log.holds(early), log.holds(late)) == (True, False)
    assert len([each async for each in log.listen(early)]) == AHEAD
