"""Brings a PostgreSQL database to the newest schema. Replicas that start together wait for the first."""

import asyncio
from typing import Any

import asyncpg

from handlers.errors import ServiceUnavailableError
from handlers.stores.sql.migrating import alembic, revisions


async def migrate(url: str, place: str) -> None:
    """Do nothing to a database that is as it should be; upgrade older ones, and refuse newer ones."""
    found = await revision(url)
    known = revisions()
    if found is not None and found not in known:
        raise ServiceUnavailableError(
            f"The store {place} is at revision {found}, which this version does not know"
            f" (newest: {known[-1]}). Start the version of Lockstep that wrote it, or a newer one."
        )
    if found != known[-1]:
        await asyncio.to_thread(alembic, "upgrade", url, "head")


async def revision(url: str) -> str | None:
    """The revision that the database is at, None before the first."""
    connection: Any = await asyncpg.connect(url, timeout=5, statement_cache_size=0)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found
    finally:
        await connection.close(timeout=5)
