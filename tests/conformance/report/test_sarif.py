"""SARIF 2.1.0: what is used here of the standard, as a schema of its own, and GitHub's limits."""

import dataclasses
import json

import jsonschema_rs
import pytest

from conformance.contract.findings import Report
from conformance.contract.gate import Outcome, accept_nothing
from conformance.report import Style
from conformance.report.sarif import MOST, render

MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "format": "uri-reference"}},
                },
                "region": {
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "startColumn": {"type": "integer", "minimum": 1},
                    }
                },
            },
        },
        "logicalLocations": {"type": "array", "uniqueItems": True},
        "message": MESSAGE,
    },
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id"],
                                            "properties": {
                                                "shortDescription": MESSAGE,
                                                "fullDescription": MESSAGE,
                                                "help": MESSAGE,
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {
                        "items": {
                            "required": ["executionSuccessful"],
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "exitCode": {"type": "integer"},
                                "toolExecutionNotifications": {
                                    "items": {
                                        "required": ["message"],
                                        "properties": {
                                            "message": MESSAGE,
                                            "level": {"enum": ["none", "note", "warning", "error"]},
                                            "locations": {"items": LOCATION},
                                        },
                                    }
                                },
                            },
                        }
                    },
                    "results": {
                        "items": {
                            "type": "object",
                            "required": ["message", "ruleId", "partialFingerprints"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "kind": {
                                    "enum": [
                                        "pass",
                                        "open",
                                        "informational",
                                        "notApplicable",
                                        "review",
                                        "fail",
                                    ]
                                },
                                "message": MESSAGE,
                                "locations": {"items": LOCATION, "minItems": 1},
                                "relatedLocations": {"uniqueItems": True, "items": LOCATION},
                                "partialFingerprints": {"additionalProperties": {"type": "string"}},
                                "properties": {
                                    "properties": {"tags": {"type": "array", "uniqueItems": True}}
                                },
                                "suppressions": {
                                    "items": {
                                        "required": ["kind"],
                                        "properties": {
                                            "kind": {"enum": ["inSource", "external"]},
                                            "status": {"enum": ["accepted", "underReview", "rejected"]},
                                        },
                                    }
                                },
                            },
                        }
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("name", ["outcome", "settled"])
def test_it_is_sarif(request, name):
    log = json.loads(render(request.getfixturevalue(name), Style()))
    validator = jsonschema_rs.Draft202012Validator(SARIF, validate_formats=True)
    assert [error.message for error in validator.iter_errors(log)] == []


def test_results_point_at_their_rules(outcome):
    run = json.loads(render(outcome, Style()))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert run["results"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_fingerprints_are_those_of_the_findings(outcome):
    run = json.loads(render(outcome, Style()))["runs"][0]
    found = {one["partialFingerprints"]["conform/v1"] for one in run["results"]}
    assert found == {one.fingerprint for one in outcome.report.findings}


def test_accepted_findings_are_suppressed(settled):
    run = json.loads(render(settled, Style()))["runs"][0]
    assert all(one["suppressions"][0]["status"] == "accepted" for one in run["results"])


def test_no_more_results_than_github_takes(report):
    one = report.findings[0]
    many = tuple(dataclasses.replace(one, fingerprint=f"{n:016x}") for n in range(MOST + 3))
    run = json.loads(render(Outcome(Report(many), accept_nothing(Report(many))), Style()))["runs"][0]
    assert len(run["results"]) == MOST
    said = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert said == ["3 results more are left out: a run holds 25,000"]


def test_a_path_with_odd_characters_is_a_uri(report):
    one = report.findings[0]
    placed = dataclasses.replace(one.base_position or one.revision_position, file="HEAD:a b/ü%.yaml")
    moved = dataclasses.replace(one, base_position=placed, revision_position=placed)
    run = json.loads(render(Outcome(Report((moved,)), accept_nothing(Report((moved,)))), Style()))["runs"][0]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "HEAD%3Aa%20b/%C3%BC%25.yaml"
