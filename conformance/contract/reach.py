"""Tells which components the operations of a document lead to."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from conformance.contract.documents import Document, split
from conformance.contract.pairing import METHODS
from conformance.contract.refs import DATA

Key = tuple[str, str, str]
"""Kind, path or name, and METHOD."""

Chosen = Callable[[Key, dict[str, Any]], bool]


class Reach:
    """The references of one document, followed."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._inside: dict[str, frozenset[str]] = {}

    def operations(self) -> Iterator[tuple[Key, dict[str, Any], list[Any]]]:
        """Yield every operation and webhook: its key, itself, and what stands beside it on its path."""
        for part, kind in (("paths", "operation"), ("webhooks", "webhook")):
            items = self.document.root.get(part)
            for path, given in (items if isinstance(items, dict) else {}).items():
                item = self._item(given)
                beside = [value for name, value in item.items() if name not in METHODS]
                for method in METHODS:
                    if isinstance(item.get(method), dict):
                        yield (kind, str(path), method.upper()), item[method], beside

    def _item(self, given: Any) -> dict[str, Any]:
        reference = given.get("$ref") if isinstance(given, dict) else None
        if isinstance(reference, str) and reference.startswith("#/"):
            try:
                given = self.document.get(unquote(reference[1:]))
            except KeyError:
                return {}
        return given if isinstance(given, dict) else {}

    def components(self, chosen: Chosen) -> frozenset[str]:
        """Return the components, as `components/schemas/Name`, that chosen operations lead to."""
        roots = [
            value
            for key, operation, beside in self.operations()
            if chosen(key, operation)
            for value in (operation, *beside)
        ]
        return self.closure(roots)

    def closure(self, roots: list[Any]) -> frozenset[str]:
        """Return the components that some values lead to."""
        waiting = [unit for root in roots for unit in _units(root)]
        found: set[str] = set()
        while waiting:
            unit = waiting.pop()
            if unit not in found:
                found.add(unit)
                waiting.extend(self._below(unit))
        return frozenset(found)

    def _below(self, unit: str) -> frozenset[str]:
        if unit not in self._inside:
            try:
                value = self.document.get(f"/{unit}")
            except KeyError:
                value = None
            self._inside[unit] = frozenset(_units(value))
        return self._inside[unit]


_UNIT = 3


def _units(value: Any) -> Iterator[str]:
    """Yield the component each reference inside a value leads into."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.startswith("#/"):
                yield "/".join(split(unquote(reference[1:]))[:_UNIT])
            waiting.extend(item for key, item in node.items() if key not in DATA)
        elif isinstance(node, list):
            waiting.extend(node)
