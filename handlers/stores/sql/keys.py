"""Operations on API keys."""

from collections.abc import Sequence

from handlers.stores import Key
from handlers.stores.sql.refusals import exists, missing
from handlers.stores.sql.statements import Operation, sought, stored

COLUMNS = "id, project, name, digest, hint, created_at, revoked_at"
ADD_PROJECT = "INSERT INTO project (id) VALUES (?) ON CONFLICT (id) DO NOTHING"
ADD = f"""
INSERT INTO api_key ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING RETURNING id"""  # noqa: S608 - our own columns
SELECT = f"SELECT {COLUMNS} FROM api_key"  # noqa: S608 - our own columns
FIND = f"{SELECT} WHERE digest = ?"
LIST = f"{SELECT} ORDER BY seq"
LIST_PROJECT = f"{SELECT} WHERE project = ? ORDER BY seq"
REVOKE = f"UPDATE api_key SET revoked_at = COALESCE(revoked_at, ?) WHERE id = ? RETURNING {COLUMNS}"  # noqa: S608 - our own columns


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
        ),
    )
    if not rows:
        raise exists("API key", key.id)


def find(digest: bytes) -> Operation[Key | None]:
    """The key with this digest."""
    rows = yield FIND, (digest,)
    return Key(*rows[0]) if rows else None


def list_(project: str | None) -> Operation[Sequence[Key]]:
    """All keys, or those of one project, oldest first."""
    rows = yield (LIST, ()) if project is None else (LIST_PROJECT, (sought(project),))
    return [Key(*row) for row in rows]


def revoke(key_id: str, at: int) -> Operation[Key]:
    """Mark a key as revoked; the first time counts."""
    rows = yield REVOKE, (at, sought(key_id))
    if not rows:
        raise missing("API key", key_id)
    return Key(*rows[0])
