"""The PostgreSQL database: who is let in, what binds them, whether it keeps what it is given."""

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from handlers import stores
from handlers.doctor import Finding, doubtful, good, wrong
from handlers.settings import Settings
from handlers.stores import postgresql
from handlers.stores.sql.migrating import revisions

ABOUT = "database"
PATIENCE = 5
SKEW = 1.0
"""Seconds that clocks may differ without being spoken of."""
FACTS = """
SELECT current_setting('server_version') AS version, current_user AS role,
    (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS unbound,
    has_schema_privilege(current_schema(), 'CREATE') AS creates,
    pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS read_only,
    current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS room,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS taken,
    extract(epoch FROM clock_timestamp())::float8 AS now"""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Nothing is written; SQLite's file is the store's check."""
    if stores.chosen(settings) != "postgresql" or settings.database_url is None:
        return
    url = settings.database_url.get_secret_value()
    try:
        stores.load(settings)
    except ValueError as error:
        yield wrong(ABOUT, str(error))
        return
    try:
        facts, found = await _asked(url)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        yield wrong(ABOUT, _unreachable(postgresql.place(url), error))
        return
    yield good(ABOUT, f"PostgreSQL {facts['version']} answers as role {facts['role']}")
    for finding in (*_state(facts), *_schema(facts, found), *_room(settings, facts)):
        yield finding
    yield _clock(settings, facts["skew"])


async def is_current(settings: Settings) -> bool:
    """Whether it can be opened without being changed; why not, `examine` tells."""
    assert settings.database_url is not None  # noqa: S101 - the store is chosen by it
    try:
        _, found = await _asked(settings.database_url.get_secret_value())
    except Exception:  # noqa: BLE001 - as above
        return False
    return found == revisions()[-1]


async def _asked(url: str) -> tuple[dict[str, Any], str | None]:
    import asyncpg  # noqa: PLC0415 - an extra

    from handlers.stores.pg.migrating import revision  # noqa: PLC0415

    connection = await asyncpg.connect(url, timeout=PATIENCE, statement_cache_size=0)
    try:
        before = time.time()
        facts = dict(await connection.fetchrow(FACTS))
        facts["skew"] = facts["now"] - (before + time.time()) / 2
    finally:
        await connection.close(timeout=PATIENCE)
    return facts, await revision(url)


CURES: Mapping[str, str] = {
    "InvalidPasswordError": "Check user and password in LOCKSTEP_DATABASE_URL.",
    "InvalidAuthorizationSpecificationError": "Check the user in LOCKSTEP_DATABASE_URL, and pg_hba.conf.",
    "InvalidCatalogNameError": "Make it (CREATE DATABASE ... OWNER ...), or name another one.",
    "TooManyConnectionsError": "Raise max_connections, or lower LOCKSTEP_DATABASE_CONNECTIONS.",
    "CannotConnectNowError": "It is starting or stopping; ask again in a moment.",
    "TimeoutError": "Does a firewall let this machine in?",
    "gaierror": "Check the host in LOCKSTEP_DATABASE_URL.",
    "ConnectionRefusedError": "Is PostgreSQL running there, and does it listen on that address?",
    "FileNotFoundError": "There is no such socket; check the host in LOCKSTEP_DATABASE_URL.",
}
"""By the name of the failure, the driver being an extra."""


def _unreachable(place: str, error: BaseException) -> str:
    names = [kind.__name__ for kind in type(error).__mro__]
    cure = next((CURES[name] for name in names if name in CURES), "Check LOCKSTEP_DATABASE_URL.")
    reason = " ".join(str(error).split()) or f"no answer within {PATIENCE} seconds"
    return f"{place} cannot be used: {reason}. {cure}"


def _state(facts: Mapping[str, Any]) -> Iterator[Finding]:
    if facts["read_only"]:
        yield wrong(ABOUT, "it only reads: a standby, or default_transaction_read_only. Name the primary.")
    if facts["unbound"]:
        yield doubtful(
            ABOUT,
            f"row-level security, the second wall between projects, does not bind role {facts['role']}, which"
            " is a superuser or has BYPASSRLS. Give the server a role of its own that owns the database.",
        )
    for name in ("fsync", "full_page_writes"):
        if facts[name] == "off":
            yield doubtful(
                ABOUT, f"{name} is off: what was acknowledged is lost when its machine fails. Set it to on."
            )


def _schema(facts: Mapping[str, Any], found: str | None) -> Iterator[Finding]:
    known = revisions()
    if found == known[-1]:
        yield good(ABOUT, f"its tables are at revision {found}")
    elif found is not None and found not in known:
        yield wrong(
            ABOUT, f"it is at revision {found}, newer than this release knows ({known[-1]}). Use a newer one."
        )
    elif not facts["creates"]:
        yield wrong(
            ABOUT,
            f"role {facts['role']} may not make the tables that this release needs. Make it the owner of the"
            " database and of its schema.",
        )
    elif found is None:
        yield good(ABOUT, "it has none of our tables; the first start makes them")
    else:
        yield doubtful(
            ABOUT, f"it is at revision {found}; the next start brings it to {known[-1]}. Back it up before."
        )


def _room(settings: Settings, facts: Mapping[str, Any]) -> Iterator[Finding]:
    needed = (settings.database_connections + 1) * settings.workers
    left = facts["room"] - facts["taken"]
    if needed > left:
        yield doubtful(
            ABOUT,
            f"this server keeps up to {needed} connections, and {left} of {facts['room']} are free. Raise"
            " max_connections, or lower LOCKSTEP_DATABASE_CONNECTIONS.",
        )


def _clock(settings: Settings, skew: float) -> Finding:
    """Leases are measured by the clocks of the servers; the database's stands for the others."""
    text = f"it differs from the database's by {abs(skew):.1f} s"
    if abs(skew) > settings.lease_seconds / 2:
        return wrong(
            "clock",
            f"{text}, and leases last {settings.lease_seconds:g} s: replicas would take each other for lost."
            " Synchronise both by NTP.",
        )
    if abs(skew) > SKEW:
        return doubtful("clock", f"{text}. Synchronise both by NTP.")
    return good("clock", text)
