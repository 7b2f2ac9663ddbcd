"""The comparison as one page that needs nothing else."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from conformance.report import Style
from conformance.report.beside import Comparison, Row
from conformance.report.examination.html import ticked

_SHEET = Path(__file__).parents[1] / "examination" / "page.css"
_SCORE = re.compile(r"\d+\.\d")
_OUTCOMES = frozenset({"passed", "failed", "skipped", "inconclusive"})


def render(comparison: Comparison, _: Style) -> str:
    """Write scores as bars, then operations, then every probe."""
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Side by side</title><style>{_SHEET.read_text(encoding='utf-8')}</style></head><body>",
        '<header><div><h1>Side by side</h1><div class="bars" style="margin-top:1rem">',
        *_bars(comparison),
        "</div></div></header><main>",
        "<h2>In all</h2>",
        *_table("", comparison, comparison.totals),
        "<h2>Operations, score</h2>",
        *_table("operation", comparison, comparison.operations),
        "<h2>Promises</h2>",
        *_table("promise", comparison, comparison.probes),
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def _bars(comparison: Comparison) -> Iterator[str]:
    for server, score in zip(comparison.servers, comparison.scores, strict=True):
        yield f'<span>{escape(server)}</span><span class="bar"><i class="passed" style="width:{score}%"></i>'
        yield f'<i class="failed" style="width:{100 - float(score):.1f}%"></i></span>'
        yield f'<span class="number"><b>{score}</b></span>'


def _table(heading: str, comparison: Comparison, rows: tuple[Row, ...]) -> Iterator[str]:
    columns = "".join(f'<th class="number">{escape(server)}</th>' for server in comparison.servers)
    yield f'<div class="wide"><table><thead><tr><th>{heading}</th>{columns}</tr></thead><tbody>'
    for row in rows:
        note = f'{ticked(row.note)} <code class="faint">{row.name}</code>' if row.note else escape(row.name)
        yield f"<tr><td>{note}</td>{''.join(_cell(cell) for cell in row.cells)}</tr>"
    yield "</tbody></table></div>"


def _cell(text: str) -> str:
    if text in _OUTCOMES:
        return f'<td class="number"><span class="dot {text}"></span> {text}</td>'
    if _SCORE.fullmatch(text):
        return f'<td class="number score" style="--part:{text}%">{text}</td>'
    bad = " is-bad" if text == "not served" else " faint" if text == "not reached" else ""
    return f'<td class="number{bad}">{escape(text)}</td>'
