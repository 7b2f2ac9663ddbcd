"""Microseconds per operation of the store alone, from asyncio: `python -m benchmarks.store [--profile]`."""

import argparse
import asyncio
import cProfile
import gc
import itertools
import pstats
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import uvloop

from handlers.services import ordered_hex
from handlers.settings import Settings
from handlers.stores import Completion, Conversation, Item, Store, open_store

PROJECT = "default"
BODY = b'{"type":"message","role":"user","status":"completed","content":[{"type":"input_text","text":"Hi!"}]}'


def item() -> Item:
    """A short message."""
    return Item(f"msg_{ordered_hex()}", "message", BODY)


def operations(store: Store, ids: Iterator[str]) -> dict[str, Callable[[], Awaitable[object]]]:
    """What is measured. `ids` walks over conversations that exist, with 20 items each."""
    conversations = store.conversations
    new = f"conv_{ordered_hex()}"
    return {
        "create": lambda: conversations.create(
            PROJECT, Conversation(f"conv_{ordered_hex()}", 1_790_000_000, b"{}"), ()
        ),
        "create with 1 item": lambda: conversations.create(
            PROJECT, Conversation(f"conv_{ordered_hex()}", 1_790_000_000, b"{}"), (item(),)
        ),
        "append 1": lambda: conversations.append(PROJECT, next(ids), (item(),)),
        "append 20": lambda: conversations.append(PROJECT, next(ids), [item() for _ in range(20)]),
        "list 20": lambda: conversations.items(PROJECT, next(ids), after=None, limit=20, order="desc"),
        "get": lambda: conversations.get(PROJECT, next(ids)),
        "add completion": lambda: store.completions.add(
            PROJECT, Completion(f"chatcmpl-{ordered_hex()}", 1, "echo", b"{}", BODY), (BODY, BODY)
        ),
        "list 20 completions": lambda: store.completions.list(
            PROJECT, after=None, limit=20, order="desc", model="echo", metadata={}
        ),
        "ids alone": lambda: asyncio.sleep(0, new),
    }


async def measure(operation: Callable[[], Awaitable[object]], count: int, tasks: int) -> str:
    """Operations a second, CPU time of the whole process for one, and latencies."""
    left = count
    latencies: list[float] = []

    async def work() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            begin = time.perf_counter()
            await operation()
            latencies.append(time.perf_counter() - begin)
            await asyncio.sleep(0)

    begin, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(tasks)))
    elapsed, cpu = time.perf_counter() - begin, time.process_time() - cpu
    latencies.sort()
    return (
        f"{count / elapsed:8,.0f}/s {cpu / count * 1e6:7.1f} µs CPU"
        f"  p50 {latencies[count // 2] * 1e3:6.2f} ms  p99 {latencies[count * 99 // 100] * 1e3:6.2f} ms"
    )


async def main(count: int, tasks: int, *, profile: bool) -> None:
    """Fill a store in a temporary folder, then measure each operation."""
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(Settings(data_dir=Path(folder)))
        filled = [f"conv_{ordered_hex()}" for _ in range(200)]
        for conversation in filled:
            items = [item() for _ in range(20)]
            await store.conversations.create(PROJECT, Conversation(conversation, 1, b"{}"), items)
        gc.collect()
        gc.freeze()
        for name, operation in operations(store, itertools.cycle(filled)).items():
            profiler = cProfile.Profile()
            if profile:
                profiler.enable()
            figures = await measure(operation, count, tasks)
            print(f"{name:20}", figures, flush=True)  # noqa: T201 - the report
            if profile:
                profiler.disable()
                pstats.Stats(profiler).sort_stats("tottime").print_stats(12)
        await store.aclose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--tasks", type=int, default=32)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    uvloop.run(main(arguments.count, arguments.tasks, profile=arguments.profile))
