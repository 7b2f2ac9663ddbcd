"""A small shop in two versions, compared once."""

import datetime as dt
from pathlib import Path

import pytest

from conformance import compare
from conformance.contract.accept import Accepted, Judge, read_accepted
from conformance.contract.documents import Document, load
from conformance.contract.findings import Report
from conformance.contract.gate import Outcome, accept_nothing

DAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="session")
def documents() -> Path:
    return Path(__file__).parent / "documents"


@pytest.fixture(scope="session")
def base(documents: Path) -> Document:
    return load(documents / "shop.yaml")


@pytest.fixture(scope="session")
def revision(documents: Path) -> Document:
    return load(documents / "shop-changed.yaml")


@pytest.fixture(scope="session")
def report(base: Document, revision: Document) -> Report:
    return compare(base, revision, today=DAY)


@pytest.fixture(scope="session")
def accepted(documents: Path) -> Accepted:
    return read_accepted(str(documents / "shop-accepted.yaml"))


@pytest.fixture(scope="session")
def outcome(base: Document, revision: Document, report: Report) -> Outcome:
    """Nothing is accepted, and the gate fails."""
    return Outcome(report, accept_nothing(report), documents=(base, revision))


@pytest.fixture(scope="session")
def settled(base: Document, revision: Document, report: Report, accepted: Accepted) -> Outcome:
    """Everything is accepted, and the gate passes."""
    judgement = Judge(accepted, base, revision, DAY).judge(report)
    return Outcome(report, judgement, "info", 0, (), accepted.source, (base, revision))
