"""When keys were last used: gathered in memory, written once a minute, never while a request waits.

Processes that share a store pass over what another one wrote within the minute, so that a key costs one
write a minute however many servers it is used on. What was written is at most two minutes behind.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from handlers.errors import ApiError
from handlers.stores import Keys

log = structlog.get_logger("lockstep")

APART = 60
"""Seconds between two writes of one key's last use."""


class LastUses:
    """The keys used since the last write."""

    def __init__(self, keys: Keys, *, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._now = now
        self._noted: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, key_id: str) -> None:
        """The key is in use now."""
        self._noted[key_id] = int(self._now())

    async def write(self) -> None:
        """Write what was noted; a store that refuses gets it again the next time."""
        noted, self._noted = self._noted, {}
        if not noted:
            return
        try:
            await self._keys.used(noted, APART)
        except Exception as error:
            self._noted = noted | self._noted
            if not isinstance(error, ApiError):
                log.exception("last_uses_crashed")

    async def open(self) -> None:
        """Begin to write now and then."""
        self._task = asyncio.create_task(self._run(), name="last uses of keys")

    async def aclose(self) -> None:
        """Write the rest."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self.write()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(APART)
            await self.write()
