"""What an operation is: a generator that yields statements and receives their rows.

Operations do no input or output, so that the same logic runs under a blocking driver (SQLite) and an
awaiting one (PostgreSQL). Statements are plain SQL that both understand, with `?` for each parameter and
no other question mark; `numbered` rewrites them for drivers that count (`$1`).

An operation may fail after it has written: the driver undoes what it did, and only that.
"""

import itertools
import re
from collections.abc import Generator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from handlers.errors import BadRequestError

T = TypeVar("T")
Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]
Operation = Generator[Statement, list[Row], T]

CHUNK = 50
"""Rows in one INSERT: few enough for every database's limit of parameters, and for a cache of statements."""

SHOWN = 100
"""Characters of a client's text that an error repeats."""


def insert(head: str, rows: Sequence[Row], tail: str = "") -> Operation[list[Row]]:
    """Insert any number of rows; answers what `tail`'s RETURNING gave."""
    answers: list[Row] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        statement = _insert(head, len(chunk[0]), len(chunk), tail)
        answers += yield statement, list(itertools.chain.from_iterable(chunk))
    return answers


@lru_cache(maxsize=512)
def _insert(head: str, width: int, height: int, tail: str) -> str:
    row = "(" + ", ".join("?" * width) + ")"
    return f"{head} VALUES {', '.join([row] * height)} {tail}"


@lru_cache(maxsize=512)
def numbered(statement: str) -> str:
    """The statement with `$1`, `$2` ... in place of `?`."""
    count = itertools.count(1)
    return re.sub(r"\?", lambda _: f"${next(count)}", statement)


def storable(text: str) -> bool:
    """Whether every database can hold the text: PostgreSQL has no NUL, UTF-8 no lone surrogates."""
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def sought(text: str) -> str:
    """The text as a lookup may name it. What cannot be stored is never found, and no id is empty."""
    return text if storable(text) else ""


def stored(text: str, param: str) -> str:
    """The text as it is stored, or the refusal that names its place."""
    if storable(text):
        return text
    raise BadRequestError(
        f"Invalid '{param}': it holds a NUL or a lone surrogate, which cannot be stored.",
        param=param,
        code="invalid_value",
    )


def shown(text: str) -> str:
    """A client's text as an error may repeat it."""
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 3] + "...")
