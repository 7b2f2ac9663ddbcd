"""Decides how a union tells its variants apart, and writes it as a pydantic type that need not try them all.

A value's JSON type comes first, an object's tag second. Where a tag names several variants, or none has a
tag, they are tried in their order, and the errors of the one that came nearest are reported.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from spec.codegen.alternatives import tag_values
from spec.codegen.faults import ModelError
from spec.codegen.names import Flat, Schema, Union, referenced

_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}
_HINTS = {"string": "str", "integer": "int", "number": "Number", "boolean": "bool", "null": "None"}
CONSTRAINTS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minItems": "min_length",
    "maxItems": "max_length",
    "minProperties": "min_length",
    "maxProperties": "max_length",
}
_COMMON_TAGS = ("type", "role", "object")


def hint(schema: Schema, named: Callable[[str], str] = str) -> str:
    """A flat schema as a type; `named` writes the name of a component's class."""
    if "$ref" in schema:
        return named(referenced(schema))
    if "anyOf" in schema:
        return " | ".join(hint(member, named) for member in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        return f"Literal[{', '.join(map(repr, values))}]"
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(
            hint({**schema, "type": one} if one != "null" else {"type": one}, named) for one in kind
        )
    if kind == "array":
        plain = f"list[{hint(schema.get('items', {}), named)}]"
    elif kind == "object" or "additionalProperties" in schema:
        values = schema.get("additionalProperties", True)
        plain = f"dict[str, {hint(values, named) if isinstance(values, dict) else 'Any'}]"
    else:
        plain = _HINTS.get(str(kind), "Any")
    limits = ", ".join(f"{name}={schema[key]!r}" for key, name in CONSTRAINTS.items() if key in schema)
    return f"Annotated[{plain}, Field({limits})]" if limits else plain


@dataclass(frozen=True)
class Leaf:
    """One variant: what JSON types it takes, its class if it is an object with properties, its tags."""

    schema: Schema
    kinds: frozenset[str]
    model: str | None
    properties: dict[str, Schema] = field(default_factory=dict)
    required: frozenset[str] = frozenset()

    def tags(self, name: str) -> tuple[str, ...]:
        """The strings that the property of this name is limited to."""
        return tag_values(self.properties.get(name, {}))


@dataclass
class Choices:
    """The variants of a union under their labels, and what leads to each label."""

    property: str | None
    labels: dict[str, tuple[Leaf, ...]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    absent: str | dict[str, str] | None = None
    unknown: str | None = None

    def label(self, leaves: tuple[Leaf, ...], text: str) -> str:
        """The label of these leaves: the one they have, or a new one."""
        for label, behind in self.labels.items():
            if behind == leaves:
                return label
        self.labels[text] = leaves
        return text


def choices(name: str, flat: Flat) -> Choices:
    """How the union called `name` chooses."""
    union = flat.unions[name]
    leaves = [_leaf(schema, flat) for schema in union.leaves]
    objects = [leaf for leaf in leaves if "object" in leaf.kinds]
    result = Choices(union.discriminator or _common_tag(objects))
    for kind in ("string", "boolean", "number", "integer", "array"):
        candidates = tuple(leaf for leaf in leaves if kind in leaf.kinds)
        if candidates and not (kind == "integer" and result.labels.get("number") == candidates):
            result.labels[kind] = candidates
            result.kinds.append(kind)
    if result.property is not None:
        _choose_by_tag(name, union, objects, result)
    elif objects:
        result.unknown = result.label(tuple(objects), "object")
    result.labels = dict(sorted(result.labels.items(), key=lambda item: leaves.index(item[1][0])))
    return result


def _choose_by_tag(name: str, union: Union, objects: list[Leaf], result: Choices) -> None:
    tag = result.property or ""
    for value in dict.fromkeys(value for leaf in objects for value in leaf.tags(tag)):
        candidates = tuple(leaf for leaf in objects if value in leaf.tags(tag) or not leaf.tags(tag))
        result.tags[value] = result.label(candidates, value)
    if opened := tuple(leaf for leaf in objects if not leaf.tags(tag)):
        result.unknown = result.label(opened, "*")
    if union.untagged:
        if strangers := [value for _, value in union.untagged if value not in result.tags]:
            raise ModelError(
                ("components", "schemas", name), f"x-lockstep-untagged names the unknown tag {strangers[0]!r}"
            )
        result.absent = {key: result.tags[value] for key, value in union.untagged}
    elif optional := tuple(leaf for leaf in objects if tag not in leaf.required or not leaf.tags(tag)):
        result.absent = result.label(optional, "?")


def _common_tag(objects: list[Leaf]) -> str | None:
    """The property that most variants limit to strings of their own, if there are variants to tell apart."""
    if len(objects) < 2:  # noqa: PLR2004 - one needs no tag
        return None
    names = [*_COMMON_TAGS, *sorted({key for leaf in objects for key in leaf.properties} - set(_COMMON_TAGS))]
    best = max(names, key=lambda name: sum(bool(leaf.tags(name)) for leaf in objects))
    distinct = {leaf.tags(best) for leaf in objects if leaf.tags(best)}
    return best if len(distinct) > 1 else None


def _leaf(schema: Schema, flat: Flat) -> Leaf:
    target = flat.resolve(schema)
    model = referenced(schema) if "$ref" in schema and target.get("properties") else None
    properties = {key: flat.resolve(value) for key, value in target.get("properties", {}).items()}
    return Leaf(
        schema, frozenset(_kinds(target, flat)), model, properties, frozenset(target.get("required", ()))
    )


def _kinds(schema: Schema, flat: Flat) -> Iterable[str]:
    """The JSON types a flat schema takes, null left out."""
    if "anyOf" in schema:
        for member in schema["anyOf"]:
            yield from _kinds(flat.resolve(member), flat)
    elif "const" in schema or "enum" in schema:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        yield from (_KINDS[type(value)] for value in values if value is not None)
    elif "type" in schema:
        declared = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        yield from (kind for kind in declared if kind != "null")
        if "number" in declared:
            yield "integer"
    elif "properties" in schema or "additionalProperties" in schema:
        yield "object"
    else:
        yield from _KINDS.values()


# Writing


def annotation(name: str, flat: Flat, later: frozenset[str]) -> str:
    """The union as a type; names in `later` are not defined yet where it stands, and are quoted."""
    union, chosen = flat.unions[name], choices(name, flat)
    members = [_member(label, leaves, later) for label, leaves in chosen.labels.items()]
    lines = ["Annotated[", "    " + "\n    | ".join(members) + ",", *_indented(_chooser(chosen)), "]"]
    return "\n".join(lines) + (" | None" if union.nullable else "")


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]


def _member(label: str, leaves: tuple[Leaf, ...], later: frozenset[str]) -> str:
    plain = " | ".join(hint(leaf.schema) for leaf in leaves)
    if set(re.findall(r"\w+", plain)) & later:
        plain = repr(plain)
    parts = [plain]
    if len(leaves) > 1:
        parts.append("Field(union_mode='left_to_right')")
        names = [leaf.model for leaf in leaves if leaf.model]
        if len(names) == len(leaves):
            parts.append(f"nearest(lambda: ({', '.join(names)}))")
    return f"Annotated[{', '.join(parts)}, Tag('<{label}>')]"


def _chooser(chosen: Choices) -> str:
    """The call of `chosen_by` in generated/base.py."""
    models: dict[str, str] = {}
    for label, leaves in chosen.labels.items():
        for leaf in leaves:
            if leaf.model:
                models.setdefault(leaf.model, label)
    arguments = {
        "models": models,
        "tags": {tag: label for tag, label in chosen.tags.items() if tag != label},
        "kinds": tuple(chosen.kinds),
        "absent": chosen.absent,
        "unknown": chosen.unknown,
    }
    lines = [f"    {key}={_literal(value)}," for key, value in arguments.items() if value]
    return "\n".join([f"chosen_by(\n    {chosen.property!r},", *("\n".join(lines).splitlines()), "),"])


def _literal(value: Any) -> str:
    """A table as its author would write it: an entry a line."""
    if not isinstance(value, dict):
        return repr(value)
    entries = "".join(f"        {key!r}: {entry!r},\n" for key, entry in value.items())
    return f"{{\n{entries}    }}"
