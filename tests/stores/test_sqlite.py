"""What is SQLite's own: the file, the disk, the lock, the plans."""

import asyncio
import resource
import sqlite3
import time
from contextlib import contextmanager

import pytest

from handlers import stores
from handlers.errors import BadRequestError, ServiceUnavailableError
from handlers.stores import Completion, Conversation, Item
from handlers.stores.sql import group_commit

P = "default"


@pytest.fixture
def store_name() -> str:
    return "sqlite"


@pytest.fixture
async def store(settings):
    opened = await stores.open_store(settings, "sqlite")
    yield opened
    await opened.aclose()


def conversation(name: str) -> Conversation:
    return Conversation(name, 1, b"{}")


async def names(store) -> list[str]:
    page = await store.conversations.list(P, after=None, limit=10_000, order="asc", metadata={})
    return [row.id for row in page.rows]


def files(settings) -> bytes:
    return b"".join(path.read_bytes() for path in settings.data_dir.iterdir())


@contextmanager
def full_disk(path):
    """No file of this process may grow beyond the size of this one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(settings):
    """Another process in the middle of its transaction."""
    other = sqlite3.connect(settings.data_dir / "lockstep.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


async def test_a_folder_that_cannot_be_made_is_named(settings):
    settings.data_dir.write_text("a file")
    with pytest.raises(ServiceUnavailableError, match=str(settings.data_dir)):
        await stores.open_store(settings, "sqlite")


async def test_commits_are_synchronous_and_keys_enforced(store):
    connection = store.driver._write_connection
    pragmas = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    assert {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas} == pragmas


async def test_what_waits_together_is_one_commit(store):
    commits = []
    store.driver._write_connection.set_trace_callback(commits.append)
    await asyncio.gather(*(store.conversations.create(P, conversation(f"c{n}"), ()) for n in range(50)))
    assert commits.count("COMMIT") == 1


async def test_a_full_disk_fails_the_batch_and_the_store_goes_on(store, settings):
    await store.conversations.create(P, conversation("before"), ())
    big = [Item("x", "message", b"x" * 100_000)]
    with full_disk(settings.data_dir / "lockstep.db-wal"):
        results = await asyncio.gather(
            *(store.conversations.create(P, conversation(f"c{n}"), big) for n in range(3)),
            return_exceptions=True,
        )
    assert [type(result) for result in results] == [ServiceUnavailableError] * 3
    assert "Nothing of this request was stored" in str(results[0])
    assert await names(store) == ["before"]
    await store.conversations.create(P, conversation("after"), big)
    assert await names(store) == ["before", "after"]


async def test_a_read_only_database_is_a_503(store):
    store.driver._write_connection.execute("PRAGMA query_only = ON")
    with pytest.raises(ServiceUnavailableError, match="readonly"):
        await store.conversations.create(P, conversation("c"), ())
    with pytest.raises(ServiceUnavailableError):
        await store.check()
    store.driver._write_connection.execute("PRAGMA query_only = OFF")
    await store.check()


async def test_waiting_for_another_process_blocks_nobody(store, settings):
    with locked(settings):
        write = asyncio.create_task(store.conversations.create(P, conversation("c"), ()))
        begin = time.monotonic()
        for _ in range(10):
            await asyncio.sleep(0.01)
            assert await names(store) == []
        assert time.monotonic() - begin < 1
        assert not write.done()
    await write
    assert await names(store) == ["c"]


async def test_patience_with_another_process_ends(store, settings, monkeypatch):
    monkeypatch.setattr(group_commit, "PATIENCE", 0.05)
    with locked(settings), pytest.raises(ServiceUnavailableError, match="locked"):
        await store.conversations.create(P, conversation("c"), ())
    await store.conversations.create(P, conversation("c"), ())


async def test_a_failure_in_the_middle_of_a_batch_leaves_its_neighbours(store):
    """Both ways a batch runs: on the event loop's thread, and in the writer's."""
    await store.conversations.create(P, conversation("c"), [Item("taken", "message", b"1")])
    for size in (1, group_commit.INLINE):
        batches = [[Item(f"{size}-{n}-{part}", "message", b"1") for part in range(size)] for n in range(6)]
        batches[3].append(Item("taken", "message", b"1"))
        results = await asyncio.gather(
            *(store.conversations.append(P, "c", batch) for batch in batches), return_exceptions=True
        )
        assert isinstance(results.pop(3), BadRequestError)
        assert results == [batch for n, batch in enumerate(batches) if n != 3]
    page = await store.conversations.items(P, "c", after=None, limit=10_000, order="asc")
    assert len(page.rows) == 1 + 5 + 5 * group_commit.INLINE


async def test_a_bug_in_an_operation_harms_only_itself(store):
    with pytest.raises(AttributeError):
        await store.conversations.create(P, conversation("c"), [None])
    results = await asyncio.gather(
        store.conversations.create(P, conversation("a"), ()),
        store.conversations.create(P, Conversation("b", 2**70, b"{}"), ()),
        store.conversations.create(P, conversation("d"), ()),
        return_exceptions=True,
    )
    assert isinstance(results[1], OverflowError)
    assert await names(store) == ["a", "d"]


@pytest.mark.parametrize("size", [10, 900, 9_000])
async def test_deleted_content_is_in_no_file(store, settings, size):
    secret = b"deleted-secret"
    body = secret * (size // len(secret) + 1)
    metadata = b'{"k":"%s"}' % secret
    for number in range(30):
        kept = [Item(f"i{part}", "message", b"kept" * 50) for part in range(5)]
        await store.conversations.create(P, conversation(f"kept{number}"), kept)
    await store.conversations.create(P, Conversation("c", 1, metadata), [Item("secret-id", "message", body)])
    await store.conversations.append(P, "c", [Item(f"i{n}", "message", body) for n in range(20)])
    await store.completions.add(P, Completion("done", 1, "deleted-secret", metadata, body), [body, body])
    assert secret in files(settings)
    await store.conversations.remove_item(P, "c", "i3")
    await store.conversations.delete(P, "c")
    await store.completions.delete(P, "done")
    assert secret not in files(settings)
    assert b"secret-id" not in files(settings)
    assert b"kept29" in files(settings)
    connection = store.driver._read_connection
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    left = {table for table in tables if connection.execute(f"SELECT 1 FROM {table}").fetchone()}
    assert left == {"alembic_version", "sqlite_sequence", "conversation", "item", "retired"}


async def test_a_reader_delays_the_sweep_but_does_not_prevent_it(store, settings):
    await store.conversations.create(P, conversation("c"), [Item("x", "message", b"deleted-secret")])
    reader = sqlite3.connect(settings.data_dir / "lockstep.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM item").fetchall()
    await store.conversations.delete(P, "c")
    reader.close()
    for _ in range(100):
        if b"deleted-secret" not in files(settings):
            break
        await asyncio.sleep(0.05)
    assert b"deleted-secret" not in files(settings)


async def test_sweeping_goes_on_while_others_write(store, settings):
    await store.conversations.create(P, conversation("c"), [Item("x", "message", b"deleted-secret")])
    reader = sqlite3.connect(settings.data_dir / "lockstep.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM item").fetchall()
    await store.conversations.delete(P, "c")
    deadline = time.monotonic() + 0.5
    written = 0
    while time.monotonic() < deadline:
        await store.conversations.create(P, conversation(f"c{written}"), ())
        written += 1
        await asyncio.sleep(0.001 if written % 10 else 0.11)
    reader.close()
    await store.check()
    await asyncio.sleep(0.3)
    assert b"deleted-secret" not in files(settings)
    assert len(await names(store)) == written


LISTS = {
    "conversations": lambda s, order, after: s.conversations.list(
        P, after=after and "c1", limit=5, order=order, metadata={}
    ),
    "conversations by one": lambda s, order, after: s.conversations.list(
        P, after=after and "c1", limit=5, order=order, metadata={"k": "v"}
    ),
    "conversations by three": lambda s, order, after: s.conversations.list(
        P, after=after and "c1", limit=5, order=order, metadata={"k": "v", "l": "v", "m": "v"}
    ),
    "items": lambda s, order, after: s.conversations.items(
        P, "c1", after=after and "i1", limit=5, order=order
    ),
    "completions": lambda s, order, after: s.completions.list(
        P, after=after and "d1", limit=5, order=order, model=None, metadata={}
    ),
    "completions by two": lambda s, order, after: s.completions.list(
        P, after=after and "d1", limit=5, order=order, model="echo", metadata={"k": "v"}
    ),
    "messages": lambda s, order, after: s.completions.messages(
        P, "d1", after=after and "d1-1", limit=5, order=order
    ),
}


LIMITED = ("SCAN CONSTANT ROW",)
"""A subquery's single row."""


