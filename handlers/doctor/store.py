"""The store: reachable, at the right revision, writable, with a key to get in by. Nothing is migrated."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing

from handlers import auth, stores
from handlers.doctor import Finding, database, doubtful, good, wrong
from handlers.errors import ApiError
from handlers.settings import Settings
from handlers.stores import sqlite
from handlers.stores.sql.migrating import revisions

ABOUT = "store"


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """What is there is looked at before it is opened for good, which would migrate it."""
    if stores.chosen(settings) == "sqlite":
        found = await asyncio.to_thread(_look, settings)
        yield found
        if found.level != "good" or not (settings.data_dir / sqlite.FILE).exists():
            return
    elif not await database.is_current(settings):
        return  # opening it would migrate it
    try:
        store = await stores.open_store(settings)
    except (ApiError, ValueError, OSError) as error:
        yield wrong(ABOUT, getattr(error, "message", str(error)))
        return
    try:
        await store.check()
        yield good(ABOUT, "it does a real write and a real read")
        now = time.time()
        keys = [key for key in await store.keys.list(None) if auth.is_valid(key, now)]
        yield _keys(settings, len(keys))
    except ApiError as error:
        yield wrong(ABOUT, error.message)
    finally:
        await store.aclose()


def _look(settings: Settings) -> Finding:
    path = settings.data_dir / sqlite.FILE
    if not path.exists():
        return good(ABOUT, f"{path} will be made, with a first key")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error as error:
        return wrong(ABOUT, f"{path} cannot be read: {error}. Restore it from a backup, or move it away.")
    revision, newest = str(rows[0][0]) if rows else None, revisions()[-1]
    if revision not in revisions():
        return wrong(
            ABOUT,
            f"{path} is at revision {revision}, newer than this release knows ({newest}). Use a newer one.",
        )
    if revision != newest:
        return doubtful(
            ABOUT,
            f"{path} is at revision {revision}; the next start brings it to {newest}. Back it up before.",
        )
    return good(ABOUT, f"{path} at revision {newest}")


def _keys(settings: Settings, count: int) -> Finding:
    if count or settings.no_auth:
        return good("keys", f"{count} in the store")
    if settings.api_key is not None:
        return good("keys", "LOCKSTEP_API_KEY will be the first")
    if settings.oidc_issuer is not None:
        return good("keys", "none is valid, tokens open the server")
    return doubtful("keys", "none is valid: the next start makes one, or use `lockstep keys create`.")
