"""An operation on its way to PostgreSQL, and the statements that open and part its transaction.

Whose rows a transaction may see is set in the transaction, for it alone, so that no pooled connection
remembers a project and any pooler between may share connections. The policies of the tables read these
settings (`migrations/versions/v0003_row_security.py`).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from handlers.errors import BadRequestError
from handlers.stores.sql.driver import View
from handlers.stores.sql.statements import Operation, stored

IMPATIENT, PATIENT = "100ms", "5s"
"""How long to wait for others' locks: in a group, where others wait behind, and alone."""


@dataclass(slots=True, eq=False)
class Job:
    """What starts an operation, who waits for it, what came of it."""

    start: Callable[[], Operation[Any]]
    future: asyncio.Future[Any]
    project: str | None
    key: str = ""
    view: View = "statement"
    lists: bool = False
    own: bool = False
    """It writes no more than the object of its key, and what is new."""
    alone: bool = False
    """It gets a transaction of its own, and a second chance."""
    attempts: int = 0
    wrote: bool = False
    result: Any = None
    error: Exception | None = None

    def begin(self) -> None:
        """Forget what an earlier attempt left."""
        self.wrote, self.result, self.error = False, None, None

    def settle(self) -> None:
        """Tell whoever waits, if somebody still does."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)

    def fail(self, error: Exception) -> None:
        """End with a failure."""
        self.error = error
        self.settle()

    @property
    def claim(self) -> tuple[str, str]:
        """What it changes first, and what orders a group: everybody takes locks in this order."""
        return self.project or "", self.key


def begin(jobs: Sequence[Job], *, reads: bool) -> str:
    """Open the transaction of a group, with the locks of its lists, in its first job's project."""
    listed = tuple(sorted({job.project or "" for job in jobs if job.lists}))
    return opening(reads, jobs[0].alone, jobs[0].view, listed) + enter(jobs[0].project)


@lru_cache(maxsize=1024)
def opening(reads: bool, alone: bool, view: View, listed: tuple[str, ...]) -> str:
    """BEGIN, and how long to wait, and the locks."""
    mode = " READ ONLY" if reads else ""
    if view == "snapshot":
        mode = " ISOLATION LEVEL REPEATABLE READ READ ONLY"
    # Who adds to a list holds its lock with others from before its number is drawn to the end of its
    # transaction; who reads a list for good waits until nobody does. So no number comes late.
    function = "pg_advisory_xact_lock" if reads else "pg_advisory_xact_lock_shared"
    locks = "".join(f"SELECT {function}({list_lock(project)}); " for project in listed)
    return f"BEGIN{mode}; SET LOCAL lock_timeout = '{PATIENT if alone else IMPATIENT}'; {locks}"


@lru_cache(maxsize=4096)
def enter(project: str | None) -> str:
    """See this project's rows only; or, for None, those that serve all projects."""
    if project is None:
        return "SET LOCAL lockstep.project = ''; SET LOCAL lockstep.service = 'on'"
    return f"SET LOCAL lockstep.project = {quoted(project)}; SET LOCAL lockstep.service = ''"


def quoted(text: str) -> str:
    """A string literal that no setting of the server changes the meaning of."""
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"


@lru_cache(maxsize=4096)
def named(project: str | None) -> str | None:
    """The project if it can be named; an empty name is what sessions without a project have."""
    if project == "":
        raise BadRequestError("Invalid 'project': it has no name.", param="project", code="invalid_value")
    return project if project is None else stored(project, "project")


@lru_cache(maxsize=4096)
def list_lock(project: str) -> int:
    """The number of the advisory lock of a project's lists: 64 bits, signed."""
    digest = blake2b(f"lockstep list {project}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
