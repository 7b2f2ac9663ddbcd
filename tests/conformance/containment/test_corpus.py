"""The published containment suite, where it lies beside the repository: the figures we promise."""

from __future__ import annotations

import collections
import gzip
import json
from pathlib import Path
from time import perf_counter

import jsonschema
import jsonschema_rs
import pytest

from conformance import is_subschema

CORPUS = Path(__file__).parents[4] / "shared/corpus/containment-2020-12.json.gz"


@pytest.fixture(scope="module")
def judged():
    if not CORPUS.exists():
        reason = f"no corpus at {CORPUS}"
        print(reason)
        pytest.skip(reason)
    rows = []
    for case in json.loads(gzip.decompress(CORPUS.read_bytes())):
        for sub, sup, label in (("schema1", "schema2", "s1_sub_s2"), ("schema2", "schema1", "s2_sub_s1")):
            if case[label] is not None and "optional" not in case["category"]:
                started = perf_counter()
                verdict = is_subschema(case[sub], case[sup])
                rows.append((case[sub], case[sup], case[label], verdict, perf_counter() - started))
    return rows


def test_at_least_98_percent_are_right(judged):
    count = collections.Counter(verdict.holds is label for _, _, label, verdict, _ in judged)
    assert count[True] / len(judged) >= 0.98


def test_every_witness_is_one(judged):
    for sub, sup, _, verdict, _ in judged:
        if verdict.holds is False:
            assert jsonschema_rs.Draft202012Validator(sub, offline=True).is_valid(verdict.witness)
            assert not jsonschema_rs.Draft202012Validator(sup, offline=True).is_valid(verdict.witness)


def test_where_we_differ_from_a_label_two_validators_side_with_us(judged):
    """Some labels were made by wrapping schemas whose references change meaning when wrapped."""
    differing = [row for row in judged if row[3].holds is not None and row[3].holds is not row[2]]
    assert len(differing) <= 20
    for sub, sup, label, verdict, _ in differing:
        value = verdict.witness if verdict.holds is False else sub["const"]
        for judge in (jsonschema_rs.Draft202012Validator, jsonschema.Draft202012Validator):
            refuted = judge(sub).is_valid(value) and not judge(sup).is_valid(value)
            assert refuted is (verdict.holds is False), (sub, sup, label)


def test_the_median_check_takes_less_than_two_milliseconds(judged):
    times = sorted(row[4] for row in judged)
    assert times[len(times) // 2] < 0.002
