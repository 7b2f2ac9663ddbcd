"""Our contract against upstream's: every difference is listed, and everything listed is a difference."""

import datetime as dt
from pathlib import Path

import pytest

from conformance import compare
from conformance.contract.accept import Accepted, Judge, Judgement, read_accepted
from conformance.contract.compare import Options
from conformance.contract.documents import Document, load
from conformance.contract.findings import Report
from conformance.contract.ledger import offered
from conformance.contract.repairs import Repaired, read_repairs, repair
from conformance.contract.verdicts import Budget

ROOT = Path(__file__).parents[2]
UPSTREAM = ROOT / "conformance" / "upstream"
HELP = (
    "\nTo mend: python -m conformance.cli accept conformance/upstream/{name} generated/openapi.json"
    " --repairs conformance/upstream/repairs.yaml --accept conformance/deviations.yaml --update"
)


@pytest.fixture(scope="module")
def snapshot() -> Path:
    return max(UPSTREAM.glob("*.json"))


@pytest.fixture(scope="module")
def repaired(snapshot: Path) -> Repaired:
    return repair(load(snapshot), read_repairs(str(UPSTREAM / "repairs.yaml")))


@pytest.fixture(scope="module")
def ours() -> Document:
    return load(ROOT / "generated" / "openapi.json")


@pytest.fixture(scope="module")
def accepted() -> Accepted:
    return read_accepted(str(ROOT / "conformance" / "deviations.yaml"))


@pytest.fixture(scope="module")
def report(repaired: Repaired, ours: Document) -> Report:
    # Time enough for a busy machine: what a clock leaves undecided would fail the gate for no reason of ours.
    options = Options(budget=Budget(60, 300))
    return compare(repaired.document, ours, today=dt.date(2026, 11, 20), options=options)


@pytest.fixture(scope="module")
def judgement(repaired: Repaired, ours: Document, accepted: Accepted, report: Report) -> Judgement:
    today = dt.datetime.now(tz=dt.UTC).date()
    return Judge(accepted, repaired.document, ours, today).judge(report)


def test_every_difference_from_upstream_is_listed(judgement, repaired, ours, snapshot):
    missing = offered(judgement.open, repaired.document, ours)
    assert not judgement.open, f"\n{missing}{HELP.format(name=snapshot.name)}"


def test_every_entry_of_the_list_is_a_difference(judgement, snapshot):
    said = "\n".join(f"{one.kind} {one.entry}: {one.message}" for one in judgement.problems)
    assert not judgement.problems, f"\n{said}{HELP.format(name=snapshot.name)}"


def test_every_repair_of_upstream_still_applies(repaired):
    assert [one.message for one in repaired.idle] == []


def test_nothing_between_upstream_and_us_is_undecided(report):
    assert [(one.rule, one.pointer, one.blame) for one in report.undecided] == []
