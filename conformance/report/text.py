"""The report for a terminal: worst first, by operation, each finding with its proof and its places."""

import io
import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.text import Text

from conformance.contract.findings import LEVELS, Finding, Impact, Level, Position
from conformance.contract.gate import Outcome
from conformance.report import Style
from conformance.report._words import count, place_of, shortened, title

_COLORS: dict[str, str] = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_SIGNS: dict[str, str] = {"breaking": "✗", "undecided": "?", "compatible": "✓"}
_MOST_PLACES = 3
_WITNESS = 600


def render(outcome: Outcome, style: Style) -> str:
    """Write the report with columns and colours as the style says."""
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=style.width,
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    for part in _parts(outcome, style):
        console.print(part, soft_wrap=False)
    # Padding to the full width is for boxes; in a file it is noise.
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


_Part = Text | Padding | Line


def _parts(outcome: Outcome, style: Style) -> Iterator[_Part]:
    report = outcome.report
    yield Text.assemble((report.base, "dim"), " → ", (report.revision, "dim"))
    for level in LEVELS:
        yield from _level(level, [finding for finding in outcome.open if finding.level == level])
    if style.verbose and outcome.judgement.accepted:
        yield from _accepted(outcome)
    yield from _problems(outcome)
    yield from _diagnostics(outcome)
    yield Text()
    yield _summary(outcome)


def _level(level: Level, findings: list[Finding]) -> Iterator[_Part]:
    if not findings:
        return
    yield Text()
    yield Line(
        Text(count(len(findings), level), _COLORS[level]), align="left", characters="─", style="dim"
    )
    for where, group in groupby(sorted(findings, key=_group_key), key=_group):
        yield Text()
        yield Text(where, "bold")
        for finding in group:
            yield from _finding(finding)


def _group(finding: Finding) -> str:
    return title(finding.impact[0]) if finding.impact else "the document as a whole"


def _group_key(finding: Finding) -> tuple[bool, str, str]:
    return bool(finding.impact), finding.path, finding.operation


def _finding(finding: Finding) -> Iterator[_Part]:
    color = _COLORS[finding.level]
    head = Text.assemble(
        (f"{_SIGNS[finding.verdict]} ", color), (finding.rule, color), "  ", Text(finding.message)
    )
    yield Padding(head, (0, 0, 0, 2))
    for label, words in _details(finding):
        # Columns of labels line up; what follows a label wraps under itself.
        line = Text.assemble((f"{label:<9} ", "dim"), words)
        yield Padding(line, (0, 0, 0, 4))


def _details(finding: Finding) -> Iterator[tuple[str, Text]]:
    if finding.impact:
        yield "where", _where(finding.impact)
    if finding.verdict == "undecided":
        yield "undecided", Text(finding.blame or "no proof either way")
    if finding.witness:
        witness = finding.witness
        shown = shortened(json.dumps(witness.value, ensure_ascii=False), _WITNESS)
        yield (
            "witness",
            Text.assemble((shown, "green"), f"  {witness.accepted_by} accepts, {witness.refused_by} refuses"),
        )
    yield "at", _places(finding)
    yield "id", Text(finding.fingerprint, "dim")


def _where(impact: tuple[Impact, ...]) -> Text:
    first = place_of(impact[0])
    others = list(dict.fromkeys(title(one) for one in impact if title(one) != title(impact[0])))
    text = Text(first)
    if others:
        shown = ", ".join(others[:_MOST_PLACES])
        rest = len(others) - _MOST_PLACES
        text.append(f"; also {shown}" + (f" and {rest} more" if rest > 0 else ""), "dim")
    return text


def _places(finding: Finding) -> Text:
    sides = (
        ("base", finding.base_position, finding.base_pointer),
        ("revision", finding.revision_position, finding.revision_pointer),
    )
    shown = [f"{position.text}" if position else f"{name} {pointer}" for name, position, pointer in sides
             if position or pointer]
    return Text(" → ".join(shown) or finding.pointer, "dim")


def _accepted(outcome: Outcome) -> Iterator[_Part]:
    yield Text()
    yield Line(Text("accepted", "bold"), align="left", style="dim")
    by_name: dict[str, list[Finding]] = {}
    for finding, name in outcome.judgement.accepted:
        by_name.setdefault(name, []).append(finding)
    for name, findings in sorted(by_name.items()):
        rules = ", ".join(sorted({finding.rule for finding in findings}))
        yield Padding(Text.assemble((name, "bold"), f"  {count(len(findings), 'finding')}: {rules}"), (0, 0, 0, 2))


def _problems(outcome: Outcome) -> Iterator[_Part]:
    if not outcome.problems:
        return
    yield Text()
    title_ = f"{count(len(outcome.problems), 'entry', 'entries')} of {outcome.accept_file} no longer true"
    yield Line(Text(title_, "bold red"), align="left", style="dim")
    for problem in outcome.problems:
        where = f"  {problem.position.text}" if problem.position else ""
        text = Text.assemble((f"{problem.kind} {problem.entry}", "red"), f"  {problem.message}", (where, "dim"))
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
        yield Padding(Text.assemble((one.code, "magenta"), f"  {one.message}", (f"  {where}", "dim")), (0, 0, 0, 2))
    if len(said) > _MOST_REMARKS:
        yield Padding(Text(f"and {len(said) - _MOST_REMARKS:,} more", "dim"), (0, 0, 0, 2))


def _at(position: Position | None, pointer: str) -> str:
    return position.text if position else pointer


def _summary(outcome: Outcome) -> Text:
    counts = outcome.counts
    words: Iterable[str] = (count(counts[level], level) for level in LEVELS)
    says = {"clean": ("passes", "bold green"), "failed": ("fails", "bold red"), "undecided": ("cannot decide", "bold yellow")}
    verdict, color = says[outcome.result]
    text = Text.assemble((f"conform {verdict}", color), ": ", ", ".join(words))
    text.append(f"; {counts['undecided']:,} undecided")
    if counts["accepted"]:
        text.append(f"; {counts['accepted']:,} accepted")
    if outcome.problems:
        text.append(f"; {count(len(outcome.problems), 'stale entry', 'stale entries')}")
    if outcome.idle:
        text.append(f"; {count(len(outcome.idle), 'idle repair')}")
    return text
