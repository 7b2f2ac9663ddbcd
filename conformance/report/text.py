"""The report for a terminal: worst first, by operation, each finding with its proof and its places."""

import textwrap
from collections.abc import Iterator
from itertools import groupby

from rich.padding import Padding
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from conformance.contract.documents import split
from conformance.contract.findings import LEVELS, Finding, Level, Position
from conformance.contract.gate import Outcome
from conformance.report import Style
from conformance.report._paper import printed
from conformance.report._words import (
    SAYS,
    count,
    heading,
    others,
    place_of,
    pointers,
    shortened,
    summary,
    title,
    value_of,
)

_COLORS: dict[str, str] = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_SIGNS: dict[str, str] = {"breaking": "✗", "undecided": "?", "compatible": "✓"}
_MOST_PLACES = 3
_WITNESS = 600
_MOST_ALIKE = 6
_NAMES = 2_000
_LABEL = 9


def render(outcome: Outcome, style: Style) -> str:
    """Write the report with columns and colours as the style says."""
    return printed(_parts(outcome, style), style)


_Part = Text | Padding | Line


def _parts(outcome: Outcome, style: Style) -> Iterator[_Part]:
    report = outcome.report
    yield Text.assemble((report.base, "dim"), " → ", (report.revision, "dim"))
    for level in LEVELS:
        yield from _level(level, [finding for finding in outcome.open if finding.level == level], style)
    if style.verbose and outcome.judgement.accepted:
        yield from _accepted(outcome)
    yield from _problems(outcome)
    yield from _diagnostics(outcome)
    yield Text()
    yield _summary(outcome)


def _level(level: Level, findings: list[Finding], style: Style) -> Iterator[_Part]:
    if not findings:
        return
    yield Text()
    yield Line(Text(count(len(findings), level), _COLORS[level]), align="left", characters="─", style="dim")
    for where, group in groupby(sorted(findings, key=_order), key=_heading):
        yield Text()
        yield Text(where, "bold")
        for _, alike in groupby(group, key=lambda one: one.rule):
            yield from _alike(list(alike), style)


def _order(finding: Finding) -> tuple[str, ...]:
    whole = _heading(finding) if not finding.impact or finding.rule in _WHOLE else ""
    return "" if whole else "z", whole, finding.path, finding.operation, finding.rule, finding.pointer


# Facts about an operation as a whole need no heading of their own.
_WHOLE = frozenset({"path-removed", "path-added", "operation-removed", "operation-added"})


def _heading(finding: Finding) -> str:
    return "operations" if finding.rule in _WHOLE and finding.impact else heading(finding)


def _alike(findings: list[Finding], style: Style) -> Iterator[_Part]:
    """Show findings of one rule in one place; many that need no explanation become one paragraph."""
    plain = all(not finding.witness and finding.verdict != "undecided" for finding in findings)
    if style.verbose or not plain or len(findings) <= _MOST_ALIKE:
        for finding in findings:
            yield from _finding(finding)
        return
    first = findings[0]
    color = _COLORS[first.level]
    head = Text.assemble(
        (f"{_SIGNS[first.verdict]} ", color), (first.rule, color), f"  {len(findings):,} times"
    )
    yield Padding(head, (0, 0, 0, 2))
    # A name keeps its words together: spaces inside it become spaces only after wrapping.
    names = ", ".join(_name(finding).replace(" ", "\N{NO-BREAK SPACE}") for finding in findings)
    lines = textwrap.wrap(
        shortened(names, _NAMES), style.width - 4, break_long_words=False, break_on_hyphens=False
    )
    text = "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")
    yield Padding(Text(text, no_wrap=True, overflow="ignore"), (0, 0, 0, 4))


def _name(finding: Finding) -> str:
    if finding.rule in _WHOLE and finding.impact:
        return title(finding.impact[0])
    return (split(finding.pointer) or [""])[-1]


def _finding(finding: Finding) -> Iterator[_Part]:
    color = _COLORS[finding.level]
    head = Text.assemble((finding.rule, color), f"  {finding.message}")
    yield _hanging(Text(_SIGNS[finding.verdict], color), head, 1, 2)
    for label, words in _details(finding):
        yield _hanging(Text(label, "dim"), words, _LABEL, 4)


