"""Event streams: framing, comments that keep an idle stream alive, and the client that leaves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Any, Self

from handlers.errors import ApiError, render
from handlers.shell.body import ClientLeftError
from handlers.shell.exchange import Exchange, Headers, Receive
from handlers.sse import KEEP_ALIVE, Event, encode

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]
"""What tells nginx and its like not to hold events back."""


class Presence:
    """Cancels the task it surrounds when the client leaves, and raises ClientLeftError in its place.

    The watching starts when the request was read whole: all that can arrive then is the client's leaving.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._watch: asyncio.Task[None] | None = None
        self._left = False

    async def __aenter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - an ASGI server runs us in a task
        self._watch = asyncio.create_task(self._until_gone(task))
        return self

    async def _until_gone(self, task: asyncio.Task[Any]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._left = True
        task.cancel()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch is not None:
            self._watch.cancel()
        if not self._left:
            return
        task = asyncio.current_task()
        remaining = task.uncancel() if task is not None else 0
        if remaining == 0 and (kind is None or issubclass(kind, asyncio.CancelledError)):
            raise ClientLeftError from None


class Stream:
    """One event stream on its way to the client."""

    def __init__(self, exchange: Exchange, idle_seconds: float) -> None:
        self._exchange = exchange
        self._idle = idle_seconds
        self._last = 0.0
        self._clock = asyncio.get_running_loop().time

    async def run(
        self,
        status: int,
        events: AsyncIterator[Event],
        failure: Callable[[Exception], ApiError],
        headers: Headers,
    ) -> None:
        """Send all events. A failure midway becomes one error event, then the end."""
        beats: asyncio.Task[None] | None = None
        try:
            await self._exchange.start(status, [*HEADERS, *headers])
            self._last = self._clock()
            beats = asyncio.create_task(self._keep_alive())
            await self._pump(events, failure)
        finally:
            if beats is not None:
                beats.cancel()
            await _close(events)
        await self._exchange.chunk(b"", more=False)

    async def _pump(self, events: AsyncIterator[Event], failure: Callable[[Exception], ApiError]) -> None:
        try:
            async for event in events:
                await self._send(encode(event))
        except Exception as error:  # noqa: BLE001 - the head is out, an event is the only way left to tell
            await self._send(encode(Event(render(failure(error)))))

    async def _send(self, data: bytes) -> None:
        await self._exchange.chunk(data, more=True)
        self._last = self._clock()

    async def _keep_alive(self) -> None:
        while True:
            rest = self._last + self._idle - self._clock()
            if rest > 0:
                await asyncio.sleep(rest)
            else:
                await self._send(KEEP_ALIVE)


async def _close(events: AsyncIterator[Event]) -> None:
    close: Callable[[], Awaitable[None]] | None = getattr(events, "aclose", None)
    if close is not None:
        await close()
