"""Follows local references, and says which lead nowhere or in circles."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from conformance.contract.documents import DATA, Document, walk
from conformance.contract.findings import Diagnostic

__all__ = ["DATA", "Refs"]

_MOST_HOPS = 50


class Refs:
    """Resolves the references of one document, remembering every answer."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._found: dict[str, tuple[Any, str] | None] = {}
        self._anchors: dict[str, tuple[Any, str]] | None = None

    def resolve(self, reference: str) -> tuple[Any, str] | None:
        """Return what one reference leads to and its pointer; None where it leads nowhere."""
        if reference not in self._found:
            self._found[reference] = self._look(reference)
        return self._found[reference]

    def follow(self, node: Any, pointer: str) -> tuple[Any, str]:
        """Follow plain references to the first node that is none; circles and dead ends are empty."""
        for _ in range(_MOST_HOPS):
            reference = node.get("$ref") if isinstance(node, dict) else None
            if not isinstance(reference, str):
                return node, pointer
            found = self.resolve(reference)
            if found is None:
                return {}, pointer
            node, pointer = found
        return {}, pointer

    def mapping(self, node: Any, pointer: str) -> tuple[dict[str, Any], str]:
        """Follow references where only a mapping makes sense; anything else counts as empty."""
        found, where = self.follow(node, pointer)
        return (found, where) if isinstance(found, dict) else ({}, where)

    def _look(self, reference: str) -> tuple[Any, str] | None:
        if reference == "#":
            return self.document.root, ""
        if reference.startswith("#/"):
            pointer = unquote(reference[1:])
            for candidate in (pointer, reference[1:]):
                try:
                    return self.document.get(candidate), candidate
                except KeyError:
                    continue
            return None
        return self._by_anchor(reference.removeprefix("#"))

    def _by_anchor(self, name: str) -> tuple[Any, str] | None:
        if self._anchors is None:
            self._anchors = {}
            for pointer, node in walk(self.document.root):
                for key in ("$anchor", "$dynamicAnchor", "$id"):
                    if isinstance(node.get(key), str):
                        self._anchors.setdefault(node[key], (node, pointer))
        return self._anchors.get(name)

    def diagnostics(self) -> Iterator[Diagnostic]:
        """Name each reference that leads nowhere or only in circles."""
        for pointer, node in walk(self.document.root, skip=DATA):
            reference = node.get("$ref")
            if not isinstance(reference, str):
                continue
            if self.resolve(reference) is None:
                # The loader has already said why another file was not read.
                if reference.startswith("#") or self.document.kind == "value":
                    yield self._say("unresolved-ref", f"{reference!r} leads nowhere", pointer)
            elif self._circular(node):
                yield self._say("circular-ref", f"{reference!r} leads only in a circle", pointer)

    def _circular(self, node: Any) -> bool:
        seen: set[int] = set()
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            if id(node) in seen:
                return True
            seen.add(id(node))
            found = self.resolve(node["$ref"])
            # A reference beside other keywords still says something.
            if found is None or len(node) > 1:
                return False
            node = found[0]
        return False

    def _say(self, code: str, message: str, pointer: str) -> Diagnostic:
        where = f"{pointer}/$ref"
        return Diagnostic(code, message, "error", self.document.position(where), where)
