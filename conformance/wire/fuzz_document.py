"""The document that fuzzing generates requests from: upstream's groups, cut, and wired to reach far."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.wire.contract import ERROR, GROUPS, JSON, Contract

Json = dict[str, Any]

SPARED: Final = frozenset({"deleteModel"})
"""Operations that are never fuzzed: a generated name might be that of what is not ours to delete."""

_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
# Which part of an answer names what, and where it is asked about afterwards.
_LINKS: Final[Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]]] = {
    "createConversation": tuple(
        (name, {"conversation_id": "$response.body#/id"})
        for name in (
            "getConversation",
            "updateConversation",
            "createConversationItems",
            "listConversationItems",
            "deleteConversation",
        )
    ),
    "createConversationItems": tuple(
        (name, {"conversation_id": "$request.path.conversation_id", "item_id": "$response.body#/data/0/id"})
        for name in ("getConversationItem", "deleteConversationItem")
    ),
    "createChatCompletion": tuple(
        (name, {"completion_id": "$response.body#/id"})
        for name in (
            "getChatCompletion",
            "updateChatCompletion",
            "getChatCompletionMessages",
            "deleteChatCompletion",
        )
    ),
    "createResponse": tuple(
        (name, {"response_id": "$response.body#/id"})
        for name in ("getResponse", "listInputItems", "cancelResponse", "deleteResponse")
    ),
}


# What the live API takes in requests, though the schema says otherwise: members that may be left out, members
# that may be null. Taking it is no fault; the reasons stand in deviations.yaml.
_LENIENT: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    # Deviations input-image-detail-optional and input-part-nulls.
    "InputImageContent": (frozenset({"detail"}), frozenset({"detail", "prompt_cache_breakpoint"})),
    # Deviations assistant-history-without-id and message-id-and-status-typed.
    "OutputMessage": (frozenset({"id", "status", "type"}), frozenset({"id", "status"})),
    "OutputTextContent": (frozenset({"annotations", "logprobs"}), frozenset({"annotations", "logprobs"})),
    # Deviation function-tool-strict-optional.
    "FunctionTool": (frozenset({"strict"}), frozenset()),
}


def document(contract: Contract, base_url: str, model: str | None, groups: tuple[str, ...] = GROUPS) -> Json:
    """Return upstream's document for fuzzing.

    Without examples (their ids might exist somewhere), with the model that answers wherever a request names
    one, with links from what is made to what asks about it, and with the one error shape for every failure.
    """
    paths = {
        path: _operations(item)
        for path, item in contract.root["paths"].items()
        if path.split("/")[1] in groups and "?" not in path
    }
    cut: Json = {
        "openapi": "3.1.0",
        "info": {"title": "Upstream, to be fuzzed", "version": "1"},
        "servers": [{"url": base_url}],
        "security": [{"key": []}],
        "paths": {path: item for path, item in paths.items() if item},
    }
    cut["components"] = {"schemas": _reached(cut, contract.root["components"]["schemas"])}
    cut["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for name, (optional, nullable) in _LENIENT.items():
        if name in cut["components"]["schemas"]:
            _loosen(cut["components"]["schemas"][name], optional, nullable)
    _plain(cut, model)
    for item in cut["paths"].values():
        for operation in item.values():
            _wired(operation)
    return cut


def _operations(item: Json) -> Json:
    return {
        method: _stated(copy.deepcopy(stated))
        for method, stated in item.items()
        if method in _METHODS and stated["operationId"] not in SPARED
    }


def _stated(operation: Json) -> Json:
    operation.pop("security", None)
    good = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
    refused = {"description": "Refused.", "content": {JSON: {"schema": {"$ref": f"#{ERROR}"}}}}
    return operation | {"responses": good | {"4XX": refused}}


_REFERENCE: Final = re.compile(r"#/components/schemas/(.+)")


def _reached(node: Any, schemas: Json) -> Json:
    """Return copies of the schemas that a part of the document leads to."""
    found: Json = {}
    waiting = [*_references(node), ERROR.rpartition("/")[2]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = copy.deepcopy(schemas[name])
            waiting += _references(found[name])
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str) and (match := _REFERENCE.fullmatch(node["$ref"])):
            yield match[1]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _loosen(schema: Json, optional: frozenset[str], nullable: frozenset[str]) -> None:
    schema["required"] = [name for name in schema["required"] if name not in optional]
    for name in nullable:
        schema["properties"][name] = {"anyOf": [schema["properties"][name], {"type": "null"}]}


_ASIDE: Final = ("example", "examples", "x-oaiMeta", "format")
_ALWAYS_ASIDE: Final = frozenset({"x-oaiMeta"})


def _plain(node: Any, model: str | None) -> None:
    """Drop examples, and formats (annotations in 2020-12); name the model."""
    if isinstance(node, list):
        for value in node:
            _plain(value, model)
    if not isinstance(node, dict):
        return
    properties = node.get("properties")
    for name in _ASIDE:
        # A property may have such a name; then it is a schema.
        if not isinstance(node.get(name), dict) or name in _ALWAYS_ASIDE:
            node.pop(name, None)
    if model is not None and isinstance(properties, dict) and "model" in properties:
        properties["model"] = {"type": "string", "enum": [model]}
    for value in node.values():
        _plain(value, model)


def _wired(operation: Json) -> None:
    links = _LINKS.get(operation["operationId"], ())
    if links:
        operation["responses"]["200"]["links"] = {
            name: {"operationId": name, "parameters": dict(parameters)} for name, parameters in links
        }
