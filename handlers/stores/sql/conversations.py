"""Operations on conversations themselves."""

from collections.abc import Mapping, Sequence

from handlers.stores import Conversation, Item, ItemReference, Order, Page
from handlers.stores.sql import items as placing
from handlers.stores.sql import listing, turns
from handlers.stores.sql.refusals import exists, missing
from handlers.stores.sql.statements import Operation, sought, stored

COLUMNS = "id, created_at, metadata"
CREATE = """
INSERT INTO conversation (project, id, created_at, next_position, metadata) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (project, id) DO NOTHING RETURNING seq"""
GET = "SELECT created_at, metadata FROM conversation WHERE project = ? AND id = ?"
UPDATE = "UPDATE conversation SET metadata = ? WHERE project = ? AND id = ? RETURNING seq, created_at"
DELETE = f"DELETE FROM conversation WHERE project = ? AND id = ? AND {turns.FREE} RETURNING seq"  # noqa: S608 - our own condition


def create(
    project: str, conversation: Conversation, items: Sequence[Item | ItemReference]
) -> Operation[Sequence[Item]]:
    """Insert a conversation with its first items; answers these, references resolved."""
    placing.distinct(items)
    rows = yield (
        CREATE,
        (project, stored(conversation.id, "id"), conversation.created_at, len(items), conversation.metadata),
    )
    if not rows:
        raise exists("Conversation", conversation.id)
    seq = rows[0][0]
    if terms := listing.metadata_terms(conversation.metadata):
        yield from listing.index("conversation", project, seq, terms)
    if not items:
        return []
    return (yield from placing.place(project, seq, 0, items))


def get(project: str, conversation_id: str) -> Operation[Conversation]:
    """One conversation."""
    rows = yield GET, (project, sought(conversation_id))
    if not rows:
        raise missing("Conversation", conversation_id)
    return Conversation(conversation_id, *rows[0])


def update(project: str, conversation_id: str, metadata: bytes) -> Operation[Conversation]:
    """Replace the metadata."""
    rows = yield UPDATE, (metadata, project, sought(conversation_id))
    if not rows:
        raise missing("Conversation", conversation_id)
    seq, created_at = rows[0]
    yield from listing.reindex("conversation", project, seq, listing.metadata_terms(metadata))
    return Conversation(conversation_id, created_at, metadata)


def delete(project: str, conversation_id: str, now: int) -> Operation[None]:
    """Erase the conversation; items, tombstones and terms go with its row."""
    rows = yield DELETE, (project, sought(conversation_id), now)
    if not rows:
        raise (yield from turns.refusal(project, conversation_id))
    yield from listing.retire("conversation", project, conversation_id, rows[0][0])


def list_(
    project: str, *, after: str | None, limit: int, order: Order, metadata: Mapping[str, str]
) -> Operation[Page[Conversation]]:
    """A page by creation."""
    found = yield from listing.objects(
        "conversation",
        COLUMNS,
        project,
        after=after,
        limit=limit,
        order=order,
        terms=listing.pair_terms(metadata),
    )
    return Page([Conversation(*row) for row in found.rows], found.has_more)
