"""JUnit: a case for each finding, failures for what fails the gate, counts that add up."""

import dataclasses
from xml.etree import ElementTree as ET

from conformance.contract.findings import Report
from conformance.contract.gate import Outcome, accept_nothing
from conformance.report import Style
from conformance.report.junit import render
from tests.conformance.report.junit_shape import faults


def cases(outcome: Outcome) -> list[ET.Element]:
    return list(ET.fromstring(render(outcome, Style())).iter("testcase"))


def test_what_fails_the_gate_is_a_failure(outcome):
    failed = {case.get("classname") for case in cases(outcome) if case.find("failure") is not None}
    assert failed == {"path-removed", "maximum-added", "enum-value-added"}
    assert len(cases(outcome)) == 4


def test_what_is_accepted_is_skipped(settled):
    said = {case.get("classname"): case.find("skipped").get("message") for case in cases(settled)}
    assert said["maximum-added"] == "accepted: list-limit"


def test_counts_add_up(outcome):
    root = ET.fromstring(render(outcome, Style()))
    suites = root.findall("testsuite")
    for name, number in (("tests", 4), ("failures", 3), ("errors", 0), ("skipped", 0)):
        assert int(root.get(name)) == sum(int(suite.get(name)) for suite in suites) == number


def test_readers_of_junit_find_what_their_schema_says(outcome, settled):
    empty = Outcome(Report(), accept_nothing(Report()))
    assert [fault for one in (outcome, settled, empty) for fault in faults(render(one, Style()))] == []


def test_a_fault_in_the_shape_is_seen(outcome):
    spoilt = render(outcome, Style()).replace('failures="3"', 'failures="2"').replace("classname=", "class=")
    assert {"testsuites counts 2 failures", "testcase lacks classname", "testcase has class"} <= {
        *faults(spoilt)
    }


def test_no_findings_are_one_case_that_passes():
    outcome = Outcome(Report(), accept_nothing(Report()))
    assert [case.get("name") for case in cases(outcome)] == ["no differences"]


def test_what_xml_cannot_hold_is_replaced(report):
    strange = dataclasses.replace(report.findings[0], message="a\x00b\ud800c\x1b")
    outcome = Outcome(Report((strange,)), accept_nothing(Report((strange,))))
    assert cases(outcome)[0].get("name").startswith("a\ufffdb\ufffdc\ufffd")
