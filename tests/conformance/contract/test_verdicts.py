"""Asked in parts or as a whole, containment has to say the same; and what it says no to is found."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contract.compare import compare
from conformance.contract.containment import Containment
from conformance.contract.documents import from_value
from conformance.contract.graph import Graph
from conformance.contract.pairing import Side
from conformance.contract.refs import Refs
from conformance.contract.structure import Structure
from conformance.contract.verdicts import Budget, Verdicts
from conformance.contract.views import Views
from tests.conformance.contract.fragments import document

_VALUES = ["a", "b", 1, 2, True, None]
_BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")


def _scalar(rnd: random.Random) -> Any:
    return rnd.choice(
        [
            {
                "type": "string",
                **rnd.choice([{}, {"minLength": rnd.randrange(3)}, {"maxLength": rnd.randrange(4)}]),
            },
            {
                "type": rnd.choice(["integer", "number"]),
                **rnd.choice([{}, {"minimum": 1}, {"multipleOf": 3}]),
            },
            {"const": rnd.choice(_VALUES)},
            {"enum": rnd.sample(_VALUES, rnd.randrange(1, 4))},
            rnd.choice([{}, True, {"type": ["string", "null"]}, {"type": "boolean"}, {"type": "null"}]),
        ]
    )


def _object(rnd: random.Random, depth: int) -> Any:
    made: dict[str, Any] = {"type": "object"} if rnd.random() < 0.9 else {}
    made["properties"] = {name: _schema(rnd, depth + 1) for name in rnd.sample("kmn", rnd.randrange(4))}
    if rnd.random() < 0.5:
        made["required"] = rnd.sample("kmn", rnd.randrange(3))
    if rnd.random() < 0.3:
        made["additionalProperties"] = rnd.choice([False, True, _schema(rnd, depth + 2)])
    return made


def _union(rnd: random.Random, depth: int) -> Any:
    tagged = rnd.random() < 0.4
    parts = [_schema(rnd, depth + 1) for _ in range(rnd.randrange(1, 4))]
    if tagged:
        parts = [
            {"type": "object", "properties": {"t": {"const": tag}, "x": part}, "required": ["t"]}
            for tag, part in zip("abc", parts, strict=False)
        ]
    return {rnd.choice(["anyOf", "oneOf"]): parts, **({"type": "object"} if rnd.random() < 0.2 else {})}


_REFERENCE = {"$ref": "#/components/schemas/X"}


def _rare(rnd: random.Random, depth: int) -> Any:
    """Keywords that look at what others say, and references to what differs inside them."""
    inner = rnd.choice([_REFERENCE, _schema(rnd, depth + 1)])
    return rnd.choice(
        [
            _REFERENCE,
            {**_REFERENCE, "minProperties": 1},
            {"not": inner},
            {"if": inner, "then": _schema(rnd, depth + 2)},
            {"type": "array", "contains": inner, **rnd.choice([{}, {"minContains": rnd.randrange(3)}])},
            {"type": "array", "prefixItems": [inner], "items": _schema(rnd, depth + 2)},
            {"type": "object", "dependentSchemas": {"k": inner}},
            {
                "type": "object",
                "patternProperties": {"^k": inner},
                "additionalProperties": rnd.random() < 0.5,
            },
            {"anyOf": [{"properties": {"k": inner}}, _REFERENCE], "unevaluatedProperties": False},
            {"allOf": [inner, _schema(rnd, depth + 2)], "type": "object", "additionalProperties": False},
        ]
    )


def _schema(rnd: random.Random, depth: int = 0) -> Any:
    kind = rnd.randrange(13) if depth < 3 else 0
    if kind > 9:
        return _rare(rnd, depth)
    if kind < 4:
        return _scalar(rnd)
    if kind < 7:
        return _object(rnd, depth)
    if kind == 7:
        bound = rnd.choice([{}, {"minItems": rnd.randrange(3)}, {"maxItems": rnd.randrange(3)}])
        return {"type": "array", "items": _schema(rnd, depth + 1), **bound}
    if kind == 8:
        return _union(rnd, depth)
    return {
        "allOf": [_schema(rnd, depth + 1), _schema(rnd, depth + 1)],
        **rnd.choice([{}, {"type": "object"}]),
    }


def _altered(rnd: random.Random, schema: Any) -> Any:
    """Change a schema somewhere, so that most of it stays."""
    if not isinstance(schema, dict) or not schema or rnd.random() < 0.2:
        return _schema(rnd, 2)
    made = dict(schema)
    key = rnd.choice(list(made))
    value = made[key]
    if key == "properties" and value:
        name = rnd.choice(list(value))
        made[key] = {**value, name: _altered(rnd, value[name])}
        if rnd.random() < 0.2:
            del made[key][name]
    elif key in ("items", "additionalProperties", "not", "if", "contains"):
        made[key] = _altered(rnd, value)
    elif key in ("anyOf", "oneOf", "allOf"):
        parts = [_altered(rnd, part) if rnd.random() < 0.5 else part for part in value]
        made[key] = parts[1:] if len(parts) > 1 and rnd.random() < 0.2 else parts
    elif key in _BOUNDS:
        made[key] = value + 1
    elif rnd.random() < 0.3:
        del made[key]
    return made


@given(st.randoms(use_true_random=False))
@settings(max_examples=250, deadline=None)
def test_parts_and_whole_agree(rnd):
    base = _schema(rnd)
    revision = _altered(rnd, base)
    one, two = (
        document({"schema": base, "in": ["request"]}),
        document({"schema": revision, "in": ["request"]}),
    )
    refs = Refs(from_value(one)), Refs(from_value(two))
    graph = Graph(Views(refs[0]), Views(refs[1]), Structure(*refs))
    at = "/paths/~1case/post/requestBody/content/application~1json/schema"
    node = graph.node(base, at, revision, at)
    verdicts = Verdicts(Side(one, "", refs[0]), Side(two, "", refs[1]), graph, Budget())
    parts = True if node is None else verdicts.of(node, "request").holds
    whole = Containment(one, two, dialect="oas-3.1").check(base, revision, direction="request").holds
    if parts is not None and whole is not None:
        assert parts == whole
    broken = [finding for finding in compare(one, two).findings if finding.verdict != "compatible"]
    assert (parts is not True) == bool(broken)
