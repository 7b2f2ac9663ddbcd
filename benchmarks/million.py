"""`make bench-million`: whether a million conversations in the store cost more than a few.

Two stores of the same kind take turns, a large one and a small one: rates of requests over HTTP, and pages of
the list of conversations asked of the store itself, with and without a filter by metadata.
"""

import argparse
import asyncio
import gc
import random
import secrets
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from benchmarks import databases, figures, processes
from benchmarks.__main__ import STORES, stores
from benchmarks.filling import fill
from benchmarks.lengths import Call, timed
from benchmarks.load import Load, needed, wrk
from benchmarks.scenarios import TITLES, Scenario, chosen
from benchmarks.store import PROJECT
from handlers.settings import Settings
from handlers.stores import Order, open_store
from handlers.stores.sql.store import SqlStore

MEASURED = ["create", "append", "list", "retrieve"]
SAMPLE = 8_192
"""Conversations that requests go round."""
LIMIT = 20
FILTERS: Mapping[str, dict[str, str]] = {
    "no filter": {},
    "a filter that nine in ten match": {"tier": "free"},
    "one that a thousandth matches": {"topic": "topic-7"},
    "both": {"tier": "free", "topic": "topic-7"},
    "a pair that all but few have, and one that none has": {"tier": "free", "topic": "none"},
    "no match": {"topic": "none"},
}
SIZES = """
SELECT relname::text, pg_table_size(oid), pg_indexes_size(oid), reltuples::bigint FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) > 1000000
ORDER BY pg_total_relation_size(oid) DESC"""
WRITTEN = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"


@dataclass(frozen=True, slots=True)
class Filled:
    """A store that has been filled: how to reach it, ids in it, and what filling it took."""

    settings: Settings
    ids: list[str]
    seconds: float


async def filled(settings: Settings, count: int) -> Filled:
    """Fill a new store."""
    begin = time.perf_counter()
    store = await opened(settings)
    try:
        ids = await fill(store, count)
    finally:
        await store.aclose()
    return Filled(settings, ids, time.perf_counter() - begin)


async def opened(settings: Settings) -> SqlStore:
    """The store, which is known to be in an SQL database."""
    store = await open_store(settings)
    assert isinstance(store, SqlStore)  # noqa: S101 - both are
    return store


