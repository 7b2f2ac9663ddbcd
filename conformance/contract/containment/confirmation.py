"""Asks jsonschema-rs, which shares nothing with the search, whether a witness is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import jsonschema_rs

from conformance.contract.containment.dialects import Dialect
from conformance.contract.containment.documents import (
    LISTS_OF_SCHEMAS,
    MAPS_OF_SCHEMAS,
    SINGLE_SCHEMAS,
    Document,
    Place,
    UnresolvedError,
)
from conformance.contract.containment.keywords import READERS

Validate = Callable[[Any], bool | None]

_URI: Final = "urn:conform:closure"
_KEPT: Final = frozenset(READERS) | {"then", "else", "minContains", "maxContains"}
_SAME_INSTANCE: Final = frozenset(
    ["$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"]
)
_FAILURES: Final = (
    ValueError,
    TypeError,
    RecursionError,
    jsonschema_rs.ValidationError,
    jsonschema_rs.ReferencingError,
)


@dataclass
class Confirmation:
    """Validators for the schemas of one document, in one direction."""

    document: Document
    dialect: Dialect
    hidden: Callable[[dict[str, Any]], frozenset[str]]
    _kept: dict[int, tuple[Any, Validate]] = field(default_factory=dict)
    _targets: dict[tuple[str, frozenset[str]], tuple[str, Any, list[str]]] = field(default_factory=dict)
    _by_name: dict[str, tuple[str, Any, list[str]]] = field(default_factory=dict)

    def validator(self, schema: Any) -> Validate:
        """Judges values by a schema of the document; None where the schema cannot be used."""
        found = self._kept.get(id(schema))
        if found is None:
            found = self._kept[id(schema)] = (schema, _Lazy(lambda: self._build(schema)))
        return found[1]

    def _build(self, schema: Any) -> Callable[[Any], bool]:
        formats = self.dialect.assert_formats
        if self.document.walked:
            return jsonschema_rs.Draft202012Validator(schema, validate_formats=formats, offline=True).is_valid
        # A registry compiles a closure three times as fast as `$defs` in the schema itself.
        registry = jsonschema_rs.Registry([(_URI, {"$defs": self._closure(schema)})])
        root = {"$ref": f"{_URI}#/$defs/root"}
        return jsonschema_rs.Draft202012Validator(
            root, validate_formats=formats, offline=True, registry=registry
        ).is_valid

    def _closure(self, schema: Any) -> dict[str, Any]:
        """The schema in 2020-12 keywords as `root`, and everything it refers to."""
        names: list[str] = []
        definitions: dict[str, Any] = {"root": self._rewrite(schema, frozenset(), names)}
        while names:
            name = names.pop()
            if name not in definitions:
                _, definitions[name], more = self._by_name[name]
                names.extend(more)
        return definitions

    def _rewrite(self, schema: Any, hidden: frozenset[str], names: list[str]) -> Any:
        if not isinstance(schema, dict):
            return schema
        modern = self.dialect.normalise(schema)
        hidden |= self.hidden(schema)
        result = {
            keyword: self._keyword(
                keyword, value, hidden if keyword in _SAME_INSTANCE else frozenset(), names
            )
            for keyword, value in modern.items()
            if keyword in _KEPT
        }
        return _without(result, hidden) if hidden else result

    def _keyword(self, keyword: str, value: Any, hidden: frozenset[str], names: list[str]) -> Any:
        if keyword == "$ref" and isinstance(value, str):
            names.append(self._target(value, hidden))
            return f"#/$defs/{names[-1]}"
        if keyword in LISTS_OF_SCHEMAS and isinstance(value, list):
            return [self._rewrite(item, hidden, names) for item in value]
        if keyword in MAPS_OF_SCHEMAS and isinstance(value, dict):
            return {name: self._rewrite(item, hidden, names) for name, item in value.items()}
        return self._rewrite(value, hidden, names) if keyword in SINGLE_SCHEMAS else value

    def _follow(self, reference: str) -> Any:
        try:
            return self.document.resolve(Place(None, self.document.base), reference).schema
        except UnresolvedError:
            return None

    def _target(self, reference: str, hidden: frozenset[str]) -> str:
        found = self._targets.get((reference, hidden))
        if found is None:
            schema = self._follow(reference)
            if schema is None:
                raise ValueError(reference)
            names: list[str] = []
            name = f"d{len(self._targets)}"
            self._targets[reference, hidden] = (
                name,
                None,
                names,
            )  # known before it is read: it may be recursive
            found = (name, self._rewrite(schema, hidden, names), names)
            self._targets[reference, hidden] = self._by_name[name] = found
        return found[0]


def _without(schema: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """Properties the direction leaves out may be there or not, with any value."""
    result = {**schema, "properties": {**schema.get("properties", {}), **dict.fromkeys(sorted(hidden), True)}}
    if "required" in schema:
        result["required"] = [name for name in schema["required"] if name not in hidden]
    return result


@dataclass
class _Lazy:
    """Most verdicts need no validator, so it is built at the first question."""

    build: Callable[[], Callable[[Any], bool]]
    judge: Callable[[Any], bool] | None = None
    broken: bool = False

    def __call__(self, value: Any) -> bool | None:
        if self.broken:
            return None
        try:
            if self.judge is None:
                self.judge = self.build()
            return self.judge(value)
        except _FAILURES:
            self.broken = self.judge is None
            return None
