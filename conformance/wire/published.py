"""The document that a server publishes of itself, as far as it says what upstream's does not."""

import json
from typing import Any, Final

from conformance.wire.client import Client
from conformance.wire.contract import Operation

Json = dict[str, Any]
PLACES: Final = ("..", "")
"""Beside the API's first segment (`/v1`) and under it."""


async def published(client: Client) -> Json:
    """Return the server's own OpenAPI document, an empty one where it has none that can be read."""
    for place in PLACES:
        base = client.base_url.rpartition("/")[0] if place else client.base_url
        found = await client.fetch(f"{base}/openapi.json")
        try:
            document = json.loads(found)
        except ValueError:
            continue
        if isinstance(document, dict) and isinstance(document.get("paths"), dict):
            return document
    return {}


def takes_header(document: Json, operation: Operation, name: str) -> bool:
    """Tell whether a document declares a header for an operation, found by its id, or its method and path."""
    return any(
        isinstance(parameter, dict)
        and parameter.get("in") == "header"
        and str(parameter.get("name")).lower() == name.lower()
        for parameter in _parameters(document, operation)
    )


def _parameters(document: Json, operation: Operation) -> list[Any]:
    method = operation.method.lower()
    for path, item in document.get("paths", {}).items():
        stated = item.get(method) if isinstance(item, dict) else None
        if not isinstance(stated, dict):
            continue
        if stated.get("operationId") == operation.id or _bare(path) == _bare(operation.path):
            found = [*item.get("parameters", ()), *stated.get("parameters", ())]
            return [_resolved(document, each) for each in found]
    return []


def _bare(path: str) -> str:
    """A path without its base and without the names of its parameters."""
    parts = ["{}" if part.startswith("{") else part for part in path.strip("/").split("/")]
    return "/".join(parts[1:] if parts[:1] == ["v1"] else parts)


def _resolved(document: Json, node: Any) -> Any:
    for _ in range(8):
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str):
            break
        node = document
        for token in reference.removeprefix("#/").split("/"):
            node = node.get(token.replace("~1", "/").replace("~0", "~"), {}) if isinstance(node, dict) else {}
    return node
