"""The engine's answers on cases written by hand, its API, and its limits."""

from __future__ import annotations

from datetime import date
from functools import reduce
from pathlib import Path
from time import perf_counter
from typing import Any

import jsonschema_rs
import pytest
import yaml

from conformance import is_subschema
from conformance.contract.containment import Containment

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text("utf-8"))
ANYTHING_GOES: list[Any] = [
    None, 3, "text", [], {"type": "strnig"}, {"type": []}, {"type": 7}, {"enum": 3}, {"properties": []},
    {"properties": {"a": 3}}, {"required": "a"}, {"required": [1]}, {"allOf": {}}, {"anyOf": [3]},
    {"items": [{}]}, {"minimum": "a"}, {"minimum": float("nan")}, {"const": float("inf")}, {"minLength":
    -1}, {"multipleOf": 0}, {"pattern": "("}, {"pattern": 3}, {"patternProperties": {"(": {}}}, {"$ref":
    3}, {"$ref": "#/nowhere"}, {"$ref": "#"}, {"$ref": "http://[bad"}, {"allOf": [{"$ref": "#"}]},
    {"not": {"$ref": "#"}}, {"$dynamicRef": "#x"}, {"$id": 3}, {"$anchor": {}}, {"dependentSchemas":
    []}, {"dependentRequired": {"a": 3}}, {"contains": 3}, {"contains": True, "minContains": "x"},
    {"unevaluatedProperties": False, "anyOf": 3, "dependentSchemas": []}, {"unevaluatedItems": False,
    "prefixItems": 3}, {"if": 3}, {"uniqueItems": "yes"}, {"format": 3}, {"const": {1}},
    {"additionalProperties": 3}, {"propertyNames": []}, {"enum": [{"a": {2}}]}, {"oneOf": [None, None]},
    {"properties": {1: {}, "a": {}}}, {"const": date(2024, 1, 1)}, {1: 2},
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case):
    verdict = is_subschema(case["sub"], case["sup"])
    assert verdict.holds is case["holds"], verdict
    if "witness" in case:
        assert verdict.witness == case["witness"]
        assert type(verdict.witness) is type(case["witness"])
    if "blame" in case:
        assert case["blame"] in verdict.blame
    if verdict.holds is False:
        assert jsonschema_rs.Draft202012Validator(case["sub"]).is_valid(verdict.witness)
        assert not jsonschema_rs.Draft202012Validator(case["sup"]).is_valid(verdict.witness)


@pytest.mark.parametrize("schema", ANYTHING_GOES, ids=repr)
def test_no_schema_makes_it_raise(schema):
    for sub, sup in (
        (schema, {"type": "string"}),
        ({"type": "string"}, schema),
        ({"not": schema}, {"items": schema}),
    ):
        verdict = is_subschema(sub, sup, budget_seconds=1)
        assert verdict.holds in (True, False, None)
        assert (verdict.blame is not None) is (verdict.holds is None)
    assert is_subschema(schema, schema).holds is True


def doubling(levels: int, last: Any) -> dict[str, Any]:
    """Each level refers to the one below twice: linear to write, exponential to walk."""
    schemas: dict[str, Any] = {"d0": last}
    for level in range(1, levels):
        below = {"$ref": f"#/$defs/d{level - 1}"}
        schemas[f"d{level}"] = {"anyOf": [{"allOf": [below, {"required": [name]}]} for name in "ab"]}
    return {"$ref": f"#/$defs/d{levels - 1}", "$defs": schemas}


PATHOLOGICAL = {
    "a diamond of references": (doubling(40, {"minLength": 3}), doubling(41, {"minLength": 4})),
    "a pattern with too many states": ({"pattern": "^(a|b)*a(a|b){40}$"}, {"pattern": "^(a|b)*b(a|b){39}a$"}),
    "nested repetitions": (
        {"pattern": "^((a{0,90}b?){0,90}c){0,90}$"},
        {"pattern": "^((a{0,80}b?){0,91}c){0,90}$"},
    ),
    "a clause for every pair": (
        {"allOf": [{"anyOf": [{"required": [f"a{i}"]}, {"required": [f"b{i}"]}]} for i in range(40)]},
        {"anyOf": [{"required": [f"a{i}", f"b{(i * 7) % 40}"]} for i in range(40)]},
    ),
    "pigeons": (
        {
            "type": "array",
            "uniqueItems": True,
            "minItems": 12,
            "items": {"type": "array", "minItems": 3, "maxItems": 3, "items": {"enum": [0, 1, 2]}},
            "contains": {"contains": {"const": 1}},
            "minContains": 9,
            "maxContains": 10,
        },
        {"maxItems": 12},
    ),
    "a minimum beyond all bounds": ({"minLength": 10**12}, {"minLength": 10**12 + 1}),
    "deep nesting": (
        {"const": 1},
        reduce(lambda s, _: {"not": s}, range(3000), {"type": "null"}),
    ),
}


@pytest.mark.parametrize("why", PATHOLOGICAL)
def test_the_budget_ends_every_check(why):
    sub, sup = PATHOLOGICAL[why]
    started = perf_counter()
    verdict = is_subschema(sub, sup, budget_seconds=0.3)
    assert perf_counter() - started < 10  # the budget ended it, not patience
    assert verdict.holds is not True


def test_an_engine_outlives_an_exhausted_budget():
    sub, sup = PATHOLOGICAL["a clause for every pair"]
    engine = Containment(sub, sup, budget_seconds=0.05)
    engine.check(sub, sup)
    assert engine.check({"type": "integer"}, {"type": "number"}).holds is True
    assert engine.check({"type": "number"}, {"type": "integer"}).witness == 0.5


