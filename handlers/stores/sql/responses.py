"""Operations on stored responses: read them, delete them, follow what leads up to them."""

from collections.abc import Sequence
from functools import lru_cache

from handlers.stores import Chain, Claim, Lines, Order, Page, Response, Turned
from handlers.stores.sql import turns
from handlers.stores.sql.listing import DIRECTION, page
from handlers.stores.sql.refusals import missing, unknown_cursor
from handlers.stores.sql.statements import Operation, Row, sought

COLUMNS = """
id, created_at, status, background, streamed, body, holder, next_event, previous, conversation, position"""
GET = f"SELECT seq, {COLUMNS} FROM response WHERE project = ? AND id = ?"  # noqa: S608 - our own columns
OUTPUT = "SELECT body FROM response_item WHERE project = ? AND response = ? AND made = 1 ORDER BY position"

DELETE = """
DELETE FROM response WHERE project = ? AND id = ? RETURNING seq, previous, conversation, position"""
ADOPT = """
UPDATE response SET previous = ?, conversation = ?, position = ? WHERE project = ? AND previous = ?"""
UNLOCK = "UPDATE conversation SET turn = NULL, holder = NULL WHERE project = ? AND seq = ? AND turn = ?"

BEYOND = """
AND i.position {sign} (SELECT t.position FROM response_item t
WHERE t.project = r.project AND t.response = r.seq AND t.made = 0 AND t.id = ?)"""
PAGE = """
SELECT i.id, i.body FROM response r
LEFT JOIN response_item i ON i.project = r.project AND i.response = r.seq AND i.made = 0 {beyond}
WHERE r.project = ? AND r.id = ? ORDER BY i.position {direction} LIMIT ?"""
KNOWN = """
SELECT i.position FROM response r
JOIN response_item i ON i.project = r.project AND i.response = r.seq AND i.made = 0 AND i.id = ?
WHERE r.project = ? AND r.id = ?"""

EVENTS = """
SELECT first, body FROM response_event WHERE project = ? AND response = ? AND first >= (SELECT COALESCE((
SELECT MAX(first) FROM response_event WHERE project = ? AND response = ? AND first <= ?), 0))
ORDER BY first LIMIT 16"""
"""COALESCE in a subquery of its own: see `listing.BEYOND`."""

CHAIN = """
WITH RECURSIVE chain (seq, previous, conversation, position, status, depth) AS (
SELECT seq, previous, conversation, position, status, 0 FROM response WHERE project = ? AND id = ?
UNION ALL
SELECT r.seq, r.previous, r.conversation, r.position, r.status, c.depth + 1
FROM chain c JOIN response r ON r.project = ? AND r.seq = c.previous)"""
ENDS = f"{CHAIN} SELECT seq, status, conversation, position FROM chain ORDER BY depth"  # noqa: S608
LINKS = f"""
{CHAIN} SELECT i.body FROM chain c JOIN response_item i ON i.project = ? AND i.response = c.seq
ORDER BY c.depth DESC, i.position"""  # noqa: S608 - our own statement

IN_CONVERSATIONS = """
SELECT body FROM item WHERE project = ? AND id = ? AND body IS NOT NULL ORDER BY conversation DESC LIMIT 1"""
IN_RESPONSES = """
SELECT body FROM response_item WHERE project = ? AND id = ? ORDER BY response DESC LIMIT 1"""


def read(row: Row, output: Sequence[bytes] = ()) -> Response:
    """A row of `COLUMNS` as the protocol has it."""
    identity, created_at, status, background, streamed, body, *rest = row
    return Response(identity, created_at, status, bool(background), bool(streamed), body, output, *rest)


def find(project: str, response_id: str) -> Operation[tuple[int, Response]]:
    """A response without its output, and its number."""
    rows = yield GET, (project, sought(response_id))
    if not rows:
        raise missing("Response", response_id)
    return rows[0][0], read(rows[0][1:])


def get(project: str, response_id: str) -> Operation[Response]:
    """One response with its output."""
    rows = yield GET, (project, sought(response_id))
    if not rows:
        raise missing("Response", response_id)
    output = yield OUTPUT, (project, rows[0][0])
    return read(rows[0][1:], [body for (body,) in output])


def delete(project: str, response_id: str) -> Operation[None]:
    """Erase it; what went on from it goes on from what was before it."""
    rows = yield DELETE, (project, sought(response_id))
    if not rows:
        raise missing("Response", response_id)
    seq, previous, conversation, position = rows[0]
    yield ADOPT, (previous, conversation, position, project, seq)
    if conversation is not None:
        yield UNLOCK, (project, conversation, response_id)


@lru_cache
def select(order: Order, *, cursor: bool) -> str:
    """The statement of one page. Its parameters: cursor, project, response's id, limit.

    It answers no row without response, and a row without item if the page is empty.
    """
    sign, direction = DIRECTION[order]
    return PAGE.format(beyond=BEYOND.format(sign=sign) if cursor else "", direction=direction)


def inputs(
    project: str, response_id: str, *, after: str | None, limit: int, order: Order
) -> Operation[Page[Turned]]:
    """A page of input items."""
    cursor = () if after is None else (sought(after),)
    rows = yield (
        select(order, cursor=after is not None),
        (*cursor, project, sought(response_id), limit + 1),
    )
    if not rows:
        raise missing("Response", response_id)
    if rows[0][0] is not None:
        return page([(item_id, body) for item_id, body in rows], limit)
    if after is not None:
        known = yield KNOWN, (sought(after), project, sought(response_id))
        if not known:
            raise unknown_cursor(after)
    return Page([], has_more=False)


def events(project: str, response_id: str, start: int) -> Operation[tuple[Response, Sequence[Lines]]]:
    """Recorded events from `start` on, as many as make a good helping."""
    seq, response = yield from find(project, response_id)
    rows = yield EVENTS, (project, seq, project, seq, start)
    return response, [found for row in rows if (found := _from(start, *row)).lines]


def _from(start: int, first: int, body: bytes) -> Lines:
    skipped = max(start - first, 0)
    return Lines(first + skipped, body.split(b"\n")[skipped:])


def chain(project: str, response_id: str) -> Operation[Chain]:
    """Everything that leads up to the end of a response, its own items included."""
    key = (project, sought(response_id), project)
    ends = yield ENDS, key
    if not ends:
        raise missing("Response", response_id)
    *_, conversation, position = ends[-1]
    before: Sequence[Turned] = ()
    if conversation is not None:
        before = yield from turns.context(project, Claim(conversation, position))
    links = yield LINKS, (*key, project)
    items = [body for _, body in before] + [body for (body,) in links]
    return Chain(ends[0][0], ends[0][1], items)


def look_up(project: str, item_id: str) -> Operation[bytes | None]:
    """An item by its id, wherever in the project it is."""
    for statement in (IN_CONVERSATIONS, IN_RESPONSES):
        rows = yield statement, (project, sought(item_id))
        if rows:
            body: bytes = rows[0][0]
            return body
    return None
