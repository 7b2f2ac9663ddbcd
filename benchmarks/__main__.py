"""`make bench`: every scenario on every store, beside the floor, in one run.

Rounds alternate between stores and floor, and medians are shown, so that a slow moment of the machine hits
all. The floor is bare Starlette with the same models and nothing stored.
"""

import argparse
import json
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import databases, figures, objects, processes
from benchmarks.load import Load, needed, wrk
from benchmarks.scenarios import NAMES, TITLES, Scenario, chosen

STORES = ("sqlite", "postgresql")
DEEP, SHALLOW = 20, 4
"""Items of a conversation beforehand: where they are listed, and where a model is shown them."""


class Subject:
    """A server under measurement, with conversations made for it."""

    def __init__(self, process: processes.Process, key: str) -> None:
        self.process = process
        self.key = key
        self.ids = objects.conversations(process.base, key, items=DEEP)

    def measure(self, scenario: Scenario, clients: int, seconds: int) -> Load:
        """One round of one scenario."""
        ids = self.ids
        if scenario.fresh:
            ids = objects.conversations(self.process.base, self.key, items=SHALLOW)
        return wrk(self.process.base, scenario.requests(ids), key=self.key, clients=clients, seconds=seconds)


@contextmanager
def started(options: argparse.Namespace, key: str) -> Iterator[tuple[dict[str, Subject], dict[str, Any]]]:
    """The stores' servers, and facts about them."""
    facts: dict[str, Any] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        subjects = {}
        for store in options.stores:
            settings = {}
            if store == "postgresql":
                cluster = stack.enter_context(databases.postgresql())
                facts["postgresql_server"] = {"version": cluster.version, "settings": cluster.settings}
                settings = {"LOCKSTEP_DATABASE_URL": cluster.database()}
            process = stack.enter_context(
                processes.server(folder / store, key, settings, workers=options.workers)
            )
            facts[store] = {"start_s": round(process.started, 2), "fresh_mib": round(process.resident_mib())}
            subjects[store] = Subject(process, key)
        yield subjects, facts


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """Run everything; answers the figures."""
    key = secrets.token_urlsafe(24)
    rows = []
    with started(options, key) as (subjects, facts), tempfile.TemporaryDirectory() as folder:
        first = subjects[options.stores[0]]
        file = Path(folder) / "answers.json"
        file.write_text(json.dumps(objects.answers(first.process.base, key, first.ids)), encoding="utf-8")
        with processes.floor(file) as floor:
            for clients in options.clients:
                for scenario in chosen(options.only):
                    rounds: dict[str, list[Load]] = {name: [] for name in (*subjects, "floor")}
                    for _ in range(options.rounds):
                        for name, subject in subjects.items():
                            rounds[name].append(subject.measure(scenario, clients, options.seconds))
                        bare = scenario.requests(first.ids)
                        rounds["floor"].append(
                            wrk(floor.base, bare, key=key, clients=clients, seconds=options.seconds)
                        )
                    row = {name: figures.median(loads) for name, loads in rounds.items()}
                    rows.append({"scenario": scenario.name, "clients": clients, **row})
        for name, subject in subjects.items():
            facts[name]["loaded_mib"] = round(subject.process.resident_mib())
    return {"facts": facts, "rows": rows}


def show(result: dict[str, Any], stores: list[str]) -> None:
    """The figures as a table."""
    console = Console(width=130)
    table = Table("clients", "scenario", "store", "req/s", "p50 ms", "p99 ms", "floor", "ratio", "errors")
    for row in result["rows"]:
        bare = row["floor"]["rate"]
        for store in stores:
            ours = row[store]
            table.add_row(
                str(row["clients"]),
                TITLES[row["scenario"]],
                store,
                f"{ours['rate']:,.0f}",
                f"{ours['p50']:.2f}",
                f"{ours['p99']:.1f}",
                f"{bare:,.0f}",
                f"{ours['rate'] / bare:.2f}",
                str(ours["errors"]),
            )
    console.print(table)
    for store in stores:
        fact = result["facts"][store]
        console.print(
            f"{store}: cold start to first answer {fact['start_s']} s, resident {fact['fresh_mib']} MiB "
            f"fresh, {fact['loaded_mib']} MiB after the load"
        )
    console.print(f"the run took {result['seconds']} s")


def listed(text: str) -> list[str]:
    """Words between commas."""
    return [word for word in text.replace(" ", "").split(",") if word]


def among(known: list[str] | tuple[str, ...], text: str) -> list[str]:
    """The same, all of them known."""
    words = listed(text)
    for word in words:
        if word not in known:
            raise argparse.ArgumentTypeError(f"there is no {word!r}; known are {', '.join(known)}")
    return words


def stores(text: str) -> list[str]:
    """Names of stores."""
    return among(STORES, text)


def scenarios(text: str) -> list[str]:
    """Names of scenarios."""
    return among(NAMES, text)


def numbers(text: str) -> list[int]:
    """Whole numbers between commas."""
    return [int(word) for word in listed(text)]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--stores", type=stores, default=list(STORES), help="sqlite,postgresql")
    parser.add_argument("--clients", type=numbers, default=[1, 8, 32, 256], help="1,8,32,256")
    parser.add_argument("--only", type=scenarios, default=NAMES, help=",".join(NAMES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of one round")
    parser.add_argument("--workers", type=int, default=1, help="processes of each server")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    needed()
    said = {name: value for name, value in vars(options).items() if name != "json"}
    result = figures.record("grid", said, lambda: compare(options))
    show(result, options.stores)
    figures.keep(result, options.json)
    if any(row[side]["errors"] for row in result["rows"] for side in (*options.stores, "floor")):
        sys.exit("some answers were errors: those figures do not count")


if __name__ == "__main__":
    main()
