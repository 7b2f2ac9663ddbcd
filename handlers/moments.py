"""Times as people write them: `90m`, `30d`, `2027-01-31`, `2027-01-31T12:00+02:00`."""

import re
import time
from datetime import UTC, datetime

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_PERIOD = re.compile(r"(\d{1,9})\s*([smhdw])")
LATEST = 253_402_300_799
"""The last second of the year 9999."""


def period(text: str) -> int:
    """Seconds, of a number with its unit; ValueError says what would be right."""
    found = _PERIOD.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"{text!r} is no span of time. Write 90m, 24h, 30d or 2w.")
    return int(found[1]) * SECONDS[found[2]]


def moment(text: str, now: float) -> int:
    """Unix seconds of a time to come: a span from now, or a date (at its beginning, in UTC)."""
    try:
        at = int(now) + period(text)
    except ValueError:
        try:
            written = datetime.fromisoformat(text.strip())
        except ValueError:
            raise ValueError(
                f"{text!r} is neither a span of time nor a date. Write 90m, 24h, 30d, 2w or 2027-01-31."
            ) from None
        at = int((written if written.tzinfo else written.replace(tzinfo=UTC)).timestamp())
    if at <= now:
        raise ValueError(f"{text!r} is not in the future.")
    if at > LATEST:
        raise ValueError(f"{text!r} is beyond the year 9999. Leave it out for no end.")
    return at


def written(seconds: int | None) -> str:
    """Minutes are enough for people; nothing for what never was or never will be."""
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(seconds)) if seconds is not None else ""
