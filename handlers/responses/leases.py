"""This process's life as the store sees it: what it holds is its own while it lives, and free soon after.

A lease lasts `LOCKSTEP_LEASE_SECONDS` and is renewed three times as often, but only while something is
held. In the same rhythm the process looks for what others have lost.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import monotonic

import structlog

from handlers.errors import ApiError
from handlers.services import Services
from handlers.stores import Claim

log = structlog.get_logger("lockstep")

SPREAD = 0.05
"""Seconds within which the processes that heard of work look for it."""

Held = Sequence[tuple[str, str]]


class Leases:
    """One holder. `tend` and `recover` are called by the way, as the module's docstring says."""

    def __init__(self, services: Services) -> None:
        self.holder = f"hold_{services.hex()}"
        self._store = services.store.responses
        self._seconds = services.settings.lease_seconds
        self._until = 0.0
        self._beating = asyncio.Lock()
        self._turns: dict[str, tuple[str, str]] = {}
        self._owed: dict[str, tuple[str, str]] = {}
        self._task: asyncio.Task[None] | None = None
        self._nudged = asyncio.Event()

    @property
    def pause(self) -> float:
        """Seconds between two beats."""
        return self._seconds / 3

    def nudge(self) -> None:
        """Look for what others have lost now, rather than with the next beat."""
        self._nudged.set()

    async def fresh(self) -> None:
        """What is taken after this is held: the lease was renewed a third of its time ago at most."""
        async with self._beating:
            if monotonic() > self._until - 2 * self.pause:
                await self._beat()

    async def claim(self, project: str, conversation: str, response_id: str) -> Claim:
        """Take a conversation's turn; BadRequestError with code `conversation_locked` if another has it."""
        await self.fresh()
        self._turns[response_id] = project, conversation
        try:
            found = await self._store.claim(project, conversation, response_id, self.holder)
        except ApiError:
            del self._turns[response_id]
            raise
        except BaseException:
            await self.release(response_id)  # cancelled: it may have been taken all the same
            raise
        return found

    async def release(self, response_id: str) -> None:
        """Give a turn back, if it was taken. What the store refuses now is tried again with every beat."""
        turn = self._turns.pop(response_id, None)
        if turn is None:
            return
        self._owed[response_id] = turn
        with suppress(ApiError):
            await self._pay(response_id)

    def landed(self, response_id: str) -> None:
        """The turn was given back by the transaction that ended it."""
        self._turns.pop(response_id, None)

    async def _pay(self, response_id: str) -> None:
        project, conversation = self._owed[response_id]
        await self._store.release(project, conversation, response_id)
        self._owed.pop(response_id, None)

    async def _beat(self) -> Held:
        begun = monotonic()
        held = await self._store.beat(self.holder, self._seconds)
        self._until = begun + self._seconds
        return held

    def open(
        self,
        busy: Callable[[], bool],
        tend: Callable[[Callable[[], Awaitable[Held]]], Awaitable[None]],
        recover: Callable[[], Awaitable[None]],
    ) -> None:
        """Begin the rhythm: `tend` is handed the beat and compares what it answers, `recover` follows."""

        async def step() -> None:
            if busy() or self._turns or self._owed:
                await tend(self._beat)
            for response_id in list(self._owed):
                await self._pay(response_id)
            await recover()

        async def rhythm() -> None:
            while True:
                try:
                    await step()
                except ApiError as error:
                    log.warning("leases_not_renewed", message=error.message)
                except Exception:
                    log.exception("leases_crashed")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._nudged.wait(), self.pause)
                    await asyncio.sleep(random.uniform(0, SPREAD))  # noqa: S311 - spreads rivals
                self._nudged.clear()

        self._task = asyncio.create_task(rhythm())

    async def aclose(self) -> None:
        """End the rhythm, then the lease."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._until:
            with suppress(ApiError):
                await self._store.retire(self.holder)
