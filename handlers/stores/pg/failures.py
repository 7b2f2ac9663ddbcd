"""PostgreSQL's failures as the client sees them, and which of them another attempt may cure."""

import asyncpg

from handlers.errors import ServiceUnavailableError

UNUSABLE = (
    "The store cannot {deed} at the moment: {reason}. Nothing of this request was stored; it may be retried."
)
UNCERTAIN = (
    "The connection to the store broke while it was committing ({reason}). This request may or may not have"
    " been stored: look before you send it again."
)

BROKEN = (
    OSError,  # timeouts are among them
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""The connection is gone, or no longer to be trusted."""

CROSSED = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)
"""Another transaction was in the way; PostgreSQL has undone ours."""

STALE = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)
"""A migration went through underneath a prepared statement."""

UNABLE = (
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.QueryCanceledError,
    asyncpg.PostgresSystemError,
    asyncpg.PostgresIOError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.TransactionTimeoutError,
)
"""It is starting, full, read-only, out of memory, or will not have us."""


class Uncertain(Exception):  # noqa: N818 - nobody knows whether it is an error
    """The connection broke in the middle of COMMIT."""


def is_broken(error: BaseException | None) -> bool:
    """Whether the connection cannot be used any more."""
    return isinstance(error, BROKEN)


def is_curable(error: BaseException) -> bool:
    """Whether to run the operation again: nothing of it is stored, and next time may be different."""
    return isinstance(error, (*BROKEN, *CROSSED, *STALE))


def shown(error: BaseException) -> str:
    """The reason in a line, or the error's name where it gives none."""
    return " ".join(str(error).split()) or type(error).__name__


def as_api_error(error: Exception, deed: str) -> Exception:
    """What whoever waits is told. What is no failure of the database stays as it is."""
    if isinstance(error, Uncertain):
        failure = ServiceUnavailableError(UNCERTAIN.format(reason=shown(error.__cause__ or error)))
        failure.__cause__ = error
        return failure
    return unavailable(error, deed) if isinstance(error, (*BROKEN, *CROSSED, *STALE, *UNABLE)) else error


def unavailable(error: Exception, deed: str) -> ServiceUnavailableError:
    """Nothing was stored, for whatever reason."""
    failure = ServiceUnavailableError(UNUSABLE.format(deed=deed, reason=shown(error)))
    failure.__cause__ = error
    return failure
