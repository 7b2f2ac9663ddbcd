"""Operations of the health check: a real write, a real read."""

from handlers.errors import ServiceUnavailableError
from handlers.stores.sql.statements import Operation

BEAT = """
INSERT INTO health (id, beats) VALUES (1, 1)
ON CONFLICT (id) DO UPDATE SET beats = health.beats + 1 RETURNING beats"""
HEAR = "SELECT beats FROM health WHERE id = 1"


def beat() -> Operation[int]:
    """Count up and answer the count."""
    rows = yield BEAT, ()
    return int(rows[0][0])


def heard(beats: int) -> Operation[None]:
    """What was written can be read; another process may have counted further."""
    rows = yield HEAR, ()
    if not rows or rows[0][0] < beats:
        raise ServiceUnavailableError("The store does not return what was written to it.")
