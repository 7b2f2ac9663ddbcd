"""The words that several formats of an examination share."""

from typing import Any

from conformance.report.examination import Report

OUTCOMES = ("failed", "inconclusive", "skipped", "passed")
"""Gravest first."""


def place(found: dict[str, Any] | None) -> str:
    """Name the line of the contract."""
    return f"{found['file']}:{found['line']} {found['pointer']}" if found else ""


def cases(probe: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cases that ended as the probe did."""
    return [case for case in probe["cases"] if case["outcome"] == probe["outcome"]]


def reason(case: dict[str, Any]) -> str:
    """Say why a case ended as it did, with its name where it has one."""
    return f"{case['name']}: {case['reason']}" if case["name"] else str(case["reason"])


def of(good: int, everything: int) -> str:
    """Write a part of a whole; nothing where there is no whole."""
    return f"{good:,}/{everything:,}" if everything else ""


def row(one: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    """Return the cells of an operation by check: text, and whether it is bad."""
    if one["implemented"] is False:
        return {"served": ("no", True)}
    bodies, errors, probes = one["bodies"], one["errors"], one["probes"]
    cells = {
        "served": ("yes" if one["implemented"] else "", False),
        "probes": (of(probes["passed"], probes["applicable"]), bool(probes["failed"])),
        "bodies": (of(bodies["valid"], bodies["valid"] + bodies["invalid"]), bool(bodies["invalid"])),
        "errors": (
            of(errors["in_shape"], errors["in_shape"] + errors["out_of_shape"]),
            bool(errors["out_of_shape"]),
        ),
        "5xx": (str(one["server_errors"] or ""), bool(one["server_errors"])),
    }
    if one["fuzz"]:
        found = one["fuzz"]["findings"]
        cells["fuzz"] = (f"{found:,} in {one['fuzz']['cases']:,}", bool(found))
    return cells


CHECKS = ("served", "probes", "bodies", "errors", "5xx", "fuzz")
"""The columns of the matrix."""


def problems(report: Report) -> list[dict[str, Any]]:
    """Return everything wrong as plain findings: id, kind, operation, message, place, curl."""
    found = []
    for probe in report["probes"]:
        if probe["outcome"] == "failed":
            found += [_failure(probe, case) for case in cases(probe)]
    for one in report["bodies"]:
        event = f" (event {one['event']})" if one["event"] else ""
        message = f"{one['operation']} {one['status']}{event}: {one['message']}"
        found.append(_problem("body-invalid", one["operation"], message, one["contract"], one["curl"]))
    for one in (report["fuzz"] or {"findings": []})["findings"]:
        found.append(_problem(f"fuzz-{one['check']}", one["operation"], one["message"], None, one["curl"]))
    for one in report["operations"]:
        if one["implemented"] is False:
            message = f"{one['method']} {one['path']} is not served"
            found.append(_problem("operation-not-served", one["id"], message, None, ""))
        elif one["server_errors"]:
            message = f"{one['method']} {one['path']} answered 5xx {one['server_errors']:,} times"
            found.append(_problem("server-error", one["id"], message, None, ""))
    return found


def _failure(probe: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    message = f"{probe['promise']} {reason(case)}"
    return _problem(
        probe["id"],
        probe["operations"][0],
        message,
        case.get("contract"),
        case.get("curl", ""),
        case=case["name"],
    )


def _problem(
    rule: str,
    operation: str,
    message: str,
    contract: dict[str, Any] | None,
    curl: str,
    *,
    case: str = "",
) -> dict[str, Any]:
    return {
        "rule": rule,
        "operation": operation,
        "case": case,
        "message": message,
        "contract": contract,
        "curl": curl,
    }
