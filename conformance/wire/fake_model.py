"""A model that is none: a chat endpoint that records what it is sent and answers by script."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

from conformance.wire.fake_answers import Json, Reply, chunks, completion, improvised

MODEL: Final = "conform-fake"
_LONGEST_HEAD: Final = 65_536
_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Server Error",
}


@dataclass(slots=True)
class Seen:
    """One request that the model got. `left`: the server hung up before it had the whole answer."""

    path: str
    headers: dict[str, str]
    body: Json
    at: float
    left: bool = False
    finished: bool = False

    @property
    def messages(self) -> list[Json]:
        """The messages that the model was to read."""
        return list(self.body.get("messages") or [])

    @property
    def texts(self) -> list[str]:
        """What the messages say, part by part, in order."""
        return [text for message in self.messages for text in _texts(message.get("content"))]


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    return [str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part]


class FakeModel:
    """Serves on a free port of loopback, from `start` to `stop`.

    Scripts are found by a marker, a text of the probe's own that stands somewhere in the request; of several
    the one that stands last. Requests without one get an improvised answer.
    """

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._scripts: dict[str, list[Reply]] = {}
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=_LONGEST_HEAD)

    async def stop(self) -> None:
        """Close everything, answers on their way too."""
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where its API begins."""
        if self._server is None:
            raise RuntimeError("the fake model was not started")
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    def script(self, marker: str, *replies: Reply) -> None:
        """Answer requests that hold a marker by these replies in turn; the last one again and again."""
        self._scripts[marker] = list(replies)

    def told(self, marker: str) -> list[Seen]:
        """Return the requests that hold a marker, in order."""
        return [seen for seen in self.seen if marker in json.dumps(seen.body, ensure_ascii=False)]

    def _reply(self, seen: Seen) -> Reply:
        text = json.dumps(seen.body.get("messages"), ensure_ascii=False)
        present = [marker for marker in self._scripts if marker in text]
        if not present:
            return improvised(seen.body)
        replies = self._scripts[max(present, key=text.rfind)]
        return replies.pop(0) if len(replies) > 1 else replies[0]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._open.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        except asyncio.CancelledError:
            # Only `stop` cancels; asyncio would otherwise report it as an error of the connection.
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tell whether the connection stays."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        line, *fields = head.decode("latin-1").split("\r\n")
        method, target, _ = line.split(" ", 2)
        headers = {
            name.lower(): value.strip() for name, _, value in (each.partition(":") for each in fields if each)
        }
        body = await _body(reader, headers)
        path = target.partition("?")[0].rstrip("/")
        if method == "POST" and path.endswith("/chat/completions"):
            asked = json.loads(body)
            if not str(asked.get("model")).endswith(MODEL):
                _write(writer, 404, _error(404, "model_not_found"))
                await writer.drain()
                return True
            seen = Seen(path, headers, asked, time.monotonic())
            self.seen.append(seen)
            return await self._answer(seen, reader, writer)
        _write(writer, *_static(method, path))
        await writer.drain()
        return True

    async def _answer(self, seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        reply = self._reply(seen)
        work = asyncio.ensure_future(_perform(reply, seen.body, writer))
        # Nothing more comes on the connection before the answer is there, unless its end.
        gone = asyncio.ensure_future(reader.read(1))
        done, _ = await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if work not in done:
            seen.left = True
            gone.exception()  # how it hung up is no matter; asked for, so that asyncio does not tell
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await work
            return False
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await gone
        seen.finished = await work
        # What `gone` may have read of a next request is lost: so the connection ends here.
        return False


async def _perform(reply: Reply, asked: Json, writer: asyncio.StreamWriter) -> bool:
    """Write an answer; tell whether it was written to its end."""
    await asyncio.sleep(reply.seconds_before)
    if reply.gate is not None and not asked.get("stream"):
        await reply.gate.wait()
    if reply.status != _OK:
        _write(writer, reply.status, reply.error or _error(reply.status), close=True)
    elif asked.get("stream"):
        return await _stream(reply, asked, writer)
    elif reply.dies_after is not None:
        return False
    else:
        _write(writer, _OK, completion(reply, asked, MODEL), close=True)
    await writer.drain()
    return True


async def _stream(reply: Reply, asked: Json, writer: asyncio.StreamWriter) -> bool:
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
        b"connection: close\r\n\r\n"
    )
    async for number, data in _paced(reply, chunks(reply, asked, MODEL)):
        if number == reply.dies_after:
            return False
        _chunk(writer, f"data: {json.dumps(data)}\n\n".encode())
        await writer.drain()
    _chunk(writer, b"data: [DONE]\n\n")
    _chunk(writer, b"")
    await writer.drain()
    return True


async def _paced(reply: Reply, pieces: Iterable[Json]) -> AsyncIterator[tuple[int, Json]]:
    for number, piece in enumerate(pieces):
        if number:
            await asyncio.sleep(reply.seconds_between)
        if number == _HELD and reply.gate is not None:
            await reply.gate.wait()
        yield number, piece


_OK: Final = 200
_HELD: Final = 2
"""The chunk before which a gate holds a stream: the role and a first piece are out by then."""


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length") or 0))
    whole = b""
    while size := int((await reader.readline()).partition(b";")[0], 16):
        whole += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return whole


def _static(method: str, path: str) -> tuple[int, Json]:
    model = {"id": MODEL, "object": "model", "created": 1_700_000_000, "owned_by": "conform"}
    if method in {"GET", "HEAD"} and path.endswith("/models"):
        return 200, {"object": "list", "data": [model]}
    if method == "GET" and path.endswith(f"/models/{MODEL}"):
        return 200, model
    if path in {"/health", "/v1/health", ""}:
        return 200, {"status": "ok"}
    return 404, _error(404)


def _error(status: int, code: str | None = None) -> Json:
    return {"error": {"message": f"scripted {status}", "type": "server_error", "param": None, "code": code}}


def _write(writer: asyncio.StreamWriter, status: int, value: Json, *, close: bool = False) -> None:
    data = json.dumps(value).encode()
    kept = "close" if close else "keep-alive"
    writer.write(
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Scripted')}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(data)}\r\nconnection: {kept}\r\n\r\n".encode()
        + data
    )
