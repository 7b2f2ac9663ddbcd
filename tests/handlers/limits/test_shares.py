"""Processes that draw shares of one bucket give out what is there, together, and ask the store seldom."""

import asyncio

import pytest

from handlers import stores
from handlers.auth import Caller
from handlers.limits import shares
from handlers.limits.shares import PARTS, Shared
from handlers.settings import Settings
from handlers.stores import Drawn
from handlers.stores.sql import allowance_store

CALLER = Caller("default", "key_1")


class Watched(stores.Allowances):
    """A store's, with its calls counted; each takes a moment."""

    def __init__(self, allowances):
        self._allowances = allowances
        self.calls = 0

    async def draw(self, project, name, **how):
        self.calls += 1
        await asyncio.sleep(0)
        return await self._allowances.draw(project, name, **how)


@pytest.fixture
def together(clock, monkeypatch):
    """The store's clock, which goes as the processes' do."""

    class Time:
        def time_ns(self):
            return int(clock.now * 1e9)

    monkeypatch.setattr(allowance_store, "time", Time())
    return clock


@pytest.fixture
async def allowances(tmp_path, together):
    """As several processes see them: each has its own connection to the same file."""
    opened = []

    async def opens():
        store = await stores.open_store(Settings(data_dir=tmp_path / "data", _env_file=None), "sqlite")
        opened.append(store)
        return Watched(store.allowances)

    yield opens
    for store in opened:
        await store.aclose()


async def settled():
    """Until what is owed or given back has been brought to the store."""
    bringing = [task for task in asyncio.all_tasks() if task.get_name() == shares.BRINGING]
    assert bringing
    await asyncio.gather(*bringing)


async def given(bucket, count, each=1):
    return [await bucket.take(each) for _ in range(count)].count(0) * each


@pytest.mark.parametrize("limit", [1, 5, 60, 1000])
async def test_alone_it_is_exact(allowances, clock, limit):
    bucket = Shared(await allowances(), CALLER, "requests", limit, clock)
    assert await given(bucket, limit + 10) == limit
    assert bucket.left() == 0
    clock.now += 60
    assert await given(bucket, limit + 10) == limit


@pytest.mark.parametrize("limit", [10, 600])
async def test_together_they_never_give_more_and_waste_no_more_than_shares(allowances, clock, limit):
    several = [Shared(await allowances(), CALLER, "requests", limit, clock) for _ in range(3)]
    sums = await asyncio.gather(*(given(bucket, limit) for bucket in several))
    share = max(1, limit // PARTS)
    assert limit - (len(several) - 1) * share <= sum(sums) <= limit


async def test_the_store_is_asked_a_few_times_a_minute_whatever_comes(allowances, clock):
    store = await allowances()
    bucket = Shared(store, CALLER, "requests", 6000, clock)
    for _ in range(600):
        await given(bucket, 30)
        clock.now += 0.1
    # The shares of a full bucket, those of what comes in, and tries that found a part of one.
    assert store.calls <= 2.5 * PARTS


async def test_many_who_wait_ask_once(allowances, clock):
    store = await allowances()
    bucket = Shared(store, CALLER, "requests", 6400, clock)
    assert set(await asyncio.gather(*(bucket.take(1) for _ in range(100)))) == {0}
    assert store.calls == 1


async def test_refusals_wait_for_no_store(allowances, clock):
    store = await allowances()
    bucket = Shared(store, CALLER, "requests", 10, clock)
    await given(bucket, 10)
    before = store.calls
    waits = [await bucket.take(1) for _ in range(50)]
    assert all(0 < wait <= 6 for wait in waits)
    assert store.calls - before <= 1


async def test_what_was_overdrawn_is_missing_for_all(allowances, clock):
    one, other, third = [Shared(await allowances(), CALLER, "tokens", 600, clock) for _ in range(3)]
    await one.take(100)
    one.settle(400)
    assert one.left() == 100
    assert await one.take(50) == 0  # brings what it owes to the store
    assert await other.take(60) > 0
    assert await third.take(40) == 0


async def test_what_is_given_back_can_be_taken_again(allowances, clock):
    bucket = Shared(await allowances(), CALLER, "tokens", 600, clock)
    await bucket.take(500)
    bucket.settle(-450)
    assert bucket.left() == 550
    assert await bucket.take(450) == 0


async def test_what_a_request_did_not_need_is_there_for_others(allowances, clock, monkeypatch):
    monkeypatch.setattr(shares, "BROUGHT", 0.0)
    one, other = [Shared(await allowances(), CALLER, "tokens", 600, clock) for _ in range(2)]
    await one.take(500)
    assert await other.take(300) > 0
    one.settle(-450)
    await settled()
    clock.now += 30
    assert await one.take(400) == 0
    clock.now += 1
    assert await other.take(160) == 0


async def test_what_a_request_took_too_much_is_known_to_others(allowances, clock, monkeypatch):
    monkeypatch.setattr(shares, "BROUGHT", 0.0)
    one, other = [Shared(await allowances(), CALLER, "tokens", 600, clock) for _ in range(2)]
    await one.take(10)
    one.settle(800)
    await settled()
    assert await other.take(1) > 15


async def test_shares_are_not_saved_for_later(allowances, clock):
    one, other = [Shared(await allowances(), CALLER, "requests", 640, clock) for _ in range(2)]
    await one.take(1)  # and nine in hand
    clock.now += 60
    assert await given(other, 640) == 640
    assert await one.take(1) > 0


async def test_a_limit_that_is_raised_counts_at_once(allowances, clock):
    bucket = Shared(await allowances(), CALLER, "requests", 10, clock)
    await given(bucket, 10)
    assert await bucket.take(1) > 0
    bucket.change(1000)
    assert bucket.left() == 0
    clock.now += 1
    assert await bucket.take(1) == 0


async def test_a_store_that_fails_forgets_no_debt(clock):
    class Failing(stores.Allowances):
        working = True
        asked = ()

        async def draw(self, project, name, **how):
            self.asked = how
            if not self.working:
                raise OSError
            return Drawn(how["most"], 0, 0.0)

    store = Failing()
    bucket = Shared(store, CALLER, "tokens", 600, clock)
    await bucket.take(10)
    bucket.settle(8 + 25)  # the share has eight more
    store.working = False
    with pytest.raises(OSError):  # noqa: PT011 - it has no message
        await bucket.take(5)
    store.working = True
    await bucket.take(5)
    assert store.asked["spent"] == 25
