"""The gate of a server with keys: who calls, by an API key or a token, remembered for a moment."""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from handlers.auth import keys as api_keys
from handlers.auth.callers import Caller, bearer
from handlers.auth.uses import LastUses
from handlers.stores import Keys

FRESH_SECONDS = 2.0
"""How long a key that was looked up counts as known: what another process revoked, ends within this time."""
REMEMBERED = 16_384
"""Callers known at a time; beyond, whoever was looked up longest ago is looked up again."""


class Tokens(Protocol):
    """Tells callers by signed tokens."""

    def is_token(self, secret: bytes) -> bool:
        """Whether this is meant to be one, valid or not."""

    async def verify(self, token: bytes) -> tuple[Caller, float]:
        """Whom it stands for, and for how many seconds that holds; or AuthenticationError."""

    async def aclose(self) -> None:
        """Let go of connections."""


class Authenticator:
    """Tells who sends a request by its Authorization header (RFC 6750)."""

    def __init__(
        self,
        keys: Keys,
        tokens: Tokens | None = None,
        *,
        fresh: float = FRESH_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._tokens = tokens
        self._fresh = fresh
        self._clock = clock
        self._now = now
        self._uses = LastUses(keys, now=now)
        self._known: dict[bytes, tuple[Caller, float]] = {}

    async def open(self) -> None:
        """Begin to keep the keys' last uses."""
        await self._uses.open()

    async def aclose(self) -> None:
        """Write what is left to write. The store must still be open."""
        await self._uses.aclose()
        if self._tokens is not None:
            await self._tokens.aclose()

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        """The caller that the key or token stands for, or AuthenticationError."""
        secret = bearer(headers)
        sent = hashlib.sha256(secret).digest()
        known = self._known.get(sent)
        if known is None or known[1] <= self._clock():
            self._known.pop(sent, None)
            caller, seconds = await self._ask(secret, sent)
            known = (caller, self._clock() + seconds)
            if len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[sent] = known
        return known[0]

    async def _ask(self, secret: bytes, sent: bytes) -> tuple[Caller, float]:
        """The caller, and for how many seconds to believe it."""
        if self._tokens is not None and self._tokens.is_token(secret):
            return await self._tokens.verify(secret)
        key = await self._keys.find(sent)
        # The store's index compared already; doing it again in constant time is cheap and trusts no store.
        if key is not None and not hmac.compare_digest(key.digest, sent):
            key = None
        now = self._now()
        caller = api_keys.caller(key, now)
        self._uses.note(caller.id)
        ends = float("inf") if key is None or key.expires_at is None else key.expires_at - now
        return caller, min(self._fresh, ends)
