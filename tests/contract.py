"""The contract as a judge: what a server of ours answers, in any test, is held to `generated/openapi.json`.

openapi-core, which shares nothing with the generator, judges JSON answers. It knows no streams: their events
are judged one by one by jsonschema-rs against the schema of the stream's media type, also those of a stream
that a client left. Streams of responses are replayed, and must add up to the response they end with.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import httpx2

from tests.handlers.responses import replayer

DOCUMENT = Path(__file__).parents[1] / "generated" / "openapi.json"
SERVER = "http://127.0.0.1:8080"
"""The server the document names; wherever a test's server listens, this is what it stands for."""

_MODEL = re.compile(r"(/v1/models/)(.+)")
_RESPONSES = re.compile(r"/v1/responses(/[^/]+)?")

origins: set[tuple[str, int | None]] = set()
"""Hosts and ports of the servers under test."""
failures: list[str] = []
"""What was found. Clients wrap what a transport raises, so a fixture looks here at the end of each test."""


@cache
def document() -> Any:
    return json.loads(DOCUMENT.read_bytes())


@cache
def _core() -> Any:
    from openapi_core import Config, OpenAPI  # noqa: PLC0415 - takes a second, and most tests do without

    return OpenAPI.from_dict(document(), config=Config(spec_validator_cls=None))


@cache
def _schema(pointer: str) -> Any:
    import jsonschema_rs  # noqa: PLC0415

    return jsonschema_rs.Draft202012Validator(
        {"$ref": pointer, "components": document()["components"]}, validate_formats=False
    )


@dataclass
class _Request:
    method: str
    path: str
    host_url: str = SERVER
    body: bytes = b""
    content_type: str = "application/json"
    parameters: Any = None

    @property
    def full_url_pattern(self) -> str:
        return self.host_url + self.path


@dataclass
class _Response:
    status_code: int
    data: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


def judge(
    method: str, path: str, status: int, headers: dict[str, str], body: bytes, *, whole: bool = True
) -> str | None:
    """What is wrong with an answer, or nothing. `path` may have a query; the end may be missing."""
    path, _, query = path.partition("?")
    about = f"{method} {path} answered {status}"
    if not headers.get("x-request-id"):
        return f"{about} without x-request-id"
    if not path.startswith("/v1/") and status == 200:
        return None
    if method == "HEAD" or status == 204:
        return f"{about} with a body" if body else None
    kind = headers.get("content-type", "").partition(";")[0]
    if kind == "text/event-stream":
        text = body.decode(errors="replace")
        text = text if whole else text.rpartition("\n\n")[0]
        if _RESPONSES.fullmatch(path):
            wrong = _replay(text, parse_qs(query), whole=whole)
        else:
            wrong = next(_events(method, path, text), None)
        return f"{about}: {wrong}" if wrong else None
    if not whole:
        return None
    wrong = _answer(method, path, status, headers, body)
    return f"{about}: {wrong}\n{body[:2000]!r}" if wrong else None


def _answer(method: str, path: str, status: int, headers: dict[str, str], body: bytes) -> str | None:
    from openapi_core.exceptions import OpenAPIError  # noqa: PLC0415
    from openapi_core.templating.paths.exceptions import PathError  # noqa: PLC0415

    kind = headers.get("content-type")
    if kind != "application/json":
        return f"content type {kind!r}"
    request = _Request(method.lower(), _MODEL.sub(lambda m: m[1] + m[2].replace("/", "%2F"), path))
    try:
        _core().validate_response(request, _Response(status, body, kind, headers))
    except PathError:
        # No operation of the contract: then only an error can be the answer.
        return "success outside the contract" if status < 400 else _mismatch("ErrorResponse", body)
    except OpenAPIError as error:
        errors = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
        return f"{error!r}: " + "; ".join(str(getattr(each, "message", each)) for each in errors)
    return None


def _mismatch(schema: str, body: bytes) -> str | None:
    return _refusal(f"#/components/schemas/{schema}", body)


