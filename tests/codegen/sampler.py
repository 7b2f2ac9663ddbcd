"""Draws instances of JSON Schemas, and spoils them: seeded, bounded, of every branch sooner or later."""

import random
from typing import Any

Schema = dict[str, Any]

_TEXTS = ("", "a", "hello", "é\u0000\U0001f600", "x" * 70, "2026-11-20", "id_1", "\u2028", '\\"')
_NUMBERS = (0, 1, -1, 5, 2**64, -(2**70), 0.5, 1.5, -3.25, 1e300)
_KINDS = ("null", "boolean", "integer", "string", "array", "object")
_ODD = (
    None,
    True,
    False,
    0,
    7,
    7.0,
    2**70,
    1.5,
    "",
    "odd",
    "\u0000",
    [],
    {},
    [None],
    {"odd": 1},
    "message",
    "user",
)


class Sampler:
    """Instances of the components of one document."""

    def __init__(self, schemas: dict[str, Schema], seed: int) -> None:
        self.schemas = schemas
        self.random = random.Random(seed)

    def component(self, name: str, depth: int = 6) -> Any:
        """An instance that should be valid."""
        return self.value(self.schemas[name], depth)

    def resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def value(self, schema: Schema, depth: int) -> Any:
        """An instance of a schema; below depth 0 only what must be there."""
        schema = self.resolve(schema)
        if "const" in schema or "enum" in schema:
            return self.random.choice(schema.get("enum") or [schema["const"]])
        if members := schema.get("oneOf", schema.get("anyOf")):
            nothing = [member for member in members if member.get("type") == "null"] if depth <= 0 else []
            return self.value(self.random.choice(nothing or members), depth)
        if "allOf" in schema:
            return self.all_of(schema, depth)
        kinds = schema.get("type", "object" if "properties" in schema else list(_KINDS))
        kind = kinds if isinstance(kinds, str) else self.random.choice(kinds)
        return getattr(self, kind)(schema, depth)

    def all_of(self, schema: Schema, depth: int) -> Any:
        """The parts' members together; the sampler knows only `allOf` of objects."""
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        drawn = [
            self.value({"type": "object", **self.resolve(part)}, depth) for part in [*schema["allOf"], rest]
        ]
        return {key: value for part in drawn for key, value in part.items()}

    def null(self, schema: Schema, depth: int) -> None:
        return None

    def boolean(self, schema: Schema, depth: int) -> bool:
        return self.random.random() < 0.5

    def string(self, schema: Schema, depth: int) -> str:
        text = self.random.choice(_TEXTS)
        if "pattern" in schema:
            text = "abc_1"
        low, high = schema.get("minLength", 0), schema.get("maxLength", 10**9)
        return (text + "x" * (low - len(text)))[:high]

    def integer(self, schema: Schema, depth: int) -> int:
        return int(self.number(schema, depth))

    def number(self, schema: Schema, depth: int) -> float:
        low, high = (
            schema.get("minimum", schema.get("exclusiveMinimum")),
            schema.get("maximum", schema.get("exclusiveMaximum")),
        )
        if low is None and high is None:
            drawn = self.random.choice(_NUMBERS)
            return int(drawn) if schema.get("type") == "integer" else drawn
        low, high = (high - 10 if low is None else low), (low + 10 if high is None else high)
        return self.random.choice([low, high, (low + high) // 2])

    def array(self, schema: Schema, depth: int) -> list[Any]:
        low, high = schema.get("minItems", 0), schema.get("maxItems", 10**9)
        count = low if depth <= 0 else min(max(low, self.random.choice([0, 1, 1, 2, 3])), high)
        return [self.value(schema.get("items", {"type": "string"}), depth - 1) for _ in range(count)]

    def object(self, schema: Schema, depth: int) -> dict[str, Any]:
        required = schema.get("required", [])
        result = {}
        for name, inner in schema.get("properties", {}).items():
            if name in required or (depth > 0 and self.random.random() < 0.5):
                result[name] = self.value(inner, depth - 1)
        extra = schema.get("additionalProperties", True)
        if extra is not False and depth > 0 and self.random.random() < 0.3:
            result["lockstep_extra"] = self.value(
                extra if isinstance(extra, dict) else {}, depth - 2 if depth > 2 else 0
            )
        return result

    def spoiled(self, value: Any) -> Any:
        """The value with one thing in it changed, somewhere."""
        if isinstance(value, dict) and value and self.random.random() < 0.85:
            key = self.random.choice(list(value))
            copy = dict(value)
            match self.random.randrange(6):
                case 0:
                    del copy[key]
                case 1:
                    copy[key] = self.random.choice(_ODD)
                case 2:
                    copy["lockstep_odd"] = self.random.choice(_ODD)
                case _:
                    copy[key] = self.spoiled(value[key])
            return copy
        if isinstance(value, list) and value and self.random.random() < 0.85:
            index = self.random.randrange(len(value))
            copied = list(value)
            copied[index] = self.spoiled(value[index])
            return copied
        if isinstance(value, str) and self.random.random() < 0.3:
            return value * 200 if value else "x"
        return self.random.choice(_ODD)
