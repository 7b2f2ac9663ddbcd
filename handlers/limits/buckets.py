"""How much of something may be taken in a minute: a bucket that fills up steadily, and may be overdrawn.

The generic cell rate algorithm: all that is kept is the moment at which the bucket will be full again, so
that filling it costs nothing. Libraries that do the same were measured and are 5 to 40 times dearer on a
path that every request takes, and none gives back or collects afterwards (`docs/limits.md`).
"""

import time
from collections.abc import Callable
from typing import Protocol

from typing_extensions import override

WINDOW = 60.0
"""Seconds that an empty bucket takes to fill."""

EXACT = 1e-6
"""Steps of binary fractions do not add up to the window to the last digit."""

Clock = Callable[[], float]


class Bucket(Protocol):
    """So many a minute; a full one may be emptied at once."""

    limit: int

    async def take(self, count: int) -> float:
        """Take so many and answer 0, or take none and answer the seconds after which they will be there."""

    def settle(self, count: int) -> None:
        """Take so many more whether they are there or not; give back where negative."""

    def stands(self) -> tuple[int, float]:
        """How many are there now, none if overdrawn; the seconds until it is full."""

    def left(self) -> int:
        """The first."""
        return self.stands()[0]

    def fills(self) -> float:
        """The second."""
        return self.stands()[1]

    def change(self, limit: int) -> None:
        """Allow another number from now on; the part that was taken stays taken."""


class Local(Bucket):
    """A bucket that this process alone takes from: exact."""

    __slots__ = ("_clock", "_each", "_full", "limit")

    def __init__(self, limit: int, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._full = 0.0
        self.change(limit)

    @override
    async def take(self, count: int) -> float:
        now = self._clock()
        full = max(self._full, now) + count * self._each
        if full - now > WINDOW + EXACT:
            return full - now - WINDOW
        self._full = full
        return 0.0

    @override
    def settle(self, count: int) -> None:
        self._full = max(self._full, self._clock()) + count * self._each

    @override
    def stands(self) -> tuple[int, float]:
        fills = self._full - self._clock()
        if fills <= 0:
            return self.limit, 0.0
        return (int((WINDOW - fills) / self._each + EXACT) if fills < WINDOW else 0), fills

    @override
    def change(self, limit: int) -> None:
        self.limit = limit
        self._each = WINDOW / limit
