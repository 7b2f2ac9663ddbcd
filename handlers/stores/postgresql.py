"""The store in a PostgreSQL database (`LOCKSTEP_DATABASE_URL`), which any number of replicas share."""

from urllib.parse import urlsplit

from handlers.settings import Settings
from handlers.stores.sql.store import SqlStore

SCHEMES = ("postgresql://", "postgres://")


def make(settings: Settings) -> SqlStore:
    """The store of a deployment, not yet open. Raises ValueError for a URL that is none of PostgreSQL's."""
    url = settings.database_url.get_secret_value() if settings.database_url is not None else ""
    if not url.startswith(SCHEMES):
        raise ValueError(
            "LOCKSTEP_DATABASE_URL: expected postgresql://user:password@host:5432/database"
            + (f", but it begins with {url.split(':')[0][:20]!r}." if url else ", but it is not set.")
        )
    try:
        from handlers.stores.pg.driver import PostgresqlDriver  # noqa: PLC0415 - asyncpg is an extra
    except ImportError as error:
        raise ValueError(
            f"LOCKSTEP_DATABASE_URL: PostgreSQL needs a package that is not installed ({error.name}):"
            " pip install 'lockstep[server,postgresql]'."
        ) from error
    return SqlStore(PostgresqlDriver(url, place(url), settings.database_connections))


def place(url: str) -> str:
    """The database as messages name it, without who connects and how they prove it."""
    try:
        parts = urlsplit(url)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return "postgresql"
