"""Runs operations on PostgreSQL over asyncpg."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import asyncpg
import structlog
from typing_extensions import override

from handlers.errors import ServiceUnavailableError
from handlers.stores.pg import groups
from handlers.stores.pg.bell import PostgresqlBell
from handlers.stores.pg.failures import shown
from handlers.stores.pg.jobs import Job, named
from handlers.stores.pg.lanes import Lanes
from handlers.stores.pg.migrating import migrate
from handlers.stores.sql.driver import Driver, View
from handlers.stores.sql.statements import Operation
from handlers.tallies import Commits

T = TypeVar("T")
log = structlog.get_logger("lockstep")

LARGE = 200
"""The size, in rows and pages, from which on an operation gets a transaction of its own."""

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 60
"""A connection that is silent for so long is given up."""
STATEMENTS = 512
"""Prepared statements that a connection keeps."""

SESSION = """
SELECT set_config('jit', 'off', false), set_config('idle_in_transaction_session_timeout', '60s', false),
set_config('synchronous_commit',
    CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit')
    END, false)"""
"""Compiling costs more than it saves on statements this small; whoever dies in a transaction must let go of
its locks; what was acknowledged is on a disk, whatever the database is set to."""

WALL = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"


class PostgresqlDriver(Driver):
    """Runs operations on a database: half of its connections read, half write."""

    def __init__(self, url: str, place: str, connections: int) -> None:
        self.commits = Commits()
        self.bell = PostgresqlBell(url)
        self.place = place
        self._url = url
        self._connections = connections
        self._pool: Any = None

    @override
    async def open(self) -> None:
        try:
            await migrate(self._url, self.place)
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=1,
                max_size=self._connections,
                init=_prepare,
                reset=_leave_as_it_is,
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                statement_cache_size=STATEMENTS,
                max_cached_statement_lifetime=0,
            )
            if await self._pool.fetchval(WALL):
                log.warning("row_security_unbound", store=self.place)
        except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            reason = "the URL is malformed" if isinstance(error, ValueError) else shown(error)
            raise ServiceUnavailableError(f"The store {self.place} cannot be opened: {reason}.") from error
        writers = self._connections // 2
        write = partial(groups.write, commits=self.commits)
        self._reads = Lanes(self._pool, self._connections - writers, groups.read, "read")
        self._writes = Lanes(self._pool, writers, write, "write")
        self.bell.open()

    @override
    async def read(
        self,
        start: Callable[[], Operation[T]],
        *,
        project: str | None,
        view: View = "statement",
        long: bool = False,
    ) -> T:
        self._check()
        future = asyncio.get_running_loop().create_future()
        lists, alone = view == "settled", long or view != "statement"
        answer: T = await self._reads.carry(
            Job(start, future, named(project), view=view, lists=lists, alone=alone)
        )
        return answer

    @override
    async def write(
        self,
        start: Callable[[], Operation[T]],
        *,
        project: str | None,
        key: str = "",
        size: int = 1,
        lists: bool = False,
        erases: bool = False,
        own: bool = False,
    ) -> T:
        self._check()
        future = asyncio.get_running_loop().create_future()
        answer: T = await self._writes.carry(
            Job(start, future, named(project), key, lists=lists, own=own, alone=size >= LARGE)
        )
        return answer

    @override
    async def aclose(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        await self.bell.aclose()
        await self._writes.aclose()
        await self._reads.aclose()
        try:
            await asyncio.wait_for(pool.close(), CONNECT_SECONDS)
        except TimeoutError:
            pool.terminate()

    def _check(self) -> None:
        if self._pool is None:
            raise ServiceUnavailableError("The store is closed.")


async def _prepare(connection: Any) -> None:
    await connection.execute(SESSION)


async def _leave_as_it_is(_connection: Any) -> None:
    """Nothing to reset: every transaction sets what it needs for itself alone."""
