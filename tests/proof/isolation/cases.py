"""Every way to name something in a request, made from the document; what is not known here fails the test.

A new operation, parameter or reference is walked as soon as the tables below say what it names.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from tests.proof.isolation.asking import Request
from tests.proof.isolation.world import World

DOCUMENT = json.loads((Path(__file__).parents[3] / "generated" / "openapi.json").read_text())
METHODS = ("get", "post", "put", "patch", "delete")

NAMES = {
    "conversation_id": "conversation",
    "item_id": "item",
    "completion_id": "completion",
    "response_id": "response",
}
"""What a path parameter names."""

SHARED = {"model": "models are the provider's, the same for all projects"}
"""Path parameters that name nothing of a project's."""

CURSORS = {
    "listConversations": "conversation",
    "listConversationItems": "item",
    "listChatCompletions": "completion",
    "getChatCompletionMessages": "message",
    "listInputItems": "input item",
}
"""What `after` names, by operation."""

PLAIN = {
    "limit": "3",
    "order": "asc",
    "include[]": "message.output_text.logprobs",
    "include": "message.output_text.logprobs",
    "stream": "true",
    "starting_after": "0",
    "include_obfuscation": "false",
    "model": "echo",
    "metadata": None,
}
"""Query parameters that name nothing of a project's, with a value to send; `metadata` filters lists."""

BODIES: Mapping[str, Any] = {
    "createConversation": {},
    "updateConversation": {"metadata": {"taken": "over"}},
    "createConversationItems": {"items": [{"type": "message", "role": "user", "content": "hello"}]},
    "createChatCompletion": {"model": "echo", "messages": [{"role": "user", "content": "hello"}]},
    "updateChatCompletion": {"metadata": {"taken": "over"}},
    "createResponse": {"model": "echo", "input": "hello"},
    "Getinputtokencounts": {"model": "echo", "input": "hello"},
    "Compactconversation": {"model": "echo", "input": "hello"},
}
"""A body that each operation takes."""

VARIANTS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "createResponse": ({}, {"stream": True}, {"background": True}, {"store": False}, {"truncation": "auto"})
}
"""What to add to a body because it may be answered by other code."""

NEUTRAL = {
    "id": "an item's own id, which its sender gives it; `item_reference` is walked",
    "call_id": "pairs a call with its output within one input",
    "tool_call_id": "pairs a call with its output within one list of messages",
    "caller_id": "tells within one input who calls",
    "approval_request_id": "pairs a request with its approval within one input",
    "request_id": "pairs a request with its approval within one input",
    "file_id": "there is no file API",
    "file_ids": "there is no file API",
    "container_id": "there are no containers",
    "vector_store_ids": "there are no vector stores",
    "connector_id": "there are no connectors",
    "tunnel_id": "there are no tunnels",
    "skill_id": "there are no skills",
}
"""Properties of bodies that look like references to something stored, and are none."""

LISTS = {
    "createConversation": "items",
    "createConversationItems": "items",
    "createResponse": "input",
    "Getinputtokencounts": "input",
    "Compactconversation": "input",
}
"""The property that takes items, by operation."""

Fill = Callable[[Mapping[str, str]], Request]


@dataclass(frozen=True, slots=True)
class Case:
    """One request with one or two places for ids of another project's."""

    operation: str
    name: str
    slots: Mapping[str, str]
    """What is named by each place: its kind."""
    fill: Fill
    destroys: bool = False
    by_path: bool = False

    def __str__(self) -> str:
        """Where it can be found."""
        return f"{self.operation}: {self.name}"


def operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Method, path and operation."""
    for path, node in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in node:
                yield method, path, node[method]


def resolved(node: Any) -> Any:
    """The schema or parameter behind a reference."""
    while "$ref" in node:
        node = DOCUMENT["components"][node["$ref"].split("/")[2]][node["$ref"].split("/")[3]]
    return node


def parameters(path: str, operation: Mapping[str, Any], place: str) -> list[str]:
    """The names of an operation's parameters in path or query."""
    every = [*DOCUMENT["paths"][path].get("parameters", ()), *operation.get("parameters", ())]
    return [one["name"] for one in map(resolved, every) if one["in"] == place]


def cases(own: World) -> list[Case]:
    """All of them, for a project that has these things of its own."""
    made: list[Case] = []
    for method, path, operation in operations():
        made += by_path(own, method, path, operation)
        made += by_cursor(own, method, path, operation)
        made += by_body(own, method, path, operation)
    return made


def filled(own: World, path: str, ids: Mapping[str, str]) -> str:
    """The path with these ids, and one's own where there are none."""

    def one(found: re.Match[str]) -> str:
        name = found[1]
        return ids[name] if name in ids else own.own(NAMES[name])

    return re.sub(r"{(\w+)}", one, path)


