"""What an examination found: plain values for reports, and the score."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.wire.bodies import Finding, Tally
from conformance.wire.contract import Contract, Operation
from conformance.wire.exchanges import Exchange, reproduction
from conformance.wire.outcomes import NOTHING, OUTCOMES, CaseResult
from conformance.wire.running import ProbeResult

VERSION: Final = 1

FORMULA: Final = (
    "The score is the mean over the operations examined, in per cent, rounded down to one decimal. An"
    " operation that is not served, or out of reach since another is not, scores 0. Any other scores the"
    " mean, over those that there are, of three parts: probes passed of passed and failed, fuzz findings"
    " counting as failed (weight 2); valid bodies of all bodies of successes, events of streams among them"
    " (weight 1); errors in the one error shape of all errors (weight 1). Skipped and inconclusive probes do"
    " not count."
)
"""How the score is made; every report prints it."""


@dataclass(frozen=True, slots=True)
class FuzzFinding:
    """One way to make the server misbehave that fuzzing found, however often."""

    operation: str
    check: str
    message: str
    curl: str
    count: int = 1
    exchange: Exchange | None = None


@dataclass(slots=True)
class Fuzz:
    """What fuzzing did: cases sent by operation, and what came of it."""

    cases: dict[str, int] = field(default_factory=dict)
    findings: list[FuzzFinding] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    """What could not be fuzzed, and why."""
    refusals: list[FuzzFinding] = field(default_factory=list)
    """What the schemas allow and the server refuses: told and counted, not scored."""


@dataclass(slots=True)
class Examined:
    """Everything a report may show."""

    base_url: str
    model: str | None
    seed: int
    contract: Contract
    groups: tuple[str, ...]
    probes: list[ProbeResult]
    tallies: Mapping[str, Tally]
    bodies: list[Finding]
    absent: frozenset[str]
    requests: int
    tokens: int
    seconds: float
    left: list[str] = field(default_factory=list)
    fuzz: Fuzz | None = None
    launched: bool = False

    @property
    def failed(self) -> bool:
        """Tell whether anything is wrong: a probe, body, error shape, a 5xx, an operation not served."""
        tallies = [self.tallies[operation.id] for operation in self.operations]
        return bool(
            any(result.outcome == "failed" for result in self.probes)
            or any(finding.operation in self._names for finding in self.bodies)
            or any(tally.server_errors for tally in tallies)
            or self.absent & self._names
            or (self.fuzz and self.fuzz.findings)
        )

    @property
    def open(self) -> bool:
        """Tell whether something could not be examined."""
        return any(result.outcome in {"skipped", "inconclusive"} for result in self.probes)

    @property
    def operations(self) -> list[Operation]:
        """The operations in question: of the groups examined, those that were asked or belong to a probe."""
        named = {name for result in self.probes for name in result.probe.operations}
        return [
            operation
            for operation in self.contract.operations
            if operation.group in self.groups and (operation.id in named or self.tallies[operation.id].asked)
        ]

    @property
    def _names(self) -> frozenset[str]:
        return frozenset(operation.id for operation in self.operations)

    def count(self, outcome: str, operation: str = "") -> int:
        """Count the probes that ended so, all or those of an operation."""
        return sum(
            result.outcome == outcome
            for result in self.probes
            if not operation or operation in result.probe.operations
        )

    def implemented(self, operation: str) -> bool | None:
        """Tell whether an operation is served; None where nothing was asked of it."""
        if operation in self.absent:
            return False
        return True if self.tallies[operation].asked else None

    def out_of_reach(self, operation: str) -> bool:
        """Tell whether nothing could be asked of an operation for want of another that is not served."""
        return not self.tallies[operation].asked and any(
            case.wanting
            for result in self.probes
            if operation in result.probe.operations
            for case in result.cases
        )

    def operation_score(self, operation: str) -> float | None:
        """Return an operation's score from 0 to 1; None where there is nothing to judge by."""
        if self.implemented(operation) is False or self.out_of_reach(operation):
            return 0.0
        tally = self.tallies[operation]
        found = sum(one.operation == operation for one in self.fuzz.findings) if self.fuzz else 0
        parts = [
            (2, self.count("passed", operation), self.count("failed", operation) + found),
            (1, tally.valid, tally.invalid),
            (1, tally.errors_in_shape, tally.errors_out_of_shape),
        ]
        there = [(weight, good / (good + bad)) for weight, good, bad in parts if good + bad]
        if not there:
            return None
        return sum(weight * part for weight, part in there) / sum(weight for weight, _ in there)

    @property
    def score(self) -> float:
        """The score from 0 to 100; see `FORMULA`. 0 where nothing could be judged."""
        scores = [
            score
            for operation in self.operations
            if (score := self.operation_score(operation.id)) is not None
        ]
        return _percent(sum(scores) / len(scores)) if scores else 0.0

    def group_score(self, group: str) -> float | None:
        """Return the same for one group."""
        scores = [
            score
            for operation in self.operations
            if operation.group == group and (score := self.operation_score(operation.id)) is not None
        ]
        return _percent(sum(scores) / len(scores)) if scores else None


def _percent(part: float) -> float:
    # Down, so that 100 means all of it; the small addend undoes what floats lose.
    return math.floor(part * 1000 + 1e-9) / 10


def value(examined: Examined) -> dict[str, Any]:
    """Return the report as plain values, of the shape that `report.schema.json` publishes."""
    return {
        "version": VERSION,
        "server": {
            "base_url": examined.base_url,
            "model": examined.model,
            "launched": examined.launched,
        },
        "contract": "openai 2026-08-21",
        "seed": examined.seed,
        "result": "failed" if examined.failed else "passed",
        "score": examined.score,
        "formula": FORMULA,
        "totals": _totals(examined),
        "categories": [_category(examined, group) for group in examined.groups],
        "operations": [_operation(examined, operation) for operation in examined.operations],
        "probes": [_probe(examined, result) for result in examined.probes],
        "bodies": [_body(examined, finding) for finding in examined.bodies],
        "fuzz": _fuzz(examined.fuzz),
        "left_behind": examined.left,
    }


