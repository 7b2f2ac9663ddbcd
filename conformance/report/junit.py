"""The report as JUnit XML: a suite for each operation, a case for each finding."""

import json
import re
from itertools import groupby
from xml.etree import ElementTree as ET

from conformance.contract.findings import Finding
from conformance.contract.gate import Outcome
from conformance.report import Style
from conformance.report._words import heading, place, place_of

# XML 1.0 has no way to write these.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(outcome: Outcome, _: Style) -> str:
    """Write the suites; a comparison without findings is one case that passes."""
    root = ET.Element("testsuites", name="conform")
    accepted = {finding.fingerprint: name for finding, name in outcome.judgement.accepted}
    failing = {id(finding) for finding in outcome.failing}
    stuck = {id(one) for one in outcome.undecided} if outcome.result == "undecided" else set()
    ordered = sorted(outcome.report.findings, key=lambda one: (bool(one.impact), one.path, one.operation))
    for where, group in groupby(ordered, key=heading):
        suite = ET.SubElement(root, "testsuite", name=_clean(where))
        for finding in group:
            case = _case(suite, finding)
            if finding.fingerprint in accepted:
                ET.SubElement(case, "skipped", message=f"accepted: {accepted[finding.fingerprint]}")
            elif id(finding) in failing or id(finding) in stuck:
                kind = "failure" if id(finding) in failing else "error"
                ET.SubElement(case, kind, message=_clean(finding.message), type=finding.rule).text = _details(
                    finding
                )
    _problems(root, outcome)
    if not len(root):
        suite = ET.SubElement(root, "testsuite", name="conform")
        ET.SubElement(suite, "testcase", classname="conform", name="no differences")
    for element in (*root, root):
        _count(element)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, finding: Finding) -> ET.Element:
    name = _clean(f"{finding.message} [{finding.fingerprint}]")
    case = ET.SubElement(suite, "testcase", classname=finding.rule, name=name)
    position = place(finding)
    if position:
        case.set("file", _clean(position.file))
        case.set("line", str(position.line))
    return case


def _details(finding: Finding) -> str:
    lines = [f"{finding.level}, {finding.verdict}", f"pointer: {finding.pointer}"]
    lines += [f"where: {heading(finding)} {place_of(finding.impact[0])}"] if finding.impact else []
    lines += [f"undecided: {finding.blame}"] if finding.blame else []
    if finding.witness:
        value = json.dumps(finding.witness.value, ensure_ascii=False)
        lines.append(f"witness: {value}, accepted by the {finding.witness.accepted_by} only")
    sides = (("base", finding.base_position), ("revision", finding.revision_position))
    lines += [f"{side}: {position.text}" for side, position in sides if position]
    return _clean("\n".join(lines))


def _problems(root: ET.Element, outcome: Outcome) -> None:
    said = [(f"{one.kind} entry {one.entry}", one.message) for one in outcome.problems]
    said += [(one.code, one.message) for one in outcome.idle]
    if not said:
        return
    suite = ET.SubElement(root, "testsuite", name="accepted differences and repairs")
    for name, message in said:
        case = ET.SubElement(suite, "testcase", classname="accepted", name=_clean(name))
        ET.SubElement(case, "failure", message=_clean(message), type=name.split(" ", 1)[0])


def _count(element: ET.Element) -> None:
    for attribute, tag in (
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ):
        element.set(attribute, str(sum(1 for _ in element.iter(tag))))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
