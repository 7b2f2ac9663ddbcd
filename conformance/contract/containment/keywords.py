"""What each keyword asserts, as a term."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from conformance.contract.containment.documents import BASE, Place, UnresolvedError
from conformance.contract.containment.evaluated import Evaluated
from conformance.contract.containment.terms import Term
from conformance.contract.containment.values import (
    ARRAY,
    BOOLEAN,
    NULL,
    NUMBER,
    OBJECT,
    STRING,
    exact,
    is_number,
    key_of,
)

if TYPE_CHECKING:
    from conformance.contract.containment.compiler import Compiler

_TYPES: Final = {
    "null": NULL,
    "boolean": BOOLEAN,
    "number": NUMBER,
    "string": STRING,
    "array": ARRAY,
    "object": OBJECT,
}


class InvalidKeywordError(ValueError):
    """A keyword whose value the specification does not allow."""


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise InvalidKeywordError
    return value


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidKeywordError
    return value


def _number(value: Any) -> Any:
    if not is_number(value):
        raise InvalidKeywordError
    return exact(value)


def _count(value: Any) -> int:
    number = _number(value)
    if not isinstance(number, int) or number < 0:
        raise InvalidKeywordError
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidKeywordError
    return value


Reader = Callable[["Compiler", Place, Any, frozenset[str]], Term]


def _type(c: Compiler, _place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    names = [value] if isinstance(value, str) else _array(value)
    if not names or not all(name in _TYPES or name == "integer" for name in names):
        raise InvalidKeywordError
    mask = 0
    for name in names:
        mask |= NUMBER if name == "integer" else _TYPES[name]
    if "integer" in names and "number" not in names:
        return c.terms.all_of((c.terms.type(mask), c.terms.atom("multiple", 1, True)))
    return c.terms.type(mask)


def _const(c: Compiler, _place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    return c.terms.among(frozenset((key_of(value),)))


def _enum(c: Compiler, _place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    return c.terms.among(frozenset(key_of(item) for item in _array(value)))


def _ref(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    try:
        return c.term(c.document.resolve(place, _text(value)), hidden)
    except UnresolvedError:
        named = ("$ref", value) if place.base == BASE else ("$ref", place.base, value)
        return c.terms.opaque(named)


def _dynamic_ref(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    try:
        return c.term(c.document.resolve_dynamic(place, _text(value)), hidden)
    except UnresolvedError:
        return c.terms.opaque(("$dynamicRef", place.base, value))


def _all_of(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    return c.terms.all_of([c.same(place, item, hidden) for item in _array(value)])


def _any_of(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    return c.terms.any_of([c.same(place, item, hidden) for item in _array(value)])


def _one_of(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    return c.terms.one_of([c.same(place, item, hidden) for item in _array(value)])


def _not(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    return c.terms.negate(c.same(place, value, hidden))


def _if(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    condition = c.same(place, value, hidden)
    then = c.same(place, place.schema.get("then", True), hidden)
    otherwise = c.same(place, place.schema.get("else", True), hidden)
    terms = c.terms
    return terms.all_of((terms.any_of((terms.negate(condition), then)), terms.any_of((condition, otherwise))))


def _bound(kind: str, *, exclusive: bool) -> Reader:
    def read(c: Compiler, _place: Place, value: Any, _hidden: frozenset[str]) -> Term:
        return c.terms.assertion(kind, _number(value), exclusive)

    return read


def _multiple(c: Compiler, _place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    if _number(value) <= 0:
        raise InvalidKeywordError
    return c.terms.assertion("multiple", _number(value), True)


def _size(kind: str) -> Reader:
    def read(c: Compiler, _place: Place, value: Any, _hidden: frozenset[str]) -> Term:
        return c.terms.assertion(kind, _count(value))

    return read


def _pattern(c: Compiler, _place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    return c.terms.assertion("pattern", _text(value), True)


def _format(c: Compiler, _place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    return c.dialect.format(c.terms, _text(value))


def _prefix_items(c: Compiler, place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    items = enumerate(_array(value))
    return c.terms.all_of([c.terms.assertion("item", index, c.inner(place, item)) for index, item in items])


def _items(c: Compiler, place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    if isinstance(value, list):
        raise InvalidKeywordError
    start = len(_array(place.schema.get("prefixItems", [])))
    return c.terms.assertion("rest", start, c.inner(place, value))


def _contains(c: Compiler, place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    low = _count(place.schema.get("minContains", 1))
    high = _count(place.schema["maxContains"]) if "maxContains" in place.schema else None
    return c.terms.assertion("count", 0, c.inner(place, value), low, high)


def _unique(c: Compiler, _place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    if not isinstance(value, bool):
        raise InvalidKeywordError
    return c.terms.assertion("unique", True) if value else c.terms.true


def _properties(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    return c.terms.all_of(
        [
            c.terms.assertion("property", name, c.inner(place, item))
            for name, item in _mapping(value).items()
            if name not in hidden
        ]
    )


def _pattern_properties(c: Compiler, place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    return c.terms.all_of(
        [
            c.terms.assertion("every", c.terms.atom("pattern", pattern, True), c.inner(place, item))
            for pattern, item in _mapping(value).items()
        ]
    )


def _unnamed(c: Compiler, schema: dict[str, Any]) -> Term:
    """Names of properties that neither properties nor patternProperties of the schema mention."""
    named = frozenset((STRING, name) for name in _mapping(schema.get("properties", {})))
    patterns = [c.terms.atom("pattern", p, False) for p in _mapping(schema.get("patternProperties", {}))]
    return c.terms.all_of([c.terms.among(named, False), *patterns])


def _additional(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    unseen = c.terms.among(frozenset((STRING, name) for name in hidden), False)
    return c.terms.assertion(
        "every", c.terms.all_of((_unnamed(c, place.schema), unseen)), c.inner(place, value)
    )


def _property_names(c: Compiler, place: Place, value: Any, _hidden: frozenset[str]) -> Term:
    return c.terms.assertion("every", c.terms.negate(c.inner(place, value)), c.terms.false)


def _required(c: Compiler, _place: Place, value: Any, hidden: frozenset[str]) -> Term:
    names = [_text(name) for name in _array(value)]
    return c.terms.all_of([c.terms.assertion("required", name) for name in names if name not in hidden])


def _dependent_required(c: Compiler, _place: Place, value: Any, hidden: frozenset[str]) -> Term:
    terms = c.terms
    return terms.all_of(
        [
            terms.any_of((terms.atom("property", name, terms.false), _required(c, _place, needed, hidden)))
            for name, needed in _mapping(value).items()
        ]
    )


def _dependent_schemas(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    terms = c.terms
    return terms.all_of(
        [
            terms.any_of((terms.atom("property", name, terms.false), c.same(place, item, hidden)))
            for name, item in _mapping(value).items()
        ]
    )


def _unevaluated_properties(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    return Evaluated(c, hidden).properties(place, c.inner(place, value))


def _unevaluated_items(c: Compiler, place: Place, value: Any, hidden: frozenset[str]) -> Term:
    return Evaluated(c, hidden).items(place, c.inner(place, value))


READERS: Final[dict[str, Reader]] = {
    "type": _type,
    "const": _const,
    "enum": _enum,
    "$ref": _ref,
    "$dynamicRef": _dynamic_ref,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "minimum": _bound("minimum", exclusive=False),
    "maximum": _bound("maximum", exclusive=False),
    "exclusiveMinimum": _bound("minimum", exclusive=True),
    "exclusiveMaximum": _bound("maximum", exclusive=True),
    "multipleOf": _multiple,
    "minLength": _size("minLength"),
    "maxLength": _size("maxLength"),
    "pattern": _pattern,
    "format": _format,
    "prefixItems": _prefix_items,
    "items": _items,
    "contains": _contains,
    "minItems": _size("minItems"),
    "maxItems": _size("maxItems"),
    "uniqueItems": _unique,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "propertyNames": _property_names,
    "required": _required,
    "minProperties": _size("minProperties"),
    "maxProperties": _size("maxProperties"),
    "dependentRequired": _dependent_required,
    "dependentSchemas": _dependent_schemas,
    "unevaluatedProperties": _unevaluated_properties,
    "unevaluatedItems": _unevaluated_items,
}
