"""Requests that take too long: a body that does not come, a handler that does not come to an end.

One timer looks after all requests of a process, some times within the shortest of its limits. A timer for
each would cost as much as a read does.
"""

import asyncio
from time import perf_counter
from typing import Protocol

from handlers.errors import ApiError, GatewayTimeoutError, RequestTimeoutError

LOOKS = 8
"""How often to look within the shortest limit."""


class Timed(Protocol):
    """A request as this module sees it."""

    started: float
    """When its head was there, by perf_counter."""
    whole: float
    """When all of it was there; 0 before."""


class Running:
    """One request under way."""

    __slots__ = ("endless", "expired", "request", "task")

    def __init__(self, request: Timed, task: "asyncio.Task[object]", *, endless: bool) -> None:
        self.request = request
        self.task = task
        self.endless = endless
        """Whether its answer may take as long as it takes."""
        self.expired: ApiError | None = None


class Deadlines:
    """Belongs to one event loop."""

    def __init__(self, *, body: float, request: float) -> None:
        """Seconds, from a request's head on; 0 is no limit."""
        self._body = body
        self._request = request
        self._pause = min(1.0, min(filter(None, (body, request)), default=8.0) / LOOKS)
        self._running: set[Running] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, running: Running) -> None:
        """Look after it."""
        self._running.add(running)
        if self._timer is None:
            self._timer = running.task.get_loop().call_later(self._pause, self._look)

    def end(self, running: Running) -> None:
        """It is over."""
        self._running.discard(running)

    def _look(self) -> None:
        self._timer = None
        now = perf_counter()
        for running in self._running:
            if running.expired is None and (error := self._verdict(running, now)) is not None:
                running.expired = error
                running.task.cancel()
        if self._running:
            loop = next(iter(self._running)).task.get_loop()
            self._timer = loop.call_later(self._pause, self._look)

    def _verdict(self, running: Running, now: float) -> ApiError | None:
        seconds = now - running.request.started
        if not running.request.whole:
            if self._body and seconds > self._body:
                return RequestTimeoutError(
                    f"The request's body did not arrive within {self._body:g} seconds.",
                    headers={"connection": "close"},
                )
        elif self._request and seconds > self._request and not running.endless:
            return GatewayTimeoutError(
                f"The request took longer than {self._request:g} seconds and was given up. "
                "If it was to change something, look whether it did."
            )
        return None
