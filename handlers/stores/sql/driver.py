"""What runs operations on one database, and what it wants to know of them beforehand."""

import time
from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeVar

from handlers.stores import Bell, Item, ItemReference
from handlers.stores.sql.statements import Operation
from handlers.tallies import Commits

T = TypeVar("T")

View = Literal["statement", "snapshot", "settled"]
"""What a read sees, where others write at the same time: each statement what is there when it begins, all
of them one state, or nothing in a list while something older may still come into it."""

PAGE = 4096
"""Bytes that count like one more row when the size of an operation is estimated."""

WHOLE = 1_000_000
"""The size of an operation that may touch any number of rows."""


class Driver(Protocol):
    """Runs operations on one database. An operation comes as what starts it: it may be started again.

    `project` is the only one whose rows it may see; None is for those that serve all projects.
    """

    commits: Commits
    """The driver counts here what it makes durable."""
    bell: Bell

    async def open(self) -> None:
        """Connect and migrate."""

    async def read(
        self,
        start: Callable[[], Operation[T]],
        *,
        project: str | None,
        view: View = "statement",
        long: bool = False,
    ) -> T:
        """Run an operation that only reads; `long` ones may have to look through much."""

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
        """Run an operation whole or not at all; it is durable on return.

        `key` is the id of the object that it changes first, `size` estimates rows and pages, and `lists`
        says that it adds to a list of the project's. One that `erases` also leaves nothing in the
        database's logs, as far as the database can do that. One that writes no more than the object of
        its `key` and what is new is its `own`: it may run abreast with others.
        """

    async def aclose(self) -> None:
        """Finish what was begun and close."""


def milliseconds() -> int:
    """The time that leases are measured in; processes that share a database must agree on it roughly."""
    return int(time.time() * 1000)


def size(bodies: Sequence[Item | ItemReference] | Sequence[bytes]) -> int:
    """An estimate of what storing these takes."""
    total = 0
    for body in bodies:
        content = body.body if isinstance(body, Item) else body if isinstance(body, bytes) else b""
        total += 1 + len(content) // PAGE
    return total