def listings(store: SqlStore, ids: list[str]) -> dict[str, Call]:
    """Pages of the list of conversations."""
    made: dict[str, Call] = {}
    orders: tuple[Order, ...] = ("desc", "asc")
    for order in orders:
        for name, pairs in FILTERS.items():
            made[f"{name}, {order}"] = page(store, None, order, pairs)
        made[f"no filter, from the middle, {order}"] = page(store, ids[len(ids) // 2], order, {})
    return made


def page(store: SqlStore, after: str | None, order: Order, pairs: dict[str, str]) -> Call:
    """One page."""
    return lambda: store.conversations.list(PROJECT, after=after, limit=LIMIT, order=order, metadata=pairs)


async def pages(found: Mapping[int, Filled], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Microseconds of a page in each of the stores, which take turns."""
    open_stores = {count: await opened(one.settings) for count, one in found.items()}
    gc.collect()
    gc.freeze()
    try:
        calls = {count: listings(store, found[count].ids) for count, store in open_stores.items()}
        rows = []
        for name in calls[options.small]:
            took = await timed({count: made[name] for count, made in calls.items()}, options.calls)
            rows.append({"page": name, "us": {str(count): round(each, 1) for count, each in took.items()}})
        return rows
    finally:
        for store in open_stores.values():
            await store.aclose()


class Rates:
    """Requests over HTTP against a server on each of the stores, which take turns."""

    def __init__(self, options: argparse.Namespace, cluster: databases.Cluster | None) -> None:
        self.options = options
        self.cluster = cluster
        self.written: dict[str, float] = {}

    def measure(self, found: Mapping[int, Filled]) -> list[dict[str, Any]]:
        """All scenarios."""
        key = secrets.token_urlsafe(24)
        with ExitStack() as stack:
            bases = {
                count: stack.enter_context(
                    processes.server(one.settings.data_dir, key, environment(one.settings))
                ).base
                for count, one in found.items()
            }
            return [self._row(scenario, bases, found, key) for scenario in chosen(MEASURED)]

    def _row(
        self, scenario: Scenario, bases: Mapping[int, str], found: Mapping[int, Filled], key: str
    ) -> dict[str, Any]:
        rounds: dict[int, list[Load]] = {count: [] for count in bases}
        for _ in range(self.options.rounds):
            for count, base in bases.items():
                ids = random.Random(1).sample(found[count].ids, min(SAMPLE, count))  # noqa: S311 - the same each time
                before = self._wal()
                load = wrk(
                    base,
                    scenario.requests(ids),
                    key=key,
                    clients=self.options.clients,
                    seconds=self.options.seconds,
                )
                rounds[count].append(load)
                if scenario.method == "POST" and self.cluster is not None:
                    self.written[f"{scenario.name}, {count}"] = round((self._wal() - before) / load.requests)
        return {
            "scenario": scenario.name,
            **{str(count): figures.median(loads) for count, loads in rounds.items()},
        }

    def _wal(self) -> int:
        return 0 if self.cluster is None else int(self.cluster.query(self.cluster.made.admin, WRITTEN)[0][0])


def environment(settings: Settings) -> dict[str, str]:
    """The same settings for a process."""
    url = settings.database_url
    return {} if url is None else {"LOCKSTEP_DATABASE_URL": url.get_secret_value()}


def on(store: str, options: argparse.Namespace) -> dict[str, Any]:
    """Everything about one kind of store."""
    with ExitStack() as stack, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        cluster = stack.enter_context(databases.postgresql()) if store == "postgresql" else None
        found = {}
        for count in (options.small, options.count):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = None if cluster is None else SecretStr(cluster.database())
            found[count] = runner.run(filled(Settings(data_dir=folder, database_url=url), count))
            if cluster is not None and url is not None:
                cluster.query(url.get_secret_value(), "VACUUM ANALYZE")
        large = found[options.count]
        answer: dict[str, Any] = {"fill_s": round(large.seconds, 1), **sizes(cluster, large)}
        answer["pages"] = runner.run(pages(found, options))
        rates = Rates(options, cluster)
        answer["rates"] = rates.measure(found)
        answer["wal_bytes"] = rates.written
        return answer


def sizes(cluster: databases.Cluster | None, large: Filled) -> dict[str, Any]:
    """Bytes of the file, or of each table with its indexes."""
    if cluster is None:
        return {"bytes": sum(path.stat().st_size for path in large.settings.data_dir.glob("lockstep.db*"))}
    assert large.settings.database_url is not None  # noqa: S101 - it is in the cluster
    url = large.settings.database_url.get_secret_value()
    rows = cluster.query(url, SIZES)
    tables = {name: {"table": table, "indexes": index, "rows": count} for name, table, index, count in rows}
    return {"bytes": sum(each["table"] + each["indexes"] for each in tables.values()), "tables": tables}


def show(result: dict[str, Any]) -> None:
    """The figures as tables."""
    console = Console(width=130)
    small, large = (str(result["options"][name]) for name in ("small", "count"))
    for store, found in result["stores"].items():
        table = Table(store, f"{int(small):,}", f"{int(large):,}", "large over small")
        for row in found["rates"]:
            one, other = row[small]["rate"], row[large]["rate"]
            table.add_row(
                f"{TITLES[row['scenario']]}, req/s", f"{one:,.0f}", f"{other:,.0f}", f"{other / one:.2f}"
            )
        for row in found["pages"]:
            one, other = row["us"][small], row["us"][large]
            table.add_row(f"{row['page']}, µs", f"{one:,.0f}", f"{other:,.0f}", f"{other / one:.2f}")
        console.print(table)
        console.print(f"filled in {found['fill_s']} s, {found['bytes'] / 2**20:,.0f} MiB")
    console.print(f"the run took {result['seconds']} s")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.million", description=__doc__)
    parser.add_argument("--stores", type=stores, default=list(STORES), help="sqlite,postgresql")
    parser.add_argument("--count", type=int, default=1_000_000, help="conversations in the large store")
    parser.add_argument("--small", type=int, default=50_000, help="and in the small one")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of one round")
    parser.add_argument("--calls", type=int, default=200, help="calls for each page")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    needed()
    said = {name: value for name, value in vars(options).items() if name != "json"}
    measured = figures.record(
        "million", said, lambda: {"stores": {name: on(name, options) for name in options.stores}}
    )
    show(measured)
    figures.keep(measured, options.json)


if __name__ == "__main__":
    main()
