"""Laws that hold for every pair of schemas, tried on random ones."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conformance import is_subschema
from conformance.contract.containment import Containment
from conformance.contract.containment.documents import Document
from conformance.contract.containment.keywords import READERS
from tests.conformance.containment.schemas import VALUES, documents, pairs

# The same examples every time: a build must not fail by chance. The slow form draws new ones.
QUICK = settings(
    max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
THOROUGH = settings(
    max_examples=10_000, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def accepted(schema: Any, value: Any) -> bool:
    return bool(jsonschema_rs.Draft202012Validator(schema).is_valid(value))


def sound(pair: tuple[Any, Any], values: list[Any]) -> None:
    sub, sup = pair
    verdict = is_subschema(sub, sup)
    if verdict.holds is False:
        assert accepted(sub, verdict.witness)
        assert not accepted(sup, verdict.witness)
    if verdict.holds is True:
        for value in values:
            assert not accepted(sub, value) or accepted(sup, value), value


@QUICK
@given(pairs(), st.lists(VALUES, min_size=5, max_size=20))
def test_what_one_accepts_and_the_other_refuses_is_never_called_contained(pair, values):
    sound(pair, values)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@THOROUGH
@given(pairs(), st.lists(VALUES, min_size=5, max_size=20))
def test_the_same_at_length(pair, values):
    sound(pair, values)


@QUICK
@given(documents(), VALUES)
def test_a_constant_is_contained_exactly_if_it_is_accepted(schema, value):
    verdict = is_subschema({"const": value}, schema)
    assert verdict.holds in (accepted(schema, value), None)
    assert verdict.holds is not None or "leads to itself" in verdict.blame


@QUICK
@given(documents())
def test_every_schema_contains_itself(schema):
    assert is_subschema(schema, json.loads(json.dumps(schema))).holds is True


RESPELLINGS = {
    "keys in another order": lambda s: dict(reversed(s.items())),
    "wrapped in allOf": lambda s: {
        "allOf": [{k: v for k, v in s.items() if k != "$defs"}],
        "$defs": s.get("$defs", {}),
    },
    "behind a reference": lambda s: {"$ref": "#/$defs/z", "$defs": {**s.get("$defs", {}), "z": s}},
    "not twice": lambda s: {"not": {"not": s}, "$defs": s.get("$defs", {})},
    "one of anyOf": lambda s: {"anyOf": [s, False], "$defs": s.get("$defs", {})},
    "enum for const": lambda s: {**s, "const": s["enum"][0]} if len(s.get("enum", ())) == 1 else s,
    "anyOf for a list of types": lambda s: (
        {
            **{k: v for k, v in s.items() if k != "type"},
            "allOf": [*s.get("allOf", ()), {"anyOf": [{"type": t} for t in s["type"]]}],
        }
        if isinstance(s.get("type"), list)
        else s
    ),
    "with prose": lambda s: {
        **s,
        "title": "t",
        "description": "d",
        "examples": [1],
        "x-y": 2,
        "default": None,
    },
}


@pytest.mark.parametrize("how", RESPELLINGS)
@settings(QUICK, max_examples=60)
@given(documents())
def test_another_spelling_is_the_same_schema(how, schema):
    assume(isinstance(schema, dict))
    # Wrapping hides siblings from unevaluated keywords, rightly so.
    assume(
        "unevaluated" not in json.dumps(schema) or how in ("keys in another order", "with prose", "not twice")
    )
    other = RESPELLINGS[how](schema)
    for verdict in (is_subschema(schema, other), is_subschema(other, schema)):
        assert verdict.holds is True or "leads to itself" in str(verdict.blame), verdict


@QUICK
@given(documents())
def test_a_schema_and_its_complement_part_the_world(schema):
    both = {
        "allOf": [schema, {"not": schema}],
        "$defs": schema.get("$defs", {}) if isinstance(schema, dict) else {},
    }
    either = {**both, "anyOf": both["allOf"]}
    del either["allOf"]
    for verdict in (is_subschema(both, False), is_subschema(True, either)):
        assert verdict.holds is True or "leads to itself" in str(verdict.blame), verdict


@QUICK
@given(st.lists(pairs(), min_size=2, max_size=4))
def test_one_engine_for_many_pairs_answers_as_many_engines_do(several):
    root = {
        "$defs": {
            "x": {"type": "integer"},
            "y": {"type": "object", "properties": {"a": {"$ref": "#/$defs/y"}}},
        }
    }
    engine = Containment(root, root, dialect="oas-3.1")
    for sub, sup in several:
        alone = Containment(root, root, dialect="oas-3.1").check(sub, sup)
        together = engine.check(sub, sup)
        assert together.holds is alone.holds
        assert json.dumps(together.witness) == json.dumps(alone.witness) or together.holds is False


@QUICK
@given(pairs())
def test_two_runs_give_the_same_answer(pair):
    one, two = is_subschema(*pair), is_subschema(*json.loads(json.dumps(pair)))
    assert repr(one) == repr(two)


NO_NUMBERS = [float("nan"), float("inf")]
NO_JSON = [{1: 2}, (1, 2), b"x", date(2024, 1, 1)]
MISPLACED = [
    None,
    3,
    -1,
    "",
    "(",
    "#",
    "#/$defs/x",
    "http://[",
    [],
    [1],
    ["a", "a"],
    {},
    {"a": 1},
    {"": []},
    True,
]
JUNK = st.sampled_from([*NO_NUMBERS, *NO_JSON, *MISPLACED, {"a": {"type": 3}}])
SPOILT = st.sampled_from(
    [*sorted(READERS), "then", "else", "minContains", "$defs", "$id", "$anchor", "nullable"]
)


@QUICK
@given(
    documents(),
    st.lists(st.tuples(SPOILT, JUNK), min_size=1, max_size=3),
    st.sampled_from(["2020-12", "oas-3.0"]),
)
def test_junk_is_undecided_and_never_an_error(schema, junk, dialect):
    spoilt = {**schema, **dict(junk)} if isinstance(schema, dict) else dict(junk)
    whole = {"properties": {"a": spoilt}, "anyOf": [spoilt, {"items": spoilt}]}
    engine = Containment(whole, schema, dialect=dialect, direction="request", assert_formats=True)
    for verdict in (engine.check(whole, schema), engine.check(schema, whole, swapped=True)):
        assert (verdict.blame is None) is (verdict.holds is not None)
    assert is_subschema(whole, whole).holds is True


def test_documents_do_not_change_what_they_are_given():
    schema = {"$defs": {"a": {"$anchor": "x"}}, "$ref": "#x"}
    before = json.dumps(schema)
    Document(schema)
    is_subschema(schema, {"type": "string"})
    assert json.dumps(schema) == before
