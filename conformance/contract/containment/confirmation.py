"""Asks jsonschema-rs, which shares nothing with the search, whether a witness is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import jsonschema_rs

from conformance.contract.containment.compiler import Compiler
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

_URI: Final = "urn:conform:document"
_MISSING: Final = {"$ref": "urn:conform:missing"}
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
    compiler: Compiler
    _kept: dict[int, tuple[Any, Validate]] = field(default_factory=dict)
    _names: dict[tuple[str, frozenset[str]], str] = field(default_factory=dict)
    _definitions: dict[str, Any] = field(default_factory=dict)
    _waiting: list[tuple[str, Any, frozenset[str]]] = field(default_factory=list)
    _registry: jsonschema_rs.Registry | None = None
    _registered: int = 0

    def validator(self, schema: Any) -> Validate:
        """Judges values by a schema of the document; None where the schema cannot be used."""
        found = self._kept.get(id(schema))
        if found is None:
            found = self._kept[id(schema)] = (schema, _Lazy(lambda: self._build(schema)))
        return found[1]

    def _build(self, schema: Any) -> Callable[[Any], bool]:
        formats = self.compiler.dialect.assert_formats
        if self.document.walked:
            try:
                return jsonschema_rs.Draft202012Validator(
                    schema, validate_formats=formats, offline=True
                ).is_valid
            except jsonschema_rs.ValidationError:
                if not self.document.plain:
                    raise
        # One keyword too wrong to read spoils a document, but not the parts that do not refer to it.
        self._warm()
        root = self._rewrite(schema, frozenset())
        registry = self._current_registry()
        return jsonschema_rs.Draft202012Validator(
            root, validate_formats=formats, offline=True, registry=registry
        ).is_valid

    def _warm(self) -> None:
        """Reads all named schemas at once: one registry for all is much cheaper than one for each."""
        if self._registry is None:
            components = (
                self.document.root.get("components") if isinstance(self.document.root, dict) else None
            )
            named = components.get("schemas") if isinstance(components, dict) else None
            for name in named if isinstance(named, dict) else ():
                self._target(f"#/components/schemas/{_escaped(str(name))}", frozenset())

    def _current_registry(self) -> jsonschema_rs.Registry:
        while self._waiting:
            name, schema, hidden = self._waiting.pop()
            self._definitions[name] = _MISSING if schema is None else self._rewrite(schema, hidden)
        if self._registry is None or self._registered < len(self._definitions):
            self._registry = jsonschema_rs.Registry([(_URI, {"$defs": self._definitions})])
            self._registered = len(self._definitions)
        return self._registry

    def _rewrite(self, schema: Any, hidden: frozenset[str]) -> Any:
        if not isinstance(schema, dict):
            return schema
        modern = self.compiler.modern(Place(schema, self.document.base)).schema
        hidden |= self.compiler.hidden(schema)
        result = {
            keyword: self._keyword(keyword, value, hidden if keyword in _SAME_INSTANCE else frozenset())
            for keyword, value in modern.items()
            if keyword in _KEPT
        }
        return _without(result, hidden) if hidden else result

    def _keyword(self, keyword: str, value: Any, hidden: frozenset[str]) -> Any:
        if keyword == "$ref" and isinstance(value, str):
            return self._target(value, hidden)
        if keyword in LISTS_OF_SCHEMAS and isinstance(value, list):
            return [self._rewrite(item, hidden) for item in value]
        if keyword in MAPS_OF_SCHEMAS and isinstance(value, dict):
            return {name: self._rewrite(item, hidden) for name, item in value.items()}
        return self._rewrite(value, hidden) if keyword in SINGLE_SCHEMAS else value

    def _follow(self, reference: str) -> Any:
        try:
            return self.document.resolve(Place(None, self.document.base), reference).schema
        except UnresolvedError:
            return None

    def _target(self, reference: str, hidden: frozenset[str]) -> str:
        """Where the registry has what a reference leads to."""
        name = self._names.get((reference, hidden))
        if name is None:
            name = self._names[reference, hidden] = f"d{len(self._names)}"
            schema = self._follow(reference)
            self._waiting.append((name, schema, hidden))
        return f"{_URI}#/$defs/{name}"


def _member(value: Any, name: str) -> dict[str, Any] | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else None


def _escaped(name: str) -> str:
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~!$&'()*+,;=:@")


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
