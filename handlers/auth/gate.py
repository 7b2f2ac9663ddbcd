"""The gate of a server with keys: who calls, by an API key or a token, remembered for a moment.

A key in steady use is looked up again behind the requests before its moment is over, so that none waits for
the store. What it was remembered as is not believed any longer for that.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from typing import Protocol

from handlers.auth import keys as api_keys
from handlers.auth.callers import Caller, bearer
from handlers.auth.uses import LastUses
from handlers.errors import AuthenticationError, ServiceUnavailableError
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


@dataclass(slots=True)
class _Known:
    """A caller, until when to believe it, and from when on to ask again (never, or once)."""

    caller: Caller
    until: float
    renew: float


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
        self._known: dict[bytes, _Known] = {}
        self._renewing: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Begin to keep the keys' last uses."""
        await self._uses.open()

    async def aclose(self) -> None:
        """Write what is left to write. The store must still be open."""
        await asyncio.gather(*self._renewing, return_exceptions=True)
        await self._uses.aclose()
        if self._tokens is not None:
            await self._tokens.aclose()

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        """The caller that the key or token stands for, or AuthenticationError."""
        secret = bearer(headers)
        sent = hashlib.sha256(secret).digest()
        known = self._known.get(sent)
        if known is not None:
            clock = self._clock()
            if clock < known.until:
                if clock >= known.renew:
                    self._renew(sent, known)
                return known.caller
            self._known.pop(sent, None)
        if self._tokens is not None and self._tokens.is_token(secret):
            caller, seconds = await self._tokens.verify(secret)
            return self._remember(sent, caller, seconds, float("inf"))
        return await self._look_up(sent)

    def _renew(self, sent: bytes, known: _Known) -> None:
        """Look the key up again while requests go on; in no request's context, as none is meant."""
        known.renew = float("inf")
        task = asyncio.get_running_loop().create_task(self._look_up_behind(sent), context=Context())
        self._renewing.add(task)
        task.add_done_callback(self._renewing.discard)

    async def _look_up_behind(self, sent: bytes) -> None:
        """A store that fails is the next request's to tell of, if it fails then as well."""
        try:
            with suppress(ServiceUnavailableError):
                await self._look_up(sent)
        except AuthenticationError:
            self._known.pop(sent, None)

    async def _look_up(self, sent: bytes) -> Caller:
        """The caller of a key, from the store."""
        asked = self._clock()
        key = await self._keys.find(sent)
        # The store's index compared already; doing it again in constant time is cheap and trusts no store.
        if key is not None and not hmac.compare_digest(key.digest, sent):
            key = None
        now = self._now()
        caller = api_keys.caller(key, now)
        self._uses.note(caller.id)
        ends = float("inf") if key is None or key.expires_at is None else key.expires_at - now
        # Counted from when it was asked: what is revoked while the store answers must not live longer for it.
        return self._remember(sent, caller, min(self._fresh, ends) + asked - self._clock(), self._fresh / 2)

    def _remember(self, sent: bytes, caller: Caller, seconds: float, renew: float) -> Caller:
        """Believe it for so long. Who was looked up longest ago makes room."""
        now = self._clock()
        if len(self._known) >= REMEMBERED and sent not in self._known:
            del self._known[next(iter(self._known))]
        self._known[sent] = _Known(caller, now + seconds, now + renew)
        return caller
