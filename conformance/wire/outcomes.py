"""How an examination of one promise ends: passed, failed, skipped or inconclusive."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from conformance.wire.exchanges import Exchange

Outcome = Literal["passed", "failed", "skipped", "inconclusive"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("failed", "inconclusive", "skipped", "passed")
"""Gravest first."""

NOTHING: Final[Any] = object()
"""Where no value is meant, None being one."""


class FailedError(Exception):
    """The server breaks the promise.

    Args:
        message: what is wrong, for the server's maintainer.
        pointer: the place of the contract that says otherwise; by default that of the operation asked last.
        expected: what would have been right, if it can be said as a value.
        got: what came instead.
        exchanges: what shows it; by default the last exchange of the case.
    """

    def __init__(
        self,
        message: str,
        *,
        pointer: str = "",
        expected: Any = NOTHING,
        got: Any = NOTHING,
        exchanges: Sequence[Exchange] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.pointer = pointer
        self.expected = expected
        self.got = got
        self.exchanges = tuple(exchanges)


class SkippedError(Exception):
    """The promise does not apply here; the text is the reason."""


class InconclusiveError(Exception):
    """The model did not do what the probe needs; the text says what was missing."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The end of one case. `name` is empty where a probe has no cases."""

    name: str
    outcome: Outcome
    reason: str = ""
    pointer: str = ""
    expected: Any = NOTHING
    got: Any = NOTHING
    exchanges: tuple[Exchange, ...] = ()
    seconds: float = 0.0
    requests: int = 0
    asked: frozenset[str] = field(default_factory=frozenset)
    """Operations that were asked on the way."""
    wanting: bool = False
    """Skipped since an operation on the way is not served."""


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the outcome of a probe from those of its cases: what applies counts before what was skipped."""
    present = set(outcomes)
    for outcome in ("failed", "inconclusive", "passed"):
        if outcome in present:
            return outcome
    return "skipped"
