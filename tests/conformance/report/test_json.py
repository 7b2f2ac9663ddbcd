"""JSON follows the schema that is published for it."""

import json
from importlib.resources import files

import jsonschema_rs
import pytest

from conformance.report import Style
from conformance.report.json import render

SCHEMA = json.loads((files("conformance.report") / "report.schema.json").read_text(encoding="utf-8"))


def test_the_schema_is_one():
    jsonschema_rs.meta.validate(SCHEMA)


@pytest.mark.parametrize("name", ["outcome", "settled"])
def test_a_report_follows_it(request, name):
    found = json.loads(render(request.getfixturevalue(name), Style()))
    validator = jsonschema_rs.Draft202012Validator(SCHEMA)
    assert [error.message for error in validator.iter_errors(found)] == []


def test_the_schema_would_notice(outcome):
    found = json.loads(render(outcome, Style()))
    found["findings"][0]["colour"] = "red"
    assert not jsonschema_rs.Draft202012Validator(SCHEMA).is_valid(found)


def test_what_accepts_a_finding_stands_beside_it(settled):
    found = json.loads(render(settled, Style()))
    named = {one["rule"]: one["accepted_by"] for one in found["findings"]}
    assert named == {
        "path-removed": "scope",
        "component-removed": "scope",
        "maximum-added": "list-limit",
        "enum-value-added": "sizes",
    }
    assert found["counts"] == {"error": 0, "warning": 0, "info": 0, "undecided": 0, "accepted": 4}
