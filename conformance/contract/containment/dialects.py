"""What a dialect says differently from JSON Schema 2020-12, and what a direction leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from conformance.contract.containment.terms import Term, Terms

Direction = Literal["request", "response"]
DialectName = Literal["2020-12", "oas-3.0", "oas-3.1"]

LEFT_OUT: Final[dict[Direction, str]] = {"request": "readOnly", "response": "writeOnly"}
_DEEPEST: Final = 8
_INTEGER_FORMATS: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to read schemas."""

    name: DialectName = "2020-12"
    direction: Direction | None = None
    assert_formats: bool = False

    def normalise(self, schema: Any) -> Any:
        """The schema in 2020-12 keywords; the same object where nothing changes."""
        if self.name == "2020-12" or not isinstance(schema, dict):
            return schema
        if self.name == "oas-3.0" and "$ref" in schema:
            return {"$ref": schema["$ref"]} if len(schema) > 1 else schema
        if self.assert_formats and str(schema.get("format")) in _INTEGER_FORMATS:
            schema = _bounded(schema)
        if any(key in schema for key in _OLD_KEYS):
            return _modern(schema, strict=self.name == "oas-3.0")
        return schema

    def hidden(self, schema: dict[str, Any], follow: Callable[[str], Any]) -> frozenset[str]:
        """Names of properties that the direction leaves out of an instance's contract."""
        if self.direction is None:
            return frozenset()
        flag = LEFT_OUT[self.direction]
        return frozenset(
            name for name, inner in _declared(schema, follow, 0) if _flagged(inner, flag, follow)
        )

    def format(self, terms: Terms, name: str) -> Term:
        """The `format` keyword: an annotation unless the dialect asserts it."""
        if not self.assert_formats:
            return terms.true
        return terms.atom("format", name, True) if name in ASSERTED_FORMATS else terms.true


ASSERTED_FORMATS: Final = frozenset(
    [
        "date",
        "date-time",
        "time",
        "duration",
        "email",
        "idn-email",
        "hostname",
        "idn-hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uri-reference",
        "iri",
        "iri-reference",
        "uuid",
        "uri-template",
        "json-pointer",
        "relative-json-pointer",
        "regex",
    ]
)
_OLD_KEYS: Final = ("nullable", "exclusiveMinimum", "exclusiveMaximum")


def _bounded(schema: dict[str, Any]) -> dict[str, Any]:
    """The integer formats of OpenAPI as the bounds they stand for."""
    low, high = _INTEGER_FORMATS[schema["format"]]
    rest = {key: value for key, value in schema.items() if key != "format"}
    return {"allOf": [rest, {"minimum": low, "maximum": high}]}


def _modern(schema: dict[str, Any], *, strict: bool) -> dict[str, Any]:
    result = {key: value for key, value in schema.items() if key != "nullable"}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool):
            del result[exclusive]
            if schema[exclusive] and bound in schema:
                result[exclusive] = result.pop(bound)
    if schema.get("nullable") is True and (not strict or "type" in result):
        return _with_null(result)
    return result if result != schema else schema


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0.3 lets `nullable` widen `type` alone; elsewhere it is taken as meant: or null."""
    kind = schema.get("type")
    if isinstance(kind, (str, list)):
        names = [kind] if isinstance(kind, str) else kind
        return {**schema, "type": [*names, *([] if "null" in names else ["null"])]}
    return {"anyOf": [schema, {"type": "null"}]}


def _declared(schema: Any, follow: Callable[[str], Any], depth: int) -> Iterator[tuple[str, Any]]:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    properties = schema.get("properties")
    if isinstance(properties, dict):
        yield from properties.items()
    if isinstance(schema.get("$ref"), str):
        yield from _declared(follow(schema["$ref"]), follow, depth + 1)
    if isinstance(schema.get("allOf"), list):
        for inner in schema["allOf"]:
            yield from _declared(inner, follow, depth + 1)


class Flags:
    """Which of the flags that depend on direction a document sets at all."""

    def __init__(self, document: Any) -> None:
        self._members: set[int] = set()
        self._present = self._scan(document)

    def mentions(self, schema: Any, flag: str) -> bool:
        """Whether the document sets the flag, or a schema does that stands (in part) outside it."""
        self._present |= self._scan(schema)
        return flag in self._present

    def _scan(self, value: Any) -> set[str]:
        """The flags in what was not scanned before; members stay alive with their document and engine."""
        found: set[str] = set()
        queue = [value]
        while queue:
            value = queue.pop()
            if isinstance(value, dict):
                if id(value) not in self._members:
                    self._members.add(id(value))
                    found.update(flag for flag in LEFT_OUT.values() if value.get(flag) is True)
                    queue.extend(value.values())
            elif isinstance(value, list):
                queue.extend(value)
        return found


def _flagged(schema: Any, flag: str, follow: Callable[[str], Any]) -> bool:
    for _ in range(_DEEPEST):
        if not isinstance(schema, dict):
            return False
        if schema.get(flag) is True:
            return True
        if not isinstance(schema.get("$ref"), str):
            return False
        schema = follow(schema["$ref"])
    return False
