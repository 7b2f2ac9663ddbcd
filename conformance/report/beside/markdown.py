"""The comparison as Markdown."""

from collections.abc import Iterator

from conformance.report import Style
from conformance.report.beside import Comparison, Row


def render(comparison: Comparison, style: Style) -> str:
    """Write the totals, the operations, and the probes on which the servers differ (with --verbose: all)."""
    probes = tuple(row for row in comparison.probes if style.verbose or row.differs)
    lines = [
        "# Side by side",
        "",
        *_table("", comparison, (Row("**score**", comparison.scores), *comparison.totals)),
        "## Operations",
        "",
        *_table("operation", comparison, comparison.operations),
        *(["## Promises", "", *_table("probe", comparison, probes)] if probes else []),
    ]
    return "\n".join(lines)


def _table(heading: str, comparison: Comparison, rows: tuple[Row, ...]) -> Iterator[str]:
    yield f"| {heading} | {' | '.join(comparison.servers)} |"
    yield f"|---|{'---:|' * len(comparison.servers)}"
    for row in rows:
        name = f"`{row.name}`: {row.note}" if row.note else row.name
        yield f"| {name} | {' | '.join(_cell(cell) for cell in row.cells)} |"
    yield ""


def _cell(text: str) -> str:
    return f"**{text}**" if text in {"failed", "not served"} else text
