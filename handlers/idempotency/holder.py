"""This process's life as those see it who wait for its requests, and the sweeping of what has expired.

The life lasts `LOCKSTEP_LEASE_SECONDS` and is renewed three times as often while requests with a key are
under way. Whatever a process held when it died is free for the next retry after that time.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import structlog

from handlers.errors import ApiError
from handlers.services import Services
from handlers.stores import Attempted, Reservation

log = structlog.get_logger("lockstep")

SWEEP_SECONDS = 600.0
"""Between two sweeps of a process, give or take a third."""
SWEPT_AT_ONCE = 20
"""Answers erased in one transaction: they may be large, and other writes wait meanwhile."""
SWEEP_PAUSE = 0.05


class Holder:
    """One per process."""

    def __init__(self, services: Services) -> None:
        self.id = f"hold_{services.hex()}"
        self._store = services.store
        self._seconds = services.settings.lease_seconds
        self._keep = services.settings.idempotency_seconds
        self._until = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    async def reserve(self, wanted: Reservation) -> Attempted | None:
        """Reserve the key, living long enough for the next beat."""
        begun = monotonic()
        stale = begun > self._until - self._seconds * 2 / 3
        found = await self._store.answers.reserve(
            wanted, lease=self._seconds if stale else None, keep=self._keep
        )
        if stale:
            self._until = max(self._until, begun + self._seconds)
        return found

    def open(self, busy: Callable[[], bool]) -> None:
        """Begin both rhythms."""
        self._tasks = [asyncio.create_task(self._live(busy)), asyncio.create_task(self._sweep())]

    async def aclose(self) -> None:
        """End them, and the life."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._until:
            with suppress(ApiError):
                await self._store.responses.retire(self.id)

    async def _live(self, busy: Callable[[], bool]) -> None:
        while True:
            await asyncio.sleep(self._seconds / 3)
            if not busy():
                continue
            begun = monotonic()
            try:
                await self._store.responses.beat(self.id, self._seconds)
                self._until = begun + self._seconds
            except ApiError as error:
                log.warning("idempotency_lease_not_renewed", message=error.message)
            except Exception:
                log.exception("idempotency_lease_crashed")

    async def _sweep(self) -> None:
        while True:
            # Replicas that started together do not sweep together.
            await asyncio.sleep(SWEEP_SECONDS * random.uniform(2 / 3, 4 / 3))  # noqa: S311 - no secret
            swept = SWEPT_AT_ONCE
            try:
                while swept == SWEPT_AT_ONCE:
                    swept = await self._store.answers.sweep(SWEPT_AT_ONCE)
                    await asyncio.sleep(SWEEP_PAUSE)
            except ApiError as error:
                log.warning("idempotency_not_swept", message=error.message)
            except Exception:
                log.exception("idempotency_sweep_crashed")
