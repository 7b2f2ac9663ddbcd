"""The events of one stream, for all who listen: each gets them from the first on, at a pace of its own."""

import asyncio
from collections.abc import AsyncGenerator

from handlers.errors import ApiError
from handlers.sse import Event, encode

AHEAD = 256
"""Events that may wait for the slowest listener once no more are kept."""


class Log:
    """Grows up to `limit` bytes. Beyond that it holds only what those who listen already have yet to hear."""

    def __init__(self, limit: int) -> None:
        self.overflowed = False
        """Too late to begin to listen."""
        self._limit = limit
        self._size = 0
        self._events: list[Event] = []
        self._first = 0
        self._ended = False
        self._failure: ApiError | None = None
        self._places: dict[object, int] = {}
        self._changed = asyncio.Event()

    async def add(self, event: Event) -> None:
        """Pass an event on; beyond the limit, wait for those who listen."""
        self._events.append(event)
        self._size += len(event.data) + len(event.name or "") + 16
        self.overflowed = self.overflowed or self._size > self._limit
        self._wake()
        while self.overflowed:
            self._trim()
            if len(self._events) <= AHEAD:
                break
            await self._changed.wait()

    def end(self, failure: ApiError | None = None) -> None:
        """No event comes any more, unless listeners are to hear of a failure."""
        if not self._ended:
            self._ended, self._failure = True, failure
            self._wake()

    def whole(self) -> bytes | None:
        """All of it as it was sent; None where it does not fit."""
        return None if self.overflowed else b"".join(map(encode, self._events))

    def join(self, listener: object) -> None:
        """Hold everything back for someone, unless it is too late."""
        if not self.overflowed:
            self._places[listener] = 0

    def leave(self, listener: object) -> None:
        """Hold nothing back any more."""
        if self._places.pop(listener, None) is not None:
            self._wake()

    def holds(self, listener: object) -> bool:
        """Whether they can hear all of it."""
        return listener in self._places

    async def listen(self, listener: object) -> AsyncGenerator[Event, None]:
        """Every event there was, then those to come, for someone who has joined."""
        places = self._places
        while True:
            place = places[listener] - self._first
            if place < len(self._events):
                yield self._events[place]
                places[listener] += 1
                if self.overflowed:
                    self._wake()
            elif self._ended:
                if self._failure is not None:
                    raise self._failure
                return
            else:
                await self._changed.wait()

    def _trim(self) -> None:
        """Drop what everybody has heard."""
        end = self._first + len(self._events)
        heard = min(self._places.values(), default=end) - self._first
        del self._events[:heard]
        self._first += heard

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
