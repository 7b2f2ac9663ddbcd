"""The comparison for a terminal."""

from dataclasses import replace

from rich.table import Table
from rich.text import Text

from conformance.report import Style
from conformance.report._paper import printed
from conformance.report.beside import Comparison, Row

_COLORS = {
    "passed": "green",
    "failed": "bold red",
    "not served": "bold red",
    "inconclusive": "yellow",
    "skipped": "dim",
}
_NEEDED = 100


def render(comparison: Comparison, style: Style) -> str:
    """Write the totals, the operations, and the probes on which the servers differ (with --verbose: all)."""
    # A table has to have room for its columns, whatever the terminal.
    roomy = replace(style, width=max(style.width, _NEEDED))
    shown = tuple(row for row in comparison.probes if style.verbose or row.differs)
    score = Row("score", comparison.scores)
    parts = [
        _table("", comparison, (score, *comparison.totals)),
        _table("operation", comparison, comparison.operations),
    ]
    if shown:
        parts.append(_table("probe", comparison, shown))
    return printed(parts, roomy)


def _table(heading: str, comparison: Comparison, rows: tuple[Row, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left", padding=(0, 2, 0, 0))
    table.add_column(heading, overflow="fold")
    for server in comparison.servers:
        table.add_column(server, justify="right", overflow="fold")
    for row in rows:
        cells = (Text(cell, _COLORS.get(cell, "")) for cell in row.cells)
        table.add_row(Text(row.name), *cells)
    table.add_row("")
    return table
