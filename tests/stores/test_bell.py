"""The bell: what one process rings the others hear, if anything carries it."""

import asyncio

import pytest
import structlog
from structlog.testing import capture_logs

from handlers import stores
from handlers.settings import Settings
from handlers.stores.pg import bell as pg_bell
from handlers.stores.pg.bell import PostgresqlBell
from handlers.stores.sql.bell import CarriedBell
from tests.postgresql import databases, run

__all__ = ["databases"]
BELLS = """
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND (query LIKE '%pg_notify%' OR query LIKE 'LISTEN%')"""


@pytest.fixture
async def bells(databases, tmp_path):
    """Two processes' bells on one database, and its URL."""
    url = databases.borrow()
    opened, heard = [], []
    for number in range(2):
        store = stores.load(Settings(data_dir=tmp_path, database_url=url, _env_file=None))
        heard.append([])
        store.bell.listen(heard[number].append)
        await store.open()
        opened.append(store)
    yield [store.bell for store in opened], heard, url
    for store in opened:
        await store.aclose()
    databases.free.append(url)


async def until(seen, seconds=10):
    async with asyncio.timeout(seconds):
        while not seen():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.005)


async def test_others_hear_each_text_and_oneself_does_not(bells):
    (one, two), (heard_by_one, heard_by_two), _ = bells
    await until(lambda: one.reliable and two.reliable)
    for number in range(200):
        one.ring(f"text {number}")
    two.ring("back")
    await until(lambda: len(heard_by_two) >= 200 and heard_by_one)
    assert sorted(heard_by_two) == sorted(f"text {number}" for number in range(200))
    assert heard_by_one == ["back"]


async def test_a_broken_connection_is_noticed_and_made_anew(bells):
    (one, two), (_, heard_by_two), url = bells
    await until(lambda: one.reliable and two.reliable)
    mine = f"SELECT pg_terminate_backend(pid) {BELLS}"
    run(url, mine)
    await until(lambda: not (one.reliable and two.reliable))
    await until(lambda: one.reliable and two.reliable)
    one.ring("again")
    await until(lambda: "again" in heard_by_two)


async def test_a_pooler_that_delivers_nothing_is_told_of_once_and_tried_ever_less(
    databases, tmp_path, monkeypatch
):
    """Played by a bell that hears nothing for a while."""
    monkeypatch.setattr(pg_bell, "log", structlog.get_logger())  # one that no other test has configured
    monkeypatch.setattr(pg_bell, "ECHO_PATIENCE", 0.05)
    monkeypatch.setattr(pg_bell, "PAUSES", (0.01, 0.02, 0.03))
    url, served = databases.borrow(), []
    serve = PostgresqlBell._serve
    monkeypatch.setattr(PostgresqlBell, "_serve", lambda *given: served.append(given) or serve(*given))
    store = stores.load(Settings(data_dir=tmp_path, database_url=url, _env_file=None))
    store.bell.listen(lambda _: None)
    with capture_logs() as logs, monkeypatch.context() as patched:
        patched.setattr(PostgresqlBell, "_heard", lambda *_: None)
        await store.open()
        await until(lambda: len(served) >= 4)
        assert store.bell._failures >= 3
        assert [entry["event"] for entry in logs] == ["bell_silent"]
    await until(lambda: store.bell.reliable)
    assert store.bell._failures == 0
    await store.aclose()
    databases.free.append(url)


async def test_what_was_rung_last_is_heard_though_the_store_closes(databases, tmp_path):
    url = databases.borrow()
    heard = []
    one, two = (stores.load(Settings(data_dir=tmp_path, database_url=url, _env_file=None)) for _ in range(2))
    one.bell.listen(lambda _: None)
    two.bell.listen(heard.append)
    await one.open()
    await two.open()
    await until(lambda: one.bell.reliable and two.bell.reliable)
    one.bell.ring("last words")
    await one.aclose()
    await until(lambda: heard == ["last words"])
    await two.aclose()
    databases.free.append(url)


async def test_who_listens_to_nothing_takes_no_connection(databases, tmp_path):
    url = databases.borrow()
    store = await stores.open_store(Settings(data_dir=tmp_path, database_url=url, _env_file=None))
    listening = run(url, f"SELECT count(*) {BELLS}")
    assert listening == [(0,)]
    store.bell.ring("nobody")
    await store.aclose()
    databases.free.append(url)


def test_a_carried_bell_rings_as_far_as_it_is_carried():
    one, two = CarriedBell(), CarriedBell()
    heard = []
    two.listen(heard.append)
    one.ring("before")
    one.carry = two.heard
    one.ring("text")
    assert heard == ["text"]
    assert not one.reliable
