"""The labelled pairs: right where logic decides, and every difference from a peer's own labels explained."""

import collections
import gzip
import json
import pathlib
from typing import Any

import pytest
import yaml

from conformance import compare
from conformance.contract.findings import Report

HERE = pathlib.Path(__file__).parent
CORPUS = HERE.parents[3] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpus is not beside this repository")

# Options of the peer's that change its labels and that we do not have, or have under other names.
_OPTIONS = (
    "MatchPath",
    "UnmatchPath",
    "FilterExtension",
    "PathPrefixBase",
    "PathPrefixRevision",
    "PathStripPrefixBase",
    "PathStripPrefixRevision",
    "ExcludeElements",
    "ExcludeExtensions",
    "IncludePathParams",
)


def _load(name: str) -> list[dict[str, Any]]:
    with gzip.open(CORPUS / name, "rt", encoding="utf-8") as file:
        return json.load(file)


def _timeless(case: dict[str, Any]) -> bool:
    """Whether a case depends neither on options of the peer's nor on the day it was recorded."""
    options, expected = case["options"], case["all_checks_expected"]
    return not (
        any(options["diff"].get(key) for key in _OPTIONS)
        or options["composed"]
        or any("sunset" in finding["id"] for finding in expected)
        or options["min_sunset_beta_days"]
        or options["min_sunset_stable_days"]
    )


def _theirs(case: dict[str, Any]) -> set[str]:
    errors = [found for found in case["all_checks_expected"] if found["level"] == "error"]
    return {f"{found.get('operation', '')} {found.get('path', '')}" for found in errors}


def _ours(report: Report) -> set[str]:
    return {f"{found.operation} {found.path}" for found in report.at("error")}


def test_the_pairs_with_witnesses_are_told_apart():
    cases = _load("semantic-micro.json.gz")
    wrong = [c["name"] for c in cases if compare(c["base"], c["revision"]).breaking != c["breaking"]]
    # The default of `request-optional-property-added` is a warning, where the label is strict logic.
    assert set(wrong) == {"open-typed-prop-removed~rev"}
    assert len(wrong) <= 0.03 * len(cases)


def test_the_verdict_agrees_with_the_peer_and_every_disagreement_is_explained():
    agreed, counted = 0, 0
    found: dict[str, dict[str, Any]] = {}
    for case in filter(_timeless, _load("oasdiff-cases.json.gz")):
        report = compare(case["base"], case["revision"])
        theirs, ours = _theirs(case), _ours(report)
        counted += 1
        agreed += bool(theirs) == bool(ours)
        if theirs != ours:
            extra = [
                finding
                for finding in report.at("error")
                if f"{finding.operation} {finding.path}" not in theirs
            ]
            found[case["case"]] = {
                "theirs": sorted(theirs - ours),
                "ours": collections.Counter(
                    (finding.rule, f"{finding.operation} {finding.path}") for finding in extra
                ),
                "unproved": [
                    f.rule for f in extra if "media" in f.tags and f.verdict == "breaking" and not f.witness
                ],
            }
    assert agreed / counted >= 0.9
    listed = yaml.safe_load((HERE / "oasdiff-disagreements.yaml").read_text("utf-8"))
    assert {row["case"] for row in listed} == set(found)
    for row in listed:
        seen = found[row["case"]]
        assert row["why"]
        assert row.get("theirs", []) == seen["theirs"]
        assert (
            collections.Counter((entry["rule"], entry["at"]) for entry in row.get("ours", [])) == seen["ours"]
        )
        assert seen["unproved"] == []
