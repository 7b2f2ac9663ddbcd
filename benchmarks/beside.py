"""`make bench-beside`: the server beside smg, on the same PostgreSQL, in one run.

Rounds alternate between the two. Both want a key, keep 16 connections to the database in all, and log
nothing of requests. smg runs a thread for each core; ours, one process and several.
"""

import argparse
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import databases, figures, objects, peer, processes
from benchmarks.__main__ import numbers, scenarios
from benchmarks.load import Load, needed, wrk
from benchmarks.scenarios import TITLES, chosen

SHARED = ["create", "append", "list", "retrieve"]
"""What both serve."""
CONNECTIONS = 16
ITEMS = 20


def lockstep(workers: int) -> str:
    """What ours is called in the figures."""
    return "lockstep" if workers == 1 else f"lockstep, {workers} workers"


def has_workers() -> bool:
    """Whether `lockstep serve` can run several."""
    command = [str(Path(sys.executable).with_name("lockstep")), "serve", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own words
    return "--workers" in done.stdout


@contextmanager
def started(options: argparse.Namespace, key: str) -> Iterator[tuple[Any, dict[str, processes.Process]]]:
    """The PostgreSQL and everybody on it, each with a database of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(databases.postgresql())
        model = stack.enter_context(processes.model())
        subjects = {f"smg {peer.VERSION}": stack.enter_context(peer.smg(cluster.database(), model.base, key))}
        for workers in options.workers:
            settings = {
                "LOCKSTEP_DATABASE_URL": cluster.database(),
                "LOCKSTEP_DATABASE_CONNECTIONS": str(CONNECTIONS // workers),
            }
            subjects[lockstep(workers)] = stack.enter_context(
                processes.server(folder / str(workers), key, settings, workers=workers)
            )
        yield cluster, subjects


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """Run everything; answers the figures."""
    key = secrets.token_urlsafe(24)
    rows = []
    with started(options, key) as (cluster, subjects):
        ids = {
            name: objects.conversations(
                process.base, key, items=ITEMS, at_once=not name.startswith("smg")
            )  # smg drops the items that a conversation begins with
            for name, process in subjects.items()
        }
        for clients in options.clients:
            for scenario in chosen(options.only):
                rounds: dict[str, list[Load]] = {name: [] for name in subjects}
                cpu, stored = dict.fromkeys(subjects, 0.0), dict.fromkeys(subjects, 0.0)
                for _ in range(options.rounds):
                    for name, process in subjects.items():
                        before, database = process.cpu_seconds(), cluster.cpu_seconds()
                        requests = scenario.requests(ids[name])
                        load = wrk(process.base, requests, key=key, clients=clients, seconds=options.seconds)
                        rounds[name].append(load)
                        cpu[name] += process.cpu_seconds() - before
                        stored[name] += cluster.cpu_seconds() - database
                row: dict[str, Any] = {name: figures.median(loads) for name, loads in rounds.items()}
                for name, loads in rounds.items():
                    served = sum(load.requests for load in loads)
                    row[name]["cpu_us"] = round(cpu[name] / served * 1e6, 1)
                    row[name]["database_us"] = round(stored[name] / served * 1e6, 1)
                rows.append({"scenario": scenario.name, "clients": clients, **row})
        facts = {"postgresql_server": {"version": cluster.version, "settings": cluster.settings}}
    return {"subjects": list(subjects), "facts": facts, "rows": rows}


def show(result: dict[str, Any]) -> None:
    """The figures as a table."""
    table = Table(
        "clients", "scenario", "server", "req/s", "p50 ms", "p99 ms", "of smg's", "CPU µs", "DB µs", "errors"
    )
    smg, *_ = result["subjects"]
    for row in result["rows"]:
        for name in result["subjects"]:
            one = row[name]
            table.add_row(
                str(row["clients"]),
                TITLES[row["scenario"]],
                name,
                f"{one['rate']:,.0f}",
                f"{one['p50']:.2f}",
                f"{one['p99']:.1f}",
                f"{one['rate'] / row[smg]['rate']:.2f}",
                f"{one['cpu_us']:.0f}",
                f"{one['database_us']:.0f}",
                str(one["errors"]),
            )
    console = Console(width=130)
    console.print(table)
    console.print(f"CPU: of the server, and of the database. The run took {result['seconds']} s.")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description=__doc__)
    parser.add_argument("--clients", type=numbers, default=[32], help="1,8,32")
    parser.add_argument("--only", type=scenarios, default=SHARED, help=",".join(SHARED))
    parser.add_argument("--workers", type=numbers, default=[1, 2], help="1,2: ours, once with each")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of one round")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    needed()
    if unshared := [name for name in options.only if name not in SHARED]:
        parser.error(f"smg has no {', '.join(unshared)}")
    if max(options.workers) > 1 and not has_workers():
        sys.stderr.write("lockstep serve has no --workers here: one process is measured\n")
        options.workers = [1]
    peer.program()
    said = {name: value for name, value in vars(options).items() if name != "json"}
    result = figures.record("beside", said, lambda: compare(options))
    show(result)
    figures.keep(result, options.json)
    if any(row[name]["errors"] for row in result["rows"] for name in result["subjects"]):
        sys.exit("some answers were errors: those figures do not count")


if __name__ == "__main__":
    main()
