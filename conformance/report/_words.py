"""The words that several formats share."""

import json
from typing import Any

from conformance.contract.findings import Finding, Impact, Position
from conformance.contract.gate import Outcome

_UNCOUNTED = frozenset({"info"})
SAYS = {"clean": "passes", "failed": "fails", "undecided": "cannot decide"}


def count(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun."""
    noun = one if number == 1 or one in _UNCOUNTED else many or f"{one}s"
    return f"{number:,} {noun}"


def title(impact: Impact) -> str:
    """Name an operation."""
    text = f"{impact.operation} {impact.path}".strip()
    return text if impact.kind == "operation" else f"{impact.kind} {text}"


def heading(finding: Finding) -> str:
    """Name the operation that a finding is shown under."""
    return title(finding.impact[0]) if finding.impact else "the document as a whole"


def place_of(impact: Impact) -> str:
    """Say where in the messages of an operation something is: direction, status, media type, JSON path.

    Empty where the operation itself is meant.
    """
    named = {"request": "request", "response": f"response {impact.status}".strip(), "": ""}
    parts = (named[impact.direction], impact.media_type, impact.json_path)
    return " ".join(part for part in parts if part)


def others(finding: Finding) -> list[str]:
    """Name the operations that a finding reaches besides the first."""
    names = dict.fromkeys(title(one) for one in finding.impact)
    return list(names)[1:]


def pointers(finding: Finding) -> tuple[str, str]:
    """Return where a finding stands in either document, empty where it does not.

    What is absent has the place it would stand in, such as `/paths`: nothing to be shown.
    """
    one, two = finding.base_pointer, finding.revision_pointer
    return "" if _holds(one, two) else one, "" if _holds(two, one) else two


def _holds(holder: str, pointer: str) -> bool:
    return holder.count("/") < _SHALLOW and pointer.startswith(f"{holder}/")


_SHALLOW = 3


def place(finding: Finding) -> Position | None:
    """Return where a finding is marked: in the revision, or in the base where the thing is gone."""
    gone = finding.rule.endswith("-removed") or finding.revision_position is None
    return (finding.base_position if gone else None) or finding.revision_position or finding.base_position


def shortened(text: str, longest: int) -> str:
    """Cut a text, saying how much is missing."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest:,} characters more)"


def value_of(value: Any, longest: int) -> str:
    """Write a value as JSON for people: long texts in it, often one letter over and over, are cut."""
    return shortened(json.dumps(_cut(value), ensure_ascii=False), longest)


_LONG = 72
_HEAD = 24


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONG:
        return f"{value[:_HEAD]}… ({len(value):,} characters)"
    if isinstance(value, dict):
        return {_cut(key): _cut(item) for key, item in value.items()}
    return [_cut(item) for item in value] if isinstance(value, list) else value


def summary(outcome: Outcome) -> str:
    """Say in one line what the gate says."""
    counts = outcome.counts
    parts = [
        ", ".join(
            (count(counts["error"], "error"), count(counts["warning"], "warning"), f"{counts['info']:,} info")
        ),
        f"{counts['undecided']:,} undecided",
    ]
    if counts["accepted"]:
        parts.append(f"{counts['accepted']:,} accepted")
    if outcome.problems:
        parts.append(count(len(outcome.problems), "entry no longer true", "entries no longer true"))
    if outcome.idle:
        parts.append(count(len(outcome.idle), "idle repair"))
    return "; ".join(parts)
