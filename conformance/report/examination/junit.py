"""The report as JUnit XML: a probe's case is a test case, an operation's bodies are one more."""

import io
from typing import Any
from xml.etree import ElementTree as ET

from conformance.report import Style
from conformance.report.examination import Report
from conformance.report.examination._words import place, problems, reason


def render(report: Report, _: Style) -> str:
    """Write one test suite a category, and one for what is no probe's."""
    suites = ET.Element("testsuites", name="conform probe")
    for category in dict.fromkeys(probe["category"] for probe in report["probes"]):
        suite = ET.SubElement(suites, "testsuite", name=category)
        for probe in report["probes"]:
            if probe["category"] == category:
                _probe(suite, probe)
        _count(suite)
    _rest(suites, report)
    _count(suites)
    buffer = io.BytesIO()
    ET.indent(suites)
    ET.ElementTree(suites).write(buffer, encoding="utf-8", xml_declaration=True)
    return buffer.getvalue().decode() + "\n"


def _probe(suite: ET.Element, probe: dict[str, Any]) -> None:
    for case in probe["cases"]:
        name = f"{probe['id']}[{case['name']}]" if case["name"] else probe["id"]
        test = ET.SubElement(suite, "testcase", classname=f"probe.{probe['category']}", name=_legal(name))
        if case["outcome"] == "failed":
            text = "\n".join(
                filter(None, [probe["promise"], reason(case), place(case.get("contract")), case.get("curl")])
            )
            ET.SubElement(test, "failure", message=_legal(case["reason"])).text = _legal(text)
        elif case["outcome"] != "passed":
            ET.SubElement(test, "skipped", message=_legal(f"{case['outcome']}: {case['reason']}"))


def _rest(suites: ET.Element, report: Report) -> None:
    """Add a test case for each operation: served, its bodies valid, nothing found by fuzzing."""
    ids = {probe["id"] for probe in report["probes"]}
    found = [one for one in problems(report) if one["rule"] not in ids]
    suite = ET.SubElement(suites, "testsuite", name="operations")
    for operation in report["operations"]:
        test = ET.SubElement(suite, "testcase", classname="operation", name=operation["id"])
        wrong = [one for one in found if one["operation"] == operation["id"]]
        if wrong:
            # One failure a test case: readers differ in what they make of several.
            said = wrong[0]["message"] if len(wrong) == 1 else f"wrong in {len(wrong)} ways"
            failure = ET.SubElement(test, "failure", message=_legal(said), type=wrong[0]["rule"])
            failure.text = _legal("\n\n".join(_told(one) for one in wrong))
    _count(suite)


def _told(one: dict[str, Any]) -> str:
    return "\n".join(filter(None, [one["message"], place(one["contract"]), one["curl"]]))


def _count(element: ET.Element) -> None:
    tests = list(element.iter("testcase"))
    element.set("tests", str(len(tests)))
    element.set("failures", str(sum(test.find("failure") is not None for test in tests)))
    element.set(
        "errors", "0"
    )  # a probe that cannot be run is skipped; the schema wants the number all the same
    element.set("skipped", str(sum(test.find("skipped") is not None for test in tests)))


def _legal(text: str) -> str:
    """Leave out what XML 1.0 cannot hold (section 2.2)."""
    return "".join(
        char
        for char in text
        if char in "\t\n\r"
        or (char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff")
    )
