"""A bucket that several processes take from: each draws shares from the store and hands them out by itself.

A share is a sixty-fourth of the minute, or one. What the store gave is gone from the bucket for all others,
so that together no more is handed out than is there; what a process holds and does not use is missed by
others until the bucket fills up again. A share is given up after some seconds: it is not saved for later.
"""

import asyncio
import time
from functools import partial

from typing_extensions import override

from handlers.auth import Caller
from handlers.limits.buckets import WINDOW, Bucket, Clock
from handlers.limits.quotas import Kind
from handlers.stores import Allowances

PARTS = 64
"""Shares in a minute's worth."""
KEPT = 2.0
"""Seconds until an unused share is given up."""


class Shared(Bucket):
    """This process's view of the bucket, and its share."""

    def __init__(
        self,
        store: Allowances,
        caller: Caller,
        kind: Kind,
        limit: int,
        clock: Clock = time.monotonic,
    ) -> None:
        self.limit = limit
        self._draw = partial(store.draw, caller.project, f"{caller.id}/{kind}")
        self._clock = clock
        self._share = 0
        """What is in hand; negative is what is owed."""
        self._left = limit
        """What the store had when it was last asked ..."""
        self._asked = 0.0
        """... which was then."""
        self._pause = 0.0
        """Until when asking is in vain, or gives less than a share: it was empty."""
        self._until = 0.0
        """Until when `_wanted` or more will not be there."""
        self._wanted = 0
        self._drawing: asyncio.Lock = asyncio.Lock()

    @override
    async def take(self, count: int) -> float:
        if not self._has(count):
            async with self._drawing:  # whoever waited here may find what another one drew
                if not self._has(count):
                    wait = await self._ask(count)
                    if wait:
                        return wait
        self._share -= count
        return 0.0

    def _has(self, count: int) -> bool:
        if self._share > 0 and self._clock() - self._asked > KEPT:
            self._share = 0
        return self._share >= count

    async def _ask(self, count: int) -> float:
        wait = max(self._pause, self._until if count >= self._wanted else 0.0) - self._clock()
        if wait > 0:
            return wait
        owed, held = max(0, -self._share), max(0, self._share)
        self._share = held  # what is settled meanwhile counts on
        least, part = count - held, max(1, self.limit // PARTS)
        most = least + part - 1
        try:
            drawn = await self._draw(spent=owed, least=least, most=most, limit=self.limit)
        except BaseException:
            self._share -= owed
            raise
        self._asked = self._clock()
        self._share += drawn.granted
        self._left = drawn.left
        if drawn.granted < most:
            self._pause = self._asked + part * WINDOW / self.limit
        if drawn.granted:
            return 0.0
        self._wanted, self._until = count, self._asked + drawn.wait
        return max(self._pause, self._until) - self._asked

    @override
    def settle(self, count: int) -> None:
        self._share -= count

    @override
    def stands(self) -> tuple[int, float]:
        gained = (self._clock() - self._asked) * self.limit / WINDOW
        left = min(self.limit, self._left + gained + self._share)
        return max(0, int(left)), (self.limit - left) * WINDOW / self.limit

    @override
    def change(self, limit: int) -> None:
        self.limit = limit
        self._left = min(self._left, limit)
        self._share = min(self._share, limit)
        self._pause = self._until = 0.0
