"""Collects facts into causes: one finding for each, with all it reaches and the worst it does there."""

import dataclasses
from typing import Any

from conformance.contract.documents import Document
from conformance.contract.facts import Fact
from conformance.contract.findings import (
    LEVELS,
    Direction,
    Finding,
    Impact,
    Level,
    Truth,
    Witness,
    fingerprint,
)
from conformance.contract.graph import Node
from conformance.contract.policy import Case, Policy
from conformance.contract.verdicts import HINT_EFFECTS, Judged, Verdicts, Way

# Plain facts carry their own verdict; notes are about nothing that could break.
_PLAIN: dict[str, Truth] = {
    "broken": "breaking",
    "harmless": "compatible",
    "risky": "compatible",
    "note": "compatible",
}
_RANK = {level: index for index, level in enumerate(LEVELS)}
_TRUTHS: tuple[Truth, ...] = ("breaking", "undecided", "compatible")


@dataclasses.dataclass
class _Cause:
    """What is known of one cause so far."""

    fact: Fact
    level: Level
    verdict: Truth
    direction: Direction
    subject: str
    witness: Witness | None
    blame: str
    impact: dict[Impact, None]
    worst: Level = "info"

    @property
    def rank(self) -> tuple[int, int]:
        return _TRUTHS.index(self.verdict), _RANK[self.level]


class Causes:
    """The findings of one comparison in the making."""

    def __init__(self, base: Document, revision: Document, verdicts: Verdicts, policy: Policy) -> None:
        self.base = base
        self.revision = revision
        self.verdicts = verdicts
        self.policy = policy
        self._causes: dict[tuple[str, str, str], _Cause] = {}
        self._judged: dict[tuple[int, Way], list[Judged]] = {}

    def plain(self, fact: Fact, impact: Impact, subject: str, *, quiet: bool) -> None:
        """Take in a fact about anything but a schema."""
        effect = str(fact.effect)
        self._add(Judged(fact, _PLAIN[effect]), impact, subject, effect, quiet=quiet)

    def schema(self, root: Node, impact: Impact, way: Way, subject: str, *, quiet: bool) -> None:
        """Take in the facts about a pair of schemas and everything inside it.

        Hot: on a way of incompatible pairs from the message down, where facts may break. Cold: inside a
        compatible pair, where facts are worth knowing. Silent: inside an equivalent one, where only
        notes are.
        """
        start = "$" if not impact.json_path else impact.json_path
        waiting = [(root, start, "hot")]
        seen: set[tuple[int, str]] = set()
        while waiting:
            node, path, heat = waiting.pop()
            heat = self._heat(node, way, heat)
            if (id(node), heat) in seen:
                continue
            seen.add((id(node), heat))
            here = dataclasses.replace(impact, json_path=path)
            self._take(node, here, way, subject, heat, quiet=quiet)
            hot = {id(edge) for edge in self.verdicts.hot_edges(node, way)} if heat == "hot" else set()
            for edge in reversed(node.edges):
                inner = heat if heat != "hot" or id(edge) in hot else "cold"
                waiting.append((edge.node, path + edge.step, inner))

    def _heat(self, node: Node, way: Way, heat: str) -> str:
        if heat == "hot" and self.verdicts.hot(node, way):
            return "hot"
        if heat == "silent" or self.verdicts.equivalent(node, way):
            return "silent"
        return "cold"

    def _take(self, node: Node, here: Impact, way: Way, subject: str, heat: str, *, quiet: bool) -> None:
        for fact in node.facts:
            effect = str(fact.effect)
            if effect in HINT_EFFECTS:
                self._add(self.verdicts.hint(node, fact, way), here, subject, effect, quiet=quiet)
            elif effect in _PLAIN:
                self._add(Judged(fact, _PLAIN[effect]), here, subject, effect, quiet=quiet)
            elif heat == "cold":
                self._add(Judged(fact, "compatible"), here, subject, effect, quiet=quiet)
        if heat == "hot":
            key = (id(node), way)
            if key not in self._judged:
                self._judged[key] = self.verdicts.judge(node, way)
            for judged in self._judged[key]:
                self._add(judged, here, subject, str(judged.fact.effect), quiet=quiet)

    def _add(self, judged: Judged, impact: Impact, subject: str, effect: str, *, quiet: bool) -> None:
        """Merge what is known of a cause: the worst verdict with its impact, and the worst level."""
        fact = judged.fact
        case = Case(fact, impact.direction, judged.verdict, subject, effect)
        level: Level = "info" if quiet else self.policy.level(case)
        key = (fact.rule, _location(fact), fact.detail)
        made = _Cause(
            fact,
            level,
            judged.verdict,
            impact.direction,
            subject,
            judged.witness,
            judged.blame,
            {impact: None},
        )
        known = self._causes.get(key)
        worst = min(level, known.worst if known else level, key=_RANK.__getitem__)
        if known is None or made.rank < known.rank:
            self._causes[key] = known = made
        elif made.rank == known.rank:
            known.impact[impact] = None
        known.worst = worst

    def findings(self) -> tuple[Finding, ...]:
        """Return one finding for each cause, in a stable order."""
        found = [self._finding(cause) for cause in self._causes.values()]
        return tuple(sorted(found, key=_order))

    def _finding(self, cause: _Cause) -> Finding:
        fact = cause.fact
        impact = tuple(sorted(cause.impact))
        first = impact[0]
        location = _location(fact)
        return Finding(
            rule=fact.rule,
            level=cause.worst,
            verdict=cause.verdict,
            message=fact.message,
            pointer=location,
            operation=first.operation,
            path=first.path,
            direction=cause.direction,
            impact=impact if first.operation else (),
            base_position=self.base.position(fact.base),
            revision_position=self.revision.position(fact.revision),
            base_pointer=fact.base,
            revision_pointer=fact.revision,
            witness=cause.witness,
            blame=cause.blame,
            fingerprint=fingerprint(fact.rule, "", location, fact.detail),
            tags=tuple(sorted({cause.subject, *fact.tags})),
        )


def _location(fact: Fact) -> str:
    """Return where a cause is: what is gone is in the base, everything else in the revision."""
    return fact.base if fact.rule.endswith("-removed") else fact.revision or fact.base


def _order(finding: Finding) -> tuple[Any, ...]:
    return (
        _RANK[finding.level],
        finding.path,
        finding.operation,
        finding.pointer,
        finding.rule,
        finding.fingerprint,
    )
