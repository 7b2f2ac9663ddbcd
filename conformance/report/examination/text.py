"""The report for a terminal: what failed first, each with the contract's line and a command that shows it."""

from collections.abc import Iterator
from typing import Any

from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from conformance.report import Style
from conformance.report._paper import printed
from conformance.report._words import count, shortened
from conformance.report.examination import Report

_SIGNS = {
    "passed": ("✓", "green"),
    "failed": ("✗", "bold red"),
    "skipped": ("-", "dim"),
    "inconclusive": ("?", "yellow"),
}
_LONG = 600
_LONGEST = 2000

_Part = Text | Padding | Rule | Table


def render(report: Report, style: Style) -> str:
    """Write the report with columns and colours as the style says."""
    return printed(_parts(report, style), style)


def _parts(report: Report, style: Style) -> Iterator[_Part]:
    for outcome in ("failed", "inconclusive", "skipped"):
        probes = [probe for probe in report["probes"] if probe["outcome"] == outcome]
        if probes:
            yield Rule(Text(f"{outcome}: {count(len(probes), 'probe')}", "bold"), align="left", style="dim")
        if outcome == "skipped":
            yield from _skipped(probes)
            continue
        for probe in probes:
            yield from _probe(probe, steps=outcome == "failed" or style.verbose)
    if style.verbose:
        for probe in report["probes"]:
            if probe["outcome"] == "passed":
                yield _head(probe)
    yield from _bodies(report)
    yield from _fuzz(report)
    yield from _operations(report)
    yield _summary(report)


def _head(probe: dict[str, Any]) -> Text:
    sign, color = _SIGNS[probe["outcome"]]
    return Text.assemble((f"{sign} ", color), (probe["id"], color), f"  {probe['promise']}")


def _skipped(probes: list[dict[str, Any]]) -> Iterator[_Part]:
    """Name each reason once, with the probes that it keeps from running."""
    reasons: dict[str, list[str]] = {}
    for probe in probes:
        reasons.setdefault(probe["reason"], []).append(probe["id"])
    for why, ids in reasons.items():
        yield Text.assemble(("- ", "dim"), why)
        yield Padding(Text(", ".join(ids), "dim"), (0, 0, 0, 4))


def _probe(probe: dict[str, Any], *, steps: bool) -> Iterator[_Part]:
    """Show a probe with the cases that ended as it did, and the steps that lead there."""
    yield _head(probe)
    for case in probe["cases"]:
        if case["outcome"] != probe["outcome"]:
            continue
        yield _line("case" if case["name"] else "because", _case(case))
        if case.get("contract"):
            yield _line("contract", _place(case["contract"]))
        if steps and "curl" in case:
            yield from _command(case["curl"])


def _case(case: dict[str, Any]) -> str:
    return f"{case['name']}: {case['reason']}" if case["name"] else str(case["reason"])


def _place(place: dict[str, Any]) -> str:
    return f"{place['file']}:{place['line']} {place['pointer']}"


def _line(label: str, words: str) -> Padding:
    return Padding(Text.assemble((f"{label:<9} ", "dim"), shortened(words, _LONG)), (0, 0, 0, 4))


def _command(command: str) -> Iterator[Text]:
    for number, line in enumerate(command.splitlines()):
        label = "" if number else "try"
        yield Text.assemble((f"    {label:<9} ", "dim"), shortened(line, _LONGEST), no_wrap=True)


def _bodies(report: Report) -> Iterator[_Part]:
    if not report["bodies"]:
        return
    found = count(len(report["bodies"]), "way", "ways")
    yield Rule(Text(f"bodies wrong in {found}", "bold"), align="left", style="dim")
    for one in report["bodies"]:
        event = f" event {one['event']}" if one["event"] else ""
        head = f"{one['operation']} {one['status']}{event}, {count(one['count'], 'time')}"
        yield Text.assemble(("✗ ", "bold red"), (head, "bold red"))
        yield _line("because", one["message"])
        yield _line("contract", _place(one["contract"]))
        yield from _command(one["curl"])


def _fuzz(report: Report) -> Iterator[_Part]:
    if not report["fuzz"]:
        return
    found = count(len(report["fuzz"]["findings"]), "finding")
    heading = f"fuzz: {found} in {count(report['fuzz']['cases'], 'case')}"
    yield Rule(Text(heading, "bold"), align="left", style="dim")
    for trouble in report["fuzz"]["troubles"]:
        yield _line("not so", trouble)
    for one in report["fuzz"]["findings"]:
        head = f"{one['operation']} {one['check']}, {count(one['count'], 'time')}"
        yield Text.assemble(("✗ ", "bold red"), (head, "bold red"))
        yield _line("because", one["message"])
        yield from _command(one["curl"])
    for one in report["fuzz"]["refusals"]:
        head = f"{one['operation']} {one['check']}, {count(one['count'], 'time')}, not scored"
        yield Text.assemble(("- ", "dim"), (head, "dim"))
        yield _line("because", one["message"])


def _operations(report: Report) -> Iterator[_Part]:
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    table.add_column("operation", no_wrap=True)
    for heading in ("probes", "bodies", "errors", "5xx", "fuzz", "score"):
        table.add_column(heading, justify="right")
    for one in report["operations"]:
        table.add_row(*_row(one))
    yield Rule(style="dim")
    yield table


def _row(one: dict[str, Any]) -> list[Text]:
    title = Text(f"{one['method']:<6} {one['path']}")
    if one["implemented"] is False:
        return [title, *([Text("")] * 4), Text("not served", "bold red"), _number("0.0", bad=True)]
    errors, bodies, probes = one["errors"], one["bodies"], one["probes"]
    score = one["score"]
    return [
        title,
        _of(probes["passed"], probes["applicable"]),
        _of(bodies["valid"], bodies["valid"] + bodies["invalid"]),
        _of(errors["in_shape"], errors["in_shape"] + errors["out_of_shape"]),
        _number(str(one["server_errors"] or ""), bad=True),
        _number(
            str(one["fuzz"]["findings"]) if one["fuzz"] else "",
            bad=bool(one["fuzz"] and one["fuzz"]["findings"]),
        ),
        Text("") if score is None else _number(f"{score:.1f}", bad=score < 100),  # noqa: PLR2004 - all of it
    ]


def _of(good: int, all_: int) -> Text:
    return Text(f"{good}/{all_}" if all_ else "", "" if good == all_ else "bold red")


def _number(text: str, *, bad: bool) -> Text:
    return Text(text, "bold red" if bad else "")


def _summary(report: Report) -> Text:
    totals = report["totals"]
    verdict, color = ("passes", "bold green") if report["result"] == "passed" else ("fails", "bold red")
    probes, bodies, errors = totals["probes"], totals["bodies"], totals["errors"]
    words = [
        f"{probes['passed']:,} of {count(sum(probes.values()), 'probe')} passed",
        *(f"{probes[name]:,} {name}" for name in ("failed", "inconclusive", "skipped") if probes[name]),
        f"{bodies['valid']:,} of {bodies['valid'] + bodies['invalid']:,} bodies valid",
        f"{errors['in_shape']:,} of {errors['in_shape'] + errors['out_of_shape']:,} errors in shape",
        f"{totals['requests']:,} requests in {totals['seconds']:,} s",
    ]
    text = Text.assemble(
        (f"{report['server']['base_url']} {verdict}", color),
        f", score {report['score']:.1f}: ",
        ", ".join(words),
    )
    if report["left_behind"]:
        text.append(f"; left behind: {', '.join(report['left_behind'])}")
    return text
