"""Markdown shows what documents say as it is, and stays short enough for a comment."""

import dataclasses

from conformance.contract.findings import Report
from conformance.contract.gate import Outcome, accept_nothing
from conformance.report import Style
from conformance.report.markdown import code, escaped, render


def test_a_report_opens_with_what_the_gate_says(outcome):
    assert render(outcome, Style()).startswith(
        "## conform fails\n\n3 errors, 0 warnings, 1 info; 0 undecided.\n"
    )


def test_operations_are_headings_and_info_is_folded(outcome):
    text = render(outcome, Style())
    assert "#### `GET /items`" in text
    assert "<details><summary>1 info</summary>" in text


def test_text_of_a_document_is_no_markup(outcome):
    assert "\\<b\\>100%" in render(outcome, Style())
    assert escaped("a | b\n*c* <d>") == "a \\| b \\*c\\* \\<d\\>"
    assert code("a `b`") == "`` a `b` ``"


def test_what_does_not_fit_is_counted(report):
    one = report.findings[0]
    many = tuple(dataclasses.replace(one, message="x" * 500, fingerprint=f"{n:016x}") for n in range(500))
    text = render(Outcome(Report(many), accept_nothing(Report(many))), Style())
    assert len(text) < 65_536
    shown = text.count(f"**{one.rule}**")
    assert f"{500 - shown:,} findings more" in text
