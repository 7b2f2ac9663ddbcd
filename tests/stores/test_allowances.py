"""Buckets that all processes draw from: never more than a minute's worth, filling steadily."""

import asyncio

import pytest

from handlers.stores.sql import allowance_store

P = "default"


@pytest.fixture
def clock(monkeypatch):
    """The time in nanoseconds, standing still until somebody moves it."""

    class Clock:
        now = 1_700_000_000 * 10**9

        def time_ns(self) -> int:
            return self.now

    stopped = Clock()
    monkeypatch.setattr(allowance_store, "time", stopped)
    return stopped


async def draw(store, least=1, most=None, *, spent=0, limit=60, project=P, name="k/requests"):
    most = least if most is None else most
    return await store.allowances.draw(project, name, spent=spent, least=least, most=most, limit=limit)


async def test_a_full_bucket_may_be_emptied_and_then_tells_the_wait(store, clock):
    drawn = await draw(store, 1, 60)
    assert (drawn.granted, drawn.left, drawn.wait) == (60, 0, 0)
    drawn = await draw(store, 3)
    assert (drawn.granted, drawn.left) == (0, 0)
    assert drawn.wait == pytest.approx(3, abs=0.001)


async def test_it_fills_steadily(store, clock):
    await draw(store, 60)
    clock.now += 5 * 10**9
    assert (await draw(store, 1, 60)).granted == 5
    clock.now += 3600 * 10**9
    assert (await draw(store, 1, 1000)).granted == 60


async def test_what_is_there_is_given_if_it_is_enough(store, clock):
    await draw(store, 50)
    assert (await draw(store, 11, 20)).granted == 0
    assert (await draw(store, 10, 20)).granted == 10


async def test_what_was_spent_counts_though_it_was_not_there(store, clock):
    drawn = await draw(store, 1, spent=90)
    assert drawn.granted == 0
    assert drawn.wait == pytest.approx(31, abs=0.001)
    clock.now += 31 * 10**9
    assert (await draw(store, 1)).granted == 1


async def test_what_is_given_back_is_there_again_and_no_more_than_fits(store, clock):
    await draw(store, 60)
    assert (await draw(store, 0, 0, spent=-20)).left == 20
    assert (await draw(store, 20, spent=0)).granted == 20
    assert (await draw(store, 1, 100, spent=-500)).granted == 60


async def test_projects_and_names_are_apart(store, clock):
    await draw(store, 60)
    assert (await draw(store, 60, project="other")).granted == 60
    assert (await draw(store, 60, name="k/tokens")).granted == 60
    assert (await draw(store, 1)).granted == 0


async def test_a_clock_that_runs_behind_takes_nothing_away(store, clock):
    await draw(store, 30)
    clock.now -= 2 * 10**9
    assert (await draw(store, 1, 60)).granted == 28
    clock.now += 2 * 10**9
    assert (await draw(store, 1, 60)).granted == 2


@pytest.mark.parametrize("limit", [7, 60, 1_000_003, 250_000_000])
async def test_many_who_draw_at_once_get_what_there_is_and_no_more(store, clock, limit):
    part = max(1, limit // 40)
    drawn = await asyncio.gather(*(draw(store, 1, part, limit=limit) for _ in range(60)))
    # A row counts in microseconds, of which a minute has 60 million.
    assert limit - 1 <= sum(each.granted for each in drawn) <= limit * (1 + 2e-6)


async def test_full_buckets_are_forgotten_in_time(store, clock, monkeypatch):
    monkeypatch.setattr(allowance_store, "FORGET_EVERY", 2)
    await draw(store, name="old")
    clock.now += 3600 * 10**9
    await draw(store, name="new")
    rows = await store.driver.read(rows_of_the_project, project=P)
    assert rows == [("new",)]


def rows_of_the_project():
    return (yield "SELECT name FROM allowance WHERE project = ?", (P,))
