"""Lanes that carry waiting operations to PostgreSQL, each a group at a time, in one transaction.

While a group is under way the next ones gather: a statement costs a fraction of what opening and committing
a transaction does, and many share the wait for the disk. Operations on the same object never travel in two
lanes at once, so no lane waits for a lock that another holds; a group orders its operations, so that
groups of different processes do not wait in a circle. Where they do nevertheless, or where one operation
fails after it wrote, the group is undone and each of it travels alone.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

from handlers.errors import ServiceUnavailableError
from handlers.stores.pg.failures import CROSSED, Uncertain, as_api_error, is_broken, is_curable, unavailable
from handlers.stores.pg.groups import Spoiled
from handlers.stores.pg.jobs import Job

GROUP = 16
"""Operations in one transaction: enough to share the disk's wait, few enough to be soon through."""

ATTEMPTS = {True: 6, False: 2}
"""How often to try what other transactions crossed, and what a broken connection cut off."""

Run = Callable[[Any, Sequence[Job]], Awaitable[None]]


class Lanes:
    """Up to `count` groups under way at a time. Belongs to one event loop."""

    def __init__(self, pool: Any, count: int, run: Run, deed: str) -> None:
        self._pool = pool
        self._count = count
        self._run = run
        self._deed = deed
        self._waiting: list[Job] = []
        self._busy: set[tuple[str, str]] = set()
        self._lanes: set[asyncio.Task[None]] = set()
        self._starting = False
        self._closed = False

    async def carry(self, job: Job) -> Any:
        """What the operation answers. A caller who leaves drops it if it has not begun."""
        if self._closed:
            raise ServiceUnavailableError("The store is closed.")
        self._waiting.append(job)
        self._wake()
        return await job.future

    async def aclose(self) -> None:
        """Finish what was handed in."""
        self._closed = True
        while self._lanes:
            await asyncio.wait(self._lanes)

    def _wake(self) -> None:
        """Open another lane, unless one is just about to look for work."""
        if self._waiting and not self._starting and len(self._lanes) < self._count:
            self._starting = True
            lane = asyncio.create_task(self._serve())
            self._lanes.add(lane)
            lane.add_done_callback(self._lanes.discard)

    async def _serve(self) -> None:
        """A lane: as long as there is something for it."""
        self._starting = False
        while group := self._take():
            claims = {job.claim for job in group if job.key}
            self._busy |= claims
            self._wake()
            try:
                await self._transact(group)
            finally:
                self._busy -= claims

    def _take(self) -> list[Job]:
        """The next group, in the order in which it takes its locks."""
        group: list[Job] = []
        left: list[Job] = []
        blocked = set(self._busy)
        for index, job in enumerate(self._waiting):
            if len(group) == GROUP or (group and group[0].alone):
                left += self._waiting[index:]
                break
            if job.future.cancelled():
                continue
            if (group and job.alone) or (job.key and job.claim in blocked):
                left.append(job)
                blocked.add(job.claim)
            else:
                group.append(job)
        self._waiting = left
        group.sort(key=_claim)
        return group

    async def _transact(self, group: Sequence[Job]) -> None:
        try:
            connection = await self._pool.acquire()
        except Exception as error:  # noqa: BLE001 - told to those who wait
            for job in group:
                job.fail(unavailable(error, self._deed))
            return
        try:
            await self._run(connection, group)
        except Exception as error:  # noqa: BLE001 - told to those who wait, unless another attempt helps
            await self._clean(connection, error)
            await self._again([job for job in group if not job.future.done()], error, alone=len(group) == 1)
        finally:
            with contextlib.suppress(Exception):
                await self._pool.release(connection)

    async def _clean(self, connection: Any, error: Exception) -> None:
        """Undo the transaction; give up connections that broke, and with one of them all that are idle."""
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            if not is_broken(error.__cause__ if isinstance(error, Uncertain) else error):
                await connection.execute("ROLLBACK")
                return
        await self._pool.expire_connections()
        with contextlib.suppress(asyncpg.InterfaceError):  # the pool has taken it away itself
            connection.terminate()

    async def _again(self, jobs: Sequence[Job], error: Exception, *, alone: bool) -> None:
        """Put those first in line that may succeed alone, and tell the others."""
        crossed = isinstance(error, CROSSED)
        hopeful = []
        for job in jobs:
            job.attempts += alone
            if isinstance(error, Spoiled) and alone:
                job.settle()
            elif (not alone and _undone(error)) or (is_curable(error) and job.attempts < ATTEMPTS[crossed]):
                job.alone = True
                hopeful.append(job)
            else:
                job.fail(as_api_error(error, self._deed))
        if crossed and alone:
            await asyncio.sleep(random.uniform(0, 0.02) * jobs[0].attempts)  # noqa: S311 - spreads rivals
        self._waiting[:0] = hopeful


def _claim(job: Job) -> tuple[str, str]:
    return job.claim


def _undone(error: Exception) -> bool:
    """Whether nothing of the group is stored: of all failures, only one in COMMIT leaves that open."""
    return not isinstance(error, Uncertain)
