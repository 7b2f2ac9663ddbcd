"""Nested unions are taken apart only where that changes nothing: no verdict is wrong for it."""

import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contract.compare import compare
from conformance.contract.containment import Containment
from conformance.contract.documents import from_value
from conformance.contract.graph import Graph
from conformance.contract.pairing import Side
from conformance.contract.refs import Refs
from conformance.contract.structure import Structure
from conformance.contract.unions import exact
from conformance.contract.verdicts import Budget, Verdicts
from conformance.contract.views import Views
from tests.conformance.contract.fragments import document

AT = "/paths/~1case/post/requestBody/content/application~1json/schema"


def _open(name: str) -> dict[str, Any]:
    return {"type": "object", "required": [name], "properties": {name: {"type": "integer"}}}


A, B, C = map(_open, "abc")
S, N = {"type": "string"}, {"type": "number"}


@pytest.mark.parametrize(
    ("base", "revision", "witness"),
    [
        ({"oneOf": [A, {"oneOf": [B, C]}]}, {"oneOf": [A, B, C]}, {"a": 0, "b": 0, "c": 0}),
        ({"oneOf": [A, {"anyOf": [B, C]}]}, {"oneOf": [A, B, C]}, {"b": 0, "c": 0}),
        ({"anyOf": [A, B, C]}, {"anyOf": [A, {"oneOf": [B, C]}]}, {"b": 0, "c": 0}),
        ({"anyOf": [A, {"anyOf": [B, C]}]}, {"anyOf": [A, {"oneOf": [B, C]}]}, {"b": 0, "c": 0}),
    ],
)
def test_a_value_that_fits_two_alternatives_of_a_nested_union_counts(base, revision, witness):
    report = compare(
        document({"schema": base, "in": ["request"]}), document({"schema": revision, "in": ["request"]})
    )
    [finding] = report.findings
    assert (finding.verdict, finding.witness.value) == ("breaking", witness)


@pytest.mark.parametrize(
    ("schema", "kept"),
    [
        ({"anyOf": [A, {"anyOf": [B, C]}]}, True),
        ({"anyOf": [A, {"oneOf": [S, N]}]}, True),
        ({"oneOf": [A, {"anyOf": [S, {"oneOf": [B, N]}]}]}, True),
        ({"anyOf": [A, {"oneOf": [B, C]}]}, False),
        ({"oneOf": [A, {"anyOf": [S, {"oneOf": [B, C]}]}]}, False),
    ],
)
def test_unions_are_flat_where_no_value_fits_two_of_the_inner_alternatives(schema, kept):
    views = Views(Refs(from_value(document({"schema": schema}))))
    assert exact(views.of(schema, AT), views) is kept


@pytest.mark.parametrize(("outer", "inner"), list(itertools.product(["anyOf", "oneOf"], repeat=2)))
def test_prose_in_a_nested_union_is_no_finding(outer, inner):
    def made(**prose):
        return document({"schema": {outer: [A, {inner: [{**B, **prose}, C], **prose}]}})

    assert compare(made(), made(title="t", description="d")).findings == ()


def _union(rnd: random.Random, depth: int = 0) -> Any:
    if depth == 3 or (depth and rnd.random() < 0.5):
        return rnd.choice([A, B, C, S, N, {"type": "null"}, {"type": ["string", "null"]}])
    return {rnd.choice(["anyOf", "oneOf"]): [_union(rnd, depth + 1) for _ in range(rnd.randrange(1, 4))]}


def _altered(rnd: random.Random, schema: Any) -> Any:
    """Regroup or exchange something, so that most alternatives stay."""
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            parts = [_altered(rnd, part) if rnd.random() < 0.5 else part for part in schema[keyword]]
            if rnd.random() < 0.4:
                parts = [other for part in parts for other in part.get("oneOf", part.get("anyOf", [part]))]
            return {rnd.choice([keyword, keyword, "anyOf", "oneOf"]): parts}
    return schema if rnd.random() < 0.8 else _union(rnd, 3)


@given(st.randoms(use_true_random=False))
@settings(max_examples=250, deadline=None)
def test_parts_and_whole_agree_on_nested_unions(rnd):
    base = _union(rnd)
    revision = _altered(rnd, base)
    one, two = (document({"schema": schema, "in": ["request"]}) for schema in (base, revision))
    refs = Refs(from_value(one)), Refs(from_value(two))
    graph = Graph(Views(refs[0]), Views(refs[1]), Structure(*refs))
    node = graph.node(base, AT, revision, AT)
    verdicts = Verdicts(Side(one, "", refs[0]), Side(two, "", refs[1]), graph, Budget())
    parts = True if node is None else verdicts.of(node, "request").holds
    whole = Containment(one, two, dialect="oas-3.1").check(base, revision, direction="request").holds
    assert parts == whole