def document(**schemas: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "components": {"schemas": schemas}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_references_resolve_in_the_document_of_their_side():
    engine = Containment(document(A={"type": "integer"}), document(A={"type": "string"}), dialect="oas-3.1")
    assert engine.check(ref("A"), ref("A")).witness == 0
    assert engine.check(ref("A"), {"type": "number"}).holds is True
    assert engine.check(ref("A"), {"type": "string"}, swapped=True).holds is True
    assert engine.check(ref("Missing"), {"type": "string"}).holds is None


def test_revisions_share_recursive_schemas_of_equal_structure():
    tree = {"type": "object", "properties": {"children": {"type": "array", "items": ref("Tree")}}}
    told = {"description": "the same with a word about it", **tree}
    engine = Containment(document(Tree=tree), document(Tree=told), dialect="oas-3.1")
    assert engine.check(ref("Tree"), ref("Tree")).holds is True
    one, other = (engine._compiler(side, None, ref("Tree")).compile(ref("Tree")) for side in (0, 1))
    assert one is other


DIALECTS = [
    ("oas-3.0", {"type": "string", "nullable": True}, {"type": "null"}, True),
    ("oas-3.0", {"type": "string", "nullable": True, "enum": ["a"]}, {"type": "null"}, False),
    ("oas-3.0", {"allOf": [{"type": "string"}], "nullable": True}, {"enum": [None]}, False),
    ("oas-3.0", {"minimum": 3, "exclusiveMinimum": True}, {"const": 3}, False),
    ("oas-3.0", {"minimum": 3, "exclusiveMinimum": False}, {"const": 3}, True),
    ("oas-3.0", {**ref("S"), "maxLength": 1}, {"const": "long"}, True),
    ("oas-3.1", {**ref("S"), "maxLength": 1}, {"const": "long"}, False),
    ("oas-3.1", {**ref("S"), "nullable": True}, {"const": None}, True),
    ("oas-3.1", {"anyOf": [ref("S")], "nullable": True}, {"const": None}, True),
    ("oas-3.1", {"maximum": 3, "exclusiveMaximum": True}, {"const": 3}, False),
    ("oas-3.1", {"maximum": 3, "exclusiveMaximum": 4}, {"const": 3}, True),
]


@pytest.mark.parametrize(("dialect", "schema", "part", "holds"), DIALECTS, ids=repr)
def test_dialects_differ_where_their_specifications_do(dialect, schema, part, holds):
    root = document(S={"type": "string"})
    engine = Containment(root, root, dialect=dialect)
    sub = {"enum": [None]} if part == {"type": "null"} else part
    assert engine.check(sub, schema).holds is holds


def test_a_direction_leaves_out_what_it_does_not_carry():
    base = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "key": {"type": "string", "writeOnly": True},
        },
        "required": ["id", "key"],
        "additionalProperties": False,
    }
    loose = {"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"]}
    engine = Containment(document(), document(), dialect="oas-3.1")
    assert engine.check(loose, base, direction="request").holds is False  # it is closed
    closed = {**loose, "additionalProperties": False}
    assert engine.check(closed, base, direction="request").holds is True
    assert engine.check(closed, base, direction="response").holds is False
    assert engine.check(closed, base).witness == {"key": ""}
    assert engine.check(base, {"required": ["id"]}, direction="response").holds is True
    assert engine.check(base, {"required": ["id"]}, direction="request").holds is False


def test_a_direction_reaches_through_allof_and_references():
    item = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}}}
    root = document(Item=item)
    engine = Containment(root, root, dialect="oas-3.1", direction="request")
    whole = {"allOf": [ref("Item"), {"required": ["id"]}]}
    assert engine.check({"type": "object"}, whole).holds is True
    assert engine.check({"type": "object"}, whole, direction="response").holds is False


def test_formats_are_asserted_on_demand():
    loose, strict = (Containment(True, True, dialect="oas-3.1", assert_formats=on) for on in (False, True))
    date, instant = {"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}
    assert loose.check(date, instant).holds is True
    assert strict.check(date, instant).witness == "2024-01-31"
    assert strict.check({"type": "string"}, date).holds is False
    assert strict.check({"type": "string", "format": "uri"}, {"format": "uri-reference"}).holds is True
    assert strict.check({"type": "integer", "format": "int64"}, {"format": "int32"}).holds is False
    assert strict.check({"type": "integer", "format": "int32"}, {"format": "int64"}).holds is True


def test_unions_of_many_tagged_variants_are_quick():
    def variant(number: int, *, extra: bool) -> dict[str, Any]:
        fields = {f"f{i}": {"type": ["string", "null"]} for i in range(8)}
        tag = {"type": "string", "enum": [f"kind_{number}"]}
        more = {"extra": {"type": "integer"}} if extra else {}
        return {
            "type": "object",
            "properties": {"type": tag, **fields, **more},
            "required": ["type", "f0", "f1"],
        }

    base = {"oneOf": [variant(n, extra=False) for n in range(40)]}
    revision = {"anyOf": [variant(n, extra=n == 17) for n in reversed(range(40))]}
    started = perf_counter()
    assert is_subschema(revision, base).holds is True
    verdict = is_subschema(base, revision)
    assert perf_counter() - started < 10  # the budget ended it, not patience
    assert verdict.holds is False
    assert verdict.witness["type"] == "kind_17"
    assert set(verdict.witness) == {"type", "f0", "f1", "extra"}