def _totals(examined: Examined) -> dict[str, Any]:
    tallies = [examined.tallies[operation.id] for operation in examined.operations]
    return {
        "probes": {outcome: examined.count(outcome) for outcome in OUTCOMES},
        "cases": sum(len(result.cases) for result in examined.probes),
        "bodies": {
            "valid": sum(tally.valid for tally in tallies),
            "invalid": sum(tally.invalid for tally in tallies),
        },
        "errors": {
            "in_shape": sum(tally.errors_in_shape for tally in tallies),
            "out_of_shape": sum(tally.errors_out_of_shape for tally in tallies),
        },
        "server_errors": sum(tally.server_errors for tally in tallies),
        "requests": examined.requests,
        "tokens": examined.tokens,
        "seconds": round(examined.seconds, 1),
    }


def _category(examined: Examined, group: str) -> dict[str, Any]:
    probes = [result for result in examined.probes if result.probe.category == group]
    return {
        "name": group,
        "score": examined.group_score(group),
        "probes": {outcome: sum(one.outcome == outcome for one in probes) for outcome in OUTCOMES},
    }


def _operation(examined: Examined, operation: Operation) -> dict[str, Any]:
    tally = examined.tallies[operation.id]
    score = examined.operation_score(operation.id)
    fuzz = examined.fuzz
    passed, failed = (examined.count(name, operation.id) for name in ("passed", "failed"))
    return {
        "id": operation.id,
        "method": operation.method,
        "path": operation.path,
        "category": operation.group,
        "implemented": examined.implemented(operation.id),
        "score": None if score is None else _percent(score),
        "requests": tally.asked,
        "bodies": {"valid": tally.valid, "invalid": tally.invalid},
        "errors": {"in_shape": tally.errors_in_shape, "out_of_shape": tally.errors_out_of_shape},
        "server_errors": tally.server_errors,
        "probes": {
            **{outcome: examined.count(outcome, operation.id) for outcome in OUTCOMES},
            "applicable": passed + failed,
        },
        "fuzz": {
            "cases": fuzz.cases.get(operation.id, 0),
            "findings": sum(one.operation == operation.id for one in fuzz.findings),
        }
        if fuzz
        else None,
    }


def _probe(examined: Examined, result: ProbeResult) -> dict[str, Any]:
    probe = result.probe
    return {
        "id": probe.id,
        "outcome": result.outcome,
        "reason": result.reason,
        "category": probe.category,
        "topic": probe.topic,
        "promise": probe.promise,
        "why": probe.why,
        "source": probe.source,
        "evidence": probe.evidence,
        "operations": list(probe.operations),
        "cases": [_case(examined, case) for case in result.cases],
        "requests": sum(case.requests for case in result.cases),
        "seconds": round(sum(case.seconds for case in result.cases), 3),
    }


def _case(examined: Examined, case: CaseResult) -> dict[str, Any]:
    found: dict[str, Any] = {"name": case.name, "outcome": case.outcome, "reason": case.reason}
    if case.outcome == "failed":
        found["contract"] = place(examined.contract, case.pointer)
        said = {"expected": case.expected, "got": case.got}
        found |= {name: value for name, value in said.items() if value is not NOTHING}
    if case.exchanges:
        found["exchanges"] = [exchange.value() for exchange in case.exchanges]
        found["curl"] = reproduction(case.exchanges)
    return found


def _body(examined: Examined, finding: Finding) -> dict[str, Any]:
    return {
        "operation": finding.operation,
        "status": finding.status,
        "media_type": finding.media,
        "event": finding.event or None,
        "message": finding.mismatch.message,
        "place": finding.mismatch.place,
        "contract": place(examined.contract, finding.mismatch.pointer),
        "count": finding.count,
        "exchange": finding.exchanges[0].value(),
        "curl": finding.exchanges[0].curl(),
    }


def place(contract: Contract, pointer: str) -> dict[str, Any] | None:
    """Return the line of the contract at a pointer, for a person to look up."""
    if not pointer:
        return None
    line = contract.line(pointer)
    return {"pointer": pointer, "file": line.file, "line": line.line, "text": line.text}


def _fuzz(fuzz: Fuzz | None) -> dict[str, Any] | None:
    if fuzz is None:
        return None
    return {
        "cases": sum(fuzz.cases.values()),
        "findings": [_found(one) for one in fuzz.findings],
        "refusals": [_found(one) for one in fuzz.refusals],
        "troubles": fuzz.troubles,
    }


def _found(one: FuzzFinding) -> dict[str, Any]:
    return {
        "operation": one.operation,
        "check": one.check,
        "message": one.message,
        "count": one.count,
        "curl": one.curl,
        "exchange": one.exchange.value() if one.exchange else None,
    }


def groups_of(only: Collection[str], probes: Sequence[ProbeResult], known: Sequence[str]) -> tuple[str, ...]:
    """Return the groups that an examination is about: those asked for, or those of the probes asked for."""
    if not only:
        return tuple(known)
    named = set(only) | {result.probe.category for result in probes}
    named |= {name for result in probes for name in _groups(result) if result.probe.category not in known}
    return tuple(group for group in known if group in named)


def _groups(result: ProbeResult) -> set[str]:
    from conformance.wire.contract import upstream  # noqa: PLC0415 - loaded by then, and only needed here

    return {upstream()[name].group for name in result.probe.operations}
