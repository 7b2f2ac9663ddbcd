"""Annotations are capped and escaped as GitHub reads them."""

import dataclasses

import pytest

from conformance.contract.findings import Report, Witness
from conformance.contract.gate import Outcome, accept_nothing
from conformance.report import Style
from conformance.report.github import MOST, render


def test_percent_and_newlines_are_escaped(outcome):
    lines = render(outcome, Style()).splitlines()
    grown = next(line for line in lines if "enum-value-added" in line)
    assert 'newly listed: "<b>100%25"' in grown
    assert "%0Awitness: " in grown


def test_a_witness_is_json(report):
    witness = Witness({"a": None, "b": "x" * 1000}, "base", "revision")
    one = Report((dataclasses.replace(report.findings[0], witness=witness),))
    said = render(Outcome(one, accept_nothing(one)), Style())
    assert 'witness: {"a": null, "b": "xxxxxxxxxxxxxxxxxxxxxxxx… (1,000 characters)"}, accepted' in said


def test_colons_and_commas_of_properties_are_escaped(report):
    one = report.findings[0]
    placed = dataclasses.replace(one.base_position or one.revision_position, file="a:b,c%.yaml")
    moved = dataclasses.replace(one, base_position=placed, revision_position=placed)
    said = render(Outcome(Report((moved,)), accept_nothing(Report((moved,)))), Style())
    assert "file=a%3Ab%2Cc%25.yaml,line=" in said


@pytest.mark.parametrize("number", [MOST, MOST + 1, 500])
def test_no_more_than_github_shows_and_the_rest_is_counted(report, number):
    one = report.findings[0]
    many = tuple(dataclasses.replace(one, fingerprint=f"{n:016x}") for n in range(number))
    lines = render(Outcome(Report(many), accept_nothing(Report(many))), Style()).splitlines()
    assert sum(line.startswith("::error file") for line in lines) == MOST
    rest = [f"{number - MOST:,} error{'s' if number - MOST > 1 else ''} more, not shown as annotations"]
    assert [line for line in lines if "not shown" in line] == (rest if number > MOST else [])
    assert lines[-1].startswith("::error title=conform fails::")


def test_a_gone_thing_is_marked_in_the_base(outcome):
    line = next(line for line in render(outcome, Style()).splitlines() if "path-removed" in line)
    assert "shop.yaml,line=26" in line
