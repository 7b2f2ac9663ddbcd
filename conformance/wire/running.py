"""Runs probes: many at once, each in its own time, everything cleaned up afterwards."""

import asyncio
import time
import traceback
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.wire.belongings import Belongings
from conformance.wire.examination import Examination, Surroundings
from conformance.wire.exchanges import Exchange
from conformance.wire.outcomes import (
    CaseResult,
    FailedError,
    InconclusiveError,
    Outcome,
    SkippedError,
    worst,
)
from conformance.wire.promises import Probe

AT_ONCE: Final = 8
_GRACE: Final = 5.0
"""Seconds for what runs when the examination is interrupted."""
_KEPT: Final = 6
"""Exchanges that are kept of a failed case where the probe names none."""

Progress = Callable[[Probe, CaseResult], None]


@dataclass(slots=True)
class ProbeResult:
    """One probe with the ends of its cases."""

    probe: Probe
    cases: list[CaseResult]

    @property
    def outcome(self) -> Outcome:
        """What all cases come to."""
        return worst([case.outcome for case in self.cases])

    @property
    def reason(self) -> str:
        """The first case's that ended so."""
        return next((case.reason for case in self.cases if case.outcome == self.outcome), "")


async def run(
    probes: Sequence[Probe],
    around: Surroundings,
    belongings: Belongings,
    *,
    progress: Progress = lambda _, __: None,
    at_once: int = AT_ONCE,
) -> list[ProbeResult]:
    """Examine probes, those that need the server for themselves last; return results in the probes' order."""
    gate, interrupted = asyncio.Semaphore(at_once), asyncio.Event()
    ends: dict[tuple[str, str], CaseResult] = {}

    async def one(each: Probe, name: str) -> None:
        async with gate:
            if interrupted.is_set():
                return
            ends[each.id, name] = await _case(each, name, around)
        progress(each, ends[each.id, name])

    try:
        for batch in _batches(probes):
            await _together([one(each, name) for each, name in batch], interrupted)
    finally:
        await to_the_end(belongings.clear(around.client))
    results = [ProbeResult(each, [ends[each.id, name] for name in each.cases or [""]]) for each in probes]
    return [_without_absent(result, around) for result in results]


async def _together(cases: Sequence[Coroutine[Any, Any, None]], interrupted: asyncio.Event) -> None:
    """Run cases to their ends; when interrupted, start no more, and let those that run see what they made."""
    tasks = [asyncio.create_task(case) for case in cases]
    if not tasks:
        return
    try:
        await asyncio.wait(tasks)
    except asyncio.CancelledError:
        interrupted.set()
        await to_the_end(_ended(tasks))
        raise
    for task in tasks:
        task.result()


async def _ended(tasks: Sequence["asyncio.Task[None]"]) -> None:
    _, open_ = await asyncio.wait(tasks, timeout=_GRACE)
    for task in open_:
        task.cancel()
    await asyncio.gather(*open_, return_exceptions=True)


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await something that Ctrl-C does not cut short; a second one does."""
    task = asyncio.create_task(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError


def _batches(probes: Sequence[Probe]) -> Iterable[list[tuple[Probe, str]]]:
    yield [(each, name) for each in probes if not each.alone for name in each.cases or [""]]
    for each in probes:
        if each.alone:
            for name in each.cases or [""]:
                yield [(each, name)]


async def _case(each: Probe, name: str, around: Surroundings) -> CaseResult:
    examination = Examination(around, f"{each.id}:{name}")
    given = {"case": each.cases[name]} if each.cases else {}
    began = time.monotonic()
    outcome: Outcome = "passed"
    failure = None
    reason = ""
    try:
        _needs(each, examination)
        await asyncio.wait_for(each.check(examination, **given), each.seconds)
    except FailedError as error:
        outcome, failure, reason = "failed", error, error.message
    except SkippedError as error:
        outcome, reason = "skipped", str(error)
    except InconclusiveError as error:
        outcome, reason = "inconclusive", str(error)
    except TimeoutError:
        outcome, reason = "failed", f"no end within {each.seconds:g} seconds"
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        # The probe walked into a body that is not as it has to be.
        outcome, reason = "failed", _stumbled(each, error)
    return _result(
        examination,
        name=name,
        outcome=outcome,
        reason=reason,
        failure=failure,
        seconds=time.monotonic() - began,
    )


def _result(
    examination: Examination,
    *,
    name: str,
    outcome: Outcome,
    reason: str,
    failure: FailedError | None,
    seconds: float,
) -> CaseResult:
    sent = examination.record.exchanges
    shown: Sequence[Exchange] = ()
    if outcome in {"failed", "inconclusive"}:
        named = failure.exchanges if failure else ()
        shown = _shown(sent, named)
    last = next((one.operation for one in reversed(shown) if one.operation), None)
    pointer = failure.pointer if failure else ""
    return CaseResult(
        name=name,
        outcome=outcome,
        reason=reason,
        pointer=pointer or (last.pointer if last and outcome == "failed" else ""),
        **({"expected": failure.expected, "got": failure.got} if failure else {}),
        exchanges=tuple(shown),
        seconds=seconds,
        requests=len(sent),
        asked=frozenset(one.operation.id for one in sent if one.operation),
    )


def _shown(sent: list[Exchange], named: Sequence[Exchange]) -> list[Exchange]:
    """Return what led to the failure, the telling exchange last."""
    before = [one for one in sent if all(one is not other for other in named)]
    return [*before[-max(_KEPT - len(named), 0) :], *named] if len(named) < _KEPT else list(named)


def _needs(each: Probe, examination: Examination) -> None:
    ask: dict[str, Callable[[], Any]] = {
        "model": lambda: examination.model,
        "second-key": lambda: examination.second,
        "launch": lambda: examination.launched,
    }
    for need in sorted(each.needs):
        ask[need]()


def _stumbled(each: Probe, error: Exception) -> str:
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.endswith(each.where.partition(":")[0])
    ]
    at = f"{each.where.partition(':')[0]}:{lines[-1]}" if lines else each.where
    return f"the answer is not as the probe needs it: {type(error).__name__}: {error} (at {at})"


def absent(around: Surroundings) -> frozenset[str]:
    """Return the operations that the server does not have: nothing ever succeeded, all said as much."""
    found = set()
    for name, tally in around.bodies.tallies.items():
        # Nothing is ever deleted from the models of others: there a 404 in shape is all that can be seen.
        spared = name == "deleteModel" and tally.errors_in_shape
        if tally.absent and not tally.succeeded and tally.missed == tally.asked and not spared:
            found.add(name)
    return frozenset(found)


def _without_absent(result: ProbeResult, around: Surroundings) -> ProbeResult:
    """Skip what failed for want of an operation: that it is missing is said once, not by every probe."""
    missing = absent(around)
    cases = []
    for case in result.cases:
        wanting = sorted(case.asked & missing)
        if case.outcome == "failed" and wanting:
            titles = ", ".join(around.contract[name].title for name in wanting)
            case = CaseResult(  # noqa: PLW2901 - the same case, seen again
                case.name,
                "skipped",
                f"{titles}: not served here",
                requests=case.requests,
                asked=case.asked,
                wanting=True,
            )
        cases.append(case)
    return ProbeResult(result.probe, cases)
