"""A view accepts what its schema accepts, however the schema is put together."""

import pytest

from conformance.contract.containment import is_subschema
from conformance.contract.documents import from_value
from conformance.contract.refs import Refs
from conformance.contract.views import Views, key_of, same_value

S, N = {"type": "string"}, {"type": "number"}
COMPONENTS = {
    "Text": S,
    "Named": {"type": "object", "properties": {"name": S}, "required": ["name"]},
    "Self": {"allOf": [{"$ref": "#/components/schemas/Self"}, {"minLength": 1}], "type": "string"},
}


def _view(schema, version="3.1.0"):
    root = {"openapi": version, "components": {"schemas": {**COMPONENTS, "It": schema}}}
    return Views(Refs(from_value(root))).of(schema, "/components/schemas/It")


@pytest.mark.parametrize(
    ("schema", "flat"),
    [
        ({"$ref": "#/components/schemas/Text"}, S),
        ({"$ref": "#/components/schemas/Text", "minLength": 2}, {**S, "minLength": 2}),
        ({"allOf": [S, {"minLength": 2}, {"minLength": 3}]}, {**S, "minLength": 3}),
        ({"allOf": [{"type": ["string", "null"]}, {"type": ["string", "integer"]}]}, S),
        ({"allOf": [N, {"type": "integer"}]}, {"type": "integer"}),
        ({"allOf": [{"enum": [1, 2, 3]}, {"enum": [2, 3.0, 4]}]}, {"enum": [2, 3]}),
        (
            {
                "allOf": [
                    {"$ref": "#/components/schemas/Named"},
                    {"properties": {"age": N}, "required": ["age"]},
                ]
            },
            {"type": "object", "properties": {"name": S, "age": N}, "required": ["name", "age"]},
        ),
    ],
)
def test_what_can_be_merged_exactly_is(schema, flat):
    assert key_of(_view(schema).flat) == key_of(flat)


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"properties": {"a": S}, "additionalProperties": False}, {"properties": {"b": S}}]},
        {"allOf": [{"if": {"minimum": 1}}, {"then": {"maximum": 0}}]},
        {"allOf": [{"contains": {"const": 1}}, {"minContains": 0, "contains": {"const": 2}}]},
        {"allOf": [{"pattern": "^a"}, {"pattern": "b$"}]},
        {"allOf": [{"anyOf": [S, N]}, {"anyOf": [N, {"type": "null"}]}]},
        {"allOf": [{"type": "object", "properties": {"a": S}}, {"properties": {"a": {"minLength": 2}}}]},
        {"allOf": [{"const": 1}, {"enum": [1, 2]}]},
        {"allOf": [{"type": "array", "prefixItems": [S]}, {"items": N}]},
    ],
)
def test_a_view_accepts_what_its_schema_accepts(schema):
    flat = _view(schema).flat
    assert is_subschema(flat, schema).holds
    assert is_subschema(schema, flat).holds


def test_a_schema_that_contains_itself_is_left_as_it_is():
    assert _view(COMPONENTS["Self"]).flat["type"] == "string"


def test_siblings_of_a_reference_count_from_3_1_on():
    schema = {"$ref": "#/components/schemas/Text", "minLength": 2}
    assert _view(schema, "3.0.3").flat == S
    assert _view(schema, "3.1.0").flat == {**S, "minLength": 2}


def test_each_keyword_knows_where_it_came_from():
    view = _view(
        {"allOf": [{"$ref": "#/components/schemas/Named"}, {"properties": {"a/b": N}}], "minProperties": 1}
    )
    assert view.where("properties", "name") == "/components/schemas/Named/properties/name"
    assert view.where("properties", "a/b") == "/components/schemas/It/allOf/1/properties/a~1b"
    assert view.where("minProperties") == "/components/schemas/It/minProperties"


def test_keywords_of_the_wrong_kind_say_nothing():
    assert _view({"type": 5, "required": "a", "properties": [], "minLength": True, "enum": {}}).flat == {}


@pytest.mark.parametrize(
    ("one", "two", "same"), [(1, 1.0, True), (1, True, False), ([0], [False], False), ("1", 1, False)]
)
def test_values_are_the_same_as_json_has_it(one, two, same):
    assert same_value(one, two) is same
