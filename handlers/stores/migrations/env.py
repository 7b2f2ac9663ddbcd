"""What alembic runs: all steps in one transaction that holds the database's write lock.

On PostgreSQL that is an advisory lock: replicas that start together come one after the other, and the
second finds nothing left to do. Steps that must not lock a table while it is rewritten are not for here.
"""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine, event, pool

URL = context.config.attributes["url"]
LOCK = 0x6C6F636B73746570
"""Ours among a database's advisory locks: "lockstep" in ASCII."""


def autocommit(connection: Any, _record: Any) -> None:
    """Transactions begin when this module says so, tables included (sqlite3 would leave those out)."""
    connection.isolation_level = None


def migrate(connection: Connection) -> None:
    """Do what another process has not done meanwhile."""
    context.configure(connection=connection)
    context.run_migrations()


def on_sqlite() -> None:
    """Wait for the lock, then migrate."""
    engine = create_engine(URL, poolclass=pool.NullPool, connect_args={"timeout": 60})
    event.listen(engine, "connect", autocommit)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        migrate(connection)


async def on_postgresql() -> None:
    """The same; a table's lock is waited for shortly, because all who use the table queue up behind us."""
    import asyncpg  # noqa: PLC0415 - an extra
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - needs greenlet, an extra

    engine = create_async_engine(
        "postgresql+asyncpg://", poolclass=pool.NullPool, async_creator=lambda: asyncpg.connect(URL)
    )
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        await connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        await connection.run_sync(migrate)
    await engine.dispose()


if URL.startswith("sqlite:"):
    on_sqlite()
else:
    asyncio.run(on_postgresql())