def _refusal(pointer: str, body: bytes) -> str | None:
    error = next(_schema(pointer).iter_errors(json.loads(body)), None)
    return f"{error.message} at {error.instance_path}" if error else None


def _replay(text: str, query: dict[str, list[str]], *, whole: bool) -> str | None:
    """What is wrong with a stream of a response, from its first event on or from a later one."""
    after = query.get("starting_after")
    try:
        events = replayer.parse(text)
        if after:
            replayer.continued(events, int(after[0]) + 1)
            return None
        # `error` stands where a stream breaks off without an end of its own.
        replay = replayer.begun([event for event in events if event["type"] != "error"])
        if whole and events[-1]["type"] != "error":
            replay.cut_off() if replay.open else replay.end()
    except (AssertionError, LookupError, TypeError, ValueError) as error:
        return f"{error!r}\n{text[-2000:]}"
    return None


def _events(method: str, path: str, text: str) -> Iterator[str]:
    operation = document()["paths"][_template(path.removeprefix("/v1"))][method.lower()]
    pointer = operation["responses"]["200"]["content"]["text/event-stream"]["schema"]["$ref"]
    for block in text.split("\n\n"):
        data = "\n".join(line[5:].strip() for line in block.split("\n") if line.startswith("data:"))
        if data and data != "[DONE]":
            is_error = "error" in json.loads(data)
            wrong = _refusal("#/components/schemas/ErrorResponse" if is_error else pointer, data.encode())
            if wrong:
                yield f"event {data[:500]}: {wrong}"


def _template(path: str) -> str:
    """The path as the document has it."""
    paths: dict[str, Any] = document()["paths"]
    if path in paths:
        return path
    return next(each for each in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path))


class Recording(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body on its way to the client, judged when it has come whole, or when the client leaves."""

    def __init__(self, stream: Any, judged: Callable[[bytes, bool], None]) -> None:
        self._stream = stream
        self._judged = judged
        self._parts: list[bytes] = []
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._parts.append(part)
            yield part
        self._end(whole=True)

    async def __aiter__(self) -> Any:
        async for part in self._stream:
            self._parts.append(part)
            yield part
        self._end(whole=True)

    def close(self) -> None:
        self._stream.close()
        self._end(whole=False)

    async def aclose(self) -> None:
        await self._stream.aclose()
        self._end(whole=False)

    def _end(self, *, whole: bool) -> None:
        if self._open:
            self._open = False
            self._judged(b"".join(self._parts), whole)


class Recording2(Recording, httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """The same for the client library of the official SDK."""


def _record(request: Any, response: Any) -> Any:
    if (request.url.host, request.url.port) not in origins:
        return response
    path = request.url.raw_path.decode()
    headers = {name.lower(): value for name, value in response.headers.items()}

    def judged(body: bytes, whole: bool) -> None:
        wrong = judge(request.method, path, response.status_code, headers, body, whole=whole)
        if wrong:
            failures.append(wrong)

    kind = Recording2 if isinstance(response, httpx2.Response) else Recording
    response.stream = kind(response.stream, judged)
    return response


def watch() -> Iterator[None]:
    """Stand between every client of this process and the servers under test, until closed."""
    undo = [_patch(module, name) for module in (httpx, httpx2) for name in _TRANSPORTS]
    yield
    for restore in undo:
        restore()


_TRANSPORTS = {
    "HTTPTransport": "handle_request",
    "AsyncHTTPTransport": "handle_async_request",
    "ASGITransport": "handle_async_request",
}


def _patch(module: Any, name: str) -> Callable[[], None]:
    transport, method = getattr(module, name), _TRANSPORTS[name]
    original = getattr(transport, method)

    def handle_request(self: Any, request: Any) -> Any:
        return _record(request, original(self, request))

    async def handle_async_request(self: Any, request: Any) -> Any:
        return _record(request, await original(self, request))

    setattr(transport, method, handle_request if method == "handle_request" else handle_async_request)
    return lambda: setattr(transport, method, original)
