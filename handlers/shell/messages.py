"""What is wrong, in words: one table from pydantic's error types to the codes clients know.

Codes and the pattern of the messages follow what clients report from the live API ("Invalid 'n': integer
above maximum value. Expected a value <= 128, but got 130 instead."). Input is quoted up to a hundred
characters, never more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

_SHOWN = 100
_LISTED = 40

_TYPES: Mapping[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal",
    str: "a string",
    bytes: "a string",
    list: "an array",
    dict: "an object",
}

_WANTED: Mapping[str, str] = {
    "string_type": "a string",
    "string_sub_type": "a string",
    "bytes_type": "a string",
    "int_type": "an integer",
    "int_parsing": "an integer",
    "int_from_float": "an integer",
    "int_parsing_size": "an integer of fewer digits",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "a boolean",
    "bool_parsing": "a boolean",
    "list_type": "an array",
    "tuple_type": "an array",
    "set_type": "an array",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "dataclass_type": "an object",
    "mapping_type": "an object",
    "none_required": "null",
    "date_type": "a date",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One error at one place; `kinds` and `expected` gather what a union's branches would have taken."""

    place: str
    kind: str
    input: Any
    context: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    kinds: Sequence[str] = ()
    expected: Sequence[str] = ()
    as_text: bool = False
    """Whether everything comes as text, as parameters do: then the text is told, not its type."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What the client is told; `below` names a field under the fault's place."""

    code: str
    message: str
    below: str = ""


def named(value: object, mark: str = "'") -> str:
    """A value in quotes, on one line, cut."""
    text = value if isinstance(value, str) else str(value)
    text = text[: _SHOWN + 1].encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    return f"{mark}{text[: _SHOWN - 1]}…{mark}" if len(text) > _SHOWN else f"{mark}{text}{mark}"


def listed(values: Sequence[str]) -> str:
    """`'a', 'b' and 'c'`, bounded."""
    if len(values) > _LISTED:
        return f"{', '.join(values[:_LISTED])} and {len(values) - _LISTED} more"
    return " and ".join([", ".join(values[:-1]), values[-1]]) if len(values) > 1 else "".join(values)


def _at(fault: Fault) -> str:
    return named(fault.place) if fault.place else "request body"


def _got(value: Any) -> str:
    return _TYPES.get(type(value), "something else")


def _missing(fault: Fault) -> Problem:
    # The live API has a code of its own for reasoning that does not name itself.
    unnamed = fault.place.endswith("].id") and _is_reasoning(fault.input)
    code = "invalid_item" if unnamed else "missing_required_parameter"
    return Problem(code, f"Missing required parameter: {_at(fault)}.")


