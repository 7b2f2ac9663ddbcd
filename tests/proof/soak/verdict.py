"""Whether something grows: by slopes and ranks that a slow moment of the machine does not bend."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may change between the end of the warm-up and the end."""

    resident: float = 0.05
    latency: float = 0.25
    """Of the p50 and p99 of intervals; growth must also be more than `noise`, and certain."""
    noise: tuple[float, float] = (0.5, 5.0)
    """Milliseconds."""
    certain: float = 2.58
    """Standard deviations of Mann and Kendall's test: 1 in 200 by chance."""
    files: int = 8
    threads: int = 4
    log: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Point:
    """One interval's figures. Latencies are in milliseconds, sizes in bytes."""

    at: float
    rate: float
    p50: float
    p99: float
    errors: int
    resident: int
    files: int
    threads: int
    database: int
    log: int


def slope(values: Sequence[float]) -> float:
    """Theil and Sen's: the median of the slopes between all pairs; per interval."""
    return statistics.median(
        (two - one) / (there - here) for (here, one), (there, two) in combinations(enumerate(values), 2)
    )


def growth(values: Sequence[float]) -> float:
    """By how much it grew from the first to the last, as a part of its median."""
    return slope(values) * (len(values) - 1) / statistics.median(values)


def certainty(values: Sequence[float]) -> float:
    """Mann and Kendall's test for a trend, in standard deviations; positive if it grows."""
    score = sum((two > one) - (two < one) for one, two in combinations(values, 2))
    count = len(values)
    deviation = math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    return (score - (score > 0) + (score < 0)) / deviation


def failures(points: Sequence[Point], limits: Limits) -> list[str]:
    """What is wrong with a run; `points` are those after the warm-up."""
    found = []
    if errors := sum(point.errors for point in points):
        found.append(f"{errors} requests were not answered as they should be")
    resident = growth([point.resident for point in points])
    if abs(resident) > limits.resident:
        found.append(f"memory changed by {resident:+.1%}, more than {limits.resident:.0%}")
    for name, noise in zip(("p50", "p99"), limits.noise, strict=True):
        values = [getattr(point, name) for point in points]
        more = slope(values) * (len(values) - 1)
        if more > noise and growth(values) > limits.latency and certainty(values) > limits.certain:
            found.append(f"the {name} of answers grew by {growth(values):+.0%}")
    for name in ("files", "threads"):
        values = [getattr(point, name) for point in points]
        quarter = max(1, len(values) // 4)
        more = statistics.median(values[-quarter:]) - statistics.median(values[:quarter])
        if more > getattr(limits, name):
            found.append(f"there are {more:.0f} more open {name}")
    if max(point.log for point in points) > limits.log:
        found.append(f"the write-ahead log reached {max(point.log for point in points) / 2**20:.0f} MiB")
    return found
