"""Requests straight to the application, without a client between: only the server's own time is measured."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

VARYING = {b"x-request-id", b"openai-processing-ms", b"content-length", b"date"}
"""Headers that differ from answer to answer, or with the length of what was asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call; `path` is below `/v1`."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """As it would be typed."""
        query = "?" + urlencode(self.query) if self.query else ""
        return (
            f"{self.method.upper()} {self.path}{query} {json.dumps(self.body) if self.body else ''}".strip()
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how long it took."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    text: str
    seconds: float

    def parsed(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


async def ask(app: Any, key: str, request: Request) -> Answer:
    """Send a request with a project's key."""
    content = b"" if request.body is None else json.dumps(request.body).encode()
    headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {key}".encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in request.headers.items()]
    if content:
        headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    path = "/v1" + request.path
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method.upper(),
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "root_path": "",
        "query_string": urlencode(request.query).encode(),
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    sent: list[dict[str, Any]] = [{"type": "http.request", "body": content, "more_body": False}]
    got: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not sent:
            await asyncio.Event().wait()  # the client stays
        return sent.pop()

    async def send(event: dict[str, Any]) -> None:
        got.append(event)

    began = time.perf_counter()
    await app(scope, receive, send)
    seconds = time.perf_counter() - began
    text = b"".join(event.get("body", b"") for event in got[1:]).decode()
    constant = sorted((name, value) for name, value in got[0]["headers"] if name not in VARYING)
    return Answer(got[0]["status"], tuple(constant), text, seconds)
