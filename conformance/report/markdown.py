"""The report as Markdown, for a pull request or a job summary: short enough for either, worst first."""

import re
from collections.abc import Iterator
from itertools import groupby

from conformance.contract.findings import LEVELS, Finding, Level
from conformance.contract.gate import Outcome
from conformance.report import Style
from conformance.report._words import SAYS, count, heading, others, place_of, summary, value_of

# A comment on GitHub holds 65,536 characters.
_LONGEST = 60_000
_WITNESS = 400
_MOST_OTHERS = 3
_SIGNS = {"breaking": "🛑", "undecided": "❔", "compatible": "✅"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def render(outcome: Outcome, _: Style) -> str:
    """Write the report; what does not fit is counted at the end."""
    head = [f"## conform {SAYS[outcome.result]}", "", f"{summary(outcome)}.", ""]
    blocks = list(_blocks(outcome))
    written, size, left = [], 0, 0
    for block, findings in blocks:
        size += len(block) + 1
        if size > _LONGEST:
            left += findings
        else:
            written.append(block)
    if left:
        written.append(f"\n*{count(left, 'finding')} more: the report in another format has them all.*")
    return "\n".join([*head, *written]).rstrip("\n") + "\n"


def _blocks(outcome: Outcome) -> Iterator[tuple[str, int]]:
    """Yield pieces of text, and how many findings each stands for."""
    for problem in outcome.problems:
        yield f"- **{problem.kind}** entry `{problem.entry}`: {escaped(problem.message)}", 0
    for one in outcome.idle:
        yield f"- **{one.code}**: {escaped(one.message)}", 0
    if outcome.problems or outcome.idle:
        yield "", 0
    for level in LEVELS:
        yield from _level(level, [finding for finding in outcome.open if finding.level == level])


def _level(level: Level, findings: list[Finding]) -> Iterator[tuple[str, int]]:
    if not findings:
        return
    folded = level == "info"
    yield (
        (
            f"<details><summary>{count(len(findings), level)}</summary>\n"
            if folded
            else f"### {count(len(findings), level)}\n"
        ),
        0,
    )
    ordered = sorted(findings, key=lambda one: (bool(one.impact), one.path, one.operation))
    for where, group in groupby(ordered, key=heading):
        yield f"#### {code(where) if where[0].isupper() else where}\n", 0
        for finding in group:
            yield "\n".join(_finding(finding)), 1
        yield "", 0
    if folded:
        yield "</details>\n", 0


def _finding(finding: Finding) -> Iterator[str]:
    yield f"- {_SIGNS[finding.verdict]} **{finding.rule}** {escaped(finding.message)}"
    where = _where(finding)
    if where:
        yield f"  {where}"
    if finding.verdict == "undecided":
        yield f"  undecided: {escaped(finding.blame)}"
    if finding.witness:
        value = value_of(finding.witness.value, _WITNESS)
        yield f"  {code(value)} is accepted by the {finding.witness.accepted_by} only"
    yield f"  <sub>{code(finding.pointer)} {finding.fingerprint}</sub>"


def _where(finding: Finding) -> str:
    first = escaped(place_of(finding.impact[0])) if finding.impact else ""
    more = others(finding)
    shown = ", ".join(code(name) for name in more[:_MOST_OTHERS])
    rest = f" and {len(more) - _MOST_OTHERS} more" if len(more) > _MOST_OTHERS else ""
    return "; ".join(part for part in (first, f"also {shown}{rest}" if more else "") if part)


def code(text: str) -> str:
    """Write text as code, whatever backticks it holds."""
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    flat = " ".join(text.split("\n"))
    pad = " " if "`" in flat else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def escaped(text: str) -> str:
    """Write text so that Markdown shows it as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
