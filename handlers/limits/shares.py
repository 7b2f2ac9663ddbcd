"""A bucket that several processes take from: each draws shares from the store and hands them out by itself.

A share is a sixty-fourth of the minute, or one. What the store gave is gone from the bucket for all others,
so that together no more is handed out than is there; what a process holds and does not use is missed by
others until the bucket fills up again. A share is given up after some seconds: it is not saved for later.
"""

import asyncio
import time
from functools import partial

import structlog
from typing_extensions import override

from handlers.auth import Caller
from handlers.errors import ApiError
from handlers.limits.buckets import WINDOW, Bucket, Clock
from handlers.limits.quotas import Kind
from handlers.stores import Allowances, Drawn

log = structlog.get_logger("lockstep")

PARTS = 64
"""Shares in a minute's worth."""
KEPT = 2.0
"""Seconds until an unused share is given up."""
BROUGHT = 1.0
"""Seconds until what was given back here, or is owed, is brought to the store."""
BRINGING = "tokens settled"
"""The task that brings it."""


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
        self._since = 0.0
        """When it was last added to."""
        self._left = limit
        """What the store had when it was last asked ..."""
        self._asked = 0.0
        """... which was then."""
        self._pause = 0.0
        """Until when asking is in vain, or gives less than a share: it was empty."""
        self._until = 0.0
        """Until when `_wanted` or more will not be there."""
        self._wanted = 0
        self._drawing = asyncio.Lock()
        self._bringing: asyncio.Task[None] | None = None

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
        if self._share > 0 and self._clock() - self._since > KEPT:
            self._share = 0
        return self._share >= count

    async def _ask(self, count: int) -> float:
        wait = max(self._pause, self._until if count >= self._wanted else 0.0) - self._clock()
        if wait > 0:
            return wait
        most = count + self._part - 1
        drawn = await self._exchange(least=count, most=most)
        if drawn.granted < most:
            self._pause = self._asked + self._part * WINDOW / self.limit
        if drawn.granted:
            return 0.0
        self._wanted, self._until = count, self._asked + drawn.wait
        return max(self._pause, self._until) - self._asked

    async def _exchange(self, *, least: int, most: int) -> Drawn:
        """Give the share back, or what is owed, and draw another one."""
        share, self._share = self._share, 0
        try:
            drawn = await self._draw(spent=-share, least=least, most=most, limit=self.limit)
        except BaseException:
            self._share += min(share, 0)  # whether it was written nobody knows: no debt is forgotten
            raise
        self._since = self._asked = self._clock()
        self._share += drawn.granted
        self._left = drawn.left
        return drawn

    @property
    def _part(self) -> int:
        return max(1, self.limit // PARTS)

    @override
    def settle(self, count: int) -> None:
        self._share -= count
        if count < 0:
            self._since = self._clock()
        if not -self._part <= self._share <= 2 * self._part and self._bringing is None:
            self._bringing = asyncio.get_running_loop().create_task(self._bring(), name=BRINGING)

    async def _bring(self) -> None:
        """Let others have what a request did not need, and know what it took too much."""
        try:
            await asyncio.sleep(BROUGHT)
            async with self._drawing:
                await self._exchange(least=0, most=0)
        except ApiError as error:
            log.warning("tokens_not_settled", reason=error.message)
        finally:
            self._bringing = None

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
