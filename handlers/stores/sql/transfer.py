"""Operations that take a project's rows out and put them in, a page at a time; owners are named by their ids.

Out of one database and into another the numbers (`seq`) change, so a record says whose it is by id. What
is being worked on is left out, as are keys and the places of what was deleted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from handlers.stores import Completion, Conversation, Marks, Place, Record, Value
from handlers.stores.sql import completions, conversations, work
from handlers.stores.sql.refusals import missing
from handlers.stores.sql.statements import Operation, Row, insert, sought, stored

MARK = "SELECT COALESCE(MAX(seq), 0) FROM {table} WHERE project = ?"
OBJECTS = """
SELECT o.seq, 0, {columns} FROM {source} WHERE o.project = ? AND o.seq > ? AND o.seq <= ? {also}
ORDER BY o.seq LIMIT ?"""
PARTS = """
SELECT p.{owner}, p.{place}, o.id, {columns} FROM {table} p
JOIN {owner} o ON o.project = p.project AND o.seq = p.{owner}
WHERE p.project = ? AND (p.{owner}, p.{place}) > (?, ?) AND p.{owner} <= ? {also}
ORDER BY p.{owner}, p.{place} LIMIT ?"""
PART = "INSERT INTO {table} (project, {owner}, {columns})"
UNLESS_THERE = "ON CONFLICT DO NOTHING RETURNING project"
SEQ = "SELECT seq FROM {table} WHERE project = ? AND id = ?"
GROW = "UPDATE conversation SET next_position = ? WHERE project = ? AND id = ? AND next_position < ?"
ENDED = "AND o.holder IS NULL"
RESPONSES = """
response o LEFT JOIN response b ON b.project = o.project AND b.seq = o.previous
LEFT JOIN conversation c ON c.project = o.project AND c.seq = o.conversation"""

Put = Callable[[str, Sequence[Record]], Operation[int]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: how a page is read, what its fields are called, how a page is written."""

    owner: str
    """The table whose `seq` pages are walked by."""
    select: str
    fields: tuple[str, ...]
    put: Put


def marks(project: str) -> Operation[Marks]:
    """The newest of each kind of object: what comes later is not of this walk."""
    found = {}
    for table in ("conversation", "completion", "response"):
        rows = yield MARK.format(table=table), (project,)
        found[table] = int(rows[0][0])
    return found


def page(project: str, name: str, after: Place, upto: Marks, limit: int) -> Operation[Sequence[Record]]:
    """The records behind a place, in their order."""
    kind = KINDS[name]
    start = after if kind.fields[0] == "owner" else after[:1]
    rows = yield kind.select, (project, *start, upto[kind.owner], limit)
    return [Record((row[0], row[1]), dict(zip(kind.fields, row[2:], strict=True))) for row in rows]


def put(project: str, name: str, records: Sequence[Record]) -> Operation[int]:
    """Store those that are not there yet; answers how many that were."""
    return (yield from KINDS[name].put(project, records))


def _conversations(project: str, records: Sequence[Record]) -> Operation[int]:
    new = 0
    for fields in _fields(records):
        known = yield conversations.GET, (project, sought(_text(fields["id"])))
        if not known:
            made = Conversation(_text(fields["id"]), _int(fields["created_at"]), _bytes(fields["metadata"]))
            yield from conversations.create(project, made, ())
            yield from _grow(project, made.id, _int(fields["next_position"]))
            new += 1
    return new


def _grow(project: str, conversation_id: str, end: int) -> Operation[None]:
    """No position is given out twice."""
    yield GROW, (end, project, conversation_id, end)


def _completions(project: str, records: Sequence[Record]) -> Operation[int]:
    new = 0
    for fields in _fields(records):
        known = yield completions.GET, (project, sought(_text(fields["id"])))
        if not known:
            made = Completion(
                _text(fields["id"]),
                _int(fields["created"]),
                _text(fields["model"]),
                _bytes(fields["metadata"]),
                _bytes(fields["body"]),
            )
            yield from completions.add(project, made, ())
            new += 1
    return new


def _responses(project: str, records: Sequence[Record]) -> Operation[int]:
    new = 0
    for fields in _fields(records):
        previous = yield from _seq(project, "response", fields["previous"])
        conversation = yield from _seq(project, "conversation", fields["conversation"])
        rows = yield (
            work.ADD,
            (
                project,
                stored(_text(fields["id"]), "id"),
                *(fields[name] for name in ("created_at", "status", "background", "streamed", "body")),
                None,
                fields["next_event"],
                previous,
                conversation,
                fields["position"] if conversation is not None else None,
                None,
            ),
        )
        new += len(rows)
    return new


def _seq(project: str, table: str, object_id: Value) -> Operation[int | None]:
    """The number here of what another record names; None for what is not, or was never."""
    if object_id is None:
        return None
    rows = yield SEQ.format(table=table), (project, sought(_text(object_id)))
    return int(rows[0][0]) if rows else None


def _parts(table: str, owner: str, columns: Sequence[str]) -> Put:
    """How rows are put under their owner, which has to be there."""
    head = PART.format(table=table, owner=owner, columns=", ".join(columns))

    def put(project: str, records: Sequence[Record]) -> Operation[int]:
        owned: defaultdict[str, list[Row]] = defaultdict(list)
        for fields in _fields(records):
            owned[_text(fields["owner"])].append(tuple(fields[name] for name in columns))
        new = 0
        for owner_id, rows in owned.items():
            seq = yield from _seq(project, owner, owner_id)
            if seq is None:
                raise missing(owner.capitalize(), owner_id)
            answers = yield from insert(head, [(project, seq, *row) for row in rows], UNLESS_THERE)
            new += len(answers)
            if table == "item":
                yield from _grow(project, owner_id, 1 + max(int(row[0]) for row in rows))
        return new

    return put


def _fields(records: Sequence[Record]) -> Iterable[dict[str, Value]]:
    return (record.fields for record in records)


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is expected, not {value!r}")
    return value


def _int(value: Value) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a whole number is expected, not {value!r}")
    return value


def _bytes(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"JSON is expected, not {value!r}")
    return value


def _object(
    table: str, fields: str, put: Put, *, source: str = "", columns: str = "", also: str = ""
) -> Kind:
    names = tuple(fields.split())
    chosen = columns or ", ".join(f"o.{name}" for name in names)
    select = OBJECTS.format(columns=chosen, source=source or f"{table} o", also=also)
    return Kind(table, select, names, put)


def _part(table: str, owner: str, fields: str, *, also: str = "") -> Kind:
    """The first of the fields is the place among the owner's rows."""
    names = fields.split()
    columns = ", ".join(f"p.{name}" for name in names)
    select = PARTS.format(table=table, owner=owner, place=names[0], columns=columns, also=also)
    return Kind(owner, select, ("owner", *names), _parts(table, owner, names))


KINDS = {
    "conversation": _object("conversation", "id created_at next_position metadata", _conversations),
    "item": _part("item", "conversation", "position id type body"),
    "completion": _object("completion", "id created model metadata body", _completions),
    "message": _part("completion_message", "completion", "position body"),
    "response": _object(
        "response",
        "id created_at status background streamed next_event previous conversation position body",
        _responses,
        source=RESPONSES,
        columns="""
o.id, o.created_at, o.status, o.background, o.streamed, o.next_event, b.id, c.id, o.position, o.body""",
        also=ENDED,
    ),
    "response_item": _part("response_item", "response", "position made id body", also=ENDED),
    "response_event": _part("response_event", "response", "first body", also=ENDED),
}
"""In the order in which they may be put in: owners before what is theirs."""
