"""Tells at the speed of text which parts of two documents are the same, so that only the rest is walked."""

import json
import re
from typing import Any

from conformance.contract.documents import DATA
from conformance.contract.refs import Refs

_REF = re.compile(r'"\$ref": "((?:[^"\\]|\\.)*)"')
_UNIT_DEPTH = 3

# Keywords that say nothing about which values are accepted, nor anything a rule states.
PROSE = frozenset(
    {"description", "summary", "title", "example", "examples", "externalDocs", "$comment", "xml", "x-oaiMeta"}
)


def text(value: Any) -> str:
    """Write a value canonically: the same text means the same value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def bare(value: Any, keyword: str = "") -> Any:
    """Copy the value of a keyword without its prose; where keys are names, and in plain data, all stay."""
    if isinstance(value, dict) and keyword not in DATA:
        names = keyword in _NAMED
        return {
            key: bare(item, "" if names else key) for key, item in value.items() if names or key not in PROSE
        }
    if isinstance(value, list) and keyword not in DATA:
        return [bare(item) for item in value]
    return value


_NAMED = frozenset(
    {
        "properties",
        "patternProperties",
        "dependentSchemas",
        "$defs",
        "definitions",
        "schemas",
        "headers",
        "content",
        "callbacks",
        "mapping",
        "scopes",
    }
)


class Structure:
    """Compares two documents unit by unit: a unit is a component, or whatever else references lead into."""

    def __init__(self, base: Refs, revision: Refs) -> None:
        self.base = base
        self.revision = revision
        # Equal text means something else in another dialect.
        self.usable = base.document.dialect == revision.document.dialect
        self._same: dict[tuple[int, int], bool] = {}
        self._keep: list[Any] = []
        self._units: dict[str, bool] = {}
        self._edges: dict[str, frozenset[str]] = {}
        self._settled = False

    def same(self, base: Any, revision: Any, keyword: str = "") -> bool:
        """Whether two values of a keyword say the same, references included; False only costs time."""
        if not isinstance(base, (dict, list)) or not isinstance(revision, (dict, list)):
            return type(base) is type(revision) and bool(base == revision)
        if not self.usable:
            return False
        key = (id(base), id(revision))
        if key not in self._same:
            self._keep.append((base, revision))
            self._same[key] = self._compare(base, revision, keyword)
        return self._same[key]

    def _compare(self, base: Any, revision: Any, keyword: str) -> bool:
        equal, references = _equal(base, revision, keyword)
        return equal and all(self._unit(_unit_of(reference)) for reference in references)

    def _unit(self, unit: str) -> bool:
        """Whether a unit and everything it leads to is the same on both sides."""
        if unit not in self._units:
            self._settle(unit)
        return self._units[unit]

    def _settle(self, start: str) -> None:
        """Compare the units reachable from one, then spread what differs backwards over the references."""
        waiting, differing = [start], set()
        found: list[str] = []
        while waiting:
            unit = waiting.pop()
            if unit in self._edges:
                continue
            found.append(unit)
            equal, references = self._compare_units(unit)
            self._edges[unit] = frozenset(_unit_of(reference) for reference in references)
            if not equal:
                differing.add(unit)
            waiting.extend(self._edges[unit])
        users: dict[str, list[str]] = {}
        for unit in found:
            for used in self._edges[unit]:
                users.setdefault(used, []).append(unit)
            if any(self._units.get(used) is False for used in self._edges[unit]):
                differing.add(unit)
        differing |= _spread(differing, users)
        for unit in found:
            self._units[unit] = unit not in differing

    def _compare_units(self, unit: str) -> tuple[bool, list[str]]:
        base, revision = self.base.resolve(unit), self.revision.resolve(unit)
        if base is None or revision is None:
            return False, []
        return _equal(base[0], revision[0])


def _spread(start: set[str], users: dict[str, list[str]]) -> set[str]:
    """Return everything that uses what differs, however indirectly."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in found:
                found.add(user)
                waiting.append(user)
    return found


def _equal(base: Any, revision: Any, keyword: str = "") -> tuple[bool, list[str]]:
    """Compare two values by text, then without prose; return the references inside as well."""
    one, two = text(base), text(revision)
    if one != two:
        one, two = text(bare(base, keyword)), text(bare(revision, keyword))
    if one != two:
        return False, []
    return True, [json.loads(f'"{found}"') if "\\" in found else found for found in set(_REF.findall(one))]


def _unit_of(reference: str) -> str:
    """Return the reference to the component a reference leads into."""
    if not reference.startswith("#/"):
        return reference
    return "/".join(reference.split("/")[: _UNIT_DEPTH + 1])
