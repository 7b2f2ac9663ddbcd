"""API keys: made once, kept as SHA-256, found by digest, each of one project."""

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from pydantic import SecretStr

from handlers.errors import AuthenticationError, PermissionDeniedError
from handlers.stores import Key, Keys

DEFAULT_PROJECT = "default"
PREFIX = "sk-lockstep-"
FRESH_SECONDS = 2.0
"""How long a key that was looked up counts as known: what another process revoked, ends within this time."""
REMEMBERED = 4096


def digest(secret: str) -> bytes:
    """What is stored of a key. Keys are 192 random bits, so that no salt or stretching is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def new_secret() -> str:
    """A key as its owner sees it, once."""
    return PREFIX + secrets.token_hex(24)


def new_key(secret: str, *, project: str, name: str, now: float) -> Key:
    """The stored form of a secret. The hint is enough to tell keys apart, not to guess one."""
    return Key(
        id="key_" + secrets.token_hex(12),
        project=project,
        name=name,
        digest=digest(secret),
        hint=f"{secret[:3]}...{secret[-4:]}" if len(secret) >= 20 else "...",  # noqa: PLR2004 - 7 of 20 is a hint
        created_at=int(now),
        revoked_at=None,
    )


@dataclass(frozen=True, slots=True)
class FirstKey:
    """What start-up found: `secret` only where it was made just now, and is shown this once."""

    key: Key
    secret: str | None = None


async def first_key(keys: Keys, own: SecretStr | None, now: float) -> FirstKey:
    """Make sure that somebody can get in: by the operator's own key, or by one made on first start.

    A key of the operator's that was revoked stays revoked.
    """
    if own is not None:
        secret = own.get_secret_value()
        known = await keys.find(digest(secret))
        if known is None:
            known = new_key(secret, project=DEFAULT_PROJECT, name="LOCKSTEP_API_KEY", now=now)
            await keys.add(known)
        return FirstKey(known)
    valid = next((key for key in await keys.list(None) if key.revoked_at is None), None)
    if valid is not None:
        return FirstKey(valid)
    secret = new_secret()
    made = new_key(secret, project=DEFAULT_PROJECT, name="first", now=now)
    await keys.add(made)
    return FirstKey(made, secret)


Scope = Literal["read", "write", "admin"]
SCOPES: frozenset[str] = frozenset(get_args(Scope))


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: the project they see, what they may do there, how much of it."""

    project: str
    id: str
    """The key's id, or the token's issuer and subject."""
    scopes: frozenset[str] = SCOPES
    requests_per_minute: int | None = None
    """None: as the settings say."""
    tokens_per_minute: int | None = None


NOBODY = Caller("", "", frozenset())
"""Whoever calls a public operation, and everybody before the gate was asked."""


class Gate(Protocol):
    """Tells who sends a request by its headers, or raises."""

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        """The caller, with the project that they see."""


class Authenticator:
    """Tells who sends a request by its Authorization header (RFC 6750)."""

    def __init__(
        self, keys: Keys, *, fresh: float = FRESH_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._keys = keys
        self._fresh = fresh
        self._clock = clock
        self._known: dict[bytes, tuple[Caller, float]] = {}

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        """The caller that the key stands for, or AuthenticationError."""
        sent = hashlib.sha256(_secret(headers.get(b"authorization"))).digest()
        known = self._known.get(sent)
        if known is None or known[1] < self._clock():
            key = await self._find(sent)
            known = (Caller(key.project, key.id), self._clock() + self._fresh)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[sent] = known
        return known[0]

    async def _find(self, sent: bytes) -> Key:
        key = await self._keys.find(sent)
        # The store's index compared already; doing it again in constant time is cheap and trusts no store.
        if key is None or not hmac.compare_digest(key.digest, sent):
            self._known.pop(sent, None)
            raise AuthenticationError(
                "Incorrect API key provided. `lockstep keys list` shows this server's keys.",
                headers=_CHALLENGE,
            )
        if key.revoked_at is not None:
            self._known.pop(sent, None)
            raise AuthenticationError(f"The API key {key.hint} has been revoked.", headers=_CHALLENGE)
        return key


ANYBODY = Caller(DEFAULT_PROJECT, "anybody")


class OpenGate:
    """No keys: for one machine. No web page gets in by giving its own name our address (DNS rebinding)."""

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        """The default project and everything in it, for whoever calls this machine by a name of its own."""
        host = headers.get(b"host", b"localhost").decode("latin-1")
        if not is_loopback(hostname(host)):
            raise PermissionDeniedError(
                "Without keys (--no-auth) this server answers on loopback only: use http://127.0.0.1."
            )
        return ANYBODY


def is_loopback(host: str) -> bool:
    """Whether a host name or address cannot be reached from another machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def hostname(host: str) -> str:
    """The name in a Host header: `[::1]:8080` is `::1`, `localhost:8080` is `localhost`."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


_CHALLENGE = {"www-authenticate": "Bearer"}


def _secret(authorization: bytes | None) -> bytes:
    if not authorization:
        raise AuthenticationError(
            "Missing API key: send it in the header 'Authorization: Bearer YOUR_KEY'.", headers=_CHALLENGE
        )
    scheme, _, secret = authorization.partition(b" ")
    secret = secret.strip()
    if scheme.lower() != b"bearer" or not secret:
        raise AuthenticationError(
            "Invalid Authorization header: expected 'Authorization: Bearer YOUR_KEY'.", headers=_CHALLENGE
        )
    return secret
