"""Operations on the items of a conversation."""

from collections.abc import Sequence
from functools import lru_cache

from handlers.stores import Conversation, Item, ItemReference, Order, Page
from handlers.stores.sql import turns
from handlers.stores.sql.listing import DIRECTION, page
from handlers.stores.sql.refusals import missing, twice, unknown_cursor
from handlers.stores.sql.statements import Operation, Row, insert, sought, stored

INSERT = "INSERT INTO item (project, conversation, position, id, type, body)"
REPLACE_TOMBSTONE = """
ON CONFLICT (project, id, conversation)
DO UPDATE SET position = excluded.position, type = excluded.type, body = excluded.body
WHERE item.body IS NULL RETURNING id"""
"""An id that lives already answers no row; one that was deleted moves to its new place."""

TAKE_POSITIONS = f"""
UPDATE conversation SET next_position = next_position + ? WHERE project = ? AND id = ? AND {turns.FREE}
RETURNING seq, next_position"""  # noqa: S608 - our own condition
RESOLVE = """
SELECT type, body FROM item WHERE project = ? AND id = ? AND body IS NOT NULL
ORDER BY conversation DESC LIMIT 1"""
GET = """
SELECT i.type, i.body FROM conversation c
LEFT JOIN item i ON i.project = c.project AND i.id = ? AND i.conversation = c.seq
WHERE c.project = ? AND c.id = ?"""
KNOWN = """
SELECT i.position FROM conversation c
JOIN item i ON i.project = c.project AND i.id = ? AND i.conversation = c.seq
WHERE c.project = ? AND c.id = ?"""
OWNER = f"""
UPDATE conversation SET next_position = next_position WHERE project = ? AND id = ? AND {turns.FREE}
RETURNING seq, created_at, metadata"""  # noqa: S608 - our own condition
"""An update, so that no turn is taken between this and the removal."""
BURY = """
UPDATE item SET type = '', body = NULL
WHERE project = ? AND id = ? AND conversation = ? AND body IS NOT NULL RETURNING position"""

EXISTS = "SELECT seq FROM conversation WHERE project = ? AND id = ?"
BEYOND = f"""
AND position {{sign}} (SELECT position FROM item WHERE project = ? AND id = ? AND conversation = ({EXISTS}))
"""  # noqa: S608 - our own statement
PAGE = f"""
SELECT id, type, body FROM item WHERE project = ? AND conversation = ({EXISTS}) AND body IS NOT NULL
{{beyond}} ORDER BY position {{direction}} LIMIT ?"""  # noqa: S608 - our own statement
"""The conversation is found in a subquery: PostgreSQL would sort the whole of it after a join."""


def distinct(items: Sequence[Item | ItemReference]) -> None:
    """Refuse an id that is twice in the batch, or cannot be stored."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.id in seen:
            raise twice(index, item.id)
        seen.add(stored(item.id, f"items[{index}].id"))


def place(
    project: str, conversation: int, start: int, items: Sequence[Item | ItemReference]
) -> Operation[Sequence[Item]]:
    """Store the items from position `start` on. The caller holds the conversation's row."""
    resolved: list[Item] = []
    for index, item in enumerate(items):
        if isinstance(item, ItemReference):
            resolved.append((yield from _resolve(project, index, item.id)))
        else:
            resolved.append(item)
    rows: list[Row] = [
        (project, conversation, position, item.id, item.type, item.body)
        for position, item in enumerate(resolved, start)
    ]
    answers = yield from insert(INSERT, rows, REPLACE_TOMBSTONE)
    if len(answers) < len(rows):
        new = {row[0] for row in answers}
        raise next(twice(index, item.id) for index, item in enumerate(resolved) if item.id not in new)
    return resolved


def _resolve(project: str, index: int, item_id: str) -> Operation[Item]:
    """The item of that id in the project's newest conversation. If it is this one, storing it is refused."""
    rows = yield RESOLVE, (project, item_id)
    if not rows:
        raise missing("Item", item_id, param=f"items[{index}].id")
    return Item(item_id, *rows[0])


def append(
    project: str, conversation_id: str, items: Sequence[Item | ItemReference], now: int
) -> Operation[Sequence[Item]]:
    """Add items at the end. Taking positions locks the conversation's row: appends queue up behind it."""
    distinct(items)
    rows = yield TAKE_POSITIONS, (len(items), project, sought(conversation_id), now)
    if not rows:
        raise (yield from turns.refusal(project, conversation_id))
    seq, end = rows[0]
    return (yield from place(project, seq, end - len(items), items))


def get(project: str, conversation_id: str, item_id: str) -> Operation[Item]:
    """One item."""
    rows = yield GET, (sought(item_id), project, sought(conversation_id))
    if not rows:
        raise missing("Conversation", conversation_id)
    kind, body = rows[0]
    if body is None:
        raise missing("Item", item_id)
    return Item(item_id, kind, body)


@lru_cache
def select(order: Order, *, cursor: bool) -> str:
    """The statement of one page.

    Its parameters: project; project and id of the conversation; project, cursor and these two again; limit.
    """
    sign, direction = DIRECTION[order]
    return PAGE.format(beyond=BEYOND.format(sign=sign) if cursor else "", direction=direction)


def list_(
    project: str, conversation_id: str, *, after: str | None, limit: int, order: Order
) -> Operation[Page[Item]]:
    """A page by position."""
    key = (project, sought(conversation_id))
    cursor = () if after is None else (project, sought(after), *key)
    rows = yield select(order, cursor=after is not None), (project, *key, *cursor, limit + 1)
    if rows:
        return page([Item(*row) for row in rows], limit)
    found = yield EXISTS, key
    if not found:
        raise missing("Conversation", conversation_id)
    if after is not None:
        yield from _known(project, conversation_id, after)
    return Page([], has_more=False)


def _known(project: str, conversation_id: str, after: str) -> Operation[None]:
    """An empty page is the end of the list, or the cursor was never in it."""
    rows = yield KNOWN, (sought(after), project, sought(conversation_id))
    if not rows:
        raise unknown_cursor(after)


def remove(project: str, conversation_id: str, item_id: str, now: int) -> Operation[Conversation]:
    """Leave a tombstone without content; answers the conversation."""
    rows = yield OWNER, (project, sought(conversation_id), now)
    if not rows:
        raise (yield from turns.refusal(project, conversation_id))
    seq, created_at, metadata = rows[0]
    buried = yield BURY, (project, sought(item_id), seq)
    if not buried:
        raise missing("Item", item_id)
    return Conversation(conversation_id, created_at, metadata)