def _hanging(label: Text, words: Text, width: int, indent: int) -> Padding:
    """Put a label before words that wrap under themselves."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=width)
    grid.add_column(overflow="fold")
    grid.add_row(label, words)
    return Padding(grid, (0, 0, 0, indent))


def _details(finding: Finding) -> Iterator[tuple[str, Text]]:
    where = _where(finding)
    if where.plain:
        yield "where", where
    if finding.verdict == "undecided":
        yield "undecided", Text(finding.blame or "no proof either way")
    if finding.witness:
        witness = finding.witness
        shown = value_of(witness.value, _WITNESS)
        yield (
            "witness",
            Text.assemble((shown, "green"), f"  {witness.accepted_by} accepts, {witness.refused_by} refuses"),
        )
    yield "at", _places(finding)


def _where(finding: Finding) -> Text:
    text = Text(place_of(finding.impact[0]) if finding.impact else "")
    more = others(finding)
    if more:
        rest = len(more) - _MOST_PLACES
        shown = ", ".join(more[:_MOST_PLACES]) + (f" and {rest} more" if rest > 0 else "")
        text.append(f"{'; ' if text.plain else ''}also {shown}", "dim")
    return text


def _places(finding: Finding) -> Text:
    """Say where it stands in either document, if it does, and its fingerprint."""
    base, revision = pointers(finding)
    sides = (("base", finding.base_position, base), ("revision", finding.revision_position, revision))
    shown = [
        position.text if position else f"{name} {pointer}" for name, position, pointer in sides if pointer
    ]
    return Text(f"{' → '.join(shown) or finding.pointer}  {finding.fingerprint}", "dim")


def _accepted(outcome: Outcome) -> Iterator[_Part]:
    yield Text()
    yield Line(Text("accepted", "bold"), align="left", style="dim")
    by_name: dict[str, list[Finding]] = {}
    for finding, name in outcome.judgement.accepted:
        by_name.setdefault(name, []).append(finding)
    for name, findings in sorted(by_name.items()):
        rules = ", ".join(sorted({finding.rule for finding in findings}))
        yield Padding(
            Text.assemble((name, "bold"), f"  {count(len(findings), 'finding')}: {rules}"), (0, 0, 0, 2)
        )


def _problems(outcome: Outcome) -> Iterator[_Part]:
    if not outcome.problems:
        return
    yield Text()
    title_ = f"{count(len(outcome.problems), 'entry', 'entries')} of {outcome.accept_file} no longer true"
    yield Line(Text(title_, "bold red"), align="left", style="dim")
    for problem in outcome.problems:
        where = f"  {problem.position.text}" if problem.position else ""
        text = Text.assemble(
            (f"{problem.kind} {problem.entry}", "red"), f"  {problem.message}", (where, "dim")
        )
        yield Padding(text, (0, 0, 0, 2))


_MOST_REMARKS = 20


def _diagnostics(outcome: Outcome) -> Iterator[_Part]:
    said = (*outcome.idle, *outcome.report.diagnostics)
    if not said:
        return
    yield Text()
    yield Line(Text("remarks on the documents", "bold"), align="left", style="dim")
    for one in said[:_MOST_REMARKS]:
        where = _at(one.position, one.pointer)
        yield Padding(
            Text.assemble((one.code, "magenta"), f"  {one.message}", (f"  {where}", "dim")), (0, 0, 0, 2)
        )
    if len(said) > _MOST_REMARKS:
        yield Padding(Text(f"and {len(said) - _MOST_REMARKS:,} more", "dim"), (0, 0, 0, 2))


def _at(position: Position | None, pointer: str) -> str:
    return position.text if position else pointer


_RESULTS = {"clean": "bold green", "failed": "bold red", "undecided": "bold yellow"}


def _summary(outcome: Outcome) -> Text:
    verdict = (f"conform {SAYS[outcome.result]}", _RESULTS[outcome.result])
    return Text.assemble(verdict, ": ", summary(outcome))
