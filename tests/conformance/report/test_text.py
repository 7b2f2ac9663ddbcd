"""Text reads well at any width, with and without colour."""

import dataclasses

import pytest

from conformance.contract.findings import Report
from conformance.contract.gate import Outcome, accept_nothing
from conformance.report import Style
from conformance.report.text import render


@pytest.mark.parametrize("width", [60, 80, 160])
def test_no_line_is_wider_than_asked_unless_a_word_is(outcome, width):
    text = render(outcome, Style(width))
    assert [line for line in text.splitlines() if len(line) > width] == []
    assert "maximum-added" in text


def test_colour_comes_only_when_asked_for(outcome):
    assert "\x1b[" not in render(outcome, Style(80))
    assert "\x1b[1;31m" in render(outcome, Style(80, color=True))


def test_a_finding_shows_its_witness_and_both_places(outcome):
    text = render(outcome, Style(200))
    assert "witness   101  base accepts, revision refuses" in text
    assert "shop.yaml:10:36 → " in text
    assert "shop-changed.yaml:10:72  aff4fc78107a99f2" in text


def test_errors_come_first(outcome):
    text = render(outcome, Style(80))
    assert text.index("3 errors") < text.index("1 info")


def test_the_accepted_are_counted_and_shown_when_asked_for(settled):
    assert "4 accepted" in render(settled, Style(80))
    assert "list-limit  1 finding: maximum-added" in render(settled, Style(80, verbose=True))


def test_many_alike_become_a_paragraph_unless_all_are_wanted(report):
    gone = next(finding for finding in report.findings if finding.rule == "path-removed")
    many = tuple(dataclasses.replace(gone, fingerprint=f"{n:016x}") for n in range(30))
    outcome = Outcome(Report(many), accept_nothing(Report(many)))
    assert "path-removed  30 times" in render(outcome, Style(80))
    assert len(render(outcome, Style(80)).splitlines()) < 25
    assert render(outcome, Style(80, verbose=True)).count("✗ path-removed") == 30


def test_markup_in_a_document_stays_text(outcome):
    assert 'newly listed: "<b>100%"' in render(outcome, Style(100))
