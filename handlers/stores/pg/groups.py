"""A group of operations as one transaction on one connection: they wait for the disk once."""

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

from handlers.stores.pg.failures import Uncertain, is_broken
from handlers.stores.pg.jobs import Job, begin, enter
from handlers.stores.sql.statements import Row, numbered
from handlers.tallies import Commits


class Connection(Protocol):
    """What is used of asyncpg's connections."""

    async def execute(self, query: str, /) -> str:
        """Run statements without parameters."""

    async def fetch(self, query: str, /, *parameters: Any) -> list[Row]:
        """Run a prepared statement."""


class Spoiled(Exception):  # noqa: N818 - no error, a turn of events
    """An operation failed after it had written: the others have to be run without it."""


async def read(connection: Connection, jobs: Sequence[Job]) -> None:
    """Answer each as soon as it is there; the end of the transaction changes nothing."""
    await connection.execute(begin(jobs, reads=True))
    project = jobs[0].project
    for job in jobs:
        project = await _move(connection, project, job.project)
        await drive(connection, job)
        job.settle()
    await connection.execute("COMMIT")


async def write(connection: Connection, jobs: Sequence[Job], commits: Commits) -> None:
    """Run all of them or none, then answer. One that fails with nothing written harms no other."""
    began = time.perf_counter()
    await connection.execute(begin(jobs, reads=False))
    project = jobs[0].project
    for job in jobs:
        project = await _move(connection, project, job.project)
        await drive(connection, job)
        if job.error is not None and job.wrote:
            raise Spoiled from job.error
    await _commit(connection)
    wrote = sum(job.wrote for job in jobs)
    if wrote:
        commits.done(wrote, time.perf_counter() - began)
    for job in jobs:
        job.settle()


async def _move(connection: Connection, project: str | None, to: str | None) -> str | None:
    """Into the project of the next operation."""
    if to != project:
        await connection.execute(enter(to))
    return to


async def _commit(connection: Connection) -> None:
    try:
        await connection.execute("COMMIT")
    except Exception as error:
        if is_broken(error):
            raise Uncertain from error
        raise


async def drive(connection: Connection, job: Job) -> None:
    """Run an operation and keep what it answers or refuses with. The database's own failures are raised."""
    job.begin()
    operation = job.start()
    rows: Any = None
    while True:
        try:
            statement, parameters = operation.send(rows)
        except StopIteration as stop:
            job.result = stop.value
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told to whoever waits
            job.error = error
            return
        rows = await connection.fetch(numbered(statement), *parameters)
        writes, returns = _nature(statement)
        job.wrote = job.wrote or (writes and (bool(rows) or not returns))


@lru_cache(maxsize=512)
def _nature(statement: str) -> tuple[bool, bool]:
    """Whether a statement may write, and whether it returns a row for each that it wrote."""
    return not statement.lstrip().startswith(("SELECT", "WITH")), "RETURNING" in statement
