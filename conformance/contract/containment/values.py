"""JSON values as JSON Schema compares them: 1 equals 1.0, true equals no number, objects have no order."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any, Final

NULL: Final = 1
BOOLEAN: Final = 2
NUMBER: Final = 4
STRING: Final = 8
ARRAY: Final = 16
OBJECT: Final = 32
ANYTHING: Final = 63
TYPES: Final = (NULL, BOOLEAN, NUMBER, STRING, ARRAY, OBJECT)

Key = tuple[Any, ...]
Exact = int | Fraction


class NotJsonError(ValueError):
    """A value no JSON text can hold, such as infinity."""


def exact(number: Any) -> Exact:
    """The number as written in decimal, without rounding.

    Raises:
        NotJsonError: for infinities and NaN.
    """
    if isinstance(number, int):
        return number
    if isinstance(number, Fraction):
        return number.numerator if number.denominator == 1 else number
    if isinstance(number, float) and not isfinite(number):
        raise NotJsonError(repr(number))
    value = Fraction(Decimal(repr(number)) if isinstance(number, float) else number)
    return value.numerator if value.denominator == 1 else value


def is_number(value: Any) -> bool:
    """Whether a JSON number; Python's booleans are integers, JSON's are not."""
    return isinstance(value, (int, float, Decimal, Fraction)) and not isinstance(value, bool)


_TYPE_BITS: Final = {
    type(None): NULL,
    bool: BOOLEAN,
    int: NUMBER,
    float: NUMBER,
    Decimal: NUMBER,
    Fraction: NUMBER,
    str: STRING,
    list: ARRAY,
    tuple: ARRAY,
    dict: OBJECT,
}


def type_of(value: Any) -> int:
    """The type of a value as one of the bits above.

    Raises:
        NotJsonError: for what is no JSON value, such as a date read from YAML.
    """
    try:
        return _TYPE_BITS[type(value)]
    except KeyError:
        raise NotJsonError(repr(value)[:40]) from None


def key_of(value: Any) -> Key:
    """A hashable stand-in: equal keys exactly for equal JSON values."""
    kind = type_of(value)
    if kind == ARRAY:
        return (ARRAY, tuple(key_of(item) for item in value))
    if kind == OBJECT:
        return (OBJECT, tuple(sorted((name, key_of(item)) for name, item in value.items())))
    return (kind, exact(value) if kind == NUMBER else value)


def value_of(key: Key) -> Any:
    """The JSON value a key stands for; numbers as int where they are integral, else float."""
    kind, content = key
    if kind == ARRAY:
        return [value_of(item) for item in content]
    if kind == OBJECT:
        return {name: value_of(item) for name, item in content}
    if kind == NUMBER:
        return plain_number(content)
    return content


def plain_number(number: Exact) -> int | float:
    """The number as Python's json module would write it."""
    return number.numerator if number.denominator == 1 else float(number)
