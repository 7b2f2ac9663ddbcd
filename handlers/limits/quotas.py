"""What one caller may take: requests and tokens a minute, requests at once."""

from collections.abc import Callable
from typing import Literal

from handlers.auth import Caller
from handlers.errors import RateLimitError
from handlers.limits.buckets import Bucket
from handlers.limits.telling import Headers, duration, shown, told

Kind = Literal["requests", "tokens"]
MakeBucket = Callable[[Caller, Kind, int], Bucket]

REMEMBERED = 10_000
"""Callers whose state is kept; beyond, those who have taken nothing of late are forgotten."""
SOON = 1.0
"""Seconds after which to try again where nobody knows when there will be room."""


class Quota:
    """One caller's."""

    __slots__ = ("at_once", "requests", "running", "tokens")

    def __init__(self, requests: Bucket | None, tokens: Bucket | None, at_once: int) -> None:
        self.requests = requests
        self.tokens = tokens
        self.at_once = at_once
        """Requests that may run at a time; 0 is any number."""
        self.running = 0

    async def enter(self) -> None:
        """Begin a request, or raise RateLimitError; who has begun must `leave`."""
        if self.at_once and self.running >= self.at_once:
            raise RateLimitError(
                f"Too many requests at once: {self.at_once} of this API key's are running. "
                "Try again when one has ended.",
                headers=told(SOON),
            )
        self.running += 1
        if self.requests is None:
            return
        try:
            wait = await self.requests.take(1)
        except BaseException:
            self.running -= 1
            raise
        if wait:
            self.running -= 1
            raise RateLimitError(
                f"Rate limit reached: this API key may send {self.requests.limit} requests a minute. "
                f"Try again in {duration(wait)}.",
                headers=told(wait),
            )

    def leave(self) -> None:
        """The request has its answer."""
        self.running -= 1

    async def spend(self, tokens: int) -> None:
        """Take the tokens that a request is expected to cost, or raise RateLimitError."""
        bucket = self.tokens
        if bucket is None:
            return
        if tokens > bucket.limit:
            # Retrying is in vain, whatever the SDKs do with other answers of this status.
            raise RateLimitError(
                f"Request too large: about {tokens} tokens, but this API key may use {bucket.limit} "
                "a minute. Send less, or ask for a shorter answer.",
                kind="tokens",
                headers={"x-should-retry": "false"},
            )
        wait = await bucket.take(tokens)
        if wait:
            raise RateLimitError(
                f"Rate limit reached: this API key may use {bucket.limit} tokens a minute, of which "
                f"{bucket.left()} are left, and the request needs about {tokens}. "
                f"Try again in {duration(wait)}.",
                kind="tokens",
                headers=told(wait),
            )

    def headers(self) -> Headers:
        """How things stand."""
        headers: Headers = []
        if (bucket := self.requests) is not None:
            headers = shown("requests", bucket.limit, *bucket.stands())
        if (bucket := self.tokens) is not None:
            headers += shown("tokens", bucket.limit, *bucket.stands())
        return headers

    @property
    def idle(self) -> bool:
        """Whether forgetting it changes nothing."""
        buckets = (self.requests, self.tokens)
        return not self.running and all(bucket is None or not bucket.fills() for bucket in buckets)


class Quotas:
    """Every caller's. What the key says of itself counts before what the settings say."""

    def __init__(self, make: MakeBucket, *, requests: int = 0, tokens: int = 0, at_once: int = 0) -> None:
        """0 is no limit."""
        self._make = make
        self._requests = requests
        self._tokens = tokens
        self._at_once = at_once
        self._any = bool(requests or tokens or at_once)
        self._known: dict[str, Quota] = {}

    def of(self, caller: Caller) -> Quota | None:
        """The caller's quota, None where nothing limits them."""
        if not self._any and caller.requests_per_minute is None and caller.tokens_per_minute is None:
            return None
        quota = self._known.get(caller.id)
        if quota is None:
            if len(self._known) >= REMEMBERED:
                self._forget()
            quota = self._known[caller.id] = Quota(None, None, self._at_once)
        quota.requests = self._bucket(caller, "requests", quota.requests, caller.requests_per_minute)
        quota.tokens = self._bucket(caller, "tokens", quota.tokens, caller.tokens_per_minute)
        return quota

    def _bucket(self, caller: Caller, kind: Kind, bucket: Bucket | None, own: int | None) -> Bucket | None:
        """As it is allowed now: keys are changed while servers run."""
        limit = own or (self._requests if kind == "requests" else self._tokens)
        if not limit:
            return None
        if bucket is None:
            return self._make(caller, kind, limit)
        if bucket.limit != limit:
            bucket.change(limit)
        return bucket

    def _forget(self) -> None:
        idle = [name for name, quota in self._known.items() if quota.idle]
        for name in idle or [name for name, quota in self._known.items() if not quota.running]:
            del self._known[name]
