"""Wrong keys by client address: beyond so many a minute, unknown ones are refused without asking the store.

Keys are 192 random bits, which nobody guesses; this bounds what trying costs the store, and protects keys
that an operator chose. Keys that an address used rightly while it was under suspicion go on working, so that
one client's mistakes do not lock out those who share its address. Of IPv6 the first half of an address
counts: whoever has a network has all of the other half (RFC 4291, section 2.5.4).
"""

import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from handlers.auth import is_loopback
from handlers.errors import RateLimitError
from handlers.limits.buckets import WINDOW, Clock
from handlers.limits.telling import told

SUSPECTS = 10_000
"""Addresses remembered; the one that erred longest ago is forgotten first."""
NETWORK_BITS = 64
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
        suspect = self.suspects.get(_network(address))
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
        network = _network(address)
        suspect = self.suspects.get(network)
        if suspect is None:
            return
        if suspect.full <= self._clock():
            del self.suspects[network]
        elif len(suspect.good) < GOOD_KEYS:
            suspect.good.add(hash(headers.get(b"authorization")))

    def failed(self, address: str, headers: Mapping[bytes, bytes]) -> None:
        """The gate did not; a request without any key is no guess."""
        if not self._each or b"authorization" not in headers or is_loopback(address):
            return
        network = _network(address)
        suspect = self.suspects.pop(network, None) or _Suspect(0.0)
        suspect.full = max(suspect.full, self._clock()) + self._each
        suspect.good.discard(hash(headers[b"authorization"]))
        self.suspects[network] = suspect  # last in line again
        if len(self.suspects) > SUSPECTS:
            del self.suspects[next(iter(self.suspects))]


@lru_cache(maxsize=SUSPECTS)  # reading an address takes ten microseconds, and each request has one
def _network(address: str) -> str:
    """What counts as one: an address of IPv4, the network of one of IPv6 without the zone it was seen in."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((parsed, NETWORK_BITS), strict=False))
