"""Reads what an operation says of its own life: deprecation, sunset, stability."""

import datetime as dt

from conformance.contract.pairing import Operation, Side

STABILITY = "x-stability-level"
SUNSET = "x-sunset"
LEVELS = ("draft", "alpha", "beta", "stable")


def deprecated(side: Side) -> bool:
    """Whether a thing is marked as deprecated."""
    return side.get("deprecated") is True


def stability(side: Side | None) -> str:
    """Return a thing's stability; without a word about it, it is stable."""
    value = side.get(STABILITY) if side else None
    return "stable" if value is None else str(value)


def moved_down(before: str, after: str) -> bool | None:
    """Tell whether a stability fell; None where it stayed, or a level is none of the known."""
    if before not in LEVELS or after not in LEVELS or before == after:
        return None
    return LEVELS.index(after) < LEVELS.index(before)


def unstable(side: Side | None) -> bool:
    """Whether clients have been promised nothing yet."""
    return stability(side) in ("draft", "alpha")


def sunset_text(side: Side) -> str:
    """Return the sunset as it is written, empty where there is none."""
    value = side.get(SUNSET)
    return "" if value is None else str(value)


def sunset(side: Side) -> dt.date | None:
    """Return the sunset as a date (RFC 3339, with or without a time); None if absent or unreadable."""
    text = sunset_text(side)
    for length in (None, 10):
        try:
            return dt.datetime.fromisoformat(text[:length]).date() if text else None
        except ValueError:
            continue
    return None


def past(side: Side, operation: Operation) -> bool:
    """Whether a thing's sunset lies before the day of the comparison."""
    day = sunset(side)
    return day is not None and day < operation.today
