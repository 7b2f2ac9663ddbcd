"""`make bench-lengths`: whether a page of a conversation costs the same however long the conversation is.

Asked of the store itself, one call after another, so that nothing dilutes it. The lengths take turns at
every call, so that a slow moment of machine or disk hits all of them; medians are shown, and the dearest
length over the cheapest.
"""

import argparse
import asyncio
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from benchmarks import databases, figures
from benchmarks.__main__ import STORES, numbers, stores
from benchmarks.store import BODY, PROJECT
from handlers.services import ordered_hex
from handlers.settings import Settings
from handlers.stores import Conversation, Item, Order, Store, open_store

LENGTHS = [10, 100, 1_000, 10_000, 100_000]
PAGES = (4, 20)
"""Items in a page: few enough for any place in the shortest, and as many as by default."""
BATCH = 1_000
FLAT = 1.2
"""How much more the dearest length may cost than the cheapest."""
Call = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Long:
    """A conversation and the ids of its items, oldest first."""

    id: str
    items: list[str]


async def fill(store: Store, length: int) -> Long:
    """A conversation of that length."""
    made = f"conv_{ordered_hex()}"
    await store.conversations.create(PROJECT, Conversation(made, 1_790_000_000, b"{}"), ())
    ids = [f"msg_{ordered_hex()}" for _ in range(length)]
    for start in range(0, length, BATCH):
        items = [Item(one, "message", BODY) for one in ids[start : start + BATCH]]
        await store.conversations.append(PROJECT, made, items)
    return Long(made, ids)


def page(store: Store, found: Long, after: int | None, limit: int, order: Order) -> Call:
    """A page that begins behind the item at that place in the order asked for."""
    ids = found.items if order == "asc" else found.items[::-1]
    cursor = None if after is None else ids[after]
    return lambda: store.conversations.items(PROJECT, found.id, after=cursor, limit=limit, order=order)


def calls(store: Store, found: Long) -> dict[str, Call]:
    """What is measured of one conversation."""
    length = len(found.items)
    made: dict[str, Call] = {}
    for limit in PAGES:
        if length < 2 * limit:
            continue
        places = {"first page": None, "middle page": length // 2 - 1, "last page": length - limit - 1}
        orders: tuple[Order, ...] = ("asc", "desc")
        for order in orders:
            for name, after in places.items():
                made[f"{name} of {limit}, {order}"] = page(store, found, after, limit, order)
    middle = found.items[length // 2]
    made["retrieve an item"] = lambda: store.conversations.item(PROJECT, found.id, middle)
    made["append an item"] = lambda: store.conversations.append(
        PROJECT, found.id, [Item(f"msg_{ordered_hex()}", "message", BODY)]
    )
    return made


async def timed(calls: dict[int, Call], count: int) -> dict[int, float]:
    """Microseconds of each call in the median; they take turns, in an order that changes."""
    found: dict[int, list[float]] = {length: [] for length in calls}
    turns = list(calls.items())
    for _ in range(count):
        turns.append(turns.pop(0))
        for length, call in turns:
            begin = time.perf_counter()
            await call()
            found[length].append(time.perf_counter() - begin)
    return {length: statistics.median(took) * 1e6 for length, took in found.items()}


async def measure(store: Store, options: argparse.Namespace) -> dict[str, Any]:
    """All lengths and calls on one store."""
    begin = time.perf_counter()
    conversations = {length: await fill(store, length) for length in options.lengths}
    filled = time.perf_counter() - begin
    gc.collect()
    gc.freeze()
    made = {length: calls(store, found) for length, found in conversations.items()}
    rounds: dict[str, dict[int, list[float]]] = {}
    for _ in range(options.rounds):
        for name in made[max(options.lengths)]:
            turns = {length: known[name] for length, known in made.items() if name in known}
            for length, took in (await timed(turns, options.count)).items():
                rounds.setdefault(name, {}).setdefault(length, []).append(took)
    rows = []
    for name, lengths in rounds.items():
        middle = {str(length): round(statistics.median(took), 1) for length, took in lengths.items()}
        rows.append({"call": name, "us": middle, "spread": spread(lengths)})
    return {"fill_s": round(filled, 1), "rows": rows}


def spread(lengths: dict[int, list[float]]) -> float:
    """The dearest length over the cheapest."""
    found = [statistics.median(took) for took in lengths.values()]
    return round(max(found) / min(found), 3)


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """Run everything; answers the figures."""
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        for name in options.stores:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = None
            if name == "postgresql":
                url = SecretStr(stack.enter_context(databases.postgresql()).database())
            settings = Settings(data_dir=folder, database_url=url)

            async def run(settings: Settings = settings) -> dict[str, Any]:
                store = await open_store(settings)
                try:
                    return await measure(store, options)
                finally:
                    await store.aclose()

            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                found[name] = runner.run(run())
    return {"stores": found}


def show(result: dict[str, Any]) -> None:
    """The figures as tables."""
    console = Console(width=130)
    for name, found in result["stores"].items():
        lengths = [str(length) for length in result["options"]["lengths"]]
        table = Table(f"{name}, µs a call", *(f"{int(each):,}" for each in lengths), "spread")
        for row in found["rows"]:
            took = (f"{row['us'][each]:,.0f}" if each in row["us"] else "" for each in lengths)
            table.add_row(
                row["call"], *took, f"{row['spread']:.2f}" + ("" if row["spread"] <= FLAT else " !")
            )
        console.print(table)
    console.print(f"spread: the dearest length over the cheapest; the run took {result['seconds']} s")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lengths", description=__doc__)
    parser.add_argument("--stores", type=stores, default=list(STORES), help="sqlite,postgresql")
    parser.add_argument("--lengths", type=numbers, default=LENGTHS, help="10,100,1000")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--count", type=int, default=100, help="calls of a round")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    said = {name: value for name, value in vars(options).items() if name != "json"}
    result = figures.record("lengths", said, lambda: compare(options))
    show(result)
    figures.keep(result, options.json)
    steep = [
        f"{name}: {row['call']}"
        for name, found in result["stores"].items()
        for row in found["rows"]
        if row["spread"] > FLAT
    ]
    if steep:
        sys.exit(f"not flat within {FLAT - 1:.0%}: " + "; ".join(steep))


if __name__ == "__main__":
    main()
