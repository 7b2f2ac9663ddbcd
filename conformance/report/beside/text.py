"""The comparison for a terminal."""

import io

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.report import Style
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
    buffer = io.StringIO()
    # A table has to have room for its columns, whatever the terminal.
    width = max(style.width, _NEEDED)
    console = Console(
        file=buffer, width=width, force_terminal=style.color,
        color_system="standard" if style.color else None,
        highlight=False, emoji=False, markup=False, legacy_windows=False,
    )  # fmt: skip
    score = Row("score", comparison.scores)
    console.print(_table("", comparison, (score, *comparison.totals)))
    console.print(_table("operation", comparison, comparison.operations))
    shown = tuple(row for row in comparison.probes if style.verbose or row.differs)
    if shown:
        console.print(_table("probe", comparison, shown))
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


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
