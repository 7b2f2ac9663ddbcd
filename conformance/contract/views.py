"""Views: a schema as the rules see it, references followed and `allOf` merged wherever that is exact."""

import dataclasses
import json
import math
from typing import Any

from conformance.contract.documents import escape
from conformance.contract.refs import Refs

Schema = dict[str, Any]

TYPES = frozenset({"null", "boolean", "object", "array", "string", "number"})
_DEEPEST = 60

ANNOTATIONS = frozenset(
    {
        "title",
        "description",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "example",
        "examples",
        "externalDocs",
        "xml",
        "discriminator",
        "$comment",
        "$schema",
        "$id",
        "$anchor",
        "$dynamicAnchor",
        "$defs",
        "definitions",
        "summary",
    }
)
CONSTRAINTS = frozenset(
    {
        "type",
        "nullable",
        "enum",
        "const",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "items",
        "additionalItems",
        "prefixItems",
        "contains",
        "minContains",
        "maxContains",
        "minItems",
        "maxItems",
        "uniqueItems",
        "unevaluatedItems",
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
        "dependentRequired",
        "dependentSchemas",
        "dependencies",
        "unevaluatedProperties",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "$ref",
        "$dynamicRef",
        "$recursiveRef",
        "$recursiveAnchor",
        "$vocabulary",
    }
)
KNOWN = ANNOTATIONS | CONSTRAINTS
"""Every schema keyword a rule or the engine understands; the rest is reported, unless it is `x-`."""

SINGLE = frozenset(
    {
        "not",
        "if",
        "then",
        "else",
        "items",
        "contains",
        "propertyNames",
        "additionalProperties",
        "additionalItems",
        "unevaluatedItems",
        "unevaluatedProperties",
        "contentSchema",
    }
)
LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"})
_NUM = (int, float)
KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(LISTS | {"enum", "required"}, (list,)),
    **dict.fromkeys(MAPS | {"dependentRequired"}, (dict,)),
    **dict.fromkeys(SINGLE, (dict, bool)),
    "items": (dict, bool, list),
    "type": (str, list),
    "pattern": (str,),
    "format": (str,),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _NUM
    ),
    **dict.fromkeys(("minimum", "maximum", "multipleOf", "minContains", "maxContains"), _NUM),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), (int, float, bool)),
}
"""What the value of a keyword has to be."""


def fits(keyword: str, value: Any) -> bool:
    """Whether a keyword's value is of the kind it has to be; one of another kind says nothing."""
    wanted = KINDS.get(keyword)
    if wanted is None:
        return True
    if isinstance(value, bool) and bool not in wanted:
        return False
    return isinstance(value, wanted)


# What looks at all properties or items of one object only: merging could change what it sees.
_LOCAL = frozenset(
    {"additionalProperties", "patternProperties", "unevaluatedProperties", "unevaluatedItems", "prefixItems"}
)


@dataclasses.dataclass(frozen=True, eq=False)
class View:
    """One schema, flat: keywords in one mapping that accepts the same values, and where each came from."""

    flat: Schema
    pointer: str
    origins: dict[str, str]
    refs: Refs | None = None

    def where(self, keyword: str, name: str = "") -> str:
        """Return the pointer of a keyword, or of a name inside it."""
        found = self.origins.get(f"{keyword}/{name}") or self.origins.get(keyword, self.pointer)
        here = f"{found}/{keyword}"
        return f"{here}/{escape(name)}" if name else here

    @property
    def opaque(self) -> bool:
        """Whether a reference is left that leads nowhere or in a circle: what it admits is unknown."""
        return "$ref" in self.flat

    @property
    def types(self) -> frozenset[str]:
        """The types it admits, "integer" only where it is not also "number"."""
        return types_of(self.flat)

    @property
    def enum(self) -> list[Any] | None:
        """The values it lists, a const being one of them; None where it lists none."""
        values = self.flat.get("enum")
        if "const" in self.flat:
            only = self.flat["const"]
            return [only] if values is None or any(same_value(only, value) for value in values) else []
        return values if isinstance(values, list) else None

    def names(self, keyword: str) -> dict[str, Any]:
        """Return a keyword that maps names to schemas; empty where it is absent or malformed."""
        value = self.flat.get(keyword)
        return value if isinstance(value, dict) else {}

    def one_way(self, name: str) -> Schema:
        """Return what marks a property as one that messages of one direction leave out."""
        schema = self.names("properties").get(name)
        for _ in range(_DEEPEST):
            if not isinstance(schema, dict):
                break
            marks = {mark: True for mark in _MARKS if schema.get(mark) is True}
            found = (
                self.refs.resolve(schema["$ref"])
                if self.refs and isinstance(schema.get("$ref"), str)
                else None
            )
            if marks or found is None:
                return marks
            schema = found[0]
        return {}

    @property
    def required(self) -> list[str]:
        """The names it requires, each once, in their order."""
        value = self.flat.get("required")
        return list(dict.fromkeys(n for n in value if isinstance(n, str))) if isinstance(value, list) else []


