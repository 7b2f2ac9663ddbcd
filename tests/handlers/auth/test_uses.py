"""Last uses: one write a minute for all keys, and none is lost to a store that refuses."""

import asyncio

import pytest
from structlog.testing import capture_logs

from handlers.auth import uses
from handlers.auth.uses import LastUses
from handlers.errors import ServiceUnavailableError


async def test_the_latest_use_of_each_key_is_written_once(memory, clock):
    last = LastUses(memory, now=clock)
    for key_id, seconds in (("a", 0), ("b", 1), ("a", 2)):
        clock.at = 100 + seconds
        last.note(key_id)
    await last.write()
    await last.write()
    assert memory.written == [{"a": 102, "b": 101}]


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (ServiceUnavailableError("The disk is full."), []),
        (KeyError("a bug"), ["last_uses_crashed"]),
    ],
)
async def test_a_store_that_fails_gets_it_again_with_what_came_since(
    memory, clock, monkeypatch, error, logged
):
    last = LastUses(memory, now=clock)
    last.note("a")

    async def refuse(_uses, _apart):
        last.note("b")
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(memory, "used", refuse)
        with capture_logs() as logs:
            await last.write()
    await last.write()
    assert memory.written == [{"a": int(clock.at), "b": int(clock.at)}]
    assert [entry["event"] for entry in logs] == logged


async def test_it_writes_now_and_then_and_at_the_end(memory, clock, monkeypatch):
    monkeypatch.setattr(uses, "APART", 0)
    last = LastUses(memory, now=clock)
    last.note("a")
    await last.open()
    async with asyncio.timeout(10):
        await memory.wrote.wait()
    last.note("b")
    await last.aclose()
    assert memory.written == [{"a": int(clock.at)}, {"b": int(clock.at)}]
