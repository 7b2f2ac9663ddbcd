"""JSON objects brought into a shape: what is missing is filled in, what does not fit is mended or left out.

A shape is a table, field by field; fields it does not know stay as they are.
"""

# ruff: noqa: D103 - the names of predicates and mends are their documentation

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Value = Any


class Absent:
    """Neither null nor a value: the field is not there."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Facts:
    """What fills the gaps of one answer: its id, its time (Unix seconds), its model, ids for its calls."""

    id: str
    created: int
    model: str
    call_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is mended: the object it belongs to, and that object's place in its list."""

    facts: Facts
    owner: Mapping[str, Value]
    index: int


Mend = Callable[[Place, Value], Value]
"""From what is held (or ABSENT) to what should be (or ABSENT, to leave it out)."""


def leave_out(_place: Place, _held: Value) -> Value:
    return ABSENT


@dataclass(frozen=True, slots=True)
class Field:
    """One field: which values fit, what becomes of others, and the shape of an object or a list's objects."""

    fits: Callable[[Value], bool]
    mend: Mend = leave_out
    inside: "Shape" = field(default_factory=dict)


Shape = Mapping[str, Field]


def shape(fields: Shape, value: dict[str, Value], facts: Facts, index: int = 0) -> dict[str, Value]:
    """The object with every field of the shape in order; it is changed in place."""
    place = Place(facts, value, index)
    for name, known in fields.items():
        held = value.get(name, ABSENT)
        if held is ABSENT or not known.fits(held):
            held = known.mend(place, held)
            if held is ABSENT:
                value.pop(name, None)
                continue
            value[name] = held
        if known.inside:
            _shape_inside(known.inside, held, facts)
    return value


def _shape_inside(fields: Shape, held: Value, facts: Facts) -> None:
    for index, entry in enumerate(held if isinstance(held, list) else (held,)):
        if isinstance(entry, dict):
            shape(fields, entry, facts, index)


# --- what fits ------------------------------------------------------------------------------------


def is_text(value: Value) -> bool:
    return isinstance(value, str)


def is_integer(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_object(value: Value) -> bool:
    return isinstance(value, dict)


def is_filled_object(value: Value) -> bool:
    return isinstance(value, dict) and bool(value)


def are_objects(value: Value) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def are_some_objects(value: Value) -> bool:
    return bool(value) and are_objects(value)


def are_bytes(value: Value) -> bool:
    return value is None or (isinstance(value, list) and all(is_integer(entry) for entry in value))


def or_null(fits: Callable[[Value], bool]) -> Callable[[Value], bool]:
    return lambda value: value is None or fits(value)


def one_of(*values: str) -> Callable[[Value], bool]:
    return lambda value: isinstance(value, str) and value in values


def has(**fields: Callable[[Value], bool]) -> Callable[[Value], bool]:
    return lambda value: (
        isinstance(value, dict) and all(name in value and fits(value[name]) for name, fits in fields.items())
    )


# --- how it is mended -----------------------------------------------------------------------------


def always(value: Value) -> Mend:
    return lambda _place, _held: value


def null(_place: Place, _held: Value) -> Value:
    return None


def empty_list(_place: Place, _held: Value) -> Value:
    return []


def empty_object(_place: Place, _held: Value) -> Value:
    return {}


def position(place: Place, _held: Value) -> Value:
    return place.index