def types_of(schema: Any) -> frozenset[str]:
    """Return the types a schema's `type` and `nullable` admit."""
    if not isinstance(schema, dict):
        return TYPES
    stated = schema.get("type")
    if stated is None:
        return TYPES
    listed = {stated} if isinstance(stated, str) else {t for t in stated if isinstance(t, str)}
    if schema.get("nullable") is True:
        listed.add("null")
    if "number" in listed:
        listed.discard("integer")
    return frozenset(listed)


def same_value(one: Any, two: Any) -> bool:
    """Equality of JSON values: 1 is 1.0 but not true."""
    return key_of(one) == key_of(two)


def key_of(value: Any) -> str:
    """Write a JSON value so that equal values have equal text: integral floats as integers."""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{key_of(value[k])}" for k in sorted(value, key=str)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(key_of, value)) + "]"
    return json.dumps(value)


class Views:
    """Makes the views of one document, each once."""

    def __init__(self, refs: Refs) -> None:
        self.refs = refs
        self.strict_refs = refs.document.dialect == "3.0"
        self._views: dict[int, View] = {}
        self._keep: list[Any] = []
        self._open: set[int] = set()

    def of(self, schema: Any, pointer: str) -> View:
        """Return the view of a schema that stands at a pointer."""
        schema, pointer = self._through(schema, pointer)
        found = self._views.get(id(schema))
        if found is None:
            self._keep.append(schema)
            self._open.add(id(schema))
            found = self._view(schema, pointer)
            self._open.discard(id(schema))
            self._views[id(schema)] = found
        return found

    def _view(self, schema: Any, pointer: str) -> View:
        if not isinstance(schema, dict):
            return View({"not": {}} if schema is False else {}, pointer, {}, self.refs)
        if not all(map(fits, schema, schema.values())):
            schema = {key: value for key, value in schema.items() if fits(key, value)}
            self._keep.append(schema)
        whole = View(schema, pointer, {}, self.refs)
        if len(self._open) > _DEEPEST or not ("allOf" in schema or "$ref" in schema):
            return whole
        return self._merged(schema, pointer) or whole

    def _through(self, schema: Any, pointer: str) -> tuple[Any, str]:
        """Follow references that stand alone, or beside nothing that counts, up to one that leads nowhere."""
        for _ in range(_DEEPEST):
            if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
                break
            if not self.strict_refs and any(key != "$ref" and counts(key) for key in schema):
                break
            found = self.refs.resolve(schema["$ref"])
            if found is None:
                break
            schema, pointer = found
        return schema, pointer

    def _merged(self, schema: Schema, pointer: str) -> View | None:
        """Merge a schema with what it refers to and its `allOf`; None where nothing can be merged exactly."""
        own = {key: value for key, value in schema.items() if key not in ("allOf", "$ref")}
        parts: list[tuple[Any, str]] = []
        if isinstance(schema.get("$ref"), str):
            parts.append((schema, f"{pointer}/$ref"))
        branches = schema.get("allOf")
        if isinstance(branches, list):
            parts.extend((branch, f"{pointer}/allOf/{index}") for index, branch in enumerate(branches))
        flat = own
        origins: dict[str, str] = {}
        left: list[Any] = []
        for part, where in parts:
            view = self._part(part, where)
            if view is None or not _merge(flat, origins, view):
                left.append({"$ref": part["$ref"]} if part is schema else part)
        if left and not own and len(parts) == len(left):
            return None
        if left:
            flat = {**flat, "allOf": left}
        return View(flat, pointer, {key: origins[key] for key in sorted(origins)}, self.refs)

    def _part(self, part: Any, where: str) -> View | None:
        if where.endswith("/$ref"):
            found = self.refs.resolve(part["$ref"])
            if found is None:
                return None
            part, where = found
        inner, _ = self._through(part, where)
        # A schema that contains itself by `allOf` stays as it is written.
        return None if id(inner) in self._open else self.of(part, where)


def counts(keyword: str) -> bool:
    """Whether a keyword beside a reference means anything to a rule."""
    return keyword in CONSTRAINTS or keyword in (
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "discriminator",
    )


