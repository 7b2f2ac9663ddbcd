"""Wrong keys by client address: beyond so many a minute, unknown ones are refused without asking the store.

Keys are 192 random bits, which nobody guesses; this bounds what trying costs the store, and protects keys
that an operator chose. Keys that an address used rightly while it was under suspicion go on working, so that
one client's mistakes do not lock out those who share its address.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.auth import is_loopback
from handlers.errors import RateLimitError
from handlers.limits.buckets import WINDOW, Clock
from handlers.limits.telling import told

SUSPECTS = 10_000
"""Addresses remembered; the one that erred longest ago is forgotten first."""
GOOD_KEYS = 1_000
"""Keys remembered for one address."""


@dataclass(slots=True)
class _Suspect:
    full: float
    """When all its mistakes are forgotten."""
    good: set[int] = field(default_factory=set)
    """Hashes (salted, Python's own) of headers that the gate let pass."""


class Guesses:
    """One per process; addresses on loopback do not count, behind a proxy there they are all the same."""

    def __init__(self, per_minute: int, clock: Clock = time.monotonic) -> None:
        """0 counts nothing."""
        self._each = WINDOW / per_minute if per_minute else 0.0
        self._clock = clock
        self.suspects: dict[str, _Suspect] = {}
        """Addresses that erred of late; while there are none, nobody need be asked."""

    def check(self, address: str, headers: Mapping[bytes, bytes]) -> None:
        """Raise RateLimitError for a key that would be one too many."""
        suspect = self.suspects.get(address)
        if suspect is None:
            return
        wait = suspect.full - self._clock() - WINDOW + self._each
        if wait > 0 and hash(headers.get(b"authorization")) not in suspect.good:
            raise RateLimitError(
                "Too many wrong API keys came from this address. Try again later, with a right one.",
                headers=told(wait),
            )

    def passed(self, address: str, headers: Mapping[bytes, bytes]) -> None:
        """The gate knew the key."""
        suspect = self.suspects.get(address)
        if suspect is None:
            return
        if suspect.full <= self._clock():
            del self.suspects[address]
        elif len(suspect.good) < GOOD_KEYS:
            suspect.good.add(hash(headers.get(b"authorization")))

    def failed(self, address: str, headers: Mapping[bytes, bytes]) -> None:
        """The gate did not; a request without any key is no guess."""
        if not self._each or b"authorization" not in headers or is_loopback(address):
            return
        suspect = self.suspects.pop(address, None) or _Suspect(0.0)
        suspect.full = max(suspect.full, self._clock()) + self._each
        suspect.good.discard(hash(headers[b"authorization"]))
        self.suspects[address] = suspect  # last in line again
        if len(self.suspects) > SUSPECTS:
            del self.suspects[next(iter(self.suspects))]
