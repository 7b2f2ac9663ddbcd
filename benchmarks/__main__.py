"""`make bench`: every scenario at 1 and 32 clients, the server beside the floor in the same run.

Rounds alternate between the two, and medians are shown, so that a slow moment of the machine hits both.
"""

import argparse
import json
import secrets
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks import processes
from benchmarks.load import Load, wrk
from benchmarks.scenarios import MESSAGE, SCENARIOS, Scenario

CONVERSATIONS = 64


def prepare(base: str, key: str) -> tuple[list[str], dict[str, str]]:
    """Conversations with 20 items each, and the server's own answer to every scenario."""
    with httpx.Client(
        base_url=base + "/v1", headers={"authorization": f"Bearer {key}"}, timeout=30
    ) as client:
        ids = []
        for _ in range(CONVERSATIONS):
            made = client.post("/conversations", json={"items": [MESSAGE] * 20}).raise_for_status()
            ids.append(str(made.json()["id"]))
        answers = {}
        for scenario in SCENARIOS:
            path = scenario.template.format(conversation_id=ids[0]) + scenario.query
            headers = {"content-type": "application/json"}
            answer = client.request(scenario.method, path, content=scenario.body, headers=headers)
            answers[scenario.name] = answer.raise_for_status().text
    return ids, answers


def measure(
    process: processes.Process, scenario: Scenario, ids: list[str], *, key: str, clients: int, seconds: int
) -> Load:
    """One round of one scenario against one process."""
    paths = [f"/v1{scenario.template.format(conversation_id=one)}{scenario.query}" for one in ids]
    paths = list(dict.fromkeys(paths))
    return wrk(
        process.base,
        paths,
        method=scenario.method,
        body=scenario.body,
        key=key,
        clients=clients,
        seconds=seconds,
    )


def median(loads: list[Load]) -> dict[str, float]:
    """The middle of several rounds, figure by figure; errors are added up."""
    figures = {
        name: statistics.median(getattr(load, name) for load in loads) for name in ("rate", "p50", "p99")
    }
    return {**figures, "errors": sum(load.errors for load in loads)}


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """Run everything; answers the figures."""
    key = secrets.token_urlsafe(24)
    rows = []
    with tempfile.TemporaryDirectory() as folder, processes.server(Path(folder) / "data", key) as server:
        fresh = server.resident_mib()
        ids, answers = prepare(server.base, key)
        file = Path(folder) / "answers.json"
        file.write_text(json.dumps(answers), encoding="utf-8")
        with processes.floor(file) as floor:
            for clients in options.clients:
                for scenario in SCENARIOS:
                    rounds = [
                        [
                            measure(one, scenario, ids, key=key, clients=clients, seconds=options.seconds)
                            for one in (server, floor)
                        ]
                        for _ in range(options.rounds)
                    ]
                    ours, bare = (median(list(loads)) for loads in zip(*rounds, strict=True))
                    rows.append(
                        {"scenario": scenario.name, "clients": clients, "server": ours, "floor": bare}
                    )
        loaded = server.resident_mib()
        return {"start_s": server.started, "resident_mib": fresh, "resident_loaded_mib": loaded, "rows": rows}


def show(result: dict[str, Any]) -> None:
    """The figures as a table."""
    table = Table(
        "scenario", "clients", "req/s", "p50 ms", "p99 ms", "floor req/s", "floor p99", "ratio", "errors"
    )
    for row in result["rows"]:
        ours, bare = row["server"], row["floor"]
        table.add_row(
            row["scenario"],
            str(row["clients"]),
            f"{ours['rate']:,.0f}",
            f"{ours['p50']:.2f}",
            f"{ours['p99']:.1f}",
            f"{bare['rate']:,.0f}",
            f"{bare['p99']:.1f}",
            f"{ours['rate'] / bare['rate']:.2f}",
            f"{ours['errors']:.0f}",
        )
    console = Console(width=120)
    console.print(table)
    console.print(
        f"cold start to first answer {result['start_s']:.2f} s, "
        f"resident {result['resident_mib']:.0f} MiB fresh, "
        f"{result['resident_loaded_mib']:.0f} MiB after the load"
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 32])
    parser.add_argument("--seconds", type=int, default=4, help="of one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is needed for the load; install it first (Debian: apt-get install wrk)")
    result = compare(options)
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if any(row[side]["errors"] for row in result["rows"] for side in ("server", "floor")):
        sys.exit("some answers were errors: the figures above do not count")


if __name__ == "__main__":
    main()
