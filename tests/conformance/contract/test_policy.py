"""Every switch is about something, and moves it to any level."""

import pathlib

import pytest
import yaml

from conformance.contract.compare import Options, compare
from conformance.contract.facts import catalogue
from conformance.contract.policy import SWITCHES, Policy
from tests.conformance.contract.fragments import document

CASES = [
    yaml.safe_load(path.read_text("utf-8"))
    for path in (pathlib.Path(__file__).parent / "cases").glob("*/*.yaml")
]


def _levels(policy):
    options = Options(policy=policy)
    reports = [compare(document(case["base"]), document(case["revision"]), options=options) for case in CASES]
    return [
        [(finding.fingerprint, finding.verdict, finding.level) for finding in report.findings]
        for report in reports
    ]


@pytest.fixture(scope="module")
def plain():
    return _levels(Policy())


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_a_switch_moves_levels_and_nothing_else(switch, plain):
    other = "info" if switch.default != "info" else "error"
    moved = _levels(Policy(((switch.name, other),)))
    assert moved != plain
    assert [sorted(row[:2] for row in rows) for rows in moved] == [
        sorted(row[:2] for row in rows) for rows in plain
    ]


def test_names_of_switches_are_not_those_of_rules_of_another_meaning():
    shared = {switch.name for switch in SWITCHES} & set(catalogue())
    assert shared <= {
        "parameter-removed",
        "default-changed",
        "format-changed",
        "extensible-enum-value-removed",
    }


def test_a_rule_can_be_given_a_level_by_its_id():
    base, revision = document({"schema": {"type": "number"}}), document({"schema": {"type": "integer"}})
    [finding] = compare(base, revision, options=Options(policy=Policy((("type-narrowed", "info"),)))).findings
    assert (finding.level, finding.verdict) == ("info", "breaking")
