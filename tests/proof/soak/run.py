"""A run: the peak is measured first, then a share of it is asked for, minute after minute."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.proof.crash.places import KEY, Server
from tests.proof.soak.gauges import Usage, usage
from tests.proof.soak.traffic import CLIENTS, Client, Pace, Tally, shared
from tests.proof.soak.verdict import Limits, Point, certainty, failures, growth


@dataclass(frozen=True, slots=True)
class Plan:
    """Seconds, but for `share` and `clients`."""

    seconds: float = 1800
    peak_seconds: float = 20
    interval: float = 60
    share: float = 0.7
    warm_up: float = 0.2
    """The part of the run that is not judged."""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    peak: float
    target: float
    points: list[Point]
    judged: list[Point]
    failures: list[str]
    examples: list[str]
    operations: dict[str, dict[str, float]]
    server_cpu: float
    """Of one core, on average."""

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        judged = self.judged
        return {
            "verdict": "failed" if self.failures else "passed",
            "failures": self.failures,
            "examples": self.examples,
            "peak_per_second": round(self.peak),
            "target_per_second": round(self.target),
            "reached_per_second": round(statistics.median(point.rate for point in judged)),
            "errors": sum(point.errors for point in self.points),
            "resident_mib": [round(one.resident / 2**20, 1) for one in (judged[0], judged[-1])],
            "resident_growth": round(growth([point.resident for point in judged]), 4),
            "p50_ms": round(statistics.median(point.p50 for point in judged), 2),
            "p99_ms": round(statistics.median(point.p99 for point in judged), 2),
            "p50_growth": round(growth([point.p50 for point in judged]), 3),
            "p99_growth": round(growth([point.p99 for point in judged]), 3),
            "p50_certainty": round(certainty([point.p50 for point in judged]), 2),
            "p99_certainty": round(certainty([point.p99 for point in judged]), 2),
            "files": [judged[0].files, judged[-1].files],
            "threads": [judged[0].threads, judged[-1].threads],
            "database_mib": round(judged[-1].database / 2**20, 1),
            "largest_log_mib": round(max(point.log for point in self.points) / 2**20, 1),
            "server_cpu": round(self.server_cpu, 2),
            "operations": self.operations,
            "points": [asdict(point) for point in self.points],
        }


def soak(server: Server, data: Path, plan: Plan, tell: Callable[[str], None]) -> Outcome:
    """Run the plan against a server that is up."""
    return asyncio.run(_soak(server, data, plan, tell))


async def _soak(server: Server, data: Path, plan: Plan, tell: Callable[[str], None]) -> Outcome:
    common = await shared(server.port, KEY)
    tally = Tally()
    clients = [Client(number, server.port, KEY, common, tally) for number in range(CLIENTS)]
    peak = await measure_peak(clients, tally, plan.peak_seconds)
    target = peak * plan.share
    tell(f"peak {peak:,.0f} requests a second with {CLIENTS} clients; from now on {target:,.0f}")
    every: dict[str, list[float]] = {}
    points: list[Point] = []
    before = usage(server, data)
    began = time.perf_counter()
    async with running(clients, Pace(target)):
        while time.perf_counter() - began < plan.seconds:
            samples, since = [], time.perf_counter()
            tally.take()
            errors = tally.errors.total()
            while time.perf_counter() - since < plan.interval:
                await asyncio.sleep(min(1.0, plan.interval / 2))
                samples.append(usage(server, data))
            taken, now = tally.take(), time.perf_counter()
            keep(taken, every)
            errors = tally.errors.total() - errors
            points.append(point(taken, samples, at=now - began, seconds=now - since, errors=errors))
            tell(line(points[-1]))
    spent = usage(server, data).cpu_seconds - before.cpu_seconds
    judged = [point for point in points if point.at > plan.warm_up * plan.seconds]
    operations = {name: quantiles(seconds) for name, seconds in sorted(every.items())}
    return Outcome(
        peak,
        target,
        points,
        judged,
        failures(judged, plan.limits) + early(points, judged),
        tally.examples,
        operations,
        spent / (time.perf_counter() - began),
    )


def early(points: list[Point], judged: list[Point]) -> list[str]:
    """Errors count during the warm-up too."""
    errors = sum(point.errors for point in points) - sum(point.errors for point in judged)
    return [f"{errors} requests of the warm-up were not answered as they should be"] if errors else []


class running:  # noqa: N801 - a context manager, used as a verb
    """Clients at work."""

    def __init__(self, clients: list[Client], pace: Pace) -> None:
        self._stop = asyncio.Event()
        self._start = lambda: [asyncio.create_task(each.run(pace, self._stop)) for each in clients]

    async def __aenter__(self) -> None:
        self._tasks = self._start()

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        await asyncio.gather(*self._tasks)


async def measure_peak(clients: list[Client], tally: Tally, seconds: float) -> float:
    """Requests a second when each client asks again as soon as it is answered; the first fifth warms up."""
    async with running(clients, Pace(None)):
        await asyncio.sleep(seconds / 5)
        tally.take()
        began = time.perf_counter()
        await asyncio.sleep(seconds * 4 / 5)
        answered = sum(map(len, tally.take().values()))
        return answered / (time.perf_counter() - began)


def keep(taken: dict[str, list[float]], every: dict[str, list[float]]) -> None:
    """A sample is enough for the report, and does not let the memory of this process grow."""
    for name, each in taken.items():
        every.setdefault(name, []).extend(each[:: max(1, len(each) // 200)])


def point(
    taken: dict[str, list[float]], samples: list[Usage], *, at: float, seconds: float, errors: int
) -> Point:
    """One interval's."""
    ordered = sorted(one for each in taken.values() for one in each) or [0.0]
    return Point(
        at=round(at, 1),
        rate=round(len(ordered) / seconds, 1),
        p50=round(below(ordered, 0.5) * 1000, 3),
        p99=round(below(ordered, 0.99) * 1000, 3),
        errors=errors,
        resident=int(statistics.median(one.resident for one in samples)),
        files=int(statistics.median(one.files for one in samples)),
        threads=int(statistics.median(one.threads for one in samples)),
        database=samples[-1].database,
        log=max(one.log for one in samples),
    )


def below(ordered: list[float], part: float) -> float:
    """The value below which that part lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def quantiles(seconds: list[float]) -> dict[str, float]:
    """In milliseconds."""
    ordered = sorted(seconds)
    return {"p50_ms": round(below(ordered, 0.5) * 1000, 2), "p99_ms": round(below(ordered, 0.99) * 1000, 2)}


def line(point: Point) -> str:
    """A point as it comes in."""
    return (
        f"{point.at:7.0f} s  {point.rate:7,.0f}/s  p50 {point.p50:7.2f} ms  p99 {point.p99:8.2f} ms  "
        f"{point.resident / 2**20:7.1f} MiB  {point.files} files  {point.threads} threads  "
        f"{point.database / 2**20:8.1f} MiB stored  {point.log / 2**20:6.1f} MiB log  {point.errors} errors"
    )
