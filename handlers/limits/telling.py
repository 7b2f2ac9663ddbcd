"""How limits are told of: upstream's headers, and the waits that the official SDKs keep."""

import math
from typing import Final

Headers = list[tuple[bytes, bytes]]

NAMES: Final = {
    kind: (
        b"x-ratelimit-limit-%b" % kind.encode(),
        b"x-ratelimit-remaining-%b" % kind.encode(),
        b"x-ratelimit-reset-%b" % kind.encode(),
    )
    for kind in ("requests", "tokens")
}


def duration(seconds: float) -> str:
    """As upstream writes it: `120ms`, `1s`, `8.64s`, `6m0s`. Never less than it takes, to the millisecond."""
    milliseconds = math.ceil(seconds * 1000 - 1e-6)
    if milliseconds < 1000:  # noqa: PLR2004 - a second
        return f"{milliseconds}ms" if milliseconds > 0 else "0s"
    minutes, rest = divmod(milliseconds, 60_000)
    whole, part = divmod(rest, 1000)
    fraction = f".{part:03d}".rstrip("0") if part else ""
    return f"{f'{minutes}m' if minutes else ''}{whole}{fraction}s"


def told(wait: float) -> dict[str, str]:
    """Headers of a refusal. SDKs prefer the milliseconds; whole seconds are for everybody else."""
    milliseconds = max(1, math.ceil(wait * 1000))
    return {"retry-after": str(math.ceil(milliseconds / 1000)), "retry-after-ms": str(milliseconds)}


def shown(kind: str, limit: int, left: int, fills: float) -> Headers:
    """What every answer to a limited caller says of one kind."""
    limit_name, left_name, fills_name = NAMES[kind]
    return [(limit_name, b"%d" % limit), (left_name, b"%d" % left), (fills_name, duration(fills).encode())]
