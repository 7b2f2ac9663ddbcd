"""A model endpoint on loopback that answers what it is told to, byte by byte, or what the echo says."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from handlers.errors import ApiError, render
from handlers.providers.echo import Echo

PAUSE = 0.005
"""Seconds between two writes, so that they arrive as two."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.body)
        return decoded


@dataclass(frozen=True)
class Act:
    """One answer: what is written, piece by piece; then the connection is kept, cut, or left hanging."""

    pieces: Sequence[bytes] = ()
    then: str = "keep"


def answer(status: int, body: Any = b"", headers: dict[str, str] | None = None) -> Act:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": "application/json", "content-length": str(len(text)), **(headers or {})}
    return Act([head(status, sent) + text])


def head(status: int, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode()


def stream(pieces: Sequence[bytes], then: str = "end", content_type: str = "text/event-stream") -> Act:
    """An event stream in HTTP chunks; `end` ends it as HTTP wants, `cut` closes, `hang` goes silent."""
    opening = head(200, {"content-type": content_type, "transfer-encoding": "chunked"})
    chunks = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece]
    return Act(
        [opening, *chunks, *([b"0\r\n\r\n"] if then == "end" else [])], "keep" if then == "end" else then
    )


def event(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


@dataclass
class FakeUpstream:
    """`acts` are played in turn, the last one for ever; without any, the echo provider answers."""

    acts: list[Act] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    echo: Echo = field(default_factory=Echo)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while request := await read_request(reader):
                self.requests.append(request)
                self.asked.set()
                act = await self.next_act(request)
                for piece in act.pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(PAUSE)
                if act.then == "hang":
                    await reader.read()
                    self.left.set()
                if act.then != "keep":
                    break
        except ConnectionError:
            self.left.set()
        finally:
            writer.close()

    async def next_act(self, request: Request) -> Act:
        if not self.acts:
            return await echoed(self.echo, request)
        return self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        text = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = text.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, path, _ = first.split(" ")
    return Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))))


async def echoed(echo: Echo, request: Request) -> Act:
    """What an endpoint that is the echo provider answers."""
    try:
        if request.method == "GET":
            return answer(200, {"object": "list", "data": await echo.models()})
        if request.method == "DELETE":
            return answer(200, await echo.delete_model(unquote(request.path.removeprefix("/v1/models/"))))
        body = request.json()
        if not body.get("stream"):
            return answer(200, await echo.complete(body))
        async with aclosing(echo.stream(body)) as chunks:
            return stream([*[event(chunk) async for chunk in chunks], b"data: [DONE]\n\n"])
    except ApiError as error:
        return answer(error.status, render(error))


@asynccontextmanager
async def running(*acts: Act) -> AsyncIterator[FakeUpstream]:
    upstream = FakeUpstream(list(acts))
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    upstream.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield upstream
    finally:
        server.close()
