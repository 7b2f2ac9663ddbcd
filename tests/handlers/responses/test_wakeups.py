"""What processes tell each other: who follows what, that there is news, that something has ended."""

import asyncio
import time

import pytest
from typing_extensions import override

from handlers import stores
from handlers.responses import wakeups
from handlers.responses.wakeups import Wakeups, name

KEY = ("project", "resp_1")


class Wire(stores.Bell):
    """A bell that rings the other end of itself."""

    def __init__(self, *, reliable=True):
        self.other = None
        self.rung = []
        self._reliable = reliable
        self._hear = []

    @property
    @override
    def reliable(self):
        return self._reliable

    @override
    def ring(self, text):
        self.rung.append(text)
        for hear in self.other._hear:
            hear(text)

    @override
    def listen(self, hear):
        self._hear.append(hear)


@pytest.fixture
def pair():
    """A holder of a response, and a process where somebody may follow it; their bells."""
    bells = Wire(), Wire()
    bells[0].other, bells[1].other = bells[1], bells[0]
    return Wakeups(bells[0], {KEY: None}), Wakeups(bells[1], {}), *bells


async def test_nothing_is_rung_of_what_nobody_follows(pair):
    holder, _, bell, _ = pair
    holder.stored(KEY)
    holder.gone(KEY)
    assert bell.rung == []


async def test_a_follower_is_told_at_once_and_of_everything_later(pair):
    holder, other, bell, _ = pair
    with other.following(KEY) as follower:
        for _ in range(2):
            began = time.monotonic()
            await follower.wait()  # the first time, because the holder answers that it is there
            assert time.monotonic() - began < wakeups.RARE / 2
            holder.stored(KEY)
        await follower.wait()
        holder.gone(KEY)
        assert follower.news.is_set()
    told = len(bell.rung)
    holder.stored(KEY)
    assert len(bell.rung) == told


async def test_news_between_two_waits_is_not_missed(pair):
    holder, other, _, _ = pair
    with other.following(KEY) as follower:
        await follower.wait()
        holder.stored(KEY)  # while the follower reads what it was woken for
        began = time.monotonic()
        await follower.wait()
        assert time.monotonic() - began < wakeups.RARE / 2


async def test_who_hears_nothing_looks_all_the_same(pair, monkeypatch):
    _, other, _, bell = pair
    monkeypatch.setattr(wakeups, "OFTEN", 0.05)
    bell._reliable = False
    with other.following(("project", "resp_of_nobody")) as follower:
        await asyncio.wait_for(follower.wait(), 1)


async def test_attention_ends_where_no_follower_renews_it(pair, monkeypatch):
    holder, other, bell, _ = pair
    monkeypatch.setattr(wakeups, "ATTENTION", 0.0)
    with other.following(KEY) as follower:
        await follower.wait()
        told = len(bell.rung)
        holder.stored(KEY)
        assert len(bell.rung) == told


async def test_the_holder_hears_that_another_has_ended_its_response(pair):
    holder, other, _, _ = pair
    ended = []
    holder.ended = ended.append
    other.tell_ended(("project", "resp_2"))
    other.tell_ended(("another", KEY[1]))
    assert ended == []
    other.tell_ended(KEY)
    assert ended == [KEY]


async def test_waiting_work_is_told_to_all(pair):
    holder, other, _, _ = pair
    told = []
    other.queued = lambda: told.append(True)
    holder.tell_queued()
    assert told == [True]


def test_names_tell_nothing_and_differ_by_project():
    assert name(KEY) != name(("other", KEY[1]))
    assert name(("a", "b\0c")) != name(("a\0b", "d"))
    assert KEY[1] not in name(KEY)
