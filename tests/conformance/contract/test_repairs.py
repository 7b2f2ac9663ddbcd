"""Repairs mend what they name, and say when there is nothing to mend."""

from pathlib import Path

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance.contract.documents import from_value, load
from conformance.contract.repairs import Edit, Repair, read_repairs, repair
from conformance.contract.trees import LoadError

UPSTREAM = Path(__file__).parents[3] / "conformance" / "upstream"


def mended(schema: object, *edits: Edit) -> tuple[object, list[str]]:
    root = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "components": {"schemas": {"S": schema}},
    }
    found = repair(from_value(root), (Repair("r", "w", "w", edits),))
    return found.document.root["components"]["schemas"]["S"], [one.message for one in found.idle]


AT = "/components/schemas/S"


@pytest.mark.parametrize(
    ("schema", "edit", "wanted"),
    [
        ({"default": None}, Edit(f"{AT}/default", "remove", None, True, checked=True), {}),
        ({"enum": ["a"]}, Edit(f"{AT}/enum/0", "set", None, "b"), {"enum": ["b"]}),
        (
            {"required": ["a", "b", "a"]},
            Edit(f"{AT}/required", "without", None, "a"),
            {"required": ["a", "b"]},
        ),
        (
            {"minimum": 1, "exclusiveMinimum": True},
            Edit(f"{AT}/exclusiveMinimum", "bound"),
            {"exclusiveMinimum": 1},
        ),
        ({"maximum": 1, "exclusiveMaximum": False}, Edit(f"{AT}/exclusiveMaximum", "bound"), {"maximum": 1}),
        ({"type": "string", "nullable": True}, Edit(AT, "null"), {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, Edit(AT, "null"), {"type": "string"}),
        (
            {"type": "string", "enum": ["a"], "nullable": True},
            Edit(AT, "null"),
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        ({"$ref": "#/x", "nullable": True}, Edit(AT, "null"), {"anyOf": [{"$ref": "#/x"}, {"type": "null"}]}),
        (
            {"oneOf": [{"type": "string"}], "nullable": True},
            Edit(AT, "null"),
            {"oneOf": [{"type": "string"}, {"type": "null"}]},
        ),
        (
            {"properties": {"nullable": {"type": "boolean", "nullable": True}}},
            Edit(AT, "null"),
            {"properties": {"nullable": {"type": ["boolean", "null"]}}},
        ),
    ],
)
def test_each_edit_does_what_it_says(schema, edit, wanted):
    assert mended(schema, edit) == (wanted, [])


@pytest.mark.parametrize(
    "edit",
    [
        Edit(f"{AT}/default", "remove"),
        Edit(f"{AT}/type", "remove", "integer", True, checked=True),
        Edit(f"{AT}/type", "set", None, "string"),
        Edit(f"{AT}/required", "without", None, "b"),
        Edit(f"{AT}/minimum", "bound"),
        Edit(AT, "null"),
        Edit("/nowhere/at/all", "remove"),
    ],
)
def test_an_edit_that_finds_nothing_to_mend_is_named(edit):
    schema = {"type": "string", "required": ["a"], "minimum": 1}
    same, said = mended(dict(schema), edit)
    assert same == schema
    assert said == [f"the repair 'r' no longer applies at {edit.at}: take it out of the file"]


def test_a_parsed_value_that_is_given_stays_as_it_was():
    root = {"openapi": "3.1.0", "paths": {"/a": {}}}
    repair(from_value(root), (Repair("r", "w", "w", (Edit("/paths/~1a", "remove"),)),))
    assert root["paths"] == {"/a": {}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {name: a, what: b, why: c, edits: [{at: /x}]}", "1:38: an edit does one thing"),
        ("- {name: a, what: b, why: c, edits: [{at: x, remove: true}]}", "1:39: `at` is a JSON pointer"),
        ("- {name: a, what: b, edits: []}", "`why` is wanted here"),
        ("- {name: a, what: b, why: c, edit: []}", "`edit` means nothing here"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path, text, said):
    file = tmp_path / "repairs.yaml"
    file.write_text(text)
    with pytest.raises(LoadError) as refused:
        read_repairs(str(file))
    assert said in str(refused.value)


@pytest.fixture(scope="module")
def upstream():
    return repair(load(max(UPSTREAM.glob("*.json"))), read_repairs(str(UPSTREAM / "repairs.yaml")))


def test_upstream_is_valid_once_it_is_mended(upstream):
    assert upstream.idle == ()
    errors = OpenAPIV31SpecValidator(upstream.document.root).iter_errors()
    assert [str(error)[:200] for error in errors] == []


def test_every_schema_of_upstream_can_be_built_once_it_is_mended(upstream):
    components = upstream.document.root["components"]
    # One validator that leads to all of them: building 1,422 one by one takes a minute.
    everything = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in components["schemas"]]}
    jsonschema_rs.Draft202012Validator({"components": components, **everything})
