from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from handlers.encoding import encode
from handlers.samples import sample

CASES = yaml.safe_load(Path(__file__).with_name("samples.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_a_sample_satisfies_its_schema(case: dict[str, Any]) -> None:
    made = sample(case["schema"])
    jsonschema_rs.validate(case["schema"], made, validate_formats=True)
    assert sample(case["schema"]) == made


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "required": ["a", "b"], "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}},
        {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"type": "array", "minItems": 10**9, "items": {"$ref": "#"}},
        {"type": "string", "minLength": 10**9},
        {"type": "object", "minProperties": 10**9},
    ],
)
def test_a_hostile_schema_costs_little(schema: dict[str, Any]) -> None:
    assert len(encode(sample(schema))) < 10_000_000


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/nowhere"},
        {"type": 5, "enum": [], "required": {"a": 1}, "properties": [], "items": 3},
        {"type": "number", "minimum": 10**400, "multipleOf": 0.5},
        {"type": "number", "minimum": 1, "multipleOf": 5e-324},
        {"type": "integer", "minimum": "three"},
        False,
    ],
)
def test_a_schema_that_is_none_still_gets_a_value(schema: Any) -> None:
    encode(sample(schema))
