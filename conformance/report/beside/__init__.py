"""Reports that put examinations of several servers beside each other; a module's name is the format's."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.report import Style

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what is compared, and what each server has there. `differs` where they are not all alike."""

    name: str
    cells: tuple[str, ...]
    note: str = ""

    @property
    def differs(self) -> bool:
        """Tell whether the servers are not all alike."""
        return len(set(self.cells)) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is put beside each other; cells stand in the order of `servers`."""

    servers: tuple[str, ...]
    scores: tuple[str, ...]
    totals: tuple[Row, ...]
    operations: tuple[Row, ...]
    probes: tuple[Row, ...]


Render = Callable[[Comparison, Style], str]


def renderer(name: str) -> Render:
    """Return the function that writes a format."""
    render: Render = importlib.import_module(f"{__name__}.{name}").render
    return render


def comparison(names: Sequence[str], reports: Sequence[Report]) -> Comparison:
    """Put reports beside each other; what a server has not is an empty cell."""
    return Comparison(
        servers=tuple(names),
        scores=tuple(f"{report['score']:.1f}" for report in reports),
        totals=tuple(_totals(reports)),
        operations=tuple(_operations(reports)),
        probes=tuple(_probes(reports)),
    )


def _totals(reports: Sequence[Report]) -> list[Row]:
    def row(name: str, cell: Callable[[Report], str]) -> Row:
        return Row(name, tuple(cell(report["totals"]) for report in reports))

    return [
        row("probes passed", lambda totals: f"{totals['probes']['passed']:,}"),
        row("probes failed", lambda totals: f"{totals['probes']['failed']:,}"),
        row(
            "skipped or inconclusive",
            lambda all_: f"{all_['probes']['skipped'] + all_['probes']['inconclusive']:,}",
        ),
        row("bodies valid", lambda totals: _of(totals["bodies"]["valid"], totals["bodies"]["invalid"])),
        row(
            "errors in shape",
            lambda totals: _of(totals["errors"]["in_shape"], totals["errors"]["out_of_shape"]),
        ),
        row("answers 5xx", lambda totals: f"{totals['server_errors']:,}"),
    ]


def _of(good: int, bad: int) -> str:
    return f"{good:,} of {good + bad:,}"


def _operations(reports: Sequence[Report]) -> list[Row]:
    found: dict[str, str] = {}
    for report in reports:
        found |= {one["id"]: f"{one['method']} {one['path']}" for one in report["operations"]}
    by_id = [{one["id"]: one for one in report["operations"]} for report in reports]
    return [
        Row(title, tuple(_scored(each.get(operation)) for each in by_id))
        for operation, title in sorted(found.items(), key=lambda item: item[1].split(" ")[1:])
    ]


def _scored(one: dict[str, Any] | None) -> str:
    if one is None:
        return ""
    if one["implemented"] is None or one["score"] is None:
        return "not reached"
    return f"{one['score']:.1f}" if one["implemented"] else "not served"


def _probes(reports: Sequence[Report]) -> list[Row]:
    promises: dict[tuple[str, str], str] = {}
    for report in reports:
        promises |= {(probe["category"], probe["id"]): probe["promise"] for probe in report["probes"]}
    by_id = [{probe["id"]: probe["outcome"] for probe in report["probes"]} for report in reports]
    return [
        Row(name, tuple(each.get(name, "") for each in by_id), promise)
        for (_, name), promise in sorted(promises.items())
    ]
