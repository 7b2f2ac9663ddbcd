"""Gives every inline object and union a stable name: no class is numbered, none moves when another comes.

The result is a flat table of schemas in which only references, scalars, arrays and maps nest. Prose, formats
and examples are gone; `allOf` is merged; unions are lists of leaves. A name is the path that leads to the
schema: `Parent` + `Property` + (`Item` for an array's elements, `Value` for a map's); a union's inline
variant is called after its tag.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from spec.codegen.alternatives import is_null, joined, split, tag_values
from spec.codegen.faults import ModelError, Pointer
from spec.codegen.merging import intersection, types_of

Schema = dict[str, Any]

_PREFIX = "#/components/schemas/"
_PROSE = frozenset(
    ("title", "example", "examples", "deprecated", "externalDocs", "xml", "$comment", "readOnly", "writeOnly")
)
# No format is an assertion in OpenAPI 3.1, and pydantic's own types rewrite what they read (URLs, dates).
_UNASSERTED = frozenset(("format", "contentEncoding", "contentMediaType", "contentSchema"))
_DESCRIBE = frozenset(
    (
        "$ref",
        "type",
        "properties",
        "enum",
        "const",
        "anyOf",
        "oneOf",
        "allOf",
        "items",
        "additionalProperties",
    )
)
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


def _matters(key: str) -> bool:
    prose = key in _PROSE or key in _UNASSERTED or key == "description"
    return not prose and (not key.startswith("x-") or key == _UNTAGGED)


def _constrains_only(schema: Any) -> bool:
    """Whether an alternative adds conditions to an object described elsewhere (`{required: [a]}`)."""
    return isinstance(schema, dict) and not schema.keys() & _DESCRIBE


class _Flattener:
    def __init__(self, schemas: dict[str, Schema]) -> None:
        self.source = schemas
        self.flat = Flat()

    def run(self) -> Flat:
        for name, schema in self.source.items():
            pointer: Pointer = ("components", "schemas", name)
            if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
                raise ModelError(
                    pointer, f"the component name {name!r} is no class name (PascalCase, letters and digits)"
                )
            shaped = self.shape(schema, name, pointer, top=True)
            if name not in self.flat.schemas:
                self.flat.schemas[name] = shaped
            self.flat.schemas[name].pop("default", None)
            if "properties" in self.flat.schemas[name] and (text := schema.get("description")):
                self.flat.schemas[name]["description"] = " ".join(text.split())
        return self.flat

    def shape(self, schema: Any, name: str, pointer: Pointer, *, top: bool = False) -> Schema:
        """The flat form of one schema; what needs a class is put in the table under `name`."""
        if isinstance(schema, bool):
            return {} if schema else {"not": {}}
        own: Schema = {key: value for key, value in schema.items() if _matters(key)}
        if "$ref" in own or "allOf" in own:
            own = self.merged(own, pointer)
            if "$ref" in own:
                self.named(own, pointer)
                return own
        keyword = next((key for key in ("oneOf", "anyOf") if key in own), None)
        if keyword and not all(_constrains_only(member) for member in own[keyword]):
            return self.union(own, keyword, name, pointer, top=top)
        types = types_of(own)
        if len(types) > 1 and (len(set(types) - {"null"}) > 1 or set(types) & {"object", "array"}):
            return self.union(split(own, types), "anyOf", name, pointer, top=top)
        own.pop("discriminator", None)
        return self.plain(own, name, pointer, top=top)

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
        # A required member that nobody describes may be anything, but must be there.
        undescribed: Schema = {
            key: {} for key in schema.get("required", ()) if key not in schema["properties"]
        }
        schema["properties"] = {
            key: self.shape(value, name + pascal(key), (*pointer, "properties", key))
            for key, value in (schema["properties"] | undescribed).items()
        }
        for key in schema["properties"].keys() - schema.get("required", ()):
            schema["properties"][key] |= self.inherited(schema["properties"][key])
        if top:
            return schema
        schema.pop("default", None)
        return self.register(name, schema, pointer) | default

    def inherited(self, schema: Schema) -> Schema:
        """The default that a reference brings with it, which the models' generator would read as nullable."""
        if "$ref" not in schema or "default" in schema:
            return {}
        target = self.source.get(referenced(schema), {})
        return {"default": target["default"]} if "default" in target else self.inherited(target)

    def register(self, name: str, schema: Schema, pointer: Pointer) -> Schema:
        """Put an inline schema in the table under its own name."""
        if name in self.source:
            name += "Choice" if "anyOf" in schema else "Object"
        if name in self.source or self.flat.schemas.get(name, schema) != schema:
            raise ModelError(
                pointer, f"this inline schema would be called {name}, which is taken: name it in schemas/"
            )
        self.flat.schemas[name] = schema
        return reference(name)

    # Unions

    def union(self, schema: Schema, keyword: str, name: str, pointer: Pointer, *, top: bool) -> Schema:
        """A union as its leaves: nested unions opened, scalars joined, null apart."""
        rest = {
            key: value
            for key, value in schema.items()
            if key not in {keyword, "discriminator", "default", "type", _UNTAGGED}
        }
        default = {"default": schema["default"]} if "default" in schema else {}
        others = [(index, member) for index, member in enumerate(schema[keyword]) if not is_null(member)]
        if len(others) == 1 and not rest and "$ref" in others[0][1]:
            index, member = others[0]
            lone = self.shape(member, name, (*pointer, keyword, index))
            return (nullable(lone) if len(schema[keyword]) > 1 else lone) | default
        opened = list(self.opened(schema[keyword], (*pointer, keyword), ()))
        members = [(member, place) for member, place in opened if not is_null(member)]
        has_null = len(members) < len(opened)
        if rest:
            members = [({"allOf": [member, rest]}, place) for member, place in members]
        leaves: list[Schema] = []
        alone = len(members) == 1
        for member, place in members:
            leaf = self.leaf(member, name + "Object" if alone and top else name, place, alone=alone)
            if leaf not in leaves:
                leaves.append(leaf)
        leaves = joined(leaves)
        if len(leaves) == 1:
            return (nullable(leaves[0]) if has_null else leaves[0]) | default
        shaped = {"anyOf": [*leaves, *([{"type": "null"}] if top and has_null else [])]}
        discriminator = schema.get("discriminator", {}).get("propertyName")
        untagged = tuple((rule["property"], rule["tag"]) for rule in schema.get(_UNTAGGED, ()))
        union = Union(tuple(leaves), discriminator, nullable=top and has_null, untagged=untagged)
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
                names, target = (*names, called), self.named(target, place)
            keyword = next((key for key in ("oneOf", "anyOf") if key in target), None)
            if keyword and not target.keys() & {"properties", "allOf"}:
                yield from self.opened(target[keyword], place, names)
            elif "null" in (types := types_of(target)) and len(types) > 1:
                # The class is the referenced one; only its null is lifted out of the union.
                yield (
                    (
                        {**target, "type": [kind for kind in types if kind != "null"]}
                        if target is member
                        else member
                    ),
                    place,
                )
                yield {"type": "null"}, place
            else:
                yield member, place

    def leaf(self, member: Schema, name: str, pointer: Pointer, *, alone: bool) -> Schema:
        """One alternative; an inline object is called after its tag."""
        if alone or "$ref" in member:
            return self.shape(member, name, pointer)
        properties = member.get("properties", {})
        tag = next((tag_values(properties[key]) for key in _TAGS if key in properties), ())
        suffix = pascal(tag[0]) if tag else "".join(pascal(key) for key in member.get("required", ()))
        suffix = suffix if suffix or "properties" not in member else "Object"
        return self.shape(member, name + suffix, pointer)

    # allOf

    def merged(self, schema: Schema, pointer: Pointer) -> Schema:
        """`allOf` and a reference with siblings as one schema; a lone reference stays one."""
        parts = [self.bare(part) for part in schema.get("allOf", ())]
        rest = {
            key: value
            for key, value in schema.items()
            if key not in {"allOf", "$ref", "default", "discriminator"}
        }
        parts = [*([{"$ref": schema["$ref"]}] if "$ref" in schema else []), *parts, rest]
        parts = [part for part in parts if part]
        default = {"default": schema["default"]} if "default" in schema else {}
        if len(parts) == 1 and "allOf" not in parts[0]:
            return parts[0] | default
        result: Schema = {}
        for part in parts:
            result = intersection(result, self.inlined(part, pointer), pointer)
        return result | default

    def named(self, schema: Schema, pointer: Pointer) -> Schema:
        """The component that a reference names, as it was written."""
        name = referenced(schema)
        if name not in self.source:
            raise ModelError(pointer, f"{schema['$ref']} is no component schema: give it a name in schemas/")
        return self.source[name]

    def bare(self, schema: Schema) -> Schema:
        return {key: value for key, value in schema.items() if key not in _PROSE and key != "description"}

    def inlined(self, schema: Schema, pointer: Pointer) -> Schema:
        """What a part of `allOf` says, references followed."""
        if "$ref" in schema and len(schema) == 1:
            return self.inlined(self.bare(self.named(schema, pointer)), pointer)
        if "$ref" in schema or "allOf" in schema:
            merged = self.merged(schema, pointer)
            return self.inlined(merged, pointer) if "$ref" in merged else merged
        return schema
