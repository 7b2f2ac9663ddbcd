"""Which real object stands in for a fixed id, and how one is made.

The SDK's tests name objects that they never create (`conv_123`, `msg_abc`, `completion_id`). Each request
that names one gets a fresh object of its own, so that a test which deletes it takes nothing from the next.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]

MESSAGE: Json = {"type": "message", "role": "user", "content": "A message to stand in for a fixed id."}


class Server(Protocol):
    """The server under test, as far as making objects needs it."""

    model: str
    models: frozenset[str]
    """Those that are listed."""

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """One JSON request; anything but 2xx raises."""


def conversation(server: Server) -> str:
    """A conversation with one message."""
    return str(server.ask("POST", "/conversations", {"items": [MESSAGE]})["id"])


def item(server: Server, conversation_id: str) -> str:
    """One more message in a conversation."""
    made = server.ask("POST", f"/conversations/{conversation_id}/items", {"items": [MESSAGE]})
    return str(made["data"][0]["id"])


def completion(server: Server) -> str:
    """A stored chat completion."""
    body = {"model": server.model, "store": True, "messages": [{"role": "user", "content": "Stand in."}]}
    return str(server.ask("POST", "/chat/completions", body)["id"])


def response(server: Server, *, background: bool = False) -> str:
    """A stored response."""
    body = {"model": server.model, "input": "Stand in.", "background": background}
    return str(server.ask("POST", "/responses", body)["id"])


def streamed_response(server: Server) -> str:
    """A stored response that can be streamed again."""
    body = {"model": server.model, "input": "Stand in.", "background": True, "stream": True}
    return str(server.ask("POST", "/responses", body)["response"]["id"])


@dataclass(frozen=True, slots=True)
class Request:
    """What the proxy may rewrite: path and query parameters by name, and the JSON body."""

    method: str
    path: str
    query: dict[str, str]
    body: Json | None


Rewrite = Callable[[Server, Request, re.Match[str]], Request]


def _conversation(server: Server, request: Request, found: re.Match[str]) -> Request:
    return _with_path(request, f"/conversations/{conversation(server)}{found['rest']}")


def _items(server: Server, request: Request, _found: re.Match[str]) -> Request:
    made = conversation(server)
    query = request.query
    if "after" in query:
        query = query | {"after": item(server, made)}
    return Request(request.method, f"/conversations/{made}/items", query, request.body)


def _item(server: Server, request: Request, _found: re.Match[str]) -> Request:
    made = conversation(server)
    return _with_path(request, f"/conversations/{made}/items/{item(server, made)}")


def _completion(server: Server, request: Request, found: re.Match[str]) -> Request:
    made = completion(server)
    query = request.query
    if "after" in query:
        query = query | {"after": f"{made}-0"}
    return Request(request.method, f"/chat/completions/{made}{found['rest']}", query, request.body)


def _completions(server: Server, request: Request, _found: re.Match[str]) -> Request:
    if "after" not in request.query:
        return request
    return Request(request.method, request.path, request.query | {"after": completion(server)}, request.body)


def _response(server: Server, request: Request, found: re.Match[str]) -> Request:
    if request.query.get("stream") == "true":
        made = streamed_response(server)
    else:
        made = response(server, background=found["rest"] == "/cancel")
    query = request.query
    if "after" in query:
        listed = server.ask("GET", f"/responses/{made}/input_items")
        query = query | {"after": str(listed["first_id"])}
    return Request(request.method, f"/responses/{made}{found['rest']}", query, request.body)


def _named_in_body(server: Server, request: Request, _found: re.Match[str]) -> Request:
    if request.body is None:
        return request
    body = dict(request.body)
    if isinstance(body.get("conversation"), str):
        body["conversation"] = conversation(server)
    if isinstance(body.get("previous_response_id"), str):
        body["previous_response_id"] = response(server)
    return Request(request.method, request.path, request.query, body)


def _with_path(request: Request, path: str) -> Request:
    return Request(request.method, path, request.query, request.body)


REWRITES: tuple[tuple[str, re.Pattern[str], Rewrite], ...] = (
    ("GET POST", re.compile(r"/conversations/[^/]+/items"), _items),
    ("GET DELETE", re.compile(r"/conversations/[^/]+/items/[^/]+"), _item),
    ("GET POST DELETE", re.compile(r"/conversations/[^/]+(?P<rest>)"), _conversation),
    ("GET", re.compile(r"/chat/completions"), _completions),
    ("GET POST DELETE", re.compile(r"/chat/completions/[^/]+(?P<rest>(?:/messages)?)"), _completion),
    ("POST", re.compile(r"/responses(?:/input_tokens|/compact)?"), _named_in_body),
    ("GET POST DELETE", re.compile(r"/responses/[^/]+(?P<rest>(?:/cancel|/input_items)?)"), _response),
)
"""Methods, path and rewrite; the first that matches counts."""


def _modelled(server: Server, request: Request) -> Request:
    """The tests name models of the day, which few servers have."""
    named = re.fullmatch(r"/models/(.+)", request.path)
    if named and request.method == "GET" and named[1] not in server.models:
        return _with_path(request, f"/models/{server.model}")
    model = request.body.get("model") if isinstance(request.body, dict) else None
    if request.body is None or not isinstance(model, str) or model in server.models:
        return request
    return Request(request.method, request.path, request.query, request.body | {"model": server.model})


def rewrite(server: Server, request: Request) -> Request:
    """The request with a real object in the place of every fixed id, and a model that is there."""
    request = _modelled(server, request)
    for methods, pattern, apply in REWRITES:
        found = pattern.fullmatch(request.path)
        if found and request.method in methods.split():
            return apply(server, request, found)
    return request
