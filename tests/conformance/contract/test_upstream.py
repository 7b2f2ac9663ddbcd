"""The comparison this project exists for: fast, small, decided, one finding a cause."""

import json
import pathlib
import subprocess
import sys

import pytest

from conformance.contract.compare import compare
from conformance.contract.documents import Document, from_value, load
from conformance.contract.snapshot import snapshot

UPSTREAM = pathlib.Path(__file__).parents[4] / "shared" / "upstream"
JULY, AUGUST = UPSTREAM / "openai-2026-07-15.yaml", UPSTREAM / "openai-2026-08-21.yaml"
pytestmark = pytest.mark.skipif(
    not UPSTREAM.exists(), reason="upstream's documents are not beside this repository"
)

# CPU seconds and peak memory of a process of its own: neighbours on the machine count for neither.
_MEASURED = """
import resource, sys
from conformance.contract.compare import compare
report = compare(sys.argv[1], sys.argv[2])
usage = resource.getrusage(resource.RUSAGE_SELF)
print(len(report.findings), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def _measure(base: pathlib.Path, revision: pathlib.Path) -> tuple[float, ...]:
    command = [sys.executable, "-c", _MEASURED, str(base), str(revision)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return tuple(map(float, done.stdout.split()))


@pytest.fixture(scope="module")
def august() -> Document:
    return load(AUGUST)


@pytest.mark.slow  # a clock on a shared machine tells of the machine: run it alone
def test_two_revisions_are_compared_in_two_seconds_and_a_quarter_of_a_gigabyte():
    findings, seconds, megabytes = _measure(JULY, AUGUST)
    assert findings > 100
    assert seconds < 2.0 * 1.25  # the target, and what two busy cores add to CPU time
    assert megabytes < 250


@pytest.mark.slow  # a clock on a shared machine tells of the machine: run it alone
def test_a_document_against_itself_gives_nothing_within_a_second():
    findings, seconds, _ = _measure(AUGUST, AUGUST)
    assert findings == 0
    assert seconds < 1.0 * 1.25


def test_nearly_all_is_decided_and_one_finding_is_one_cause(august):
    findings = compare(JULY, august).findings
    undecided = [finding for finding in findings if finding.verdict == "undecided"]
    assert len(undecided) <= 0.01 * len(findings)
    assert len({finding.fingerprint for finding in findings}) == len(findings)
    for finding in findings:
        assert finding.base_position is not None
        assert finding.revision_position is not None
        if finding.verdict == "breaking" and finding.rule not in ("operation-removed", "path-removed"):
            assert finding.witness is not None


def test_it_says_the_same_as_its_snapshot(august):
    bare = from_value(json.loads(snapshot(august)))
    assert compare(bare, august).findings == compare(august, bare).findings == ()


def test_its_own_mistakes_are_remarked_upon(august):
    said = {
        (remark.code, remark.pointer.rsplit("/", 1)[-1]) for remark in compare(august, august).diagnostics
    }
    assert said == {
        ("duplicate-required", "required"),
        ("unknown-keyword", "optional"),
        ("unknown-keyword", "min_items"),
        ("unknown-keyword", "max_items"),
    }
