"""A small reverse proxy on loopback that puts a real id in the place of each fixed one."""

import contextlib
import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import httpx
from typing_extensions import override

from conformance.sdk.placeholders import Json, Request, rewrite

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host"}
)
"""Headers of one connection (RFC 9110, section 7.6.1) and those that the rewritten body makes wrong."""


class UnusableError(Exception):
    """The server cannot be tested at all; the text says why."""


class Upstream:
    """The server under test.

    Args:
        base_url: where its API begins, such as `http://127.0.0.1:8080/v1`.
        api_key: sent in place of whatever key the tests use.
        model: a model that it serves, in the place of those that it does not list; empty: the first listed.

    Raises:
        UnusableError: it cannot be reached, refuses the key, or has no model.
    """

    def __init__(self, base_url: str, api_key: str | None, model: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.authorization = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self.client = httpx.Client(timeout=60, headers=self.authorization)
        self._made: list[str] = []
        try:
            listed = self._listed()
            self.model = model or next(iter(listed), "")
            if not self.model:
                raise UnusableError(f"{self.base_url}/models lists no model; name one with --model")  # noqa: TRY301 - closed below, as for the others
        except UnusableError:
            self.client.close()
            raise
        self.models = frozenset(listed)

    def _listed(self) -> list[str]:
        try:
            return [str(one["id"]) for one in self.ask("GET", "/models")["data"]]
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            raise UnusableError(f"{self.base_url}/models cannot be read: {error}") from None

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """One JSON request; of a stream the first event is the answer. Anything but 2xx raises."""
        answered = self._asked(method, path, body)
        self.note(method, path, json.dumps(answered).encode())
        return answered

    def _asked(self, method: str, path: str, body: Json | None) -> Json:
        with self.client.stream(method, self.base_url + path, json=body) as answer:
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                data = next(line for line in answer.iter_lines() if line.startswith("data:"))
                return dict(json.loads(data.removeprefix("data:")))
            answer.read()
            answer.raise_for_status()
            return dict(answer.json())

    def note(self, method: str, path: str, answer: bytes) -> None:
        """Remember what a request made; of a stream the beginning says it."""
        found = _ID.search(answer) if method == "POST" and path in _MAKING else None
        if found:
            self._made.append(f"{path}/{found[1].decode('utf-8', 'replace')}")

    def clear(self) -> None:
        """Delete what was made; what the tests deleted themselves, or never stored, answers 404."""
        while self._made:
            with contextlib.suppress(httpx.HTTPError):
                self.client.delete(self.base_url + self._made.pop())


_MAKING = frozenset({"/conversations", "/chat/completions", "/responses"})
_ID = re.compile(rb'"id":\s*"((?:conv|chatcmpl|resp)[^"\\/]+)"')


class Handler(BaseHTTPRequestHandler):
    """Forwards one request, rewritten, and passes the answer back as it comes."""

    protocol_version = "HTTP/1.1"
    upstream: Upstream

    def do_GET(self) -> None:
        """Forward any method."""
        try:
            self._forward()
        except (httpx.HTTPError, KeyError, StopIteration) as error:
            self._answer(
                502, {"content-type": "text/plain"}, f"no stand-in could be made: {error!r}".encode()
            )

    do_POST = do_DELETE = do_PUT = do_PATCH = do_GET  # noqa: N815 - the names http.server calls

    def _forward(self) -> None:
        request = rewrite(self.upstream, self._read())
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
        query = "?" + urlencode(request.query) if request.query else ""
        with self.upstream.client.stream(
            request.method,
            self.upstream.base_url + request.path + query,
            headers=headers,
            content=None if request.body is None else json.dumps(request.body),
        ) as answer:
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                self._pass_on(answer, request)
            else:
                self.upstream.note(request.method, request.path, answer.read())
                self._answer(answer.status_code, dict(answer.headers), answer.content)

    def _read(self) -> Request:
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        return Request(
            self.command, unquote(url.path), dict(parse_qsl(url.query)), json.loads(raw) if raw else None
        )

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self._head(status, headers | {"content-length": str(len(body))}, keep=("content-length",))
        self.wfile.write(body)

    def _pass_on(self, answer: httpx.Response, request: Request) -> None:
        self._head(
            answer.status_code,
            dict(answer.headers) | {"transfer-encoding": "chunked"},
            ("transfer-encoding",),
        )
        for number, chunk in enumerate(answer.iter_bytes()):
            if not number:
                self.upstream.note(request.method, request.path, chunk)
            self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, status: int, headers: dict[str, str], keep: tuple[str, ...]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name in keep or name not in HOP_BY_HOP:
                self.send_header(name, value)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent: the test run has its own report."""


class Proxy(ThreadingHTTPServer):
    """One thread a connection; the SDK keeps several open."""

    daemon_threads = True
    request_queue_size = 64

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may leave a stream early: that is theirs to do. Anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def proxy(base_url: str, *, api_key: str | None, model: str) -> Iterator[str]:
    """Serve on a free loopback port; yields the base URL to give to the SDK."""
    upstream = Upstream(base_url, api_key, model)
    handler = type("BoundHandler", (Handler,), {"upstream": upstream})
    server = Proxy(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, name="id-proxy", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        upstream.clear()
        upstream.client.close()
