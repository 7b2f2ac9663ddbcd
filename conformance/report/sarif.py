"""The report as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), for code scanning."""

import json
from typing import Any
from urllib.parse import quote

from conformance.contract.facts import catalogue
from conformance.contract.findings import LEVELS, Finding, Position
from conformance.contract.gate import Outcome
from conformance.report import Style
from conformance.report._words import count, heading, place

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# GitHub refuses a run with more results.
MOST = 25_000
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(outcome: Outcome, _: Style) -> str:
    """Write one run; accepted findings are suppressed results, which code scanning shows as closed."""
    found = sorted(outcome.report.findings, key=lambda one: LEVELS.index(one.level))
    used = sorted({finding.rule for finding in found})
    index = {name: number for number, name in enumerate(used)}
    names = {finding.fingerprint: name for finding, name in outcome.judgement.accepted}
    # What is open comes first, where not everything fits.
    found.sort(key=lambda one: one.fingerprint in names)
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "conform", "rules": [_rule(name) for name in used]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(outcome, len(found))],
        "results": [_result(one, index, names.get(one.fingerprint)) for one in found[:MOST]],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _rule(name: str) -> dict[str, Any]:
    known = catalogue().get(name)
    if known is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": known.summary},
        "fullDescription": {"text": " ".join(known.doc.split())},
        "help": {"text": known.doc},
        "properties": {"tags": ["openapi", known.area]},
    }


def _invocation(outcome: Outcome, total: int) -> dict[str, Any]:
    said: list[dict[str, Any]] = [
        _notification("error", f"{one.kind} entry {one.entry}: {one.message}", one.position)
        for one in outcome.problems
    ]
    said += [_notification("error", one.message, one.position) for one in outcome.idle]
    said += [
        _notification(
            {"error": "error", "warning": "warning", "note": "note"}[one.severity], one.message, one.position
        )
        for one in outcome.report.diagnostics
    ]
    if total > MOST:
        said.append(
            _notification(
                "warning", f"{count(total - MOST, 'result')} more are left out: a run holds {MOST:,}", None
            )
        )
    made: dict[str, Any] = {"executionSuccessful": True, "exitCode": outcome.code}
    return {**made, "toolExecutionNotifications": said} if said else made


def _notification(level: str, text: str, position: Position | None) -> dict[str, Any]:
    made: dict[str, Any] = {"level": level, "message": {"text": text}}
    return {**made, "locations": [_location(position)]} if position else made


def _result(finding: Finding, index: dict[str, int], accepted: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.level],
        "kind": "fail",
        "message": {"text": _text(finding)},
        "locations": [_located(finding)],
        "partialFingerprints": {"conform/v1": finding.fingerprint},
        "properties": {
            "verdict": finding.verdict,
            "direction": finding.direction,
            "tags": list(finding.tags),
        },
    }
    related = [
        {**_location(position), "message": {"text": side}}
        for side, position in (("base", finding.base_position), ("revision", finding.revision_position))
        if position
    ]
    if related:
        made["relatedLocations"] = related
    if accepted is not None:
        made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": accepted}]
    return made


def _text(finding: Finding) -> str:
    text = f"{finding.message} ({heading(finding)})"
    if finding.witness:
        value = json.dumps(finding.witness.value, ensure_ascii=False)
        text += f"\nWitness: {value}, accepted by the {finding.witness.accepted_by} only."
    return f"{text}\nUndecided: {finding.blame}" if finding.verdict == "undecided" else text


def _located(finding: Finding) -> dict[str, Any]:
    position = place(finding)
    logical = [{"fullyQualifiedName": finding.pointer, "kind": "element"}]
    return {**(_location(position) if position else {}), "logicalLocations": logical}


def _location(position: Position) -> dict[str, Any]:
    # A URI: of paths, only the characters that cannot stand in one are escaped.
    uri = position.file if "://" in position.file else quote(position.file, safe="/~")
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if position.line:
        physical["region"] = {"startLine": position.line, "startColumn": max(position.column, 1)}
    return {"physicalLocation": physical}
