"""The report as SARIF 2.1.0, for code scanning: a result leads to the line of the contract that is broken."""

import hashlib
import json
from typing import Any, Final

from conformance.report import Style
from conformance.report.examination import Report
from conformance.report.examination._words import problems

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST: Final = 5_000
"""Results of a run that GitHub shows."""
_OTHERS: Final = {
    "body-invalid": "A body does not satisfy upstream's schema.",
    "operation-not-served": "An operation is not served.",
    "server-error": "An operation answered with 5xx.",
}


def render(report: Report, _: Style) -> str:
    """Write one run."""
    found = problems(report)[:_MOST]
    promises = {probe["id"]: probe for probe in report["probes"]}
    rules = list(dict.fromkeys(one["rule"] for one in found))
    driver = {"name": "conform", "rules": [_rule(rule, promises.get(rule)) for rule in rules]}
    results = [_result(one, rules.index(one["rule"])) for one in found]
    run = {"tool": {"driver": driver}, "results": results}
    return (
        json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)
        + "\n"
    )


def _rule(rule: str, probe: dict[str, Any] | None) -> dict[str, Any]:
    text = probe["promise"] if probe else _OTHERS.get(rule, "Found by fuzzing.")
    found: dict[str, Any] = {"id": rule, "shortDescription": {"text": text}}
    if probe:
        found["fullDescription"] = {"text": f"{text} ({probe['source']}: {probe['evidence']})"}
    return found


def _result(one: dict[str, Any], index: int) -> dict[str, Any]:
    message = one["message"] + (f"\n\n{one['curl']}" if one["curl"] else "")
    contract = one["contract"] or {"file": "conformance/upstream/2026-08-21.json", "line": 1, "pointer": ""}
    # By rule, operation, case and place, not by wording: the same defect keeps its fingerprint.
    identity = "|".join([one["rule"], one["operation"], one["case"], contract["pointer"]])
    return {
        "ruleId": one["rule"],
        "ruleIndex": index,
        "level": "error",
        "message": {"text": message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": contract["file"]},
                    "region": {"startLine": max(contract["line"], 1)},
                },
                "logicalLocations": [{"fullyQualifiedName": one["operation"], "kind": "function"}],
            }
        ],
        "partialFingerprints": {"conform/v1": hashlib.sha256(identity.encode()).hexdigest()[:32]},
    }
