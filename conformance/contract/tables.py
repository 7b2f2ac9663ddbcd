"""Writes a score: as a table for a terminal, as JSON, or as the page that is kept in a repository."""

import dataclasses
import json
from pathlib import PurePath
from typing import Literal

from conformance.contract.accept import Accepted
from conformance.contract.score import Category, Score

Form = Literal["text", "json", "markdown"]

_HEADS = (
    "category",
    "operations",
    "checked",
    "breaking",
    "on purpose",
    "undecided",
    "missing",
    "kept",
    "naive",
)


def render(score: Score, accepted: Accepted | None, form: Form, insert: str = "") -> str:
    """Write a score in one of its forms; `insert` is Markdown for a page, after its table."""
    if form == "json":
        return json.dumps(_value(score), indent=2, ensure_ascii=False) + "\n"
    return _text(score) if form == "text" else _page(score, accepted, insert)


def _value(score: Score) -> dict[str, object]:
    rows = [
        {**dataclasses.asdict(row), "missing": row.missing, "score": round(row.score, 6)}
        for row in (*score.categories, score.total)
    ]
    return {"upstream": score.upstream, "ours": score.ours, "categories": rows[:-1], "total": rows[-1]}


def _cells(row: Category) -> tuple[str, ...]:
    naive = "" if row.naive is None else f"{100 * row.naive:.1f} %"
    return (
        row.name,
        f"{row.implemented} of {row.operations}",
        f"{row.checked:,}",
        f"{row.breaking:,}",
        f"{row.on_purpose:,}",
        f"{row.undecided:,}",
        f"{row.missing:,}",
        f"{100 * row.score:.1f} %",
        naive,
    )


def _text(score: Score) -> str:
    rows = [_HEADS, *(_cells(row) for row in score.categories), _cells(score.total)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(_HEADS))]
    lines = [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], *lines[1:-1], "", lines[-1]]) + "\n"


_EXPLAINED = """\
- **checked**: parameters, bodies, responses, media types, properties and alternatives of unions in the operations that
  are there, counted once for requests and once for responses.
- **breaking**: causes by which a client of upstream's contract can fail, each proved by a witness. **on purpose**: those
  of them that are listed below, with evidence. **undecided**: causes that nobody could prove either way.
- **missing**: the same places in operations that are absent.
- **kept**: `(checked - breaking - undecided) / (checked + missing)`. What only widens a request or narrows a response
  costs nothing; what is absent costs.
- **naive**: `1 - (issues + missing) / max(properties, problems)` over the operations that are there, whatever the
  direction, however many variants a union lost, the figure that others publish. It is here for comparison only.
"""  # noqa: E501 - the page has lines of 120


def _page(score: Score, accepted: Accepted | None, insert: str) -> str:
    lines = [
        "# Conformance",
        "",
        "<!-- Written by `conform score --format markdown`; do not edit. -->",
        "",
        f"`{PurePath(score.ours).name}` held against upstream's contract, `{PurePath(score.upstream).name}`.",
        "",
        f"| {' | '.join(_HEADS)} |",
        f"|---|{'---:|' * (len(_HEADS) - 1)}",
        *(f"| {' | '.join(_cells(row))} |" for row in score.categories if row.implemented),
        f"| {' | '.join(('**all of upstream**', *_cells(score.total)[1:]))} |",
        "",
        _EXPLAINED,
        "Not there yet: "
        + ", ".join(f"{row.name} ({row.operations})" for row in score.categories if not row.implemented)
        + ".",
        *(["", insert.strip()] if insert else []),
    ]
    if accepted is not None:
        lines += ["", "## Different on purpose", "", "| | upstream | ours | evidence |", "|---|---|---|---|"]
        lines += [
            f"| `{entry.id}` | {_cell(entry.upstream)} | {_cell(entry.choice)} | {_cell(entry.evidence)} |"
            for entry in sorted(accepted.entries, key=lambda entry: entry.id)
        ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
