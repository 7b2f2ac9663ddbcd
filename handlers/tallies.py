"""Counts that cost next to nothing: plain numbers that one event loop changes, and a scrape reads.

prometheus_client's own counters take a lock for every change, a microsecond or two each; these wait until
somebody asks (`handlers.metrics.exposition`). Nothing here is for use from several threads at once.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
"""Upper bounds of durations: from a read in memory to a long stream."""
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Upper bounds of batches."""


class Tally:
    """How many values fell below each bound, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total: float = 0

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Commits:
    """What a store's driver has made durable: writes in a transaction, how long it took, what failed."""

    __slots__ = ("failed", "seconds", "sizes")

    def __init__(self) -> None:
        self.sizes = Tally(SIZES)
        self.seconds = Tally(SECONDS)
        self.failed = 0

    def done(self, size: int, seconds: float, *, failed: bool = False) -> None:
        """Count a transaction of `size` writes that took `seconds` from its first statement to the disk."""
        if failed:
            self.failed += 1
            return
        self.sizes.observe(size)
        self.seconds.observe(seconds)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is now; what only grows has a name that ends in `_total`.

    Handlers that have `figures()` are asked for theirs at every scrape.
    """

    name: str
    about: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)
