"""Operations on stored chat completions and their messages."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from handlers.stores import Completion, Order, Page
from handlers.stores.sql import listing
from handlers.stores.sql.listing import DIRECTION, digest, page
from handlers.stores.sql.refusals import exists, missing, unknown_cursor
from handlers.stores.sql.statements import Operation, Row, insert, sought, stored

COLUMNS = "id, created, model, metadata, body"
ADD = """
INSERT INTO completion (project, id, created, model, metadata, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (project, id) DO NOTHING RETURNING seq"""
ADD_MESSAGES = "INSERT INTO completion_message (project, completion, position, body)"
GET = "SELECT created, model, metadata, body FROM completion WHERE project = ? AND id = ?"
UPDATE = """
UPDATE completion SET metadata = ? WHERE project = ? AND id = ? RETURNING seq, created, model, body"""
DELETE = "DELETE FROM completion WHERE project = ? AND id = ? RETURNING seq"
KNOWN = """
SELECT m.position FROM completion c
JOIN completion_message m ON m.project = c.project AND m.completion = c.seq AND m.position = ?
WHERE c.project = ? AND c.id = ?"""

BEYOND = """
AND m.position {sign} (SELECT t.position FROM completion_message t
WHERE t.project = c.project AND t.completion = c.seq AND t.position = ?)"""
PAGE = """
SELECT m.body FROM completion c
LEFT JOIN completion_message m ON m.project = c.project AND m.completion = c.seq {beyond}
WHERE c.project = ? AND c.id = ? ORDER BY m.position {direction} LIMIT ?"""

INDEX = re.compile(r"(.*)-(0|[1-9][0-9]{0,8})", re.DOTALL)
"""A message's id: the completion's, and its index as decimal digits."""


def _terms(model: str, metadata: bytes) -> list[bytes]:
    return [digest("model", model), *listing.metadata_terms(metadata)]


def add(project: str, completion: Completion, messages: Sequence[bytes]) -> Operation[None]:
    """Insert a completion with its messages."""
    rows = yield (
        ADD,
        (
            project,
            stored(completion.id, "id"),
            completion.created,
            stored(completion.model, "model"),
            completion.metadata,
            completion.body,
        ),
    )
    if not rows:
        raise exists("Chat completion", completion.id)
    seq = rows[0][0]
    yield from listing.index("completion", project, seq, _terms(completion.model, completion.metadata))
    placed: list[Row] = [(project, seq, index, body) for index, body in enumerate(messages)]
    yield from insert(ADD_MESSAGES, placed)


def get(project: str, completion_id: str) -> Operation[Completion]:
    """One completion."""
    rows = yield GET, (project, sought(completion_id))
    if not rows:
        raise missing("Chat completion", completion_id)
    return Completion(completion_id, *rows[0])


def update(project: str, completion_id: str, metadata: bytes) -> Operation[Completion]:
    """Replace the metadata."""
    rows = yield UPDATE, (metadata, project, sought(completion_id))
    if not rows:
        raise missing("Chat completion", completion_id)
    seq, created, model, body = rows[0]
    yield from listing.reindex("completion", project, seq, _terms(model, metadata))
    return Completion(completion_id, created, model, metadata, body)


def delete(project: str, completion_id: str) -> Operation[None]:
    """Erase the completion; messages and terms go with its row."""
    rows = yield DELETE, (project, sought(completion_id))
    if not rows:
        raise missing("Chat completion", completion_id)
    yield from listing.retire("completion", project, completion_id, rows[0][0])


def list_(
    project: str,
    *,
    after: str | None,
    limit: int,
    order: Order,
    model: str | None,
    metadata: Mapping[str, str],
) -> Operation[Page[Completion]]:
    """A page by creation. Metadata leads, being the rarer."""
    terms = listing.pair_terms(metadata)
    if model is not None:
        terms.append(digest("model", model))
    found = yield from listing.objects(
        "completion", COLUMNS, project, after=after, limit=limit, order=order, terms=terms
    )
    return Page([Completion(*row) for row in found.rows], found.has_more)


@lru_cache
def select(order: Order, *, cursor: bool) -> str:
    """The statement of one page. Its parameters: cursor's index, project, completion's id, limit.

    It answers no row without completion, and a row without message if the page is empty.
    """
    sign, direction = DIRECTION[order]
    return PAGE.format(beyond=BEYOND.format(sign=sign) if cursor else "", direction=direction)


def messages(
    project: str, completion_id: str, *, after: str | None, limit: int, order: Order
) -> Operation[Page[bytes]]:
    """A page of messages by index."""
    cursor = () if after is None else (_index(completion_id, after),)
    rows = yield (
        select(order, cursor=after is not None),
        (*cursor, project, sought(completion_id), limit + 1),
    )
    if not rows:
        raise missing("Chat completion", completion_id)
    if rows[0][0] is not None:
        return page([row[0] for row in rows], limit)
    if after is not None:
        yield from _known(project, completion_id, after)
    return Page([], has_more=False)


def _index(completion_id: str, after: str) -> int:
    """The index in a message's id; -1, which no message has, for another's."""
    match = INDEX.fullmatch(after)
    return int(match[2]) if match and match[1] == completion_id else -1


def _known(project: str, completion_id: str, after: str) -> Operation[None]:
    """An empty page is the end of the list, or the cursor was never in it."""
    rows = yield KNOWN, (_index(completion_id, after), project, sought(completion_id))
    if not rows:
        raise unknown_cursor(after)
