"""One writer for SQLite: what waits is one transaction, its COMMIT runs in a thread beside the event loop.

The statements of small operations take microseconds and run on the event loop's own thread. In another
thread they would cost more than they take: SQLite gives the interpreter lock up at every statement, and
would have to win it back each time from a busy event loop. COMMIT, which waits for the disk, and batches
that are large run in the writer's thread. Meanwhile the next batch gathers.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from handlers.errors import ServiceUnavailableError
from handlers.stores.sql.statements import Operation
from handlers.tallies import Commits

T = TypeVar("T")

INLINE = 200
"""The size of a batch, in rows and pages, up to which its statements run on the event loop: about 1 ms."""

PATIENCE = 5.0
"""Seconds to wait for another process's transaction."""

UNUSABLE = (
    "The store cannot {deed} at the moment: {reason}. Nothing of this request was stored; it may be retried."
)


@dataclass(slots=True, eq=False)
class Job:
    """An operation on its way: what starts it, who waits for it, what came of it."""

    start: Callable[[], Operation[Any]]
    size: int
    erases: bool
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class Spoiled(Exception):  # noqa: N818 - no error, a turn of events
    """An operation failed after it had written, and took no savepoint: the batch has to be run again."""


def unavailable(error: Exception, deed: str) -> ServiceUnavailableError:
    """SQLite's failure as the client sees it: full or read-only disk, locked by another, input or output."""
    failure = ServiceUnavailableError(UNUSABLE.format(deed=deed, reason=error))
    failure.__cause__ = error
    return failure


def drive(connection: sqlite3.Connection, operation: Operation[T]) -> T:
    """Run an operation on a connection."""
    execute = connection.execute
    try:
        statement = next(operation)
        while True:
            statement = operation.send(execute(*statement).fetchall())
    except StopIteration as stop:
        result: T = stop.value
        return result


def is_the_stores(error: Exception) -> bool:
    """Whether the database failed, and with it the transaction; else only the operation did."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.DataError
    )


class GroupCommit:
    """Gathers operations into transactions. All methods but the thread's own belong to one event loop."""

    def __init__(self, connection: sqlite3.Connection, sweeper: sqlite3.Connection, commits: Commits) -> None:
        """Both are in autocommit mode and from now on the writer's alone; `connection` has no busy timeout.

        The thread sweeps with `sweeper`, because the event loop may have begun on `connection` meanwhile.
        """
        self._connection = connection
        self._sweeper = sweeper
        self._commits = commits
        self._began = 0.0
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Job] = []
        self._busy = False
        self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._unswept = False
        self._work: queue.SimpleQueue[tuple[list[Job], bool, bool] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    async def run(self, start: Callable[[], Operation[T]], size: int, *, erases: bool) -> T:
        """Run the operation in the next transaction; returns when that is on disk.

        Who is cancelled while waiting may or may not have written, as when a connection breaks.
        """
        if self._closed:
            raise ServiceUnavailableError("The store is closed.")
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting.append(Job(start, size, erases, future))
        if not self._busy:
            self._busy = True
            self._idle.clear()
            self._loop.call_soon(self._next)
        return await future

    async def aclose(self) -> None:
        """Finish what was handed in and end the thread."""
        self._closed = True
        await self._idle.wait()
        self._work.put(None)
        await asyncio.to_thread(self._thread.join)

    def _next(self) -> None:
        """Begin the next batch, or rest."""
        batch = [job for job in self._waiting if not job.future.cancelled()]
        self._waiting.clear()
        if not batch:
            self._busy = False
            self._idle.set()
            return
        begun = spoiled = False
        self._began = time.perf_counter()
        if sum(job.size for job in batch) <= INLINE:
            begun, spoiled = self._try_inline(batch)
        self._work.put((batch, begun, spoiled))

    def _try_inline(self, batch: Sequence[Job]) -> tuple[bool, bool]:
        """Whether the batch only needs its COMMIT, and whether it needs savepoints when run again."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._run(batch, guarded=False)
        except Spoiled:
            self._roll_back()
            return False, True
        except Exception:  # noqa: BLE001 - the thread runs it again, patiently, and reports what fails then
            self._roll_back()
            return False, False
        return True, False

    def _serve(self) -> None:
        """The thread: finish batches and report each with one call into the event loop."""
        while (work := self._take()) is not None:
            batch, begun, spoiled = work
            error: Exception | None = None
            try:
                if not begun:
                    self._run_whole(batch, guarded=spoiled)
                self._connection.execute("COMMIT")
            except Exception as failure:  # noqa: BLE001 - whatever it is, those who wait must hear of it
                self._roll_back()
                error = failure
            if any(job.erases for job in batch):
                self._sweep()
            self._loop.call_soon_threadsafe(self._settle, batch, error)

    def _take(self) -> tuple[list[Job], bool, bool] | None:
        """The next batch; while there is none, sweep what could not be swept yet."""
        while self._unswept:
            with contextlib.suppress(queue.Empty):
                return self._work.get(timeout=0.1)
            self._sweep()
        return self._work.get()

    def _sweep(self) -> None:
        """Empty the write-ahead log, which holds what was erased from the file, unless a reader needs it."""
        self._unswept = True
        with contextlib.suppress(sqlite3.Error):
            self._unswept = bool(self._sweeper.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])

    def _run_whole(self, batch: Sequence[Job], *, guarded: bool) -> None:
        """Run the batch, a second time with savepoints if one operation spoiled it for the others."""
        self._begin()
        try:
            self._run(batch, guarded=guarded)
        except Spoiled:
            self._roll_back()
            self._begin()
            self._run(batch, guarded=True)

    def _begin(self) -> None:
        """Take the write lock, which another process may hold for a while."""
        deadline = time.monotonic() + PATIENCE
        self._roll_back()
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
            else:
                return

    def _roll_back(self) -> None:
        """Undo what is uncommitted. If even that fails, the next batch tries again before it begins."""
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _run(self, batch: Sequence[Job], *, guarded: bool) -> None:
        """Run each operation so that one that fails leaves nothing behind."""
        for job in batch:
            job.result = job.error = None
            before = self._connection.total_changes
            if guarded:
                self._connection.execute("SAVEPOINT operation")
            try:
                job.result = drive(self._connection, job.start())
            except Exception as error:
                if is_the_stores(error):
                    raise
                job.error = error
                if guarded:
                    self._connection.execute("ROLLBACK TO operation")
                elif self._connection.total_changes != before:
                    raise Spoiled from error
            if guarded:
                self._connection.execute("RELEASE operation")

    def _settle(self, batch: Sequence[Job], error: Exception | None) -> None:
        """Tell those who wait, then look for more: who is woken now may have something."""
        self._commits.done(len(batch), time.perf_counter() - self._began, failed=error is not None)
        for job in batch:
            failure = job.error if error is None else unavailable(error, "write")
            if job.future.done():
                continue
            if failure is None:
                job.future.set_result(job.result)
            else:
                job.future.set_exception(failure)
        self._loop.call_soon(self._next)
