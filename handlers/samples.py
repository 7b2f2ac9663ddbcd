"""A value for a JSON schema: small, typed right, and always the same one.

Covers what tool parameters and response formats are written with: types, `const`, `enum`, `required`,
`$ref` within the document, `allOf`, `anyOf`, `oneOf`, bounds of numbers, lengths, counts and the common
formats. What is left out (`pattern`, whose evaluation a stranger could make endless; `not`, `if`, and
choices that only a search could combine) may yield a value that the schema refuses.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

WORD = "echo"
DEPTH = 24
"""Nesting at which a sample ends in null: a schema that demands more has no small value."""
DEEP = 8
"""Nesting from which a choice prefers null, so that recursive schemas end."""
MOST = 1_000
"""Values, items or characters at which a sample stops growing, whatever the schema demands."""

FORMATS = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT1S",
    "email": "echo@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
IMPLIED = {
    "object": {"properties", "required", "minProperties", "additionalProperties"},
    "array": {"items", "prefixItems", "minItems"},
    "string": {"minLength", "maxLength", "format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}
"""The type a schema without `type` most likely means, by its keywords."""
APPLICATORS = {"$ref", "allOf", "anyOf", "oneOf"}


def sample(schema: Any) -> Any:
    """A value that the schema (an object or a boolean) accepts, as far as the module's list goes."""
    return _Sampler(schema).value(schema, 0)


