"""HTTP/1.1 as uvicorn reads it, within bounds; what is refused here is told so in the one error shape.

The C parser sets no bounds of its own and keeps a header that never ends, so what it reads is counted as it
comes, a read at a time: only a head that takes several reads, or a large one, is looked at more closely.
"""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from handlers.errors import (
    ApiError,
    BadRequestError,
    HeadersTooLargeError,
    RequestTimeoutError,
    UrlTooLongError,
    render,
)
from handlers.settings import Settings
from handlers.shell.exchange import OPENAI_VERSION, new_request_id

_NO_HTTP = BadRequestError("Invalid HTTP request: expected HTTP/1.1 as in RFC 9112.")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a request's head may take."""

    url: int = 32 * 1024
    head: int = 64 * 1024
    """Bytes of URL and headers together."""
    headers: int = 100
    seconds: float = 30.0


def bounded(settings: Settings) -> type["Http11"]:
    """The protocol with the bounds of these settings."""
    bounds = Bounds(
        settings.max_url_bytes, settings.max_header_bytes, settings.max_headers, settings.head_seconds
    )
    return type("Http11", (Http11,), {"bounds": bounds})


class Http11(HttpToolsProtocol):
    """uvicorn's protocol on the C parser."""

    bounds = Bounds()

    url = b""
    _loose = 0
    """Bytes read since the parser last had something for us: a head's end, a piece of a body."""
    _moved = False
    """Whether it had, in this read."""
    _impatience: asyncio.TimerHandle | None = None
    """Runs while a head is awaited that has begun, and before the first."""
    _refusal: ApiError | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's too
        super().connection_made(transport)
        self._impatience = self.loop.call_later(self.bounds.seconds, self._impatient)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._be_patient()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        self._loose += len(data)
        super().data_received(data)
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn begins with None, and declares otherwise
        if cycle is None or cycle.scope is not self.scope or cycle.response_complete:
            if self._impatience is None and self.parser is not None:
                self._impatience = self.loop.call_later(self.bounds.seconds, self._impatient)
        else:
            if self._impatience is not None:
                self._be_patient()
            self._moved |= not cycle.more_body
        if self._moved:
            self._moved = False
            self._loose = 0
        elif self._loose > self.bounds.head:
            self._refuse(self._too_large())

    @override
    def on_headers_complete(self) -> None:
        bounds = self.bounds
        if len(self.headers) > bounds.headers or len(self.url) > bounds.url or self._loose > bounds.head:
            self._look_closely()
        self._moved = True
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        self._moved = True
        super().on_body(body)

    def _look_closely(self) -> None:
        """Raise what makes the parser stop, if the head is beyond a bound."""
        bounds, size = self.bounds, sum(len(name) + len(value) + 4 for name, value in self.headers)
        within = len(self.headers) <= bounds.headers and len(self.url) <= bounds.url
        if not within or len(self.url) + size > bounds.head:
            self._refusal = self._too_large()
            raise self._refusal

    def _too_large(self) -> ApiError:
        bounds = self.bounds
        if len(self.url) > bounds.url:
            return UrlTooLongError(f"The URL is too long: expected at most {bounds.url} bytes.")
        if len(self.headers or ()) > bounds.headers:
            return HeadersTooLargeError(f"Too many headers: expected at most {bounds.headers}.")
        return HeadersTooLargeError(f"The headers are too large: expected at most {bounds.head} bytes.")

    def _impatient(self) -> None:
        """Wait for the rest of a head no longer; the next one's does not cut off an answer under way."""
        self._impatience = None
        scope: object = self.scope  # None at first, like the cycle, though declared otherwise
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._impatience = self.loop.call_later(self.bounds.seconds, self._impatient)
        elif scope is not None and (cycle is None or cycle.scope is not scope):
            self._refuse(
                RequestTimeoutError(
                    f"The request's head did not arrive within {self.bounds.seconds:g} seconds."
                )
            )
        else:
            self.transport.close()

    def _be_patient(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None

    @override
    def send_400_response(self, msg: str) -> None:
        """Tell what the parser stopped at."""
        self._refuse(self._refusal or _NO_HTTP)

    def _refuse(self, error: ApiError) -> None:
        """Answer and close: where the next request begins, nobody can tell."""
        if self.transport.is_closing():
            return
        if not self._is_answering():
            body = render(error)
            headers = [
                *self.server_state.default_headers,
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(body)),
                (b"x-request-id", new_request_id().encode()),
                OPENAI_VERSION,
                (b"connection", b"close"),
            ]
            status = b"%d %b" % (error.status, HTTPStatus(error.status).phrase.encode())
            head = b"".join(b"%b: %b\r\n" % header for header in headers)
            self.transport.write(b"HTTP/1.1 %b\r\n%b\r\n%b" % (status, head, body))
        self.transport.close()

    def _is_answering(self) -> bool:
        """Whether the head of an answer to an earlier request is out, and its body is not."""
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn begins with None, and declares otherwise
        return cycle is not None and cycle.response_started and not cycle.response_complete