def by_path(own: World, method: str, path: str, operation: Mapping[str, Any]) -> Iterator[Case]:
    """Each path parameter alone, and all of them together; each query parameter in addition."""
    name = operation["operationId"]
    named = [one for one in parameters(path, operation, "path") if one not in SHARED]
    plain = [(one, PLAIN[one]) for one in parameters(path, operation, "query") if PLAIN.get(one)]
    queries: list[tuple[tuple[str, str | None], ...]] = [(), *((each,) for each in plain)]
    for count in range(1, len(named) + 1):
        for chosen in combinations(named, count):
            for query in queries:

                def fill(ids: Mapping[str, str], query: Any = query) -> Request:
                    return Request(method, filled(own, path, ids), query, BODIES.get(name))

                label = " and ".join(chosen) + "".join(f" with {key}={value}" for key, value in query)
                slots = {one: NAMES[one] for one in chosen}
                yield Case(name, label, slots, fill, destroys=method == "delete", by_path=True)


def by_cursor(own: World, method: str, path: str, operation: Mapping[str, Any]) -> Iterator[Case]:
    """The cursor of one's own list."""
    name = operation["operationId"]
    if "after" not in parameters(path, operation, "query"):
        return
    for order in ("asc", "desc"):

        def fill(ids: Mapping[str, str], order: str = order) -> Request:
            return Request(method, filled(own, path, {}), (("after", ids["after"]), ("order", order)))

        yield Case(name, f"after with order={order}", {"after": CURSORS[name]}, fill)


def by_body(own: World, method: str, path: str, operation: Mapping[str, Any]) -> Iterator[Case]:
    """Every reference that a body may hold."""
    name = operation["operationId"]
    if "requestBody" not in operation:
        return
    known = references(operation)
    for label, kind, change in REFERENCES:
        if label.partition(" ")[0] not in known or (kind == "sealed" and name in KEPT_SEALED):
            continue
        for more in VARIANTS.get(name, ({},)):
            if kind == "sealed" and "background" in more:
                continue  # opened when its turn comes

            def fill(ids: Mapping[str, str], change: Any = change, more: Any = more) -> Request:
                body = {**BODIES[name], **more, **change(ids["reference"], LISTS[name])}
                return Request(method, filled(own, path, {}), body=body)

            yield Case(name, f"{label} {more or ''}".strip(), {"reference": kind}, fill)


KEPT_SEALED = {"createConversation", "createConversationItems"}
"""What stores a sealed text does not open it; a test of its own asks who would, also in the background."""

REFERENCES: Sequence[tuple[str, str, Callable[[str, str], dict[str, Any]]]] = (
    ("previous_response_id", "response", lambda name, _: {"previous_response_id": name}),
    ("conversation", "conversation", lambda name, _: {"conversation": name}),
    ("conversation as an object", "conversation", lambda name, _: {"conversation": {"id": name}}),
    ("item_reference", "item", lambda name, place: {place: [{"type": "item_reference", "id": name}]}),
    (
        "item_reference to what a response was given",
        "input item",
        lambda name, place: {place: [{"type": "item_reference", "id": name}]},
    ),
    ("item_reference without a type", "item", lambda name, place: {place: [{"id": name}]}),
    (
        "encrypted_content",
        "sealed",
        lambda text, place: {place: [{"type": "compaction", "encrypted_content": text}]},
    ),
)
"""A reference's name in the document, what it names, and how to write it into a body."""

LOOKS_LIKE_ONE = re.compile(r"^id$|_ids?$|^conversation$|^encrypted_content$|^previous_")


def references(operation: Mapping[str, Any]) -> set[str]:
    """The names of all properties within a body that look like references; `item_reference` is a type."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    found = set()
    for name, inner in properties(schema, set()):
        if LOOKS_LIKE_ONE.search(name):
            found.add(name)
        elif name == "type" and "item_reference" in json.dumps(resolved(inner)):
            found.add("item_reference")
    return found


def properties(node: Any, seen: set[str]) -> Iterator[tuple[str, Any]]:
    """Every property of a schema at any depth, each component once."""
    if node.get("$ref") in seen:
        return
    seen.add(node.get("$ref", ""))
    seen.discard("")
    node = resolved(node)
    inside = [node[key] for key in ("items", "additionalProperties") if isinstance(node.get(key), dict)]
    inside += [inner for key in ("oneOf", "anyOf", "allOf") for inner in node.get(key, ())]
    for name, inner in node.get("properties", {}).items():
        yield name, inner
        inside.append(inner)
    for inner in inside:
        yield from properties(inner, seen)
