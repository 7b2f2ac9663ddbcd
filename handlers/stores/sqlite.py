"""The store in one SQLite file (`lockstep.db` in the data folder): one writer, readers that never wait.

Several processes may share the file: SQLite's own lock orders their transactions. What is deleted is
overwritten, and the write-ahead log emptied, before the answer. SQLite leaves one gap: where it moved rows
between pages earlier, unused space may keep a fragment until VACUUM rewrites the file.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from typing_extensions import override

from handlers.errors import ServiceUnavailableError
from handlers.settings import Settings
from handlers.stores.sql.bell import CarriedBell
from handlers.stores.sql.driver import View
from handlers.stores.sql.group_commit import GroupCommit, drive, is_the_stores, unavailable
from handlers.stores.sql.migrating import migrate_sqlite
from handlers.stores.sql.statements import Operation
from handlers.stores.sql.store import Driver, SqlStore
from handlers.tallies import Commits

T = TypeVar("T")

FILE = "lockstep.db"

PRAGMAS = {
    "synchronous": "FULL",  # a commit is on the disk when it returns, also when the power fails
    "foreign_keys": "ON",
    "secure_delete": "ON",  # what is deleted is overwritten with zeros
    "temp_store": "MEMORY",
    "cache_size": "-8000",  # KiB, for each of three connections
    "journal_size_limit": str(64 * 1024 * 1024),
}
STATEMENTS = 256
"""Prepared statements that a connection keeps."""


def make(settings: Settings) -> SqlStore:
    """The store of a deployment, not yet open."""
    return SqlStore(SqliteDriver(settings.data_dir / FILE))


class SqliteDriver(Driver):
    """Runs operations on a SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.commits = Commits()
        self.bell = CarriedBell()
        self._writer: GroupCommit | None = None
        self._connections: list[sqlite3.Connection] = []

    @override
    async def open(self) -> None:
        await asyncio.to_thread(self._prepare)
        self._write_connection = self._connect(patience=0)
        self._read_connection = self._connect(patience=0.1, read_only=True)
        self._long_connection = self._connect(patience=1, read_only=True)
        self._long_reads = ThreadPoolExecutor(1, "store-reader")
        self._writer = GroupCommit(
            self._write_connection, sweeper=self._connect(patience=0.05), commits=self.commits
        )

    @override
    async def read(
        self,
        start: Callable[[], Operation[T]],
        *,
        project: str | None = None,
        view: View = "statement",
        long: bool = False,
    ) -> T:
        """A short read takes less than a hop to a thread and back."""
        if self._writer is None:
            raise ServiceUnavailableError("The store is closed.")
        if not long:
            return self._read(self._read_connection, start)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._long_reads, self._read, self._long_connection, start)

    @override
    async def write(
        self,
        start: Callable[[], Operation[T]],
        *,
        project: str | None = None,
        key: str = "",
        size: int = 1,
        lists: bool = False,
        erases: bool = False,
        own: bool = False,
    ) -> T:
        if self._writer is None:
            raise ServiceUnavailableError("The store is closed.")
        return await self._writer.run(start, size, erases=erases)

    @override
    async def aclose(self) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        await writer.aclose()
        await asyncio.to_thread(self._long_reads.shutdown)
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    def _read(self, connection: sqlite3.Connection, start: Callable[[], Operation[T]]) -> T:
        try:
            return drive(connection, start())
        except sqlite3.Error as error:
            if is_the_stores(error):
                raise unavailable(error, "read") from error
            raise

    def _prepare(self) -> None:
        """Make the folder and the file, or say why not."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            migrate_sqlite(self.path)
        except (OSError, sqlite3.Error) as error:
            raise ServiceUnavailableError(f"The store {self.path} cannot be opened: {error}.") from error

    def _connect(self, *, patience: float, read_only: bool = False) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=patience,
            isolation_level=None,
            check_same_thread=False,  # passed on between threads, never used by two at once
            cached_statements=STATEMENTS,
        )
        self._connections.append(connection)
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        return connection