@dataclass(slots=True)
class _Sampler:
    root: Any
    made: int = field(default=0, init=False)

    def value(self, schema: Any, depth: int) -> Any:
        self.made += 1
        if not isinstance(schema, Mapping):
            return WORD
        if depth > DEPTH or self.made > MOST:
            return None
        flat = self.flatten(schema, depth)
        if "const" in flat:
            return flat["const"]
        choices = flat.get("enum")
        if isinstance(choices, list) and choices:
            return choices[0]
        return MAKERS[_type(flat)](self, flat, depth)

    def flatten(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """The schema with its reference, all of `allOf` and a branch of each choice laid over each other."""
        flat: dict[str, Any] = {}
        self.made += 1
        if depth <= DEPTH and self.made <= MOST:
            for part in self.parts(schema, depth):
                _lay(flat, self.flatten(part, depth + 1))
        _lay(flat, {key: value for key, value in schema.items() if key not in APPLICATORS})
        return flat

    def parts(self, schema: Mapping[str, Any], depth: int) -> list[Mapping[str, Any]]:
        reference = schema.get("$ref")
        parts = [_resolve(reference, self.root)] if isinstance(reference, str) else []
        parts += _branches(schema, "allOf")
        for keyword in ("anyOf", "oneOf"):
            branches = _branches(schema, keyword)
            parts += sorted(branches, key=lambda branch: (branch.get("type") == "null") is (depth < DEEP))[:1]
        return [part for part in parts if isinstance(part, Mapping)]

    def object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        known = schema.get("properties")
        known = known if isinstance(known, Mapping) else {}
        least = _count(schema, "minProperties")
        wanted = [name for name in _list(schema, "required") if isinstance(name, str)]
        wanted += [name for name in known if name not in wanted][: max(0, least - len(wanted))]
        wanted += [f"{WORD}{number}" for number in range(least - len(wanted))]
        extra = schema.get("additionalProperties", True)
        return {name: self.value(known.get(name, extra), depth + 1) for name in wanted}

    def array(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        first, rest = _list(schema, "prefixItems"), schema.get("items", True)
        schemas = [*first, *[rest] * max(0, _count(schema, "minItems") - len(first))]
        made = [self.value(item, depth + 1) for item in schemas]
        if schema.get("uniqueItems") is True:
            return [_distinct(value, place, rest) for place, value in enumerate(made)]
        return made


def _lay(flat: dict[str, Any], part: Mapping[str, Any]) -> None:
    for key, value in part.items():
        held = flat.get(key)
        if key == "properties" and isinstance(held, Mapping) and isinstance(value, Mapping):
            flat[key] = {**held, **value}
        elif key == "required" and isinstance(held, list) and isinstance(value, list):
            flat[key] = held + value
        else:
            flat[key] = value


def _resolve(reference: str, root: Any) -> Any:
    """What a reference within the document (RFC 6901 pointer) points to; anything for one that dangles."""
    found = root
    for token in reference.lstrip("#").split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, Mapping) and key in found:
            found = found[key]
        else:
            return True
    return found


def _list(schema: Mapping[str, Any], keyword: str) -> list[Any]:
    value = schema.get(keyword)
    return value if isinstance(value, list) else []


def _branches(schema: Mapping[str, Any], keyword: str) -> list[Any]:
    return [branch for branch in _list(schema, keyword) if isinstance(branch, Mapping)]


def _type(schema: Mapping[str, Any]) -> str:
    stated = schema.get("type")
    names = [name for name in (stated if isinstance(stated, list) else [stated]) if isinstance(name, str)]
    known = sorted((name for name in names if name in MAKERS), key=lambda name: name == "null")
    if known:
        return known[0]
    return next((name for name, keywords in IMPLIED.items() if keywords & schema.keys()), "string")


def _distinct(value: Any, place: int, schema: Any) -> Any:
    choices = schema.get("enum") if isinstance(schema, Mapping) else None
    if isinstance(choices, list) and place < len(choices):
        return choices[place]
    if isinstance(value, str):
        return f"{value}{place}"
    return value + place if _is_number(value) else value


def _string(_sampler: _Sampler, schema: Mapping[str, Any], _depth: int) -> str:
    text = FORMATS.get(str(schema.get("format")), WORD).ljust(_count(schema, "minLength"), "o")
    return text[: _count(schema, "maxLength")] if "maxLength" in schema else text


def _number(_sampler: _Sampler, schema: Mapping[str, Any], _depth: int) -> int | float:
    """Zero, or else the multiple of the step nearest to a bound, or else (no integers) the middle."""
    try:
        value = next((number for number in _tries(schema) if _within(number, schema)), 0)
        return int(value) if schema.get("type") == "integer" or value == int(value) else value
    except OverflowError:  # bounds beyond what a float holds
        return 0


def _tries(schema: Mapping[str, Any]) -> Iterator[int | float]:
    step = _figure(schema, "multipleOf") or 1
    yield 0
    bounds = [bound for keyword in BOUNDS if (bound := _figure(schema, keyword)) is not None]
    for bound in bounds:
        yield -(-bound // step) * step
        yield bound // step * step
        yield (bound // step + 1) * step
        yield (-(-bound // step) - 1) * step
    if bounds:
        yield (min(bounds) + max(bounds)) / 2


def _within(value: float, schema: Mapping[str, Any]) -> bool:
    bounds = ((holds, _figure(schema, keyword)) for keyword, holds in BOUNDS.items())
    return all(bound is None or holds(value, bound) for holds, bound in bounds)


BOUNDS: dict[str, Callable[[float, float], bool]] = {
    "minimum": operator.ge,
    "exclusiveMinimum": operator.gt,
    "maximum": operator.le,
    "exclusiveMaximum": operator.lt,
}


def _figure(schema: Mapping[str, Any], keyword: str) -> int | float | None:
    value = schema.get(keyword)
    return value if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(schema: Mapping[str, Any], keyword: str) -> int:
    return max(0, min(int(_figure(schema, keyword) or 0), MOST))


MAKERS: dict[str, Callable[[_Sampler, Mapping[str, Any], int], Any]] = {
    "object": _Sampler.object,
    "array": _Sampler.array,
    "string": _string,
    "number": _number,
    "integer": _number,
    "boolean": lambda _sampler, _schema, _depth: True,
    "null": lambda _sampler, _schema, _depth: None,
}
