"""Where a `$ref` leads: embedded resources, anchors and dynamic anchors of one schema document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin

SINGLE_SCHEMAS: Final = frozenset(
    [
        "not",
        "if",
        "then",
        "else",
        "items",
        "contains",
        "additionalProperties",
        "propertyNames",
        "unevaluatedItems",
        "unevaluatedProperties",
        "contentSchema",
        "additionalItems",
    ]
)
LISTS_OF_SCHEMAS: Final = frozenset(["allOf", "anyOf", "oneOf", "prefixItems", "items"])
MAPS_OF_SCHEMAS: Final = frozenset(
    ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "dependencies"]
)
BASE: Final = "json-schema:///"


class UnresolvedError(LookupError):
    """A reference that leads nowhere we may look."""


def subschemas(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Direct subschemas, each with the keyword that holds it."""
    for keyword, value in schema.items():
        if keyword in LISTS_OF_SCHEMAS and isinstance(value, list):
            yield from ((keyword, item) for item in value)
        elif keyword in SINGLE_SCHEMAS:
            yield keyword, value
        elif keyword in MAPS_OF_SCHEMAS and isinstance(value, dict):
            yield from ((keyword, item) for item in value.values())


@dataclass(frozen=True, slots=True)
class Place:
    """A schema, the resource it stands in, and the dynamic anchors met on the way to it."""

    schema: Any
    base: str
    dynamic: tuple[tuple[str, str], ...] = ()


@dataclass
class Document:
    """One root schema or OpenAPI document; not `walked`, it knows pointers from the root alone."""

    root: Any
    walked: bool = True
    base: str = BASE
    resources: dict[str, Any] = field(default_factory=dict)
    anchors: dict[tuple[str, str], Any] = field(default_factory=dict)
    dynamic: dict[tuple[str, str], Any] = field(default_factory=dict)
    bases: dict[int, str] = field(default_factory=dict)
    targets: dict[tuple[str, str], tuple[Any, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.resources[self.base] = self.root
        if self.walked:
            self._walk(self.root, self.base)
            if isinstance(self.root, dict) and isinstance(self.root.get("$id"), str):
                self.base = self.bases[id(self.root)]

    @property
    def plain(self) -> bool:
        """Whether all references are pointers from the root."""
        return len(self.resources) == 1 and not self.anchors and not self.dynamic

    def _walk(self, root: Any, base: str) -> None:
        stack = [(root, base)]
        while stack:
            schema, base = stack.pop()
            if not isinstance(schema, dict) or id(schema) in self.bases:
                continue
            base = self._name(schema, base)
            self.bases[id(schema)] = base
            stack.extend((inner, base) for _, inner in subschemas(schema))

    def _name(self, schema: dict[str, Any], base: str) -> str:
        if isinstance(schema.get("$id"), str):
            base = _join(base, schema["$id"])
            self.resources.setdefault(base, schema)
        for keyword, table in (("$anchor", self.anchors), ("$dynamicAnchor", self.dynamic)):
            if isinstance(schema.get(keyword), str):
                table.setdefault((base, schema[keyword]), schema)
        return base

    def start(self) -> Place:
        """The root as a place."""
        return self.enter(Place(self.root, self.base), self.base)

    def enter(self, place: Place, base: str) -> Place:
        """The place inside a resource, of which the dynamic anchors count that no outer one has."""
        if not self.dynamic:
            return Place(place.schema, base)
        known = dict(place.dynamic)
        added = {name: uri for uri, name in self.dynamic if uri == base and name not in known}
        if not added:
            return Place(place.schema, base, place.dynamic)
        return Place(place.schema, base, tuple(sorted({**added, **known}.items())))

    def descend(self, place: Place, schema: Any) -> Place:
        """The place of a subschema."""
        base = self.bases.get(id(schema), place.base) if isinstance(schema, dict) else place.base
        if base != place.base:
            return self.enter(Place(schema, base, place.dynamic), base)
        return Place(schema, place.base, place.dynamic)

    def resolve(self, place: Place, reference: str) -> Place:
        """The place a `$ref` leads to.

        Raises:
            UnresolvedError: for what lies outside the document or does not exist.
        """
        found = self.targets.get((place.base, reference))
        if found is None:
            try:
                absolute = reference if reference.startswith("#") else urljoin(place.base, reference)
                uri, fragment = urldefrag(absolute)
            except ValueError:
                raise UnresolvedError(reference) from None
            found = self.targets[place.base, reference] = self._find(uri or place.base, unquote(fragment))
        schema, base = found
        return self.enter(Place(schema, base, place.dynamic), base)

    def resolve_dynamic(self, place: Place, reference: str) -> Place:
        """The place a `$dynamicRef` leads to."""
        target = self.resolve(place, reference)
        name = unquote(urldefrag(reference)[1])
        if (target.base, name) not in self.dynamic:
            return target
        outermost = dict(place.dynamic).get(name, target.base)
        return self.enter(Place(self.dynamic[outermost, name], outermost, place.dynamic), outermost)

    def _find(self, base: str, fragment: str) -> tuple[Any, str]:
        if base not in self.resources:
            raise UnresolvedError(base)
        resource = self.resources[base]
        if not fragment:
            return resource, base
        if not fragment.startswith("/"):
            for table in (self.anchors, self.dynamic):
                if (base, fragment) in table:
                    return table[base, fragment], base
            raise UnresolvedError(f"{base}#{fragment}")
        for token in fragment[1:].split("/"):
            resource = _step(resource, token.replace("~1", "/").replace("~0", "~"))
            if isinstance(resource, dict):
                base = self.bases.get(id(resource), base)
        return resource, base


def _step(value: Any, token: str) -> Any:
    try:
        return value[int(token)] if isinstance(value, list) else value[token]
    except (KeyError, IndexError, ValueError, TypeError):
        raise UnresolvedError(token) from None


def _join(base: str, reference: str) -> str:
    try:
        return urldefrag(urljoin(base, reference))[0]
    except ValueError:  # no URI at all: nothing can refer to it
        return reference
