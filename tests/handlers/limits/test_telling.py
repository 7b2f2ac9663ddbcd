"""Waits as upstream writes them, and as the SDKs keep them."""

import pytest

from handlers.limits.telling import duration, shown, told


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"), (-1, "0s"), (0.00001, "1ms"), (0.12, "120ms"), (0.9999, "1s"), (1, "1s"), (8.64, "8.64s"),
        (59.9999, "1m0s"), (60, "1m0s"), (360, "6m0s"), (432.1, "7m12.1s"), (3600, "60m0s"),
    ],
)  # fmt: skip
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("wait", "seconds", "milliseconds"),
    [(0.0001, "1", "1"), (0.25, "1", "250"), (1, "1", "1000"), (1.0001, "2", "1001"), (59.2, "60", "59200")],
)
def test_waits_are_never_too_short(wait, seconds, milliseconds):
    assert told(wait) == {"retry-after": seconds, "retry-after-ms": milliseconds}


def test_headers_are_upstreams():
    assert shown("tokens", 150_000, 149_984, 0.0064) == [
        (b"x-ratelimit-limit-tokens", b"150000"),
        (b"x-ratelimit-remaining-tokens", b"149984"),
        (b"x-ratelimit-reset-tokens", b"7ms"),
    ]