def _is_reasoning(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "reasoning"


_KINDS: Mapping[str, str] = {
    "object": "an object",
    "array": "an array",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
}


def _union(fault: Fault) -> Problem:
    """No variant of a generated union fits: `tag` is the property that tells them apart."""
    tag, kinds = fault.context.get("tag"), fault.context.get("kinds") or ["object"]
    if not isinstance(fault.input, dict) or "object" not in kinds:
        return _type(fault)
    if not isinstance(tag, str):
        return Problem("invalid_value", f"Invalid {_at(fault)}: the object fits no variant.")
    place = named(f"{fault.place}.{tag}" if fault.place else tag)
    value = fault.input.get(tag)
    if value is None:
        return Problem("missing_required_parameter", f"Missing required parameter: {place}.", below=tag)
    if not isinstance(value, str):
        return replace(_mistyped(place, "a string", _got(value)), below=tag)
    tags = [f"'{name}'" for name in fault.context.get("tags", ())]
    supported = f"Supported values are: {listed(tags)}."
    return Problem("invalid_value", f"Invalid value: {named(value)}. {supported}", below=tag)


def _mistyped(place: str, wanted: str, got: str) -> Problem:
    return Problem("invalid_type", f"Invalid type for {place}: expected {wanted}, but got {got} instead.")


def _type(fault: Fault) -> Problem:
    wanted = [_WANTED[kind] for kind in fault.kinds or (fault.kind,) if kind in _WANTED]
    wanted += [_KINDS.get(kind, kind) for kind in fault.context.get("kinds", ())]
    if fault.expected:
        wanted.append("one of " + listed([_bare(expected) for expected in fault.expected]))
    got = _got(fault.input)
    if fault.as_text and isinstance(fault.input, str):
        got = named(fault.input)
    if fault.kind == "int_from_float":
        got = named(fault.input, "")
    return _mistyped(_at(fault), " or ".join(dict.fromkeys(wanted)) or "an object", got)


def _bare(expected: str) -> str:
    """Pydantic says `'a', 'b' or 'c'`."""
    return expected.replace(" or ", ", ")


def _choice(fault: Fault) -> Problem:
    if not isinstance(fault.input, str):
        strings = all("'" in expected for expected in fault.expected)
        return _type(replace(fault, kinds=(*fault.kinds, "string_type"), expected=()) if strings else fault)
    values = [value for expected in fault.expected for value in _bare(expected).split(", ") if value]
    return Problem(
        "invalid_value",
        f"Invalid value: {named(fault.input)}. Supported values are: {listed(list(dict.fromkeys(values)))}.",
    )


def _bound(key: str, sign: str, word: str, side: str) -> Callable[[Fault], Problem]:
    def told(fault: Fault) -> Problem:
        bound = fault.context.get(key)
        # Where fractions are allowed the bound is a float, and a 3 counts as a decimal.
        number = "decimal" if float in (type(bound), type(fault.input)) else "integer"
        return Problem(
            f"{number}_{side}_value",
            f"Invalid {_at(fault)}: {number} {word} value. Expected a value {sign} "
            f"{_figure(bound)}, but got {named(fault.input, '')} instead.",
        )

    return told


def _figure(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _string_long(fault: Fault) -> Problem:
    most = fault.context.get("max_length")
    return Problem(
        "string_above_max_length",
        f"Invalid {_at(fault)}: string too long. Expected a string with maximum length {most}, "
        f"but got a string with length {len(fault.input)} instead.",
    )


def _string_short(fault: Fault) -> Problem:
    least = fault.context.get("min_length")
    got = f"a string with length {len(fault.input)}" if fault.input else "an empty string"
    word = "string too short" if fault.input else "empty string"
    return Problem(
        "string_below_min_length",
        f"Invalid {_at(fault)}: {word}. Expected a string with minimum length {least}, "
        f"but got {got} instead.",
    )


def _many(fault: Fault) -> Problem:
    most = fault.context.get("max_length")
    size = len(fault.input) if isinstance(fault.input, (list, dict)) else fault.context.get("actual_length")
    if isinstance(fault.input, dict):
        return Problem(
            "object_above_max_properties",
            f"Invalid {_at(fault)}: too many properties. Expected an object with at most {most} properties, "
            f"but got an object with {size} properties instead.",
        )
    return Problem(
        "array_above_max_length",
        f"Invalid {_at(fault)}: array too long. Expected an array with maximum length {most}, "
        f"but got an array with length {size} instead.",
    )


def _few(fault: Fault) -> Problem:
    least = fault.context.get("min_length")
    size = len(fault.input) if isinstance(fault.input, (list, dict)) else 0
    if isinstance(fault.input, dict):
        return Problem(
            "object_below_min_properties",
            f"Invalid {_at(fault)}: too few properties. Expected an object with at least {least} properties, "
            f"but got an object with {size} properties instead.",
        )
    if size:
        return Problem(
            "array_below_min_length",
            f"Invalid {_at(fault)}: array too short. Expected an array with minimum length {least}, "
            f"but got an array with length {size} instead.",
        )
    return Problem(
        "empty_array",
        f"Invalid {_at(fault)}: empty array. Expected an array with minimum length {least}, "
        "but got an empty array instead.",
    )


def _pattern(fault: Fault) -> Problem:
    return Problem(
        "invalid_value",
        f"Invalid {_at(fault)}: string does not match pattern. Expected a string that matches "
        f"{named(fault.context.get('pattern', ''))}.",
    )


def _multiple(fault: Fault) -> Problem:
    return Problem(
        "invalid_value",
        f"Invalid {_at(fault)}: expected a multiple of {fault.context.get('multiple_of')}, "
        f"but got {named(fault.input, '')} instead.",
    )


def _unknown(fault: Fault) -> Problem:
    return Problem("unknown_parameter", f"Unknown parameter: {_at(fault)}.")


def _finite(fault: Fault) -> Problem:
    return Problem("invalid_value", f"Invalid {_at(fault)}: expected a finite number.")


_TABLE: Mapping[str, Callable[[Fault], Problem]] = {
    "missing": _missing,
    "union": _union,
    "literal_error": _choice,
    "enum": _choice,
    "greater_than_equal": _bound("ge", ">=", "below minimum", "below_min"),
    "greater_than": _bound("gt", ">", "below minimum", "below_min"),
    "less_than_equal": _bound("le", "<=", "above maximum", "above_max"),
    "less_than": _bound("lt", "<", "above maximum", "above_max"),
    "string_too_long": _string_long,
    "string_too_short": _string_short,
    "too_long": _many,
    "too_short": _few,
    "string_pattern_mismatch": _pattern,
    "multiple_of": _multiple,
    "extra_forbidden": _unknown,
    "finite_number": _finite,
}


def describe(fault: Fault) -> Problem:
    """Say what is wrong at one place."""
    if fault.kind in _TABLE:
        return _TABLE[fault.kind](fault)
    if any(kind in _WANTED for kind in (fault.kind, *fault.kinds)):
        return _type(fault)
    return Problem("invalid_value", f"Invalid {_at(fault)}: {named(fault.message, '')}.")
