"""The report as Markdown, for a pull request or a page of documentation."""

from collections.abc import Iterator
from typing import Any

from conformance.report import Style
from conformance.report.examination import Report
from conformance.report.examination._words import CHECKS, OUTCOMES, cases, place, problems, reason, row


def render(report: Report, _: Style) -> str:
    """Write headings, the matrix of operations, and what failed."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    totals = report["totals"]
    probes = totals["probes"]
    yield f"# {report['server']['base_url']}: {report['score']:.1f}"
    yield ""
    counts = ", ".join(f"{probes[name]:,} {name}" for name in reversed(OUTCOMES) if probes[name])
    yield f"Contract: {report['contract']}. Seed {report['seed']}. Probes: {counts or 'none'}."
    yield (
        f"Bodies: {totals['bodies']['valid']:,} valid, {totals['bodies']['invalid']:,} invalid."
        f" Errors: {totals['errors']['in_shape']:,} in shape,"
        f" {totals['errors']['out_of_shape']:,} out of shape."
    )
    yield ""
    yield from _matrix(report)
    yield from _failed(report)
    yield from _others(report)
    yield "## The score"
    yield ""
    yield report["formula"]


def _matrix(report: Report) -> Iterator[str]:
    shown = [name for name in CHECKS if any(name in row(one) for one in report["operations"])]
    yield f"| operation | {' | '.join(shown)} | score |"
    yield f"|---|{'---:|' * (len(shown) + 1)}"
    for one in report["operations"]:
        cells = row(one)
        texts = [_bold(*cells.get(name, ("", False))) for name in shown]
        score = "" if one["score"] is None else f"{one['score']:.1f}"
        yield f"| `{one['method']} {one['path']}` | {' | '.join(texts)} | {score} |"
    yield ""


def _bold(text: str, bad: bool) -> str:
    return f"**{text}**" if bad and text else text


def _failed(report: Report) -> Iterator[str]:
    found = problems(report)
    if not found:
        return
    yield f"## Failed ({len(found):,})"
    yield ""
    for one in found:
        case = f", {one['case']}" if one["case"] else ""
        yield f"### `{one['rule']}`{case}"
        yield ""
        yield _plain(one["message"])
        if one["contract"]:
            yield ""
            yield f"Contract: `{place(one['contract'])}`"
        if one["curl"]:
            yield ""
            yield "```sh"
            yield one["curl"]
            yield "```"
        yield ""


def _others(report: Report) -> Iterator[str]:
    for outcome in ("inconclusive", "skipped"):
        probes = [probe for probe in report["probes"] if probe["outcome"] == outcome]
        if not probes:
            continue
        yield f"## {outcome.capitalize()} ({len(probes):,})"
        yield ""
        yield from (_line(probe) for probe in probes)
        yield ""


def _line(probe: dict[str, Any]) -> str:
    reasons = dict.fromkeys(reason(case) for case in cases(probe))
    return f"- `{probe['id']}`: {_plain('; '.join(reasons))}"


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return (
        text.replace("\\", "\\\\")
        .replace("<", "&lt;")
        .replace("*", "\\*")
        .replace("_", "\\_")
        .replace("\n", " ")
    )