def _largest(one: Any, two: Any) -> Any:
    return max(one, two)


def _smallest(one: Any, two: Any) -> Any:
    return min(one, two)


_BOUNDS = {
    **dict.fromkeys(
        ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"),
        _largest,
    ),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), _smallest),
}


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _merge(flat: Schema, origins: dict[str, str], view: View) -> bool:
    """Merge a view into a flat schema in place, if the conjunction can be written exactly."""
    more = view.flat
    if not _separable(flat, more):
        return False
    if ("nullable" in more or "nullable" in flat) and types_of(more) != types_of(flat):
        # `nullable` widens the type beside it only.
        return _take_alone(flat, origins, view)
    made: Schema = {}
    for key in [key for key in more if key in flat and _constrains(key)]:
        if key != "nullable" and not same_value(flat[key], more[key]):
            made[key] = _conjunction(key, flat[key], more[key])
            if made[key] is None:
                return False
    for key, value in made.items():
        _note(origins, key, flat[key], view)
        flat[key] = value
    _take(flat, origins, view)
    return True


def _separable(flat: Schema, more: Schema) -> bool:
    """Whether no keyword of the one looks at what the other says of the same object, array or condition."""
    if (_LOCAL & more.keys() and flat.keys() & _OBJECT) or (_LOCAL & flat.keys() and more.keys() & _OBJECT):
        return False
    if any(isinstance(schema.get(flag), bool) for schema in (flat, more) for flag in _FLAGS):
        return False
    return not any(group & more.keys() and group & flat.keys() for group in _GROUPED)


_FLAGS = ("exclusiveMinimum", "exclusiveMaximum")
# A `then` belongs to the `if` beside it, and a number of matches to the `contains` beside it.
_GROUPED = (frozenset({"if", "then", "else"}), frozenset({"contains", "minContains", "maxContains"}))


def _constrains(keyword: str) -> bool:
    return keyword not in ANNOTATIONS and not keyword.startswith("x-")


def _take(flat: Schema, origins: dict[str, str], view: View) -> None:
    """Take over the keywords of a view that a flat schema lacks, and where they came from."""
    for key, value in view.flat.items():
        if key not in flat:
            flat[key] = value
            origins[key] = view.origins.get(key, view.pointer)
    for key, where in view.origins.items():
        origins.setdefault(key, where)


def _take_alone(flat: Schema, origins: dict[str, str], view: View) -> bool:
    """Merge where `nullable` is in play only if one side says nothing about types or values."""
    if {"type", "enum", "const", "nullable"} & flat.keys():
        return False
    for key, value in view.flat.items():
        if key in flat and _constrains(key) and not same_value(flat[key], value):
            return False
    _take(flat, origins, view)
    return True


_OBJECT = _LOCAL | {"properties", "items"}


def _note(origins: dict[str, str], key: str, before: Any, view: View) -> None:
    if key == "properties":
        for name in view.flat[key]:
            if name not in before:
                origins[f"{key}/{name}"] = view.origins.get(f"{key}/{name}") or view.origins.get(
                    key, view.pointer
                )


def _conjunction(key: str, one: Any, two: Any) -> Any:
    """Return the one value of a keyword that says what both say; None where there is none."""
    if key in _BOUNDS and _number(one) and _number(two):
        return _BOUNDS[key](one, two)
    if key == "required" and isinstance(one, list) and isinstance(two, list):
        return list(dict.fromkeys([*one, *two]))
    if key == "properties" and isinstance(one, dict) and isinstance(two, dict):
        return {**one, **{name: _both(one[name], two[name]) if name in one else two[name] for name in two}}
    if key == "type":
        both = [t for t in _expanded(one) if t in _expanded(two)]
        return both if both and len(both) > 1 else (both[0] if both else None)
    if key == "enum" and isinstance(one, list) and isinstance(two, list):
        keys = {key_of(value) for value in two}
        return [value for value in one if key_of(value) in keys]
    return None


def _expanded(stated: Any) -> list[str]:
    listed = [stated] if isinstance(stated, str) else [t for t in stated if isinstance(t, str)]
    return [*listed, "integer"] if "number" in listed and "integer" not in listed else listed


def _both(one: Any, two: Any) -> Any:
    """Write the conjunction of two schemas of a property; a mark of direction on either counts for both."""
    if same_value(one, two):
        return one
    marks = {
        mark: True
        for part in (one, two)
        if isinstance(part, dict)
        for mark in _MARKS
        if part.get(mark) is True
    }
    return {"allOf": [one, two], **marks}


_MARKS = ("readOnly", "writeOnly")
