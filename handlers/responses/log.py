"""The stream of one running response on its way to the store: what is there, what waits, who watches."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from handlers import stores
from handlers.errors import ApiError
from handlers.responses import wire
from handlers.stores import Lines, LostError

PAUSE = 0.2
"""Seconds that an event may wait for others, to be stored with them."""
BATCH = 256 * 1024
"""Bytes that are stored without waiting."""
AHEAD = 1000
"""Events at most that clients may have seen before the store has them. Whoever ends the stream of a process
that is gone numbers its last event past these."""


class Log:
    """Numbers the events, hands them out at once, and stores them a few times a second."""

    def __init__(
        self,
        store: stores.Responses,
        project: str,
        response: stores.Response,
        told: Callable[[], None],
    ) -> None:
        """`response` has begun, with this process as its holder. `told` is called when more is stored."""
        assert response.holder is not None  # noqa: S101 - see above
        self._store = store
        self._told = told
        self._key = project, response.id, response.holder
        self.stored = response.next_event
        self.pending: list[bytes] = []
        self.lost = False
        self._bytes = 0
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    @property
    def next(self) -> int:
        """The number of the next event."""
        return self.stored + len(self.pending)

    async def add(self, event: Mapping[str, Any]) -> bytes:
        """The event as a line. Raises LostError once the response is somebody else's."""
        while len(self.pending) >= AHEAD and not self.lost:
            await asyncio.shield(self._flush_now())
        if self.lost:
            raise LostError("The response was ended or deleted meanwhile.")
        line = wire.line(event, self.next)
        self.pending.append(line)
        self._bytes += len(line)
        self.wake()
        if self._bytes > BATCH:
            self._flush_now()
        elif self._timer is None and self._flushing is None:
            self._flush_later()
        return line

    def after(self, position: int) -> Sequence[bytes] | None:
        """The lines from `position` on, possibly none yet; None if the store has the first of them."""
        return None if position < self.stored else self.pending[position - self.stored :]

    async def news(self) -> None:
        """Wait until there is more, or the end."""
        await self._news.wait()

    def wake(self) -> None:
        """Tell who waits."""
        self._news.set()
        self._news = asyncio.Event()

    async def tail(self) -> Lines:
        """No more is stored from here: these are left, for the transaction that ends the response."""
        self._closed = True
        self._stop_timer()
        if self._flushing is not None:
            await asyncio.shield(self._flushing)
        return Lines(self.stored, list(self.pending))

    async def flushed(self) -> None:
        """Store what waits."""
        while self.pending and not self.lost:
            await asyncio.shield(self._flush_now())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _flush_now(self) -> asyncio.Task[None]:
        self._stop_timer()
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return self._flushing

    def _flush_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(PAUSE, self._flush_now)

    async def _flush(self) -> None:
        lines = list(self.pending)
        project, response_id, holder = self._key
        try:
            await self._store.record(project, response_id, holder, Lines(self.stored, lines))
        except LostError:
            self.lost = True
        except ApiError:
            await asyncio.sleep(PAUSE)  # the store is busy or full: what comes next tries again
        else:
            del self.pending[: len(lines)]
            self.stored += len(lines)
            self._bytes = sum(map(len, self.pending))
            self._told()
        finally:
            self._flushing = None
        if self.pending and not self.lost and not self._closed:
            self._flush_later()
