"""The alternatives of a union before they have names: what each may be, and which are one."""

from typing import Any

from spec.codegen.merging import Schema, types_of


def is_null(schema: Any) -> bool:
    """Whether null is all that the schema takes."""
    return isinstance(schema, dict) and (
        types_of(schema) == ["null"]
        or ("const" in schema and schema["const"] is None)
        or schema.get("enum") == [None]
    )


def tag_values(schema: Schema) -> tuple[str, ...]:
    """The strings a property is limited to, or none."""
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    if not values:
        for member in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
            values = [*values, *tag_values(member)]
    return tuple(value for value in values if isinstance(value, str))


def split(schema: Schema, types: list[str]) -> Schema:
    """`type: [a, b]` as a union of one alternative a type, each with the keywords that concern it."""
    shared = {key: value for key, value in schema.items() if key not in {"type", "default"}}
    split: Schema = {
        "anyOf": [
            {"type": kind} if kind == "null" else {"type": kind, **_relevant(shared, kind)} for kind in types
        ]
    }
    return split | ({"default": schema["default"]} if "default" in schema else {})


_RELEVANT = {
    "object": {
        "properties",
        "required",
        "additionalProperties",
        "minProperties",
        "maxProperties",
        "propertyNames",
    },
    "array": {"items", "minItems", "maxItems", "uniqueItems", "prefixItems"},
    "string": {"minLength", "maxLength", "pattern"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "boolean": set[str](),
}
_RELEVANT["number"] = _RELEVANT["integer"]
_PYTHON = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


def _relevant(schema: Schema, kind: str) -> Schema:
    kept = {key: value for key, value in schema.items() if key in _RELEVANT[kind]}
    if "enum" in schema:
        kept["enum"] = [value for value in schema["enum"] if isinstance(value, _PYTHON[kind])]  # type: ignore[arg-type]  # a type or a tuple of types
    return kept


def joined(leaves: list[Schema]) -> list[Schema]:
    """Enumerations of strings as one, and none where any string will do."""
    if {"type": "string"} in leaves:
        return [leaf for leaf in leaves if leaf == {"type": "string"} or not _is_string_enum(leaf)]
    enums = [leaf for leaf in leaves if _is_string_enum(leaf)]
    if len(enums) < 2:  # noqa: PLR2004 - one needs no joining
        return leaves
    values = list(dict.fromkeys(value for leaf in enums for value in tag_values(leaf)))
    joined = {"type": "string", "enum": values}
    first = leaves.index(enums[0])
    return [
        joined if index == first else leaf
        for index, leaf in enumerate(leaves)
        if index == first or leaf not in enums
    ]


def _is_string_enum(schema: Schema) -> bool:
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return bool(values) and all(isinstance(value, str) for value in values) and "$ref" not in schema
