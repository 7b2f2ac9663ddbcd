"""Lists of conversations and of completions: by `seq`, from a cursor, through the terms they are found by."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any, TypeVar

import orjson

from handlers.stores import Order, Page
from handlers.stores.sql.refusals import unknown_cursor
from handlers.stores.sql.statements import Operation, Row, insert, sought

T = TypeVar("T")
DIRECTION: Mapping[Order, tuple[str, str]] = {"asc": (">", "ASC"), "desc": ("<", "DESC")}
NO_METADATA = b"{}"

RETIRE = """
INSERT INTO retired (project, digest, seq) VALUES (?, ?, ?)
ON CONFLICT (project, digest) DO UPDATE SET seq = excluded.seq"""
KNOWN = """
SELECT seq FROM {table} WHERE project = ? AND id = ?
UNION ALL SELECT seq FROM retired WHERE project = ? AND digest = ?"""
FORGET = "DELETE FROM {table}_term WHERE project = ? AND owner = ?"
ALSO = "(SELECT TRUE FROM {table}_term x WHERE x.project = ? AND x.term = ? AND x.owner = t.owner)"
"""No EXISTS: PostgreSQL would make a join of it, and read both terms from end to end."""
HUNDREDTH = """
COALESCE((SELECT owner FROM {table}_term WHERE project = ? AND term = ?
ORDER BY owner {direction} LIMIT 1 OFFSET 99), {none})"""
NONE: Mapping[Order, int] = {"asc": 2**63 - 1, "desc": 0}
"""Where the hundredth is of a term that has none."""
BEYOND = """
{key} {sign} (SELECT COALESCE((SELECT seq FROM {table} WHERE project = ? AND id = ?),
(SELECT seq FROM retired WHERE project = ? AND digest = ?)))"""
"""A subquery as a whole: under row-level security PostgreSQL goes to an index with nothing but what it knows
to leak nothing, and of COALESCE it does not. It would read the list from its end up to the cursor."""
PAGE = "SELECT {columns} FROM {source} o WHERE {where} ORDER BY {key} {direction} LIMIT ?"


def digest(*parts: str) -> bytes:
    """16 bytes that stand for the parts, whatever characters and lengths they have."""
    framed = "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(framed.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def pair_terms(pairs: Mapping[str, Any]) -> list[bytes]:
    """One term for each pair of metadata."""
    return [digest("metadata", key, value) for key, value in pairs.items() if isinstance(value, str)]


def metadata_terms(metadata: bytes) -> list[bytes]:
    """The terms of encoded metadata; most have none."""
    return [] if metadata == NO_METADATA else pair_terms(orjson.loads(metadata))


def index(table: str, project: str, owner: int, terms: Sequence[bytes]) -> Operation[None]:
    """Make a new object findable by its terms."""
    rows: list[Row] = [(project, owner, term) for term in terms]
    yield from insert(f"INSERT INTO {table}_term (project, owner, term)", rows)


def reindex(table: str, project: str, owner: int, terms: Sequence[bytes]) -> Operation[None]:
    """Replace an object's terms."""
    yield FORGET.format(table=table), (project, owner)
    yield from index(table, project, owner, terms)


def retire(table: str, project: str, object_id: str, seq: int) -> Operation[None]:
    """Keep the deleted object's place for cursors that name it."""
    yield RETIRE, (project, digest(table, object_id), seq)


def page(rows: Sequence[T], limit: int) -> Page[T]:
    """A page out of one row more than asked for, which tells whether there is more."""
    return Page(rows[:limit], has_more=True) if len(rows) > limit else Page(rows, has_more=False)


@lru_cache(maxsize=256)
def select(table: str, columns: str, order: Order, *, terms: int, cursor: bool) -> str:
    """The statement of one page. Its parameters: project and term for each term, project, cursor, limit.

    The first term leads: its index has the list's order, so no page is sorted. CROSS JOIN keeps SQLite
    from turning the join around.
    """
    sign, direction = DIRECTION[order]
    source, where, key = table, ["o.project = ?"], "o.seq"
    if terms:
        source, key = f"{table}_term t CROSS JOIN {table}", "t.owner"
        also = [ALSO.format(table=table)] * (terms - 1)
        where = ["t.project = ? AND t.term = ?", *also, "o.project = ? AND o.seq = t.owner"]
    if cursor:
        where.append(BEYOND.format(table=table, key=key, sign=sign))
    return PAGE.format(
        columns=columns, source=source, where=" AND ".join(where), key=key, direction=direction
    )


def objects(
    table: str,
    columns: str,
    project: str,
    *,
    after: str | None,
    limit: int,
    order: Order,
    terms: Sequence[bytes],
) -> Operation[Page[Row]]:
    """One page of a project's objects that have all the terms."""
    if len(terms) > 1:
        terms = yield from _rarest_first(table, project, terms, order)
    parameters: list[Any] = [value for term in terms for value in (project, term)]
    parameters.append(project)
    if after is not None:
        parameters += place(table, project, after)
    statement = select(table, columns, order, terms=len(terms), cursor=after is not None)
    rows = yield statement, (*parameters, limit + 1)
    if not rows and after is not None:
        yield from _known(table, project, after)
    return page(rows, limit)


def _rarest_first(
    table: str, project: str, terms: Sequence[bytes], order: Order
) -> Operation[Sequence[bytes]]:
    """The term to lead a search is the one whose hundredth owner is the farthest away."""
    places = [HUNDREDTH.format(table=table, direction=DIRECTION[order][1], none=NONE[order])] * len(terms)
    parameters = [value for term in terms for value in (project, term)]
    rows = yield f"SELECT {', '.join(places)}", parameters
    found = sorted(zip(rows[0], terms, strict=True), key=itemgetter(0), reverse=order == "asc")
    return [term for _, term in found]


def place(table: str, project: str, after: str) -> tuple[str, str, str, bytes]:
    """The parameters that find a cursor, be it alive or retired."""
    return project, sought(after), project, digest(table, after)


def _known(table: str, project: str, after: str) -> Operation[None]:
    """An empty page is the end of the list, or the cursor was never in it."""
    rows = yield KNOWN.format(table=table), place(table, project, after)
    if not rows:
        raise unknown_cursor(after)
