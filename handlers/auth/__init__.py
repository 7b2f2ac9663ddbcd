"""Who may call: by API keys, by tokens of an OpenID provider, or anybody on this machine."""

from handlers.auth.callers import (
    DEFAULT_PROJECT,
    NOBODY,
    SCOPES,
    USUAL,
    Caller,
    Gate,
    NotGuessedError,
    Scope,
    bearer,
    granted,
    missing,
    needed,
)
from handlers.auth.gate import Authenticator
from handlers.auth.keys import (
    PREFIX,
    FirstKey,
    digest,
    first_key,
    is_valid,
    new_key,
    new_secret,
    successor,
)
from handlers.auth.loopback import OpenGate, hostname, is_loopback
from handlers.settings import Settings
from handlers.stores import Keys

__all__ = [
    "DEFAULT_PROJECT",
    "NOBODY",
    "PREFIX",
    "SCOPES",
    "USUAL",
    "Authenticator",
    "Caller",
    "FirstKey",
    "Gate",
    "NotGuessedError",
    "OpenGate",
    "Scope",
    "bearer",
    "digest",
    "first_in",
    "first_key",
    "granted",
    "hostname",
    "is_loopback",
    "is_valid",
    "load",
    "missing",
    "needed",
    "new_key",
    "new_secret",
    "successor",
]


def load(settings: Settings, keys: Keys) -> Gate:
    """The gate that the settings ask for. Raises ValueError for settings that do not go together."""
    if settings.no_auth:
        return OpenGate()
    if settings.oidc_issuer is None:
        return Authenticator(keys)
    from handlers.auth import tokens  # noqa: PLC0415 - most servers have keys only

    return Authenticator(keys, tokens.load(settings))


async def first_in(settings: Settings, keys: Keys, now: float) -> FirstKey | None:
    """The key that somebody can get in by, if a key is what it takes."""
    if settings.no_auth:
        return None
    return await first_key(keys, settings.api_key, now, needed=settings.oidc_issuer is None)
