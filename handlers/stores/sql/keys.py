"""Operations on API keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.errors import ConflictError
from handlers.stores import Key, KeyChanges
from handlers.stores.sql.refusals import exists, missing
from handlers.stores.sql.statements import Operation, Row, shown, sought, stored

FIELDS = (
    "id",
    "project",
    "name",
    "digest",
    "hint",
    "created_at",
    "revoked_at",
    "scopes",
    "expires_at",
    "last_used_at",
    "requests_per_minute",
    "tokens_per_minute",
)
"""Columns in the order of `Key`."""
CHANGEABLE = frozenset(KeyChanges.__annotations__)
COLUMNS = ", ".join(FIELDS)
ADD_PROJECT = "INSERT INTO project (id) VALUES (?) ON CONFLICT (id) DO NOTHING"
ADD = f"""
INSERT INTO api_key ({COLUMNS}) VALUES ({", ".join("?" * len(FIELDS))})
ON CONFLICT DO NOTHING RETURNING id"""  # noqa: S608 - our own columns
SELECT = f"SELECT {COLUMNS} FROM api_key"  # noqa: S608 - our own columns
FIND = f"{SELECT} WHERE digest = ?"
GET = f"{SELECT} WHERE id = ?"
LIST = f"{SELECT} ORDER BY seq"
LIST_PROJECT = f"{SELECT} WHERE project = ? ORDER BY seq"
REVOKE = f"UPDATE api_key SET revoked_at = COALESCE(revoked_at, ?) WHERE id = ? RETURNING {COLUMNS}"  # noqa: S608 - our own columns
END = f"""
UPDATE api_key SET expires_at = CASE WHEN expires_at < ? THEN expires_at ELSE ? END
WHERE id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) RETURNING {COLUMNS}"""  # noqa: S608 - our own columns
USE = "UPDATE api_key SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at <= ?)"


def add(key: Key) -> Operation[None]:
    """Insert a key, and its project if it is the first."""
    project = stored(key.project, "project")
    yield ADD_PROJECT, (project,)
    rows = yield (
        ADD,
        (
            key.id,
            project,
            stored(key.name, "name"),
            key.digest,
            key.hint,
            key.created_at,
            key.revoked_at,
            _text(key.scopes),
            key.expires_at,
            key.last_used_at,
            key.requests_per_minute,
            key.tokens_per_minute,
        ),
    )
    if not rows:
        raise exists("API key", key.id)


def find(digest: bytes) -> Operation[Key | None]:
    """The key with this digest."""
    rows = yield FIND, (digest,)
    return _key(rows[0]) if rows else None


def list_(project: str | None) -> Operation[Sequence[Key]]:
    """All keys, or those of one project, oldest first."""
    rows = yield (LIST, ()) if project is None else (LIST_PROJECT, (sought(project),))
    return [_key(row) for row in rows]


def revoke(key_id: str, at: int) -> Operation[Key]:
    """Mark a key as revoked; the first time counts."""
    rows = yield REVOKE, (at, sought(key_id))
    if not rows:
        raise missing("API key", key_id)
    return _key(rows[0])


def update(key_id: str, changes: KeyChanges) -> Operation[Key]:
    """Change some columns, and nothing that another process changes meanwhile."""
    values: dict[str, Any] = {name: value for name, value in changes.items() if name in CHANGEABLE}
    if "scopes" in values:
        values["scopes"] = _text(values["scopes"])
    if "name" in values:
        values["name"] = stored(values["name"], "name")
    if not values:
        rows = yield GET, (sought(key_id),)
    else:
        columns = ", ".join(f"{name} = ?" for name in values)
        statement = f"UPDATE api_key SET {columns} WHERE id = ? AND revoked_at IS NULL RETURNING {COLUMNS}"  # noqa: S608 - our own columns
        rows = yield statement, (*values.values(), sought(key_id))
    if not rows:
        yield from _refuse(key_id)
    return _key(rows[0])


def rotate(key_id: str, until: int, successor: Key) -> Operation[Key]:
    """End a key at `until`, unless it ends before, and insert the one that comes after it."""
    rows = yield END, (until, until, sought(key_id), successor.created_at)
    if not rows:
        yield from _refuse(key_id)
    yield from add(successor)
    return _key(rows[0])


def used(uses: Mapping[str, int], apart: int) -> Operation[None]:
    """Note last uses; in the order of ids, so that processes that do the same wait and do not deadlock."""
    for key_id, at in sorted(uses.items()):
        yield USE, (at, sought(key_id), at - apart)


def _refuse(key_id: str) -> Operation[None]:
    """Say why a key that was to be changed cannot be."""
    rows = yield GET, (sought(key_id),)
    if not rows:
        raise missing("API key", key_id)
    reason = "has expired" if _key(rows[0]).revoked_at is None else "has been revoked"
    raise ConflictError(f"API key with id {shown(key_id)} {reason}.")


def _text(scopes: frozenset[str]) -> str:
    return " ".join(sorted(scopes))


def _key(row: Row) -> Key:
    values = dict(zip(FIELDS, row, strict=True))
    return Key(**(values | {"scopes": frozenset(values["scopes"].split())}))
