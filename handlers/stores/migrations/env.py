"""What alembic runs: all steps in one transaction that holds the database's write lock."""

from typing import Any

from alembic import context
from sqlalchemy import create_engine, event, pool


def autocommit(connection: Any, _record: Any) -> None:
    """Transactions begin when this module says so, tables included (sqlite3 would leave those out)."""
    connection.isolation_level = None


def run() -> None:
    """Wait for the lock, then do what another process has not done meanwhile."""
    engine = create_engine(
        context.config.attributes["url"], poolclass=pool.NullPool, connect_args={"timeout": 60}
    )
    event.listen(engine, "connect", autocommit)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        context.configure(connection=connection)
        context.run_migrations()


run()
