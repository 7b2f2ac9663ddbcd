"""Gives every inline object and union a name of its own, so that no class is numbered and none moves when another comes.

The result is a flat table of schemas in which only references, scalars, arrays and maps nest. Prose, formats and
examples are gone; `allOf` is merged; unions are lists of leaves. A name is the path that leads to the schema:
`Parent` + `Property` + (`Item` for an array's elements, `Value` for a map's), a union's variant by its tag.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from spec.codegen.faults import ModelError, Pointer

Schema = dict[str, Any]

_PREFIX = "#/components/schemas/"
_PROSE = frozenset(
    ("title", "example", "examples", "deprecated", "externalDocs", "xml", "$comment", "readOnly", "writeOnly")
)
# No format is an assertion in OpenAPI 3.1, and pydantic's own types rewrite what they read (URLs, dates).
_UNASSERTED = frozenset(("format", "contentEncoding", "contentMediaType", "contentSchema"))
_TIGHTER_HIGH = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_TIGHTER_LOW = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_TAGS = ("type", "role", "object")
_UNTAGGED = "x-lockstep-untagged"


@dataclass(frozen=True)
class Union:
    """A union's leaves, null left out, and the property its discriminator names."""

    leaves: tuple[Schema, ...]
    discriminator: str | None
    nullable: bool
    untagged: tuple[tuple[str, str], ...] = ()
    """Where the tag is absent: the first property the object has names the tag (`x-lockstep-untagged`)."""


@dataclass
class Flat:
    """The flat schemas by class name, and which of them are unions."""

    schemas: dict[str, Schema] = field(default_factory=dict)
    unions: dict[str, Union] = field(default_factory=dict)

    def classes(self) -> frozenset[str]:
        """The names of those that are classes; the others are aliases."""
        return frozenset(name for name, schema in self.schemas.items() if "properties" in schema)

    def resolve(self, schema: Schema) -> Schema:
        """Follow references to what they name."""
        while "$ref" in schema:
            schema = self.schemas[referenced(schema)]
        return schema


def referenced(schema: Schema) -> str:
    """The component name that a reference names."""
    name: str = schema["$ref"]
    return name.removeprefix(_PREFIX)


def reference(name: str) -> Schema:
    """A reference to a component schema."""
    return {"$ref": _PREFIX + name}


