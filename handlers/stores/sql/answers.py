"""Operations on answers that are kept for retries, and on the attempts that make them.

A row begins as a reservation: the attempt's token, and its holder, a process that says until when it lives
(`turns`). `wrote` tells that the attempt's effect is in the store; `status` that its answer is. An attempt
whose holder is gone before it wrote may be replaced by another; one that wrote may not.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from handlers.attempts import CURRENT, Attempt, Render
from handlers.errors import ServiceUnavailableError
from handlers.stores import Attempted, KeptAnswer, Reservation
from handlers.stores.sql.statements import Operation, Row
from handlers.stores.sql.turns import BEAT

T = TypeVar("T")

ALIVE = "EXISTS (SELECT 1 FROM holder WHERE holder.id = kept_answer.holder AND holder.until > ?)"
"""True of an attempt whose process lives now, which is the parameter."""

RESERVE = f"""
INSERT INTO kept_answer (project, digest, request, token, holder, wrote, streamed, expires)
VALUES (?, ?, ?, ?, ?, 0, 0, ?)
ON CONFLICT (project, digest) DO UPDATE SET request = excluded.request, token = excluded.token,
holder = excluded.holder, wrote = 0, status = NULL, streamed = 0, body = NULL, expires = excluded.expires
WHERE kept_answer.expires <= ?
OR (kept_answer.wrote = 0 AND (kept_answer.holder = excluded.holder OR NOT {ALIVE}))
RETURNING token"""  # noqa: S608 - our own condition
LOOK = f"""
SELECT request, holder, {ALIVE}, wrote, status, streamed, body FROM kept_answer
WHERE project = ? AND digest = ? AND expires > ?"""  # noqa: S608 - our own condition
MARK = "UPDATE kept_answer SET wrote = 1 WHERE project = ? AND digest = ? AND token = ? RETURNING token"
KEEP = """
UPDATE kept_answer SET wrote = 1, status = ?, streamed = ?, body = ?, expires = COALESCE(?, expires)
WHERE project = ? AND digest = ? AND token = ? RETURNING token"""
FREE = "DELETE FROM kept_answer WHERE project = ? AND digest = ? AND token = ? AND wrote = 0"
SWEEP = """
DELETE FROM kept_answer WHERE (project, digest) IN
(SELECT project, digest FROM kept_answer WHERE expires <= ? ORDER BY expires LIMIT ?) RETURNING 1"""


class SupersededError(ServiceUnavailableError):
    """Another process took this attempt's process for dead, and has begun the request anew."""

    def __init__(self) -> None:
        super().__init__(
            "This server was silent for so long that another took up the request. Nothing of this attempt"
            " was stored; retry it to get the other's answer."
        )


def reserve(wanted: Reservation, now: int, until: int | None, expires: int) -> Operation[Attempted | None]:
    """Reserve the key, or answer who has it; the holder lives until then, if that is said."""
    if until is not None:
        yield BEAT, (wanted.holder, until)
    rows = yield (
        RESERVE,
        (
            wanted.project,
            wanted.digest,
            wanted.request,
            wanted.token,
            wanted.holder,
            expires,
            now,
            now,
        ),
    )
    if rows:
        return None
    return (yield from look(wanted.project, wanted.digest, now))


def look(project: str, digest: bytes, now: int) -> Operation[Attempted | None]:
    """Who has the key, and what came of it."""
    rows = yield LOOK, (now, project, digest, now)
    return _attempted(rows[0]) if rows else None


def _attempted(row: Row) -> Attempted:
    request, holder, alive, wrote, status, streamed, body = row
    answer = None if status is None else KeptAnswer(status, bool(streamed), body)
    return Attempted(bytes(request), holder, bool(alive), bool(wrote), answer)


def keep(owner: Reservation, answer: KeptAnswer, expires: int) -> Operation[bool]:
    """Keep the answer, unless somebody else has the key by now."""
    rows = yield _keep(owner.project, owner.digest, owner.token, answer, expires)
    return bool(rows)


def _keep(
    project: str, digest: bytes, token: str, answer: KeptAnswer, expires: int | None
) -> tuple[str, Row]:
    changes = (answer.status, int(answer.streamed), answer.body, expires)
    return KEEP, (*changes, project, digest, token)


def free(owner: Reservation) -> Operation[None]:
    """Give the key back, unless something was written under it."""
    yield FREE, (owner.project, owner.digest, owner.token)


def sweep(now: int, limit: int) -> Operation[int]:
    """Erase answers whose time is over, the oldest first; answers how many."""
    rows = yield SWEEP, (now, limit)
    return len(rows)


def lasting(start: Callable[[], Operation[T]]) -> Callable[[], Operation[T]]:
    """The operation, which also marks the attempt that it is part of, if it is part of one."""
    attempt = CURRENT.get()
    if attempt is None or attempt.over:
        return start
    return partial(_marked, attempt, attempt.rendering(), start)


def _marked(attempt: Attempt, render: Render | None, start: Callable[[], Operation[Any]]) -> Operation[Any]:
    result = yield from start()
    if render is None:
        rows = yield MARK, (attempt.project, attempt.digest, attempt.token)
    else:
        body = render(result)
        answer = KeptAnswer(attempt.status, streamed=False, body=body if len(body) <= attempt.limit else None)
        rows = yield _keep(attempt.project, attempt.digest, attempt.token, answer, None)
    if not rows:
        raise SupersededError
    attempt.kept = render is not None
    return result
