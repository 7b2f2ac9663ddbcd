"""Operations on allowances: buckets that all processes draw from.

A row holds the moment at which its bucket will be full again (microseconds), which is all there is to know
(the generic cell rate algorithm); a bucket without a row is full. The first statement of a draw locks the
row until the transaction ends, so that what follows from it still holds when it is written.
"""

import math

from handlers.stores import Drawn
from handlers.stores.sql.statements import Operation, sought

MINUTE = 60_000_000
"""Microseconds that an empty bucket takes to fill."""
SLACK = 100
"""Microseconds by which rounding may have delayed it."""

SPEND = """
INSERT INTO allowance (project, name, full_at) VALUES (?, ?, ?)
ON CONFLICT (project, name) DO UPDATE
SET full_at = (CASE WHEN allowance.full_at > ? THEN allowance.full_at ELSE ? END) + ?
RETURNING full_at"""
TAKE = "UPDATE allowance SET full_at = ? WHERE project = ? AND name = ?"
FORGET = "DELETE FROM allowance WHERE project = ? AND full_at < ?"


def draw(
    project: str, name: str, now: int, *, spent: int, least: int, most: int, limit: int
) -> Operation[Drawn]:
    """Note what was spent, whether it was there or not; then take from `least` to `most`, or nothing."""
    each, name = MINUTE / limit, sought(name)
    debt = math.ceil(spent * each)
    rows = yield SPEND, (project, name, now + debt, now, now, debt)
    full = max(int(rows[0][0]), now)
    free = int((now + MINUTE + SLACK - full) / each)
    if free < least:
        short = full + math.ceil(least * each) - now - MINUTE
        return Drawn(granted=0, left=max(0, free), wait=max(short, 1) / 1e6)
    granted = min(free, most)
    yield TAKE, (full + math.ceil(granted * each), project, name)
    return Drawn(granted=granted, left=free - granted, wait=0.0)


def forget(project: str, now: int) -> Operation[None]:
    """Drop the rows of full buckets, which say nothing."""
    yield FORGET, (project, now)
