"""Snapshots: the contract in a document as canonical JSON, so that a build needs no original."""

import json
from typing import Any

from conformance.contract.documents import FILES, Document
from conformance.contract.facts.lifecycle import STABILITY, SUNSET
from conformance.contract.refs import DATA

EXTENSIONS = frozenset({SUNSET, STABILITY, "x-extensible-enum", FILES})
"""The extensions that the judge reads; others are notes for people or for other tools."""

PROSE = frozenset({"summary", "title", "example", "examples", "externalDocs", "$comment", "xml", "contact"})

# Under these keys stand names that somebody chose: a property may well be called `title`.
_NAMES = frozenset(
    [
        "properties",
        "patternProperties",
        "dependentSchemas",
        "dependentRequired",
        "$defs",
        "definitions",
        "schemas",
        "responses",
        "parameters",
        "requestBodies",
        "headers",
        "securitySchemes",
        "links",
        "callbacks",
        "pathItems",
        "paths",
        "webhooks",
        "content",
        "encoding",
        "mapping",
        "scopes",
        "variables",
    ]
)


def snapshot(document: Document, keep: frozenset[str] = frozenset()) -> str:
    """Write a document as canonical JSON: keys sorted, no prose, a line for each path and component.

    Lists keep their order, for it may mean something. What OpenAPI demands stays: the title, and the
    descriptions of responses, which are empty.
    """
    root = _bare(document.root, EXTENSIONS | keep)
    info = document.root.get("info")
    root["info"] = {
        key: info[key] for key in ("title", "version", "license") if isinstance(info, dict) and key in info
    }
    return _lines({key: (value, _OPENED.get(key, 0)) for key, value in root.items()}) + "\n"


# A line for each path and each component: a change shows as such to git, and positions tell them apart.
_OPENED = {"components": 2, "paths": 1, "webhooks": 1}


def _lines(members: dict[str, tuple[Any, int]]) -> str:
    written = [f"{_compact(key)}:{_written(*members[key])}" for key in sorted(members)]
    return "{\n" + ",\n".join(written) + "\n}"


def _written(value: Any, opened: int) -> str:
    if opened and isinstance(value, dict) and value:
        return _lines({key: (item, opened - 1) for key, item in value.items()})
    return _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _bare(node: Any, extensions: frozenset[str], under: str = "") -> Any:
    if isinstance(node, list):
        return [_bare(item, extensions) for item in node]
    if not isinstance(node, dict):
        return node
    if under in _NAMES:
        inner = "response" if under == "responses" else ""
        return {
            key: _bare(item, extensions, inner)
            for key, item in node.items()
            if under != "paths" or not str(key).startswith("x-")
        }
    found = {
        key: item if key in DATA else _bare(item, extensions, key)
        for key, item in node.items()
        if not _left_out(key, extensions)
    }
    if under == "response" and "$ref" not in node:
        found["description"] = ""
    return found


def _left_out(key: str, extensions: frozenset[str]) -> bool:
    return key == "description" or key in PROSE or (key.startswith("x-") and key not in extensions)
