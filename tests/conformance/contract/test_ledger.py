"""The lists of accepted differences are written by machine, the words around them never touched."""

import datetime as dt
import itertools

import yaml

from conformance.contract.accept import Accepted, Judge, read_accepted
from conformance.contract.ledger import assign, offered, rewritten

DAY = dt.date(2026, 11, 20)


def test_a_file_that_is_up_to_date_stays_as_it_is(documents, accepted, report, base, revision):
    text = (documents / "shop-accepted.yaml").read_text()
    assert rewritten(text, assign(accepted, report.findings), base, revision) == text


def test_only_lists_change(documents, report, base, revision, tmp_path):
    text = (documents / "shop-accepted.yaml").read_text()
    lines = text.splitlines()
    cut = [line for line in lines if "accepts:" not in line and "9cd1db41a2a521e6" not in line]
    with_remark = "\n".join(["# A remark.", *cut, "", "# The end."]) + "\n"
    file = tmp_path / "accepted.yaml"
    file.write_text(with_remark)
    made = rewritten(with_remark, assign(read_accepted(str(file)), report.findings), base, revision)
    assert made.startswith("# A remark.\n")
    assert made.endswith("\n\n# The end.\n")
    assert yaml.safe_load(made) == yaml.safe_load(text)


def test_a_stale_finding_leaves_the_list(documents, accepted, report, base, revision):
    text = (documents / "shop-accepted.yaml").read_text()
    fewer = [one for one in report.findings if one.rule != "enum-value-added"]
    made = rewritten(text, assign(accepted, fewer), base, revision)
    assert "accepts:" not in made
    assert "covers:" in made


def test_what_nobody_asks_for_is_offered(report, base, revision, tmp_path):
    """Completed by a person, the offer is a file that accepts everything."""
    filled = offered(report.findings, base, revision)
    for blank, words in (
        ("why", "no"),
        ("upstream", "u"),
        ("choice", "c"),
        ("evidence", "e"),
        ("owner", "o"),
    ):
        start = f"{blank}: #"
        filled = "\n".join(
            f"{line.partition(start)[0]}{blank}: {words}" if start in line else line
            for line in filled.splitlines()
        )
    file = tmp_path / "accepted.yaml"
    file.write_text(filled)
    judgement = Judge(read_accepted(str(file)), base, revision, DAY).judge(report)
    assert judgement.open == ()
    assert judgement.problems == ()


def test_one_finding_may_belong_to_two_entries(accepted, report):
    one, two = accepted.entries
    twice = Accepted("f", (two, type(two)(**{**as_fields(two), "id": "again"}), one))
    ledger = assign(twice, report.findings)
    assert ledger.claimed["sizes"] == ledger.claimed["again"] != ()
    assert {one.rule for one in ledger.missing} == {"path-removed", "component-removed"}


def as_fields(entry):
    return {name: getattr(entry, name) for name in itertools.chain(entry.__dataclass_fields__)}
