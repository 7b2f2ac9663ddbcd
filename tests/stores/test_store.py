"""What every store promises as a whole: durability, cancellation, closing, sharing."""

import asyncio
import os
import signal
import sys
from contextlib import suppress

import pytest

from handlers import stores
from handlers.errors import ServiceUnavailableError
from handlers.stores import Conversation, Item

P = "default"

WRITER = """
import asyncio, sys
from handlers.settings import Settings
from handlers.stores import Conversation, Item, open_store

async def main(name, folder):
    store = await open_store(Settings(data_dir=folder), name)
    await store.conversations.create("default", Conversation("c", 1, b"{}"), ())

    async def work(worker):
        for turn in range(100_000):
            item = Item(f"{worker}-{turn}", "message", b"x" * 500)
            await store.conversations.append("default", "c", [item])
            print(item.id, flush=True)

    await asyncio.gather(*(work(worker) for worker in range(8)))

asyncio.run(main(*sys.argv[1:]))
"""

OPENER = """
import asyncio, sys
from handlers.settings import Settings
from handlers.stores import Conversation, open_store

async def main(name, folder, me):
    store = await open_store(Settings(data_dir=folder), name)
    for turn in range(20):
        await store.conversations.create("default", Conversation(f"{me}-{turn}", 1, b"{}"), ())
    await store.aclose()

asyncio.run(main(*sys.argv[1:]))
"""


async def start(program: str, name: str, settings, *arguments: object) -> asyncio.subprocess.Process:
    url = settings.database_url
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        *map(str, (name, settings.data_dir, *arguments)),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | ({"LOCKSTEP_DATABASE_URL": url.get_secret_value()} if url else {}),
    )


async def items(store) -> list[str]:
    page = await store.conversations.items(P, "c", after=None, limit=1_000_000, order="asc")
    return [row.id for row in page.rows]


async def test_what_was_acknowledged_survives_a_kill(store_name, settings):
    process = await start(WRITER, store_name, settings)
    assert process.stdout is not None
    try:
        acknowledged = [(await process.stdout.readline()).decode().strip() for _ in range(200)]
    finally:
        process.send_signal(signal.SIGKILL)
    # Lines on their way were acknowledged as well; the last one may be cut.
    acknowledged += (await process.stdout.read()).decode().splitlines(keepends=True)[:-1]
    acknowledged = [line.strip() for line in acknowledged]
    await process.wait()
    store = await stores.open_store(settings, store_name)
    kept = await items(store)
    assert len(acknowledged) >= 200
    assert set(acknowledged) <= set(kept)
    order = [name for name in kept if name in set(acknowledged)]
    assert order == acknowledged
    await store.aclose()


async def test_processes_that_start_together_share_one_store(store_name, settings):
    processes = [await start(OPENER, store_name, settings, number) for number in range(3)]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    store = await stores.open_store(settings, store_name)
    page = await store.conversations.list(P, after=None, limit=100, order="asc", metadata={})
    assert len(page.rows) == 60
    await store.aclose()


async def test_the_check_writes_and_reads(store):
    await store.check()
    await store.check()


async def test_a_write_is_read_as_soon_as_it_is_acknowledged(store):
    async def turn(number: int) -> None:
        await store.conversations.create(P, Conversation(f"c{number}", 1, b"{}"), ())
        await store.conversations.append(P, f"c{number}", [Item("x", "message", b"1")])
        assert (await store.conversations.item(P, f"c{number}", "x")).body == b"1"

    await asyncio.gather(*(turn(number) for number in range(50)))


async def test_cancelling_who_waits_harms_nobody(store):
    """A cancelled write is there or not; those beside it are there, and the store goes on."""
    names = [f"c{number}" for number in range(200)]
    tasks = [
        asyncio.create_task(store.conversations.create(P, Conversation(name, 1, b"{}"), ())) for name in names
    ]
    for number, task in enumerate(tasks):
        if number % 3 == 0:
            task.cancel()
        if number % 10 == 0:
            await asyncio.sleep(0)
    done = await asyncio.gather(*tasks, return_exceptions=True)
    acknowledged = {name for name, result in zip(names, done, strict=True) if result == []}
    page = await store.conversations.list(P, after=None, limit=1000, order="asc", metadata={})
    assert acknowledged <= {row.id for row in page.rows}
    assert len(acknowledged) >= 130
    await store.check()


async def test_what_nobody_waits_for_any_more_is_not_begun(store):
    task = asyncio.create_task(store.conversations.create(P, Conversation("c", 1, b"{}"), ()))
    await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await store.check()
    page = await store.conversations.list(P, after=None, limit=1, order="asc", metadata={})
    assert list(page.rows) == []


async def test_closing_finishes_what_was_handed_in(store_name, settings):
    store = await stores.open_store(settings, store_name)
    writes = [
        asyncio.create_task(store.conversations.create(P, Conversation(f"c{number}", 1, b"{}"), ()))
        for number in range(50)
    ]
    await asyncio.sleep(0)
    await store.aclose()
    await asyncio.gather(*writes)
    reopened = await stores.open_store(settings, store_name)
    page = await reopened.conversations.list(P, after=None, limit=100, order="asc", metadata={})
    assert len(page.rows) == 50
    await reopened.aclose()


async def test_a_closed_store_says_so(store_name, settings):
    store = await stores.open_store(settings, store_name)
    await store.aclose()
    await store.aclose()
    with pytest.raises(ServiceUnavailableError, match="closed"):
        await store.conversations.get(P, "c")
    with pytest.raises(ServiceUnavailableError, match="closed"):
        await store.conversations.delete(P, "c")


async def test_cancelled_long_reads_leave_the_next_ones_alone(store):
    await store.conversations.create(P, Conversation("c", 1, b'{"a":"1","b":"2"}'), ())
    arguments = {"after": None, "limit": 20, "order": "asc", "metadata": {"a": "1", "b": "2"}}
    for _ in range(20):
        tasks = [asyncio.create_task(store.conversations.list(P, **arguments)) for _ in range(4)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        pages = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(len(page.rows) == 1 for page in pages[1::2])


async def test_long_reads_do_not_hold_up_others(store):
    for number in range(20):
        await store.conversations.create(P, Conversation(f"c{number}", 1, b'{"a":"1","b":"2"}'), ())
    filters = {"a": "1", "b": "2"}
    pages = await asyncio.gather(
        *(
            store.conversations.list(P, after=None, limit=20, order="asc", metadata=filters)
            for _ in range(10)
        ),
        *(store.conversations.get(P, f"c{number}") for number in range(20)),
    )
    assert all(len(page.rows) == 20 for page in pages[:10])
