"""A proxy on loopback between any client and any server, which judges the live traffic."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from typing_extensions import override

from conformance.wire.bodies import Bodies, Mismatch
from conformance.wire.contract import EVENTS, GROUPS, upstream
from conformance.wire.events import Event, Parser
from conformance.wire.exchanges import Exchange
from conformance.wire.results import Examined

Watcher = Callable[[Exchange, list[Mismatch]], None]

_HOP_BY_HOP: Final = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "host"}
    | {"content-length", "accept-encoding"}
)
"""Headers of one connection (RFC 9110, section 7.6.1), and those that are made anew."""
_NOT_REACHED: Final = 502


class Recorder:
    """What the proxy saw. Many connections write; one lock keeps them apart."""

    def __init__(self, base_url: str, watcher: Watcher = lambda _, __: None) -> None:
        self.base_url = base_url.rstrip("/")
        self.requests = 0
        self.began = time.monotonic()
        self._contract = upstream()
        self._bodies = Bodies(self._contract)
        self._watcher = watcher
        self._lock = threading.Lock()

    def begun(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Exchange:
        """Return an exchange for a request whose target begins with the base URL's path."""
        where = urlsplit(self.base_url)
        path = urlsplit(target).path.removeprefix(where.path)
        url = f"{where.scheme}://{where.netloc}{target}"
        key = "first" if "authorization" in headers else "none"
        return Exchange(method, url, path, headers, body, key, self._contract.find(method, path))

    def over(self, exchange: Exchange) -> None:
        """Judge an exchange."""
        with self._lock:
            self.requests += 1
            wrong = self._bodies.judge(exchange)
        self._watcher(exchange, wrong)

    def examined(self) -> Examined:
        """Return what was seen as a report without probes."""
        with self._lock:
            return Examined(
                base_url=self.base_url,
                model=None,
                seed=0,
                contract=self._contract,
                groups=GROUPS,
                probes=[],
                tallies=self._bodies.tallies,
                bodies=self._bodies.findings,
                # Clients ask for what there is not all the time: nothing is said to be missing.
                absent=frozenset(),
                requests=self.requests,
                tokens=0,
                seconds=time.monotonic() - self.began,
            )


class _Handler(BaseHTTPRequestHandler):
    """Forwards one request as it is and passes the answer back as it comes."""

    protocol_version = "HTTP/1.1"
    recorder: Recorder
    client: httpx.Client

    def do_GET(self) -> None:
        """Forward any method."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        exchange = self.recorder.begun(self.command, self.path, headers, body)
        began = time.monotonic()
        try:
            self._forward(exchange, began)
        except httpx.HTTPError as error:
            exchange.trouble = str(error) or type(error).__name__
            if not exchange.status:
                self._whole(_NOT_REACHED, {}, f"the server cannot be reached: {exchange.trouble}\n".encode())
            self.close_connection = True
        except OSError:
            exchange.trouble = "the client left"
            self.close_connection = True
        finally:
            exchange.seconds = time.monotonic() - began
            self.recorder.over(exchange)

    do_POST = do_DELETE = do_PUT = do_PATCH = do_GET  # noqa: N815 - the names http.server calls
    do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - as above

    def _forward(self, exchange: Exchange, began: float) -> None:
        headers = {name: value for name, value in exchange.headers.items() if name not in _HOP_BY_HOP}
        headers["accept-encoding"] = "identity"
        with self.client.stream(
            exchange.method, exchange.url, headers=headers, content=exchange.body or None
        ) as answer:
            exchange.answer_headers = {name.lower(): value for name, value in answer.headers.items()}
            exchange.status = answer.status_code
            if exchange.media == EVENTS:
                self._stream(exchange, answer, began)
            else:
                exchange.answer = answer.read()
                self._whole(exchange.status, exchange.answer_headers, exchange.answer)

    def _stream(self, exchange: Exchange, answer: httpx.Response, began: float) -> None:
        self._head(exchange.status, {**exchange.answer_headers, "transfer-encoding": "chunked"})
        parser, whole = Parser(), bytearray()
        try:
            for piece in answer.iter_bytes():
                whole += piece
                at = time.monotonic() - began
                exchange.events += [Event(name, data, at) for name, data in parser.feed(piece)]
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        finally:
            exchange.answer = bytes(whole)
        self.wfile.write(b"0\r\n\r\n")

    def _whole(self, status: int, headers: dict[str, str] | Any, body: bytes) -> None:
        self._head(status, {**headers, "content-length": str(len(body))})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name not in _HOP_BY_HOP or name in {"content-length", "transfer-encoding"}:
                self.send_header(name, value)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent: the watcher says what there is to say."""


class _Proxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def recording(recorder: Recorder, port: int = 0) -> Iterator[str]:
    """Serve on loopback; yields the base URL to give to clients."""
    with httpx.Client(timeout=httpx.Timeout(600, connect=10), trust_env=False) as client:
        handler = type("BoundHandler", (_Handler,), {"recorder": recorder, "client": client})
        server = _Proxy(("127.0.0.1", port), handler)
        thread = threading.Thread(target=server.serve_forever, name="recorder", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{urlsplit(recorder.base_url).path}"
        finally:
            server.shutdown()
            server.server_close()
