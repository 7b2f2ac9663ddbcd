from typing import Any

from handlers.mending import (
    Facts,
    Field,
    Shape,
    always,
    are_objects,
    is_integer,
    is_object,
    is_text,
    one_of,
    or_null,
    position,
    shape,
)

FACTS = Facts(id="i", created=0, model="m", call_id=str)
INNER: Shape = {"place": Field(is_integer, position), "word": Field(or_null(is_text))}
FIELDS: Shape = {
    "kind": Field(one_of("a", "b"), always("a")),
    "name": Field(is_text, lambda place, _held: place.facts.model),
    "text": Field(is_text),
    "one": Field(is_object, inside=INNER),
    "many": Field(are_objects, inside=INNER),
}


def shaped(**value: Any) -> dict[str, Any]:
    return shape(FIELDS, value, FACTS)


def test_what_is_missing_is_filled_or_stays_away() -> None:
    assert shaped() == {"kind": "a", "name": "m"}


def test_what_fits_and_what_is_unknown_stays() -> None:
    value = {"kind": "b", "name": "n", "text": "", "more": {"x": None}}
    assert shaped(**value) == value


def test_what_does_not_fit_is_mended_or_left_out() -> None:
    assert shaped(kind="c", name=None, text=None, one=[], many={}) == {"kind": "a", "name": "m"}


def test_objects_and_lists_of_objects_have_shapes_inside() -> None:
    made = shaped(one={"word": 1}, many=[{"word": None}, {"place": 7, "x": 1}, {}])
    assert made["one"] == {"place": 0}
    assert made["many"] == [{"word": None, "place": 0}, {"place": 7, "x": 1}, {"place": 2}]


def test_true_is_no_integer() -> None:
    assert not is_integer(True)
