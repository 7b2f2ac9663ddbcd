"""Every rule has cases; each case states the whole set of findings that two fragments give."""

import copy
import datetime as dt
import pathlib
from typing import Any

import pytest
import yaml

from conformance.contract.compare import Options, compare
from conformance.contract.facts import catalogue
from conformance.contract.findings import Finding
from tests.conformance.contract.fragments import document

CASES = pathlib.Path(__file__).parent / "cases"
TODAY = dt.date(2026, 11, 20)


def _case(path: pathlib.Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text("utf-8"))


def _row(finding: Finding) -> dict[str, str]:
    row = {"rule": finding.rule, "level": finding.level, "verdict": finding.verdict}
    return {**row, "direction": finding.direction} if finding.direction else row


def _sorted(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(rows, key=lambda row: sorted(row.items()))


@pytest.mark.parametrize(
    "path", sorted(CASES.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_the_findings_are_exactly_those_stated(path):
    case = _case(path)
    options = Options(notice_stable=case["revision"].get("notice", 0))
    report = compare(document(case["base"]), document(case["revision"]), today=TODAY, options=options)
    assert _sorted([_row(finding) for finding in report.findings]) == _sorted(case["findings"]), case["why"]


def test_every_rule_has_a_case_that_states_it():
    stated = {
        rule: {row["rule"] for path in (CASES / rule).glob("*.yaml") for row in _case(path)["findings"]}
        for rule in catalogue()
    }
    assert [rule for rule, found in stated.items() if rule not in found] == []


def test_every_folder_is_a_rule():
    assert {path.name for path in CASES.iterdir()} <= set(catalogue())


@pytest.mark.parametrize(
    "path", sorted(CASES.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_a_case_against_itself_gives_nothing(path):
    case = _case(path)
    for side in ("base", "revision"):
        one, two = document(case[side]), copy.deepcopy(document(case[side]))
        assert compare(one, two, today=TODAY).findings == ()
