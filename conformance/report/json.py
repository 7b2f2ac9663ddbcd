"""The report as JSON, of the shape that `report.schema.json` beside this file publishes."""

import dataclasses
import json
from typing import Any

from conformance.contract.accept import Problem
from conformance.contract.findings import Diagnostic, Finding, Impact, Position
from conformance.contract.gate import Outcome
from conformance.report import Style

VERSION = 1


def render(outcome: Outcome, _: Style) -> str:
    """Write the report as indented JSON with a newline at the end."""
    return json.dumps(value(outcome), indent=2, ensure_ascii=False) + "\n"


def value(outcome: Outcome) -> dict[str, Any]:
    """Return the report as plain values."""
    names = {finding.fingerprint: name for finding, name in outcome.judgement.accepted}
    return {
        "version": VERSION,
        "base": outcome.report.base,
        "revision": outcome.report.revision,
        "result": outcome.result,
        "exit_code": outcome.code,
        "fail_on": outcome.fail_on,
        "undecided_allowed": outcome.allowed,
        "counts": outcome.counts,
        "findings": [
            _finding(finding, names.get(finding.fingerprint)) for finding in outcome.report.findings
        ],
        "problems": [_problem(problem) for problem in outcome.problems],
        "diagnostics": [_diagnostic(one) for one in (*outcome.idle, *outcome.report.diagnostics)],
    }


def _finding(finding: Finding, accepted: str | None) -> dict[str, Any]:
    witness = finding.witness
    return {
        "rule": finding.rule,
        "level": finding.level,
        "verdict": finding.verdict,
        "message": finding.message,
        "operation": finding.operation,
        "path": finding.path,
        "direction": finding.direction,
        "pointer": finding.pointer,
        "base": _place(finding.base_pointer, finding.base_position),
        "revision": _place(finding.revision_pointer, finding.revision_position),
        "witness": dataclasses.asdict(witness) if witness else None,
        "blame": finding.blame,
        "impact": [_impact(impact) for impact in finding.impact],
        "fingerprint": finding.fingerprint,
        "accepted_by": accepted,
        "tags": list(finding.tags),
    }


def _impact(impact: Impact) -> dict[str, str]:
    return dataclasses.asdict(impact)


def _place(pointer: str, position: Position | None) -> dict[str, Any]:
    return {"pointer": pointer, "position": _position(position)}


def _position(position: Position | None) -> dict[str, Any] | None:
    return dataclasses.asdict(position) if position else None


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "kind": problem.kind,
        "entry": problem.entry,
        "message": problem.message,
        "position": _position(problem.position),
    }


def _diagnostic(one: Diagnostic) -> dict[str, Any]:
    return {
        "code": one.code,
        "message": one.message,
        "severity": one.severity,
        "pointer": one.pointer,
        "position": _position(one.position),
    }
