"""API keys: made once, kept as SHA-256, rotated, each of one project."""

import hashlib
import secrets
import time
from dataclasses import dataclass, replace

from pydantic import SecretStr

from handlers.auth.callers import CHALLENGE, DEFAULT_PROJECT, USUAL, Caller, NotGuessedError, granted
from handlers.errors import AuthenticationError, ConflictError
from handlers.stores import Key, Keys

PREFIX = "sk-lockstep-"
SHORTEST_HINTED = 20
"""Characters from which on a key's first three and last four are a hint and no help to guess it."""


def digest(secret: str) -> bytes:
    """What is stored of a key. Keys are 192 random bits, so that no salt or stretching is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def new_secret() -> str:
    """A key as its owner sees it, once."""
    return PREFIX + secrets.token_hex(24)


def new_key(
    secret: str,
    *,
    project: str,
    name: str,
    now: float,
    scopes: frozenset[str] = USUAL,
    expires_at: int | None = None,
    requests_per_minute: int | None = None,
    tokens_per_minute: int | None = None,
) -> Key:
    """The stored form of a secret."""
    return Key(
        id="key_" + secrets.token_hex(12),
        project=project,
        name=name,
        digest=digest(secret),
        hint=_hint(secret),
        created_at=int(now),
        revoked_at=None,
        scopes=scopes,
        expires_at=expires_at,
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
    )


def successor(key: Key, secret: str, *, now: float, expires_at: int | None = None) -> Key:
    """A key that may what the other may; it lives as long as that one was meant to, or as is said."""
    if expires_at is None and key.expires_at is not None:
        expires_at = int(now) + key.expires_at - key.created_at
    made = new_key(secret, project=key.project, name=key.name, now=now, expires_at=expires_at)
    return replace(
        made,
        scopes=key.scopes,
        requests_per_minute=key.requests_per_minute,
        tokens_per_minute=key.tokens_per_minute,
    )


def is_valid(key: Key, now: float) -> bool:
    """Whether a key opens anything at that time."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def caller(key: Key | None, now: float) -> Caller:
    """Whom a key stands for, or AuthenticationError."""
    if key is None:
        raise AuthenticationError(
            "Incorrect API key provided. `lockstep keys list` shows this server's keys.", headers=CHALLENGE
        )
    if key.revoked_at is not None:
        raise NotGuessedError(f"The API key {key.hint} has been revoked.", headers=CHALLENGE)
    if key.expires_at is not None and now >= key.expires_at:
        when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(key.expires_at))
        raise NotGuessedError(f"The API key {key.hint} expired at {when}.", headers=CHALLENGE)
    scopes = granted(key.scopes)
    return Caller(key.project, key.id, scopes, key.requests_per_minute, key.tokens_per_minute)


@dataclass(frozen=True, slots=True)
class FirstKey:
    """What start-up found: `secret` only where it was made just now, and is shown this once."""

    key: Key
    secret: str | None = None


async def first_key(keys: Keys, own: SecretStr | None, now: float, *, needed: bool = True) -> FirstKey | None:
    """Make sure that somebody can get in: by the operator's own key, or by one made on first start.

    A key of the operator's that was revoked stays revoked. None is made where none is needed.
    """
    if own is not None:
        return FirstKey(await _own(keys, own.get_secret_value(), now))
    valid = next((key for key in await keys.list(None) if is_valid(key, now)), None)
    if valid is not None:
        return FirstKey(valid)
    if not needed:
        return None
    secret = new_secret()
    made = new_key(secret, project=DEFAULT_PROJECT, name="first", now=now)
    await keys.add(made)
    return FirstKey(made, secret)


async def _own(keys: Keys, secret: str, now: float) -> Key:
    """The operator's key, stored if it is new: also where replicas start together and each wants to."""
    if (known := await keys.find(digest(secret))) is not None:
        return known
    made = new_key(secret, project=DEFAULT_PROJECT, name="LOCKSTEP_API_KEY", now=now)
    try:
        await keys.add(made)
    except ConflictError:
        if (known := await keys.find(digest(secret))) is None:
            raise
        return known
    return made


def _hint(secret: str) -> str:
    """Enough to tell keys apart, not to guess one."""
    return f"{secret[:3]}...{secret[-4:]}" if len(secret) >= SHORTEST_HINTED else "..."
