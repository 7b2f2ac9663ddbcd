"""Counts what a contract consists of, by direction: parameters, responses, properties, alternatives."""

from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import unquote

from conformance.contract.documents import Document, escape
from conformance.contract.reach import Key, Reach

Way = Literal["request", "response"]
Place = tuple[Way, str]
"""A direction and a JSON pointer: what a component says to requests and to responses is counted twice."""

_LISTS = ("oneOf", "anyOf", "allOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "unevaluatedProperties")
_UNIONS = ("oneOf", "anyOf")


class Places:
    """The places of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._found: dict[Place, frozenset[Place]] = {}

    def of(self, key: Key, operation: dict[str, Any], item: list[Any]) -> set[Place]:
        """Return every place of an operation; a message's own places, and those of all its schemas."""
        kind, path, method = key
        start = f"/{'paths' if kind == 'operation' else 'webhooks'}/{escape(path)}"
        found: set[Place] = set()
        shared = next((part for part in item if isinstance(part, list)), [])
        parameters = [(f"{start}/parameters/{index}", entry) for index, entry in enumerate(shared)]
        listed = operation.get("parameters")
        where = f"{start}/{method.lower()}"
        parameters += [
            (f"{where}/parameters/{index}", entry)
            for index, entry in enumerate(listed if isinstance(listed, list) else [])
        ]
        for pointer, entry in parameters:
            self._message(found, "request", pointer, entry)
        if "requestBody" in operation:
            self._message(found, "request", f"{where}/requestBody", operation["requestBody"])
        responses = operation.get("responses")
        for status, response in (responses if isinstance(responses, dict) else {}).items():
            self._message(found, "response", f"{where}/responses/{status}", response)
        return found

    def _message(self, found: set[Place], way: Way, pointer: str, given: Any) -> None:
        """Count a parameter, body or response, its media types, and its schemas."""
        found.add((way, pointer))
        value, _ = self._follow(given, pointer)
        schemas = [(f"{pointer}/schema", value["schema"])] if "schema" in value else []
        content = value.get("content")
        for media, entry in (content if isinstance(content, dict) else {}).items():
            found.add((way, f"{pointer}/content/{escape(media)}"))
            if isinstance(entry, dict) and "schema" in entry:
                schemas.append((f"{pointer}/content/{escape(media)}/schema", entry["schema"]))
        waiting = schemas
        seen: set[str] = set()
        while waiting:
            where, schema = waiting.pop()
            node, where = self._follow(schema, where)
            if where in seen:
                continue
            seen.add(where)
            for inner, child, counts in _children(node, where):
                if counts:
                    found.add((way, inner))
                waiting.append((inner, child))

    def _follow(self, node: Any, pointer: str) -> tuple[dict[str, Any], str]:
        for _ in range(_MOST_HOPS):
            reference = node.get("$ref") if isinstance(node, dict) else None
            if not isinstance(reference, str) or not reference.startswith("#/"):
                break
            pointer = unquote(reference[1:])
            try:
                node = self.document.get(pointer)
            except KeyError:
                return {}, pointer
        return (node if isinstance(node, dict) else {}), pointer


_MOST_HOPS = 50


def _children(node: dict[str, Any], pointer: str) -> Iterator[tuple[str, Any, bool]]:
    """Yield the schemas inside a schema, and whether they are places: properties and alternatives are."""
    properties = node.get("properties")
    for name, child in (properties if isinstance(properties, dict) else {}).items():
        yield f"{pointer}/properties/{escape(str(name))}", child, True
    for keyword in _LISTS:
        listed = node.get(keyword)
        for index, child in enumerate(listed if isinstance(listed, list) else []):
            yield f"{pointer}/{keyword}/{index}", child, keyword in _UNIONS
    for keyword in _SINGLE:
        if isinstance(node.get(keyword), dict):
            yield f"{pointer}/{keyword}", node[keyword], False


def by_operation(document: Document) -> dict[Key, set[Place]]:
    """Return the places of every operation; webhooks are not among them, for a server only sends those."""
    places = Places(document)
    return {
        key: places.of(key, operation, beside)
        for key, operation, beside in Reach(document).operations()
        if key[0] == "operation"
    }
