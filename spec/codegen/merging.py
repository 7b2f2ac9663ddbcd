"""One schema for what two demand together: the meaning of `allOf`."""

from typing import Any

from spec.codegen.faults import ModelError, Pointer

Schema = dict[str, Any]

_TIGHTER_HIGH = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_TIGHTER_LOW = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def types_of(schema: Schema) -> list[str]:
    """The JSON types a schema names itself; none if it names none."""
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def intersection(one: Schema, other: Schema, pointer: Pointer) -> Schema:
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
            result[key] = _common_types(types_of(one), types_of(other))
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
