"""Whether this process lives, and whether it should be sent requests: `/livez` and `/readyz`.

Alive is a process whose event loop answers: restarting it mends nothing else, so the store is not asked.
Ready is one that has started, does not leave, and whose store does a real write and a real read. What the
store said is good for a second: anybody may ask, and must not make it write at will.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from handlers.errors import ApiError, ServiceUnavailableError
from handlers.shell.exchange import Exchange
from handlers.stores import Store

log = structlog.get_logger("lockstep")

FRESH_SECONDS = 1.0
PATIENCE = 3.0
"""Seconds after which a store that does not answer counts as one that refuses."""
STARTING, LEAVING = "The server is starting.", "The server is shutting down."


class Life:
    """One server's way from start to end, and the pages that tell of it."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._hindrance: str | None = STARTING
        self.leavers: list[Callable[[], None]] = []
        """Told once that the process is about to end."""
        self._asked = asyncio.Lock()
        self._verdict: str | None = None
        self._until = 0.0

    def begin(self) -> None:
        """The store is open and handlers are at work."""
        self._hindrance = None

    def leave(self) -> None:
        """Tell balancers to send no more; those who come all the same are served."""
        if self._hindrance == LEAVING:
            return
        self._hindrance = LEAVING
        log.info("leaving")
        for leaver in self.leavers:
            leaver()

    async def live(self, exchange: Exchange) -> None:
        """The page `/livez`."""
        await exchange.answer(200, b'{"status":"alive"}')

    async def ready(self, exchange: Exchange) -> None:
        """The page `/readyz`: 200, or 503 with the reason."""
        reason = self._hindrance or await self._store_hinders()
        if reason is None:
            await exchange.answer(200, b'{"status":"ready"}')
        else:
            await exchange.fail(ServiceUnavailableError(reason))

    async def _store_hinders(self) -> str | None:
        async with self._asked:
            if self._clock() >= self._until:
                self._verdict = await self._ask()
                self._until = self._clock() + FRESH_SECONDS
            return self._verdict

    async def _ask(self) -> str | None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                try:
                    await self._store.check()
                except ApiError as error:
                    return error.message
                return None
        return f"The store has not answered for {PATIENCE:g} seconds."
