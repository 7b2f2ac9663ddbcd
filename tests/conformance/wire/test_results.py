"""The score is what its formula says, and the report has the published shape."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from conformance.report import Style
from conformance.report.examination import renderer
from conformance.wire import results
from conformance.wire.bodies import Bodies, Tally
from conformance.wire.contract import GROUPS, upstream
from conformance.wire.outcomes import CaseResult, worst
from conformance.wire.promises import every
from conformance.wire.results import Examined, Fuzz, FuzzFinding, value
from conformance.wire.running import ProbeResult

SCHEMA = json.loads(Path(results.__file__).with_name("report.schema.json").read_bytes())


def examined(outcomes=(), tallies=None, **more):
    """An examination in which the first probe of POST /conversations ended so, the second so ..."""
    makers = [each for each in every().values() if each.operations == ("createConversation",)]
    probes = [
        ProbeResult(each, [CaseResult("", outcome)]) for each, outcome in zip(makers, outcomes, strict=False)
    ]
    made = {**Bodies(upstream()).tallies, **(tallies or {})}
    given = {
        "base_url": "http://x/v1", "model": None, "seed": 0, "contract": upstream(), "groups": GROUPS,
        "probes": probes, "tallies": made, "bodies": [], "absent": frozenset(),
        "requests": 0, "tokens": 0, "seconds": 0.0,
    }  # fmt: skip
    return Examined(**{**given, **more})


@pytest.mark.parametrize(
    ("outcomes", "tally", "score"),
    [
        (["passed"], Tally(asked=1, valid=1), 100.0),
        (["passed", "failed"], Tally(asked=1, valid=1), 66.6),
        (
            ["passed", "failed"],
            Tally(asked=1, valid=1, invalid=1, errors_in_shape=3, errors_out_of_shape=1),
            56.2,
        ),
        (["passed", "skipped", "inconclusive"], Tally(asked=1), 100.0),
        ([], Tally(asked=1, valid=3, invalid=1), 75.0),
    ],
)
def test_an_operation_is_scored_by_its_formula(outcomes, tally, score):
    assert examined(outcomes, {"createConversation": tally}).score == score


def test_what_is_not_served_scores_nothing_and_counts():
    tallies = {
        "createConversation": Tally(asked=1, missed=1, absent=1),
        "listModels": Tally(asked=1, valid=1),
    }
    found = examined([], tallies, absent=frozenset({"createConversation"}))
    assert found.score == 50.0
    assert found.failed


def test_fuzz_findings_count_as_failed_probes():
    fuzz = Fuzz(
        {"createConversation": 9}, [FuzzFinding("createConversation", "not_a_server_error", "500", "curl")]
    )
    found = examined(["passed"], {"createConversation": Tally(asked=1)}, fuzz=fuzz)
    assert found.score == 50.0
    assert found.failed
    assert value(found)["fuzz"]["cases"] == 9
    jsonschema_rs.validate(SCHEMA, value(found))


def test_refusals_of_valid_requests_are_told_but_neither_scored_nor_failures():
    refusal = FuzzFinding("createConversation", "valid-request-refused", "400 No", "curl", 3)
    fuzz = Fuzz({"createConversation": 9}, refusals=[refusal])
    found = examined(["passed"], {"createConversation": Tally(asked=1)}, fuzz=fuzz)
    assert found.score == 100.0
    assert not found.failed
    report = value(found)
    jsonschema_rs.validate(SCHEMA, report)
    assert [one["count"] for one in report["fuzz"]["refusals"]] == [3]
    for form in ("text", "html"):
        shown = renderer(form)(report, Style(100, color=False, verbose=False))
        assert "valid-request-refused" in shown


@pytest.mark.parametrize(
    ("tally", "failed"),
    [
        (Tally(asked=1, valid=1), False),
        (Tally(asked=1, server_errors=1, errors_in_shape=1), True),
    ],
)
def test_a_server_error_fails_the_run(tally, failed):
    assert examined([], {"createConversation": tally}).failed == failed


def test_nothing_short_of_everything_is_100():
    assert examined([], {"createConversation": Tally(asked=1, valid=99_999, invalid=1)}).score == 99.9


def test_the_schema_is_one_and_holds_reports():
    jsonschema_rs.meta.validate(SCHEMA)
    jsonschema_rs.validate(SCHEMA, value(examined(["passed", "skipped"])))
    assert not jsonschema_rs.is_valid(SCHEMA, value(examined(["passed"])) | {"score": 101})


def test_what_failed_outweighs_what_passed():
    assert worst(["passed", "skipped"]) == "passed"
    assert worst(["passed", "inconclusive", "failed"]) == "failed"
    assert worst(["skipped", "skipped"]) == "skipped"
