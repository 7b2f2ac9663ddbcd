"""Operations on responses that are being worked on: begun, recorded, ended, taken up from the lost."""

from collections.abc import Sequence

from handlers.stores import Ending, Item, Job, Lines, Lost, LostError, Response, Turned
from handlers.stores.sql import items as placing
from handlers.stores.sql import responses, turns
from handlers.stores.sql.refusals import exists
from handlers.stores.sql.statements import Operation, Row, insert, sought, stored

ADD = """
INSERT INTO response (project, id, created_at, status, background, streamed, body, holder, next_event,
previous, conversation, position, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (project, id) DO NOTHING RETURNING seq"""
ADD_ITEMS = "INSERT INTO response_item (project, response, position, made, id, body)"
ADD_EVENTS = "INSERT INTO response_event (project, response, first, body) VALUES (?, ?, ?, ?)"

RECORD = """
UPDATE response SET next_event = ? WHERE project = ? AND id = ? AND holder = ? AND next_event = ?
RETURNING seq"""
START = """
UPDATE response SET status = ?, body = ?, position = ?
WHERE project = ? AND id = ? AND holder = ? AND status = 'queued' RETURNING seq"""
PUT_BACK = """
UPDATE response SET status = 'queued', body = ?, holder = '' WHERE project = ? AND id = ? AND holder = ?"""
FINISH = """
UPDATE response SET status = ?, body = ?, next_event = ?, holder = NULL, request = NULL
WHERE project = ? AND id = ? AND holder = ? AND next_event = ? RETURNING seq, conversation"""
AFTER = "SELECT COUNT(*) FROM response_item WHERE project = ? AND response = ?"

LOST = """
SELECT r.project, r.id, r.status, r.holder FROM response r LEFT JOIN holder h ON h.id = r.holder
WHERE r.holder IS NOT NULL AND (h.id IS NULL OR h.until <= ?) LIMIT ?"""
TAKE = """
UPDATE response SET holder = ? WHERE project = ? AND id = ? AND holder = ? AND status = 'queued'
RETURNING seq, request"""
PREVIOUS = """
SELECT p.id FROM response r JOIN response p ON p.project = r.project AND p.seq = r.previous
WHERE r.project = ? AND r.seq = ?"""
INPUT = "SELECT body FROM response_item WHERE project = ? AND response = ? AND made = 0 ORDER BY position"


def begin(
    project: str, response: Response, items: Sequence[Turned], request: bytes | None, events: Lines | None
) -> Operation[None]:
    """Store a response that goes on."""
    seq = yield from _add(project, response, items, request)
    yield from _add_events(project, seq, events)


def _add(project: str, response: Response, items: Sequence[Turned], request: bytes | None) -> Operation[int]:
    rows = yield (
        ADD,
        (
            project,
            response.id,
            response.created_at,
            response.status,
            int(response.background),
            int(response.streamed),
            response.body,
            response.holder,
            response.next_event,
            response.previous,
            response.conversation,
            response.position,
            request,
        ),
    )
    if not rows:
        raise exists("Response", response.id)
    seq: int = rows[0][0]
    yield from _add_items(project, seq, 0, items, made=False)
    return seq


def _add_items(project: str, seq: int, start: int, items: Sequence[Turned], *, made: bool) -> Operation[None]:
    rows: list[Row] = [
        (project, seq, position, int(made), stored(item_id, "id"), body)
        for position, (item_id, body) in enumerate(items, start)
    ]
    yield from insert(ADD_ITEMS, rows)


def record(project: str, response_id: str, holder: str, events: Lines) -> Operation[None]:
    """Add to the stream, where it ended so far."""
    end = events.first + len(events.lines)
    rows = yield RECORD, (end, project, response_id, holder, events.first)
    if not rows:
        raise gone(response_id)
    yield from _add_events(project, rows[0][0], events)


def _add_events(project: str, seq: int, events: Lines | None) -> Operation[None]:
    if events is not None and events.lines:
        yield ADD_EVENTS, (project, seq, events.first, b"\n".join(events.lines))


def start(project: str, response: Response) -> Operation[None]:
    """Queued work has begun."""
    rows = yield (
        START,
        (response.status, response.body, response.position, project, response.id, response.holder),
    )
    if not rows:
        raise gone(response.id)


def put_back(project: str, response: Response) -> Operation[None]:
    """Queue it again; nobody holds it."""
    yield PUT_BACK, (response.body, project, response.id, response.holder)


def finish(project: str, ending: Ending, expected: Response) -> Operation[None]:
    """End a running response."""
    last = ending.response
    rows = yield (
        FINISH,
        (
            last.status,
            last.body,
            last.next_event,
            project,
            last.id,
            expected.holder,
            expected.next_event,
        ),
    )
    if not rows:
        raise gone(last.id)
    seq, conversation = rows[0]
    counted = yield AFTER, (project, seq)
    yield from _add_items(project, seq, counted[0][0], ending.output, made=True)
    yield from _add_events(project, seq, ending.events)
    if ending.conversation is not None:
        yield from _land(project, ending)
    elif conversation is not None:
        yield responses.UNLOCK, (project, conversation, last.id)


def add(project: str, ending: Ending, items: Sequence[Turned]) -> Operation[None]:
    """Store a response that begins and ends at once."""
    seq = yield from _add(project, ending.response, items, None)
    yield from _add_items(project, seq, len(items), ending.output, made=True)
    if ending.conversation is not None:
        yield from _land(project, ending)


def _land(project: str, ending: Ending) -> Operation[None]:
    """Give the conversation back, with the turn's items if there are any."""
    assert ending.conversation is not None  # noqa: S101 - both callers look
    landing: Sequence[Item] = ending.landing or ()
    row = yield from turns.land(project, ending.conversation, ending.response.id, len(landing))
    if row is None and ending.landing is not None:
        raise gone(ending.response.id)
    if row is not None and landing:
        yield from placing.place(project, row[0], row[1] - len(landing), landing)


def lost(now: int, limit: int) -> Operation[Sequence[Lost]]:
    """Responses whose holder is gone."""
    rows = yield LOST, (now, limit)
    return [Lost(*row) for row in rows]


def take(project: str, found: Lost, holder: str) -> Operation[Job]:
    """Take up queued work. Its conversation's turn is the worker's to claim anew."""
    rows = yield TAKE, (holder, project, sought(found.id), found.holder)
    if not rows:
        raise gone(found.id)
    seq, request = rows[0]
    _, response = yield from responses.find(project, found.id)
    previous = yield PREVIOUS, (project, seq)
    items = yield INPUT, (project, seq)
    return Job(response, request, previous[0][0] if previous else None, [body for (body,) in items])


def gone(response_id: str) -> LostError:
    """Somebody else was quicker."""
    return LostError(
        f"Response {response_id} was ended or deleted meanwhile, or lost its conversation's turn."
    )
