"""A group of operations as one transaction on one connection: they wait for the disk once."""

import time
from collections.abc import Iterator, Sequence

from handlers.stores.pg.abreast import Connection, drive
from handlers.stores.pg.failures import Uncertain, is_broken
from handlers.stores.pg.jobs import Job, begin, enter
from handlers.tallies import Commits


class Spoiled(Exception):  # noqa: N818 - no error, a turn of events
    """An operation failed after it had written: the others have to be run without it."""


async def read(connection: Connection, jobs: Sequence[Job]) -> None:
    """Answer each as soon as it is there; the end of the transaction changes nothing."""
    await connection.execute(begin(jobs, reads=True))
    project = jobs[0].project
    for wave in waves(jobs, reads=True):
        project = await _move(connection, project, wave[0].project)
        await drive(connection, wave)
        for job in wave:
            job.settle()
    await connection.execute("COMMIT")


async def write(connection: Connection, jobs: Sequence[Job], commits: Commits) -> None:
    """Run all of them or none, then answer. One that fails with nothing written harms no other."""
    began = time.perf_counter()
    await connection.execute(begin(jobs, reads=False))
    project = jobs[0].project
    for wave in waves(jobs, reads=False):
        project = await _move(connection, project, wave[0].project)
        await drive(connection, wave)
        for job in wave:
            if job.error is not None and job.wrote:
                raise Spoiled from job.error
    await _commit(connection)
    wrote = sum(job.wrote for job in jobs)
    if wrote:
        commits.done(wrote, time.perf_counter() - began)
    for job in jobs:
        job.settle()


def waves(jobs: Sequence[Job], *, reads: bool) -> Iterator[Sequence[Job]]:
    """The group in its order, parted so that what is in one part may run abreast.

    That is: in one project, each writing no more than an object of its own.
    """
    wave: list[Job] = []
    for job in jobs:
        last = wave[-1] if wave else job
        together = job.project == last.project and (reads or (job.own and last.own and job.key != last.key))
        if wave and not together:
            yield wave
            wave = []
        wave.append(job)
    if wave:
        yield wave


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
