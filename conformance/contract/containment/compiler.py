"""Reads schemas into terms, one keyword at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from conformance.contract.containment.dialects import Dialect
from conformance.contract.containment.documents import Document, Place, UnresolvedError
from conformance.contract.containment.evaluated import TooManyChoicesError
from conformance.contract.containment.keywords import READERS
from conformance.contract.containment.terms import Term, Terms

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_UNREADABLE = (TypeError, ValueError, AttributeError, KeyError)


@dataclass
class Compiler:
    """Turns the schemas of one document, in one direction, into terms."""

    terms: Terms
    document: Document
    dialect: Dialect
    expansions: dict[Any, tuple[Compiler, Place, frozenset[str]]]
    _memo: dict[Any, Term] = field(default_factory=dict)
    _open: set[Any] = field(default_factory=set)
    _kept: list[Any] = field(default_factory=list)
    _modern: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    _digests: dict[int, str | None] = field(default_factory=dict)
    _hidden: dict[int, frozenset[str]] = field(default_factory=dict)

    def compile(self, schema: Any) -> Term:
        """The term of a schema that stands in, or speaks of, the root document."""
        self._kept.append(schema)  # the memo goes by identity, so the schema must stay alive
        start = self.document.start()
        if schema is self.document.root:
            return self.term(start)
        return self.term(self.document.descend(start, schema))

    def term(self, place: Place, hidden: frozenset[str] = frozenset()) -> Term:
        """The term of a schema at its place; hidden names are those the direction leaves out."""
        schema = place.schema
        if isinstance(schema, bool):
            return self.terms.true if schema else self.terms.false
        if not isinstance(schema, dict):
            return self.terms.opaque(("not a schema", repr(schema)))
        key = (id(schema), place.base, place.dynamic, hidden)
        known = self._memo.get(key)
        if known is not None:
            return known
        if key in self._open:
            return self._recursive(place, hidden, key)
        self._open.add(key)
        try:
            term = self._build(place, hidden)
        finally:
            self._open.discard(key)
        self._memo[key] = term
        return term

    def _recursive(self, place: Place, hidden: frozenset[str], key: Any) -> Term:
        digest = self._digest(place) if not place.dynamic else None
        name = (digest, self.dialect, hidden) if digest else (id(self.document), *key)
        self.expansions.setdefault(name, (self, place, hidden))
        return self.terms.reference(name)

    def _digest(self, place: Place) -> str | None:
        """A name equal for equal closures, so that two revisions share their recursive schemas."""
        if self.document.walked:
            return None
        found = self._digests.get(id(place.schema))
        if found is None:
            closure: dict[str, Any] = {}
            queue = _references(place.schema)
            while queue:
                reference = queue.pop()
                if reference in closure or not reference.startswith("#/"):
                    continue
                try:
                    target = self.document.resolve(place, reference).schema
                except UnresolvedError:
                    target = None
                closure[reference] = target
                queue.extend(_references(target))
            text = json.dumps(_skeleton([place.schema, closure]), sort_keys=True, default=repr)
            found = self._digests[id(place.schema)] = blake2b(text.encode("utf-8", "replace")).hexdigest()
        return found

    def _build(self, place: Place, hidden: frozenset[str]) -> Term:
        hidden |= self.hidden(place.schema)
        place = self.modern(place)
        schema = place.schema
        if self._foreign(schema):
            return self._unread("$schema of another dialect", place)
        parts = []
        for keyword in schema:
            reader = READERS.get(keyword)
            if reader is None:
                continue
            try:
                parts.append(reader(self, place, schema[keyword], hidden))
            except TooManyChoicesError:
                parts.append(self._unread(f"{keyword} beside too many subschemas", place))
            except _UNREADABLE:
                parts.append(self._unread(f"invalid {keyword}", place))
        return self.terms.all_of(parts)

    def _foreign(self, schema: dict[str, Any]) -> bool:
        """Whether an embedded resource is written in another dialect; of the root, the caller tells."""
        dialect = schema.get("$schema", _DIALECT)
        return dialect != _DIALECT and "$id" in schema and schema is not self.document.root

    def _unread(self, what: str, place: Place) -> Term:
        """A keyword we do not understand; the same text is the same term unless it refers elsewhere."""
        text = repr(place.schema)
        return self.terms.opaque((what, text, (id(self.document), place.base) if "$" in text else None))

    def modern(self, place: Place) -> Place:
        """The same place with its schema in 2020-12 keywords; one object for one schema, and kept."""
        found = self._modern.get(id(place.schema))
        if found is None:
            found = self._modern[id(place.schema)] = (place.schema, self.dialect.normalise(place.schema))
        return place if found[1] is place.schema else Place(found[1], place.base, place.dynamic)

    def hidden(self, schema: dict[str, Any]) -> frozenset[str]:
        """Names of properties that the direction leaves out of this schema's instances."""
        if self.dialect.direction is None:
            return frozenset()
        found = self._hidden.get(id(schema))
        if found is None:
            found = self._hidden[id(schema)] = self.dialect.hidden(schema, self._target)
        return found

    def _target(self, reference: str) -> Any:
        try:
            return self.document.resolve(Place(None, self.document.base), reference).schema
        except UnresolvedError:
            return None

    def inner(self, place: Place, schema: Any) -> Term:
        """The term of a subschema for a child instance."""
        return self.term(self.document.descend(place, schema))

    def same(self, place: Place, schema: Any, hidden: frozenset[str]) -> Term:
        """The term of a subschema for the same instance."""
        return self.term(self.document.descend(place, schema), hidden)


def _references(schema: Any) -> list[str]:
    found, queue = [], [schema]
    while queue:
        value = queue.pop()
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                found.append(value["$ref"])
            queue.extend(value.values())
        elif isinstance(value, list):
            queue.extend(value)
    return found


def _skeleton(value: Any) -> Any:
    """A schema without its prose; values of const and enum are kept as they are."""
    if isinstance(value, list):
        return [_skeleton(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        str(key): inner if key in ("const", "enum") else _skeleton(inner)
        for key, inner in value.items()
        if not (key in _PROSE and isinstance(inner, str))
    }


_PROSE = frozenset({"title", "description", "$comment"})
