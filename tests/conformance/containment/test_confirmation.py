"""The independent judge reads OpenAPI schemas as the engine does."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from conformance.contract.containment import Containment
from conformance.contract.containment.acceptance import Acceptance
from tests.conformance.containment.schemas import VALUES, documents

ROOT = {
    "components": {
        "schemas": {
            "Named": {
                "type": "object",
                "properties": {"id": {"type": "string", "readOnly": True}},
                "required": ["id"],
            },
            "Or/Null": {"type": "string", "nullable": True},
            "Tree": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            "Broken": {"type": "strnig"},
        }
    }
}


def judge(schema, value, direction=None, dialect="oas-3.1"):
    engine = Containment(ROOT, ROOT, dialect=dialect, direction=direction)
    term = engine._compiler(0, direction, schema).compile(schema)
    return engine._validator(term, schema, 0, direction)(value)


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


CASES = [
    (ref("Named"), {}, "request", True),
    (ref("Named"), {}, "response", False),
    ({"allOf": [ref("Named"), {"required": ["id"]}]}, {}, "request", True),
    ({"allOf": [ref("Named"), {"additionalProperties": False}]}, {"id": 3}, "request", True),
    (ref("Or~1Null"), None, None, True),
    (ref("Tree"), [[[]]], None, True),
    (ref("Tree"), [[3]], None, False),
    ({"anyOf": [ref("Tree"), {"type": "integer", "minimum": 2, "exclusiveMinimum": True}]}, 2, None, False),
    (ref("Broken"), "x", None, None),
    (ref("Missing"), "x", None, None),
]


@pytest.mark.parametrize(("schema", "value", "direction", "expected"), CASES, ids=repr)
def test_judgement(schema, value, direction, expected):
    assert judge(schema, value, direction) is expected


@settings(
    max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(documents(), VALUES)
def test_terms_accept_what_the_validator_accepts(schema, value):
    engine = Containment(schema, schema)
    term = engine._compiler(0, None, schema).compile(schema)
    mine = Acceptance(engine._expand, engine._budget.start).accepts(term, value)
    assert mine in (engine._validator(term, schema, 0, None)(value), None)
