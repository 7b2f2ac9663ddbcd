"""Hypothesis strategies for schemas that a validator accepts, and for values they may talk about."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "c", "foo", ""])
PATTERNS = st.sampled_from(
    ["^a", "b$", "^[a-c]*$", r"^\d+$", "a|b", "^foo$", "^.{2}$", "o+", "^(?!a)", r"^x\d"]
)
SCALARS = st.sampled_from(
    [None, True, False, 0, 1, -1, 2, 1.5, 0.5, 3, 10, 2.0, "", "a", "b", "ab", "foo", "1"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
BOUNDS = st.sampled_from([-1, 0, 0.5, 1, 2, 3, 5])
SIZES = st.integers(0, 3)

_FLAT: dict[str, st.SearchStrategy[Any]] = {
    "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
    "const": VALUES,
    "enum": st.lists(VALUES, min_size=1, max_size=4),
    "minimum": BOUNDS,
    "maximum": BOUNDS,
    "exclusiveMinimum": BOUNDS,
    "exclusiveMaximum": BOUNDS,
    "multipleOf": st.sampled_from([0.1, 0.5, 1, 1.5, 2, 3]),
    "minLength": SIZES,
    "maxLength": SIZES,
    "pattern": PATTERNS,
    "minItems": SIZES,
    "maxItems": SIZES,
    "uniqueItems": st.booleans(),
    "minProperties": SIZES,
    "maxProperties": SIZES,
    "required": st.lists(NAMES, max_size=2, unique=True),
    "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=2),
}


def _deep(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    several = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(NAMES, inner, max_size=3)
    return {
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), several),
        **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "propertyNames"), inner),
        **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "unevaluatedItems"), inner),
        **dict.fromkeys(("properties", "dependentSchemas"), named),
        "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
        "minContains": SIZES,
        "maxContains": SIZES,
        "$ref": st.sampled_from(["#/$defs/x", "#/$defs/y"]),
    }


def _objects(keywords: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    def with_keys(keys: list[str]) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries({key: keywords[key] for key in keys})

    return st.lists(st.sampled_from(sorted(keywords)), max_size=4, unique=True).flatmap(with_keys)


_LEAVES = st.booleans() | _objects(_FLAT)
SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    _LEAVES, lambda inner: _objects({**_FLAT, **_deep(inner)}), max_leaves=6
)


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """A schema with the definitions its references speak of."""
    schema = draw(SCHEMAS)
    if "$ref" not in repr(schema):
        return schema
    return {**schema, "$defs": {"x": draw(SCHEMAS), "y": draw(SCHEMAS)}}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """Two schemas, often nearly the same one: there the interesting answers are."""
    one = draw(documents())
    if not isinstance(one, dict) or draw(st.booleans()):
        return one, draw(documents())
    other = dict(one)
    if other and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(other)))
        if key != "$defs":
            del other[key]
    other.update(draw(_objects(_FLAT)))
    return (one, other) if draw(st.booleans()) else (other, one)
