"""One request on its way through the shell: what the layers learn about it, and how it is answered."""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from hashlib import sha256
from typing import Any

from handlers.auth import NOBODY, Caller
from handlers.errors import ApiError, render
from handlers.limits.charges import Charge
from handlers.limits.quotas import Quota
from handlers.shell.endpoint import Endpoint

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

JSON = b"application/json"
OPENAI_VERSION = (b"openai-version", b"2020-10-01")
"""The one value the live API sends."""

IDEMPOTENCY_KEY = b"idempotency-key"
"""The header of requests whose answer is kept for retries."""

_KEY = "lockstep"
_CLIENT_ID = re.compile(rb"[\x21-\x7e]{1,512}")
_BODILESS = frozenset({204, 304})


def new_request_id() -> str:
    """An id for one request, never the client's."""
    return "req_" + secrets.token_hex(16)


class Exchange:
    """A request and its answer. Handlers never see it."""

    __slots__ = (
        "body",
        "caller",
        "charge",
        "client_id",
        "digest",
        "endpoint",
        "expired",
        "headers",
        "parameters",
        "path_parameters",
        "quota",
        "raw",
        "request_id",
        "scope",
        "send",
        "started",
        "status",
        "task",
        "whole",
    )

    # Set by those who look at them: making an exchange is on the path of every request.
    raw: bytes
    """The body as it came, from when it was read until the handler is called."""
    whole: float
    """When it was read, by `perf_counter`; 0 before."""
    task: "asyncio.Task[Any] | None"
    """Which serves it."""
    expired: ApiError | None
    """Why it was cancelled."""
    charge: Charge | None
    """What is given back if no model is asked."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.send = send
        self.started = time.perf_counter()
        self.request_id = new_request_id()
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.endpoint: Endpoint | None = None
        self.path_parameters: dict[str, str] = {}
        self.parameters: dict[str, Any] = {}
        self.body: Any = None
        self.digest: Any = None
        """That of the body's bytes, where somebody will compare them (hashlib names no type for it)."""
        self.caller: Caller = NOBODY
        self.quota: Quota | None = None
        """What limits the caller."""
        self.status = 0
        self.client_id: str | None = None
        scope[_KEY] = self

    @property
    def project(self) -> str:
        """The project that the caller sees; empty before the gate was asked."""
        return self.caller.project

    @property
    def bodiless(self) -> bool:
        """Whether nothing but the head is awaited."""
        return self.endpoint is None or self.endpoint.route.body is None

    @property
    def endless(self) -> bool:
        """Whether the answer may take as long as it takes: a model's, or a stream."""
        asks_model = self.endpoint is not None and self.endpoint.asks_model
        return asks_model or bool(self.parameters.get("stream"))

    def client_request_id(self) -> str | None:
        """The client's own `x-request-id` (or `x-client-request-id`), for the log, if it is fit to print."""
        sent = self.headers.get(b"x-client-request-id") or self.headers.get(b"x-request-id")
        return sent.decode("ascii") if sent and _CLIENT_ID.fullmatch(sent) else None

    def digesting(self, receive: Receive) -> Receive:
        """The same, taking the digest of the body as it comes in."""
        self.digest = digest = sha256()

        async def digested() -> Message:
            message = await receive()
            digest.update(message.get("body", b""))
            return message

        return digested

    def milliseconds(self) -> int:
        """Since the request's head was read."""
        return int((time.perf_counter() - self.started) * 1000)

    async def start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Send the head. Everything that leaves the server passes here."""
        self.status = status
        fields = [
            *headers,
            (b"x-request-id", self.request_id.encode()),
            (b"openai-processing-ms", b"%d" % self.milliseconds()),
            OPENAI_VERSION,
        ]
        if self.quota is not None:
            fields += self.quota.headers()
        await self.send({"type": "http.response.start", "status": status, "headers": fields})

    async def chunk(self, data: bytes, *, more: bool) -> None:
        """Send a part of the body."""
        await self.send({"type": "http.response.body", "body": data, "more_body": more})

    async def answer(
        self,
        status: int,
        body: bytes,
        headers: Iterable[tuple[bytes, bytes]] = (),
        *,
        content_type: bytes = JSON,
    ) -> None:
        """Send a whole answer; HEAD gets its head only."""
        if status in _BODILESS:
            await self.start(status, headers)
            body = b""
        else:
            length = (b"content-length", b"%d" % len(body))
            await self.start(status, [(b"content-type", content_type), length, *headers])
        await self.chunk(b"" if self.scope["method"] == "HEAD" else body, more=False)

    async def fail(self, error: ApiError) -> None:
        """Send an error in the one shape."""
        headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
        await self.answer(error.status, render(error), headers)


def current(scope: Scope) -> Exchange:
    """The exchange that the outermost layer opened."""
    exchange: Exchange = scope[_KEY]
    return exchange