@pytest.mark.parametrize("after", [None, "yes"])
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("name", LISTS)
async def test_every_list_walks_an_index_and_sorts_nothing(store, name, order, after):
    metadata = b'{"k":"v","l":"v","m":"v"}'
    for number in range(3):
        items = [Item(f"i{part}", "message", b"1") for part in range(3)]
        await store.conversations.create(P, Conversation(f"c{number}", 1, metadata), items)
        await store.completions.add(P, Completion(f"d{number}", 1, "echo", metadata, b"{}"), [b"1"] * 3)
    driver = store.driver
    ran: list[str] = []
    for connection in driver._connections:
        connection.set_trace_callback(ran.append)
    await LISTS[name](store, order, after)
    selects = [statement for statement in ran if statement.strip().startswith("SELECT")]
    assert selects
    for statement in selects:
        rows = driver._read_connection.execute("EXPLAIN QUERY PLAN " + statement)
        plan = [row[3] for row in rows if row[3] not in LIMITED]
        steps = [step for step in plan if step.startswith(("SEARCH", "SCAN"))]
        assert steps
        assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step], plan
        assert all("INDEX" in step or "PRIMARY KEY" in step for step in steps), plan


async def steps(connection, page) -> int:
    """SQLite's own, in tens: a figure that does not depend on the machine."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    connection.set_progress_handler(step, 10)
    await page
    connection.set_progress_handler(None, 0)
    return count


async def test_pages_cost_the_same_anywhere_in_a_long_list(store):
    many = [Item(f"i{number}", "message", b"1") for number in range(5_000)]
    await store.conversations.create(P, conversation("c"), many)
    connection = store.driver._read_connection
    costs = [
        await steps(connection, store.conversations.items(P, "c", after=after, limit=20, order="asc"))
        for after in ("i0", "i2500", "i4900")
    ]
    assert max(costs) <= min(costs) * 1.2


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("one_in", [3_000, 25])
async def test_a_search_for_a_common_and_a_rare_pair_goes_by_the_rare_one(store, one_in, order):
    """Whichever comes first in the request, and however many the rare one has."""

    async def add(number: int) -> None:
        metadata = b'{"k":"v"}' if number % one_in else b'{"k":"v","l":"w"}'
        await store.conversations.create(P, Conversation(f"c{number}", 1, metadata), ())

    await asyncio.gather(*(add(number) for number in range(3_000)))
    connection = store.driver._long_connection
    costs = [
        await steps(connection, store.conversations.list(P, after=None, limit=4, order=order, metadata=pairs))
        for pairs in ({"k": "v", "l": "w"}, {"l": "w", "k": "v"})
    ]
    assert max(costs) <= min(costs) * 1.1