def pascal(text: str) -> str:
    """`input_text` as `InputText`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", text) if word)


def flatten(schemas: dict[str, Schema]) -> Flat:
    """Flatten component schemas; raises `ModelError` at what cannot be modelled."""
    return _Flattener(schemas).run()


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def _types(schema: Schema) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and (
        _types(schema) == ["null"] or ("const" in schema and schema["const"] is None) or schema.get("enum") == [None]
    )


def _constrains_only(schema: Any) -> bool:
    """Whether an alternative adds conditions to an object described elsewhere (`{required: [a]}`)."""
    return isinstance(schema, dict) and not schema.keys() & {
        "$ref", "type", "properties", "enum", "const", "anyOf", "oneOf", "allOf", "items", "additionalProperties",
    }  # fmt: skip


class _Flattener:
    def __init__(self, schemas: dict[str, Schema]) -> None:
        self.source = schemas
        self.flat = Flat()

    def run(self) -> Flat:
        for name, schema in self.source.items():
            pointer: Pointer = ("components", "schemas", name)
            if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
                raise ModelError(pointer, f"the component name {name!r} is no class name (PascalCase, letters and digits)")
            shaped = self.shape(schema, name, pointer, top=True)
            if name not in self.flat.schemas:
                self.flat.schemas[name] = shaped
            if "properties" in self.flat.schemas[name] and (text := schema.get("description")):
                self.flat.schemas[name]["description"] = " ".join(text.split())
        return self.flat

    def shape(self, schema: Any, name: str, pointer: Pointer, *, top: bool = False) -> Schema:
        """The flat form of one schema; what needs a class is put in the table under `name`."""
        if isinstance(schema, bool):
            return {} if schema else {"not": {}}
        untagged = tuple((rule["property"], rule["tag"]) for rule in schema.get(_UNTAGGED, ()))
        schema = {
            key: value
            for key, value in schema.items()
            if key not in _PROSE and key not in _UNASSERTED and key != "description" and not key.startswith("x-")
        }
        if "$ref" in schema or "allOf" in schema:
            schema = self.merged(schema, pointer)
            if "$ref" in schema:
                return schema
        keyword = next((key for key in ("oneOf", "anyOf") if key in schema), None)
        if keyword and not all(_constrains_only(member) for member in schema[keyword]):
            shaped = self.union(schema, keyword, name, pointer, top=top)
            if untagged:
                union = referenced(shaped) if "$ref" in shaped else name
                self.flat.unions[union] = replace(self.flat.unions[union], untagged=untagged)
            return shaped
        types = _types(schema)
        if len(types) > 1 and (set(types) - {"null", "string", "integer", "number", "boolean"} or len(types) > 2):
            return self.union(_split(schema, types), "anyOf", name, pointer, top=top)
        schema.pop("discriminator", None)
        return self.plain(schema, name, pointer, top=top)

    def plain(self, schema: Schema, name: str, pointer: Pointer, *, top: bool) -> Schema:
        """An object, array, map or scalar."""
        default = {"default": schema["default"]} if "default" in schema else {}
        if isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
            inner = (*pointer, "additionalProperties")
            schema["additionalProperties"] = self.shape(schema["additionalProperties"], name + "Value", inner)
        if "items" in schema:
            schema["items"] = self.shape(schema["items"], name + "Item", (*pointer, "items"))
        if not schema.get("properties"):
            schema.pop("properties", None)
            return schema
        schema["type"] = "object"
        schema["properties"] = {
            key: self.shape(value, name + pascal(key), (*pointer, "properties", key))
            for key, value in schema["properties"].items()
        }
        if top:
            return schema
        schema.pop("default", None)
        return self.register(name, schema, pointer) | default

    def register(self, name: str, schema: Schema, pointer: Pointer) -> Schema:
        """Put an inline schema in the table under its own name."""
        if name in self.source:
            name += "Choice" if "anyOf" in schema else "Object"
        if name in self.source or self.flat.schemas.get(name, schema) != schema:
            raise ModelError(pointer, f"this inline schema would be called {name}, which is taken: name it in schemas/")
        self.flat.schemas[name] = schema
        return reference(name)

    # Unions

    def union(self, schema: Schema, keyword: str, name: str, pointer: Pointer, *, top: bool) -> Schema:
        """A union as its leaves: nested unions opened, scalars joined, null apart."""
        rest = {key: value for key, value in schema.items() if key not in {keyword, "discriminator", "default", "type"}}
        default = {"default": schema["default"]} if "default" in schema else {}
        others = [(index, member) for index, member in enumerate(schema[keyword]) if not _is_null(member)]
        if len(others) == 1 and not rest and "$ref" in others[0][1]:
            index, member = others[0]
            lone = self.shape(member, name, (*pointer, keyword, index))
            return (nullable(lone) if len(schema[keyword]) > 1 else lone) | default
        opened = list(self.opened(schema[keyword], (*pointer, keyword), ()))
        members = [(member, place) for member, place in opened if not _is_null(member)]
        has_null = len(members) < len(opened)
        if rest:
            members = [({"allOf": [member, rest]}, place) for member, place in members]
        leaves: list[Schema] = []
        alone = len(members) == 1
        for member, place in members:
            leaf = self.leaf(member, name + "Object" if alone and top else name, place, alone=alone)
            if leaf not in leaves:
                leaves.append(leaf)
        leaves = _joined(leaves)
        if len(leaves) == 1:
            return (nullable(leaves[0]) if has_null else leaves[0]) | default
        shaped = {"anyOf": [*leaves, *([{"type": "null"}] if top and has_null else [])]}
        discriminator = schema.get("discriminator", {}).get("propertyName")
        union = Union(tuple(leaves), discriminator, nullable=top and has_null)
        if top:
            self.flat.unions[name] = union
            return shaped
        ref = self.register(name, shaped, pointer)
        self.flat.unions[referenced(ref)] = union
        return (nullable(ref) if has_null else ref) | default

    def opened(self, members: list[Any], pointer: Pointer, seen: tuple[str, ...]) -> Any:
        """Each leaf with its place; references to unions are followed."""
        for index, member in enumerate(members):
            place = (*pointer, index)
            if isinstance(member, bool):
                raise ModelError(place, "an alternative that is just true or false makes the union pointless")
            target, names = member, seen
            while isinstance(target, dict) and set(target) - _PROSE - {"description"} == {"$ref"}:
                called = referenced(target)
                if called in names:
                    raise ModelError(place, f"the union contains itself through {called}")
                names, target = (*names, called), self.source[called]
            keyword = next((key for key in ("oneOf", "anyOf") if key in target), None)
            if keyword and not target.keys() & {"properties", "allOf"}:
                yield from self.opened(target[keyword], place, names)
            elif "null" in (types := _types(target)) and len(types) > 1:
                # The class is the referenced one; only its null is lifted out of the union.
                yield ({**target, "type": [kind for kind in types if kind != "null"]} if target is member else member), place
                yield {"type": "null"}, place
            else:
                yield member, place

    def leaf(self, member: Schema, name: str, pointer: Pointer, *, alone: bool) -> Schema:
        """One alternative; an inline object is called after its tag."""
        if alone or "$ref" in member:
            return self.shape(member, name, pointer)
        properties = member.get("properties", {})
        tag = next((_values(properties[key]) for key in _TAGS if key in properties), ())
        suffix = pascal(tag[0]) if tag else "".join(pascal(key) for key in member.get("required", ()))
        suffix = suffix if suffix or "properties" not in member else "Object"
        return self.shape(member, name + suffix, pointer)

    # allOf

    def merged(self, schema: Schema, pointer: Pointer) -> Schema:
        """`allOf` and a reference with siblings as one schema; a lone reference stays one."""
        parts = [self.bare(part) for part in schema.get("allOf", ())]
        rest = {key: value for key, value in schema.items() if key not in {"allOf", "$ref", "default", "discriminator"}}
        parts = [*([{"$ref": schema["$ref"]}] if "$ref" in schema else []), *parts, rest]
        parts = [part for part in parts if part]
        default = {"default": schema["default"]} if "default" in schema else {}
        if len(parts) == 1 and "allOf" not in parts[0]:
            return parts[0] | default
        result: Schema = {}
        for part in parts:
            result = _intersection(result, self.inlined(part, pointer), pointer)
        return result | default

    def bare(self, schema: Schema) -> Schema:
        return {key: value for key, value in schema.items() if key not in _PROSE and key != "description"}

    def inlined(self, schema: Schema, pointer: Pointer) -> Schema:
        """What a part of `allOf` says, references followed."""
        if "$ref" in schema and len(schema) == 1:
            return self.inlined(self.bare(self.source[referenced(schema)]), pointer)
        if "$ref" in schema or "allOf" in schema:
            merged = self.merged(schema, pointer)
            return self.inlined(merged, pointer) if "$ref" in merged else merged
        return schema


def _values(schema: Schema) -> tuple[str, ...]:
    """The strings a property is limited to, or none."""
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    if not values:
        for member in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
            values = [*values, *_values(member)]
    return tuple(value for value in values if isinstance(value, str))


tag_values = _values


def _split(schema: Schema, types: list[str]) -> Schema:
    """`type: [a, b]` as a union of one alternative a type, each with the keywords that concern it."""
    shared = {key: value for key, value in schema.items() if key not in {"type", "default"}}
    split: Schema = {"anyOf": [{"type": kind} if kind == "null" else {"type": kind, **_relevant(shared, kind)} for kind in types]}
    return split | ({"default": schema["default"]} if "default" in schema else {})


_RELEVANT = {
    "object": {"properties", "required", "additionalProperties", "minProperties", "maxProperties", "propertyNames"},
    "array": {"items", "minItems", "maxItems", "uniqueItems", "prefixItems"},
    "string": {"minLength", "maxLength", "pattern"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "boolean": set[str](),
}
_RELEVANT["number"] = _RELEVANT["integer"]
_PYTHON = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}


def _relevant(schema: Schema, kind: str) -> Schema:
    kept = {key: value for key, value in schema.items() if key in _RELEVANT[kind]}
    if "enum" in schema:
        kept["enum"] = [value for value in schema["enum"] if isinstance(value, _PYTHON[kind])]  # type: ignore[arg-type]  # a type or a tuple of types
    return kept


def _joined(leaves: list[Schema]) -> list[Schema]:
    """Enumerations of strings as one, and none where any string will do."""
    if {"type": "string"} in leaves:
        return [leaf for leaf in leaves if leaf == {"type": "string"} or not _is_string_enum(leaf)]
    enums = [leaf for leaf in leaves if _is_string_enum(leaf)]
    if len(enums) < 2:  # noqa: PLR2004 - one needs no joining
        return leaves
    values = list(dict.fromkeys(value for leaf in enums for value in _values(leaf)))
    joined = {"type": "string", "enum": values}
    first = leaves.index(enums[0])
    return [joined if index == first else leaf for index, leaf in enumerate(leaves) if index == first or leaf not in enums]


def _is_string_enum(schema: Schema) -> bool:
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return bool(values) and all(isinstance(value, str) for value in values) and "$ref" not in schema


def _intersection(one: Schema, other: Schema, pointer: Pointer) -> Schema:
    """A schema that accepts what both accept."""
    result = dict(one)
    for key, value in other.items():
        if key not in result or result[key] == value:
            result[key] = value
        elif key == "properties":
            result[key] = _both_properties(result[key], value)
        elif key == "required":
            result[key] = list(dict.fromkeys([*result[key], *value]))
        elif key in _TIGHTER_HIGH:
            result[key] = max(result[key], value)
        elif key in _TIGHTER_LOW:
            result[key] = min(result[key], value)
        elif key == "enum":
            result[key] = [item for item in result[key] if item in value]
        elif key == "type":
            result[key] = _common_types(_types(one), _types(other))
        elif key == "default" or key.startswith("x-"):
            result[key] = value
        else:
            raise ModelError(pointer, f"allOf states {key!r} twice, differently: write the merged schema out")
    return result


def _both_properties(one: Schema, other: Schema) -> Schema:
    both = {key: {"allOf": [one[key], other[key]]} for key in one if key in other and one[key] != other[key]}
    return {**one, **other, **both}


def _common_types(one: list[str], other: list[str]) -> str | list[str]:
    common = [kind for kind in one if kind in other or (kind == "integer" and "number" in other)]
    if "number" in one and "integer" in other:
        common.append("integer")
    return common[0] if len(common) == 1 else common
