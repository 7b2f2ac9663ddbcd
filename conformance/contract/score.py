"""Scores how much of a contract another one keeps, by category: what is absent costs, widening does not."""

import dataclasses
from collections.abc import Iterable

from conformance.contract.accept import Judgement
from conformance.contract.documents import Document
from conformance.contract.findings import Finding, Report
from conformance.contract.places import Place, by_operation
from conformance.contract.reach import Key, Reach

_ABSENT = frozenset({"path-removed", "operation-removed"})
_MISSING = frozenset({"property-removed", "parameter-removed"})
# What a comparison by property sees: the kinds of change that the published formula counts as issues.
_ISSUES = ("type-", "enum-", "alternative-", "null-alternative-", "became-")


@dataclasses.dataclass(frozen=True, slots=True)
class Category:
    """One row.

    operations, implemented: of the upstream contract, how many there are and how many the other one has.
    places: parameters, bodies, responses, media types, properties and alternatives of all, by direction.
    checked: those of the implemented ones.
    breaking, undecided: causes; each costs one place. on_purpose: breaking ones that are accepted.
    naive: `1 - (issues + missing) / max(properties, problems)` over what is implemented, as others have it.
    """

    name: str
    operations: int
    implemented: int
    places: int
    checked: int
    breaking: int
    on_purpose: int
    undecided: int
    naive: float | None

    @property
    def missing(self) -> int:
        """The places of operations that are absent."""
        return self.places - self.checked

    @property
    def score(self) -> float:
        """The share of all places that is kept and proved to be kept."""
        kept = self.checked - self.breaking - self.undecided
        return max(kept, 0) / self.places if self.places else 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """All categories, those with something implemented first, and the whole."""

    categories: tuple[Category, ...]
    total: Category
    upstream: str
    ours: str


def score(upstream: Document, report: Report, judgement: Judgement) -> Score:
    """Score a comparison whose base is the upstream contract."""
    tags = _tags(upstream)
    places = by_operation(upstream)
    absent: set[Key] = {
        (impact.kind, impact.path, impact.operation)
        for finding in report.findings
        if finding.rule in _ABSENT
        for impact in finding.impact
    }
    accepted = {finding.fingerprint for finding, _ in judgement.accepted}
    felt = [finding for finding in report.findings if finding.rule not in _ABSENT and finding.impact]
    counting = _Counting(places, absent, accepted, felt)
    names = sorted({tags[key] for key in places})
    rows = [counting.row(name, [key for key in places if tags[key] == name]) for name in names]
    rows.sort(key=lambda row: (not row.implemented, row.name))
    return Score(tuple(rows), counting.row("all", list(places)), report.base, report.revision)


@dataclasses.dataclass(frozen=True, slots=True)
class _Counting:
    places: dict[Key, set[Place]]
    absent: set[Key]
    accepted: set[str]
    findings: list[Finding]

    def row(self, name: str, keys: list[Key]) -> Category:
        there = [key for key in keys if key not in self.absent]
        whole = {place for key in keys for place in self.places[key]}
        checked = {place for key in there for place in self.places[key]}
        mine = [finding for finding in self.findings if _touches(finding, set(there))]
        breaking = [finding for finding in mine if finding.verdict == "breaking"]
        return Category(
            name,
            len(keys),
            len(there),
            len(whole),
            len(checked),
            len(breaking),
            sum(finding.fingerprint in self.accepted for finding in breaking),
            sum(finding.verdict == "undecided" for finding in mine),
            _naive(mine, {pointer for _, pointer in checked if _is_property(pointer)}) if there else None,
        )


def _touches(finding: Finding, keys: set[Key]) -> bool:
    return any((impact.kind, impact.path, impact.operation) in keys for impact in finding.impact)


def _is_property(pointer: str) -> bool:
    return pointer.rsplit("/", 2)[-2] in ("properties", "parameters")


def _naive(findings: Iterable[Finding], properties: set[str]) -> float:
    """Return the figure as it is published: direction ignored, however many variants of a union one issue."""
    found = list(findings)
    issues = len({one.pointer for one in found if one.rule.startswith(_ISSUES)})
    missing = sum(one.rule in _MISSING for one in found)
    most = max(len(properties), issues + missing)
    return 1 - (issues + missing) / most if most else 1.0


def _tags(document: Document) -> dict[Key, str]:
    """Return the category of each operation: its first tag, or the first part of its path."""
    found: dict[Key, str] = {}
    for key, operation, _ in Reach(document).operations():
        tags = operation.get("tags")
        first = str(tags[0]) if isinstance(tags, list) and tags else ""
        path, _, query = key[1].partition("?")
        name = first or path.strip("/").split("/")[0].replace("_", " ").capitalize()
        # Upstream has twins of some operations, told apart by a query in the path.
        found[key] = f"{name} ({query})" if query else name
    return found
