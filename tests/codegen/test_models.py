"""The small contract's models: unions that look before they choose, settings, names that stay."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import MISSING, BaseModel, TypeAdapter, ValidationError

from spec.codegen.__main__ import generated

FIXTURES = Path(__file__).parent / "fixtures"


def errors(kind: Any, value: Any) -> list[tuple[str, tuple[Any, ...]]]:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value, strict=True)
    return [(error["type"], error["loc"]) for error in refused.value.errors()]


def test_only_the_variant_meant_is_spoken_of(schemas: ModuleType) -> None:
    assert errors(schemas.Shape, {"type": "circle"}) == [("missing", ("<circle>", "radius"))]
    assert errors(schemas.Shape, {"type": "triangle", "unnamed": 1}) == [("missing", ("<square>", "corner"))]


def test_value_that_is_no_variant_is_told_what_would_be(schemas: ModuleType) -> None:
    for value in ({"type": "oval"}, {}, {"type": None}, {"type": ["circle"]}, 5, None, []):
        with pytest.raises(ValidationError) as refused:
            TypeAdapter(schemas.Shape).validate_python(value)
        (error,) = refused.value.errors()
        assert (error["type"], error["loc"]) == ("union", ())
        assert error["ctx"] == {"tag": "type", "tags": ["circle", "square", "triangle"], "kinds": ["object"]}


def test_json_type_decides_where_there_is_no_tag(schemas: ModuleType) -> None:
    assert errors(schemas.Label, "too long") == [("string_too_long", ("<string>",))]
    assert errors(schemas.Label, ["a", "b", "c"]) == [("too_long", ("<array>",))]
    assert errors(schemas.Label, {}) == [("missing", ("<object>", "text"))]
    assert errors(schemas.Label, True) == [("union", ())]


def test_nearest_variant_is_reported_where_nothing_tells_them_apart(schemas: ModuleType) -> None:
    assert errors(schemas.Note, {"author": "a"}) == [("missing", ("<object>", "text"))]
    assert errors(schemas.Note, {"author": "a", "text": 5}) == [("string_type", ("<object>", "text"))]
    assert errors(schemas.Note, {"id": 5}) == [("string_type", ("<object>", "id"))]
    taken = TypeAdapter(schemas.Note).validate_python({"id": "a", "author": 5})
    assert isinstance(taken, schemas.NoteId)


def test_absent_tag_is_read_from_the_members(schemas: ModuleType) -> None:
    adapter: TypeAdapter[BaseModel] = TypeAdapter(schemas.Loose)
    assert isinstance(adapter.validate_python({"text": "a", "id": "b"}), schemas.Told)
    assert isinstance(adapter.validate_python({"id": "b"}), schemas.Pointed)
    assert isinstance(adapter.validate_python({"id": "b", "type": None}), schemas.Pointed)
    assert errors(schemas.Loose, {"text": 5, "id": "b"}) == [("string_type", ("<told>", "text"))]
    assert errors(schemas.Loose, {"other": 5}) == [("union", ())]


def test_models_take_their_own_kind_and_write_it_without_warning(schemas: ModuleType) -> None:
    circle = schemas.Circle(type="circle", radius=1, label=schemas.LabelText(text="a"))
    corner = schemas.PolygonCorner(x=1, schema=None)
    square = schemas.Polygon(type="square", corner=corner, unnamed=None, parts=[circle, None])
    made = schemas.CreateShape(shape=square, note=schemas.NoteId(id="a"), loose=schemas.Told(text="b"))
    assert made.model_dump() == {
        "shape": {
            "parts": [{"type": "circle", "radius": 1, "label": {"text": "a"}}, None],
            "type": "square",
            "corner": {"x": 1, "schema": None},
            "unnamed": None,
        },
        "note": {"id": "a"},
        "loose": {"text": "b"},
        "filled": True,
        "mode": "fast",
    }


def test_missing_is_not_null(schemas: ModuleType) -> None:
    circle = schemas.Circle(type="circle", radius=1.5)
    assert circle.link is MISSING
    assert circle.model_dump_json() == '{"type":"circle","radius":1.5}'
    assert errors(schemas.Circle, {"type": "circle", "radius": 1, "link": None}) == [
        ("string_type", ("link",))
    ]


def test_a_member_called_as_python_calls_another_is_a_stranger(schemas: ModuleType) -> None:
    value = {"x": 1, "schema": "a", "schema_": 5}
    corner = schemas.PolygonCorner.model_validate(value)
    assert (corner.schema_, corner.model_dump()) == ("a", value)


def test_every_class_is_ready(schemas: ModuleType) -> None:
    models = [
        each for each in vars(schemas).values() if isinstance(each, type) and issubclass(each, BaseModel)
    ]
    assert all(model.__pydantic_complete__ for model in models)


def test_undescribed_required_member_must_be_there(schemas: ModuleType) -> None:
    value = {"type": "square", "corner": {"x": 1}}
    assert errors(schemas.Polygon, value) == [("missing", ("unnamed",))]


def test_default_of_a_reference_is_no_null(schemas: ModuleType) -> None:
    value = {"shape": {"type": "circle", "radius": 1}}
    assert schemas.CreateShape.model_validate(value).filled is True
    assert errors(schemas.CreateShape, value | {"filled": None}) == [("bool_type", ("filled",))]


def test_uri_stays_the_text_it_was(schemas: ModuleType) -> None:
    value = {"type": "circle", "radius": 1, "link": "HTTP://EXAMPLE.com:80/a b"}
    assert schemas.Circle.model_validate(value).link == value["link"]


def test_no_class_is_numbered(files: dict[str, str]) -> None:
    contract = (Path(__file__).parents[2] / "generated" / "schemas.py").read_text()
    for text in (files["schemas.py"], contract):
        assert re.findall(r"^(?:class (\w+\d)\(|(\w+\d) = )", text, re.MULTILINE) == []


def test_names_stay_when_another_schema_comes(files: dict[str, str], tmp_path: Path) -> None:
    """A new schema, first in the file and alike in shape, renames nothing."""
    for source in (FIXTURES / "spec").rglob("*.yaml"):
        copy = tmp_path / "spec" / source.relative_to(FIXTURES / "spec")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(source.read_text())
    shapes = tmp_path / "spec" / "schemas" / "shapes.yaml"
    corner = "{type: object, required: [x], properties: {x: {type: integer}}}"
    new = f"Angle: {{type: object, properties: {{corner: {corner}, label: {corner}}}}}\n"
    shapes.write_text(new + shapes.read_text())
    before, after = (
        set(re.findall(r"^(?:class )?(\w+)(?:\(| = )", text["schemas.py"], re.MULTILINE))
        for text in (files, generated(tmp_path / "spec"))
    )
    assert before < after
    assert after - before == {"Angle", "AngleCorner", "AngleLabel"}
