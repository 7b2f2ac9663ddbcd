"""The report as one HTML file that needs nothing else: side by side, with filters, light and dark."""

import difflib
import json
from importlib.resources import files
from typing import Any

from conformance.contract.documents import Document, split
from conformance.contract.facts import catalogue
from conformance.contract.findings import Finding, Position
from conformance.contract.gate import Outcome
from conformance.contract.pairing import METHODS
from conformance.contract.structure import PROSE
from conformance.report import Style
from conformance.report._words import SAYS, heading, place_of, pointers, summary, title

_MOST_LINES = 40
_DEEPEST = 6


def render(outcome: Outcome, _: Style) -> str:
    """Write the page; what is in the documents is data in it, never markup."""
    page = (files("conformance.report") / "_page.html").read_text(encoding="utf-8")
    # `<` in a string of JSON may be written otherwise, so that no text can end the script it stands in.
    data = json.dumps(_data(outcome), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return page.replace("__DATA__", data)


def _data(outcome: Outcome) -> dict[str, Any]:
    names = {finding.fingerprint: name for finding, name in outcome.judgement.accepted}
    tags = _tags(outcome)
    findings = sorted(outcome.report.findings, key=lambda one: (bool(one.impact), one.path, one.operation))
    rules = {one.rule for one in findings}
    return {
        "base": outcome.report.base,
        "revision": outcome.report.revision,
        "result": outcome.result,
        "says": SAYS[outcome.result],
        "summary": summary(outcome),
        "problems": [[one.kind, one.entry, one.message] for one in outcome.problems],
        "idle": [one.message for one in outcome.idle],
        "remarks": [
            [one.code, one.message, one.position.text if one.position else one.pointer]
            for one in outcome.report.diagnostics
        ],
        "docs": {name: rule.doc for name, rule in catalogue().items() if name in rules},
        "findings": [
            _finding(one, names.get(one.fingerprint, ""), tags, outcome.documents) for one in findings
        ],
    }


def _tags(outcome: Outcome) -> dict[str, str]:
    """Return the first tag of each operation that has one, by its title."""
    found: dict[str, str] = {}
    for document in outcome.documents or ():
        paths = document.root.get("paths")
        for path, item in (paths if isinstance(paths, dict) else {}).items():
            for method in METHODS if isinstance(item, dict) else ():
                operation = item.get(method)
                listed = operation.get("tags") if isinstance(operation, dict) else None
                if isinstance(listed, list) and listed:
                    found[f"{method.upper()} {path}"] = str(listed[0])
    return found


def _finding(
    finding: Finding, accepted: str, tags: dict[str, str], documents: tuple[Document, Document] | None
) -> dict[str, Any]:
    where = dict.fromkeys(title(one) for one in finding.impact)
    return {
        "rule": finding.rule,
        "level": finding.level,
        "verdict": finding.verdict,
        "message": finding.message,
        "group": heading(finding),
        "tags": sorted({tags.get(name, _part(name)) for name in where}),
        "impact": [[title(one), place_of(one)] for one in finding.impact],
        "pointer": finding.pointer,
        "at": [
            _at(finding.base_position, pointers(finding)[0]),
            _at(finding.revision_position, pointers(finding)[1]),
        ],
        "witness": [finding.witness.value, finding.witness.accepted_by, finding.witness.refused_by]
        if finding.witness
        else None,
        "blame": finding.blame,
        "id": finding.fingerprint,
        "accepted": accepted,
        "rows": _rows(finding, documents) if documents else [],
    }


def _part(name: str) -> str:
    """Return the first part of the path in an operation's title."""
    path = name.rpartition(" ")[2]
    return path.strip("/").split("/")[0] or "/"


def _at(position: Position | None, pointer: str) -> str:
    if not pointer:
        return "absent"
    return position.text if position else pointer


def _rows(finding: Finding, documents: tuple[Document, Document]) -> list[list[str]]:
    """Put what stands at the finding's two places beside each other: same, changed, gone and new lines."""
    one, two = (_quoted(*side) for side in zip(documents, pointers(finding), strict=True))
    rows: list[list[str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        left, right = one[a:b], two[c:d]
        for index in range(max(len(left), len(right))):
            before = left[index] if index < len(left) else ""
            after = right[index] if index < len(right) else ""
            rows.append(["=" if kind == "equal" else "~", before, after])
    return rows


def _quoted(document: Document, pointer: str) -> list[str]:
    """Quote what stands at a pointer, with as much around it as says what it means there."""
    try:
        value = _shown(document, pointer) if pointer else None
    except KeyError:
        return []
    if value is None:
        return []
    lines = json.dumps(_pruned(value), indent=2, ensure_ascii=False).splitlines()
    return (
        lines
        if len(lines) <= _MOST_LINES
        else [*lines[:_MOST_LINES], f"… {len(lines) - _MOST_LINES} more lines"]
    )


def _shown(document: Document, pointer: str) -> Any:
    value = document.get(pointer)
    above, _, key = pointer.rpartition("/")
    if above.endswith("/properties"):
        # Whether a property must be there is said by the object around it.
        required = document.get(above.removesuffix("/properties")).get("required")
        name = split(pointer)[-1]
        stated = {"required": [name]} if isinstance(required, list) and name in required else {}
        return {**stated, "properties": {name: value}}
    if isinstance(value, (dict, list)) or above.count("/") < _LEAST:
        return value if isinstance(value, (dict, list)) else {key: value}
    # Beside a bound, a type or a default, its neighbours tell more than the value alone.
    return document.get(above)


_LEAST = 2


def _pruned(value: Any, depth: int = 0) -> Any:
    """Leave out prose, and what lies too deep to be looked at; sort keys, for their order says nothing."""
    if isinstance(value, dict):
        if depth == _DEEPEST and value:
            return "…"
        return {
            key: _pruned(value[key], depth + 1)
            for key in sorted(value, key=lambda key: (_FIRST.get(key, len(_FIRST)), key))
            if key not in PROSE or isinstance(value[key], dict)
        }
    return [_pruned(item, depth + 1) for item in value] if isinstance(value, list) else value


_FIRST = {key: rank for rank, key in enumerate(("$ref", "name", "in", "type", "required", "properties"))}
