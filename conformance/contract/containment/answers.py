"""What the search for an instance may answer, and the limits it works within."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Found:
    """An instance. Where `doubt` names a construct, that construct was not taken into account."""

    value: Any
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither an instance nor a proof that there is none."""

    blame: str


@dataclass(frozen=True, slots=True)
class Empty:
    """A proof that no instance exists."""


EMPTY: Final = Empty()
Answer = Found | Unknown | Empty


class OutOfBudgetError(Exception):
    """The time for this pair is over."""


@dataclass
class Budget:
    """Seconds one check may take; the clock is read now and then."""

    seconds: float
    steps: int = 0
    deadline: float = 0.0

    def start(self) -> None:
        """Set the clock."""
        self.deadline = perf_counter() + self.seconds

    def spend(self) -> None:
        """Count a step of work.

        Raises:
            OutOfBudgetError: when the time is over.
        """
        self.steps += 1
        if not self.steps & 15 and perf_counter() > self.deadline:
            raise OutOfBudgetError


def better(one: Answer, other: Answer) -> Answer:
    """The more useful of two answers of a disjunction."""
    return one if _RANK[type(one)] >= _RANK[type(other)] else other


_RANK: Final[dict[type, int]] = {Empty: 0, Unknown: 1, Found: 2}
