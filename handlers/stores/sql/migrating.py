"""Brings a database to the newest schema. Processes that start together wait for the one that migrates.

A revision is named as its file, and names sort by age. alembic, which takes half a second to import, is
needed for upgrades only: a new SQLite file gets `migrations/sqlite.sql`, what the revisions make together.
After a change of the revisions write that anew: `python -m handlers.stores.sql.migrating`.
"""

import sqlite3
import tempfile
import threading
import time
from pathlib import Path
from typing import Literal

from handlers.errors import ServiceUnavailableError

MIGRATIONS = Path(__file__).parent.parent / "migrations"
SNAPSHOT = MIGRATIONS / "sqlite.sql"
END = ";\n\n"
ONE_AT_A_TIME = threading.Lock()
"""alembic keeps what it works on in globals of the process."""
PATIENCE = 60
"""Seconds to wait for another process's migration."""


def revisions() -> list[str]:
    """Every revision, oldest first."""
    return sorted(path.stem for path in (MIGRATIONS / "versions").glob("v*.py"))


def migrate_sqlite(path: Path) -> None:
    """Create the file or bring it to the newest revision, and make its journal a write-ahead log for good."""
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        _write_ahead(connection)
        found = _revision(connection) or _create(connection)
    finally:
        connection.close()
    known = revisions()
    if found is not None and found not in known:
        raise ServiceUnavailableError(
            f"The store {path} is at revision {found}, which this version does not know"
            f" (newest: {known[-1]}). Start the version of Lockstep that wrote it, or a newer one."
        )
    if found != known[-1]:
        alembic("upgrade", f"sqlite:///{path}", "head")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """SQLite does not wait when two processes change the journal's mode at once, so this does."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _revision(connection: sqlite3.Connection) -> str | None:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchall()
    rows = connection.execute("SELECT version_num FROM alembic_version").fetchall() if tables else []
    return str(rows[0][0]) if rows else None


def _create(connection: sqlite3.Connection) -> str | None:
    """Make the newest schema in an empty database, unless another process has just done so."""
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        for statement in SNAPSHOT.read_text(encoding="utf-8").split(END):
            connection.execute(statement)
    connection.execute("COMMIT")
    return _revision(connection)


def alembic(direction: Literal["upgrade", "downgrade"], url: str, revision: str) -> None:
    """Bring the database at `url` forward or back to the revision (`head` is the newest, `base` none)."""
    from alembic import command  # noqa: PLC0415 - see the module's docstring
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    with ONE_AT_A_TIME:
        getattr(command, direction)(config, revision)


def snapshot() -> str:
    """What all revisions make of an empty SQLite file, as statements."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "snapshot.db"
        alembic("upgrade", f"sqlite:///{path}", "head")
        connection = sqlite3.connect(path)
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'"
        )
        statements = [row[0].replace("\t", "    ").replace(" \n", "\n").strip() for row in rows]
        version = _revision(connection)
        connection.close()
    statements.append(f"INSERT INTO alembic_version (version_num) VALUES ('{version}')")  # noqa: S608 - our own name
    return END.join(statements) + ";\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(snapshot(), encoding="utf-8")
