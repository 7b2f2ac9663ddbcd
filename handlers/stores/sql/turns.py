"""Operations on whose turn it is in a conversation, and on who lives to take one.

A conversation's row names the response that has it to itself, and that response's holder: a process whose
row in `holder` says until when it lives, in milliseconds since 1970. Taking the turn and adding items both
update the conversation's row, so that every database lines them up.
"""

from collections.abc import Sequence

from handlers.errors import BadRequestError, NotFoundError
from handlers.stores import Claim, Turned
from handlers.stores.sql.refusals import missing, taken
from handlers.stores.sql.statements import Operation, Row, sought

FREE = """
(turn IS NULL OR NOT EXISTS (SELECT 1 FROM holder WHERE holder.id = conversation.holder AND until > ?))"""
"""True of a conversation that nobody has to himself now, which is the parameter."""

BEAT = "INSERT INTO holder (id, until) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET until = excluded.until"
BURY = "DELETE FROM holder WHERE until < ?"
RETIRE = "DELETE FROM holder WHERE id = ?"
HELD = "SELECT project, id FROM response WHERE holder = ?"

CLAIM = f"""
UPDATE conversation SET turn = ?, holder = ? WHERE project = ? AND id = ? AND (turn = ? OR {FREE})
RETURNING seq, next_position"""  # noqa: S608 - our own condition
LOOK = f"SELECT seq, next_position, {FREE} FROM conversation WHERE project = ? AND id = ?"  # noqa: S608
EXISTS = "SELECT seq FROM conversation WHERE project = ? AND id = ?"
RELEASE = "UPDATE conversation SET turn = NULL, holder = NULL WHERE project = ? AND id = ? AND turn = ?"
LAND = """
UPDATE conversation SET turn = NULL, holder = NULL, next_position = next_position + ?
WHERE project = ? AND id = ? AND turn = ? RETURNING seq, next_position"""
CONTEXT = """
SELECT id, body FROM item WHERE project = ? AND conversation = ? AND position < ? AND body IS NOT NULL
ORDER BY position"""


def beat(holder: str, now: int, until: int) -> Operation[Sequence[tuple[str, str]]]:
    """Let the holder live until then; forgets those long dead; answers what this one holds."""
    yield BEAT, (holder, until)
    yield BURY, (now - (until - now),)
    rows = yield HELD, (holder,)
    return [(project, response_id) for project, response_id in rows]


def retire(holder: str) -> Operation[None]:
    """End its life."""
    yield RETIRE, (holder,)


def claim(project: str, conversation_id: str, response_id: str, holder: str, now: int) -> Operation[Claim]:
    """Take the turn."""
    key = (project, sought(conversation_id))
    rows = yield CLAIM, (response_id, holder, *key, response_id, now)
    if not rows:
        raise (yield from refusal(project, conversation_id))
    return Claim(*rows[0])


def look(project: str, conversation_id: str, now: int, *, locked: bool) -> Operation[Claim]:
    """See the conversation as a turn would, if nobody has it or it may be `locked`."""
    rows = yield LOOK, (now, project, sought(conversation_id))
    if not rows:
        raise missing("Conversation", conversation_id)
    seq, position, free = rows[0]
    if not free and not locked:
        raise taken(conversation_id)
    return Claim(seq, position)


def refusal(project: str, conversation_id: str) -> Operation[BadRequestError | NotFoundError]:
    """Why a statement that wants a free conversation found none."""
    rows = yield EXISTS, (project, sought(conversation_id))
    return taken(conversation_id) if rows else missing("Conversation", conversation_id)


def release(project: str, conversation_id: str, response_id: str) -> Operation[None]:
    """Give the turn back."""
    yield RELEASE, (project, sought(conversation_id), response_id)


def land(project: str, conversation_id: str, response_id: str, count: int) -> Operation[Row | None]:
    """Give the turn back with positions for the items of it: conversation and end, None if it was lost."""
    rows = yield LAND, (count, project, sought(conversation_id), response_id)
    return rows[0] if rows else None


def context(project: str, found: Claim) -> Operation[Sequence[Turned]]:
    """Every item before the claim."""
    rows = yield CONTEXT, (project, found.seq, found.position)
    return [(item_id, body) for item_id, body in rows]
