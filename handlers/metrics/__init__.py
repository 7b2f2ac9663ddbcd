"""What this process has done, as `/metrics` tells it: requests, provider calls, commits, what runs now."""

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from handlers.shell.exchange import Exchange
from handlers.tallies import SECONDS, Commits, Figure, Tally

Gauge = Callable[[], Iterable[Figure]]
Shown = list[list[Any]]
"""The figures of a process, fit for JSON: families, each a name, a description, a type, and samples."""
NO_OPERATION = "none"
"""The operation of a request whose path or method nobody serves: the client's own words would be labels
without bound."""


class Meters:
    """One per server. Whatever counts is handed this, or a part of it."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, int], Tally] = {}
        """By operation and status; status 0 is a client who left before it was answered."""
        self.calls: dict[tuple[str, str, str], Tally] = {}
        """By provider, call and outcome."""
        self.first_chunks: dict[str, Tally] = {}
        """By provider: how long a stream took to begin."""
        self.commits: Commits | None = None
        self.gauges: list[Gauge] = []
        """Asked at each scrape."""

    def finished(self, exchange: Exchange) -> None:
        """A request has its whole answer. This runs with every one of them: two look-ups and a bisection."""
        endpoint = exchange.endpoint
        key = (NO_OPERATION if endpoint is None else endpoint.route.operation_id, exchange.status)
        tally = self.requests.get(key)
        if tally is None:
            tally = self.requests[key] = Tally(SECONDS)
        tally.observe(perf_counter() - exchange.started)

    def called(self, provider: str, call: str, outcome: str, seconds: float) -> None:
        """A provider was asked, and this came of it."""
        key = (provider, call, outcome)
        if key not in self.calls:
            self.calls[key] = Tally(SECONDS)
        self.calls[key].observe(seconds)

    def begun(self, provider: str, seconds: float) -> None:
        """A provider's stream has sent its first chunk."""
        if provider not in self.first_chunks:
            self.first_chunks[provider] = Tally(SECONDS)
        self.first_chunks[provider].observe(seconds)
