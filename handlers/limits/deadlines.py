"""Requests under way: how many there may be, and which take too long.

One timer looks after all requests of a process, some times within the shortest of its limits. A timer for
each would cost as much as a read does.
"""

import asyncio
from time import perf_counter
from typing import Protocol

from handlers.errors import ApiError, GatewayTimeoutError, RequestTimeoutError, ServiceUnavailableError
from handlers.limits.telling import told

LOOKS = 8
"""How often to look within the shortest limit."""
SOON = 1.0
"""Seconds after which to try again when the process is full."""


class Request(Protocol):
    """A request as this module sees it."""

    started: float
    """When its head was there, by perf_counter."""
    whole: float
    """When its body was there; 0 before."""
    task: "asyncio.Task[object] | None"
    expired: ApiError | None

    @property
    def bodiless(self) -> bool:
        """Whether nothing but the head is awaited."""

    @property
    def endless(self) -> bool:
        """Whether the answer may take as long as it takes."""


class Deadlines:
    """Belongs to one event loop."""

    def __init__(self, *, most: int, body: float, request: float) -> None:
        """Requests at once; seconds from a request's head on, 0 being no limit."""
        self._most = most
        self._body = body
        self._request = request
        self._pause = min(1.0, min(filter(None, (body, request)), default=8.0) / LOOKS)
        self.running: set[Request] = set()
        """Whoever begins a request takes it out again at its end."""
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, request: Request) -> None:
        """Look after it, or raise ServiceUnavailableError."""
        if len(self.running) >= self._most:
            raise ServiceUnavailableError(
                f"The server is busy with {self._most} requests. Try again.", headers=told(SOON)
            )
        request.whole, request.expired = 0.0, None
        request.task = asyncio.current_task()
        self.running.add(request)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._pause, self._look)

    def _look(self) -> None:
        self._timer = None
        now = perf_counter()
        for request in self.running:
            if request.expired is None and (error := self._verdict(request, now)) is not None:
                request.expired = error
                if request.task is not None:
                    request.task.cancel()
        if self.running:
            self._timer = asyncio.get_running_loop().call_later(self._pause, self._look)

    def _verdict(self, request: Request, now: float) -> ApiError | None:
        seconds = now - request.started
        if not request.whole and not request.bodiless:
            if self._body and seconds > self._body:
                return RequestTimeoutError(
                    f"The request's body did not arrive within {self._body:g} seconds.",
                    headers={"connection": "close"},
                )
        elif self._request and seconds > self._request and not request.endless:
            return GatewayTimeoutError(
                f"The request took longer than {self._request:g} seconds and was given up. "
                "If it was to change something, look whether it did."
            )
        return None


def ended(request: Request) -> ApiError | None:
    """Why a request was cancelled, if it was this module that did it; then that is dealt with."""
    if request.expired is not None and request.task is not None:
        request.task.uncancel()
    return request.expired
