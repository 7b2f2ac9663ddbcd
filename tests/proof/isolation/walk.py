"""Asks for everything of another project's, and for what never was, and compares the answers."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from tests.proof.isolation.asking import Answer, Request, ask
from tests.proof.isolation.cases import Case
from tests.proof.isolation.world import LIVING, World, never

RATIO, SECONDS = 3.0, 0.001
"""Times within this ratio, and no further apart than this, are of one class."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same request for what is another's and for what never was."""

    case: Case
    state: str
    ids: Mapping[str, str]
    theirs: Request
    nobodys: Request

    def __str__(self) -> str:
        """For a finding."""
        return f"{self.case} ({self.state}): {self.theirs}"


def pairs(cases: Sequence[Case], theirs: World) -> Iterator[Pair]:
    """Every case with another project's things, in each state that they can be in."""
    for case in cases:
        states = [theirs.ids[kind] for kind in case.slots.values()]
        for chosen in product(*states):
            if len(chosen) > 1 and set(chosen) != {LIVING}:
                continue
            ids = {slot: each[state] for slot, each, state in zip(case.slots, states, chosen, strict=True)}
            others = {slot: never(one) for slot, one in ids.items()}
            yield Pair(case, " and ".join(chosen), ids, case.fill(ids), case.fill(others))


async def compare(
    app: Any, key: str, pair: Pair, secrets: set[str], allowed: Collection[int] = (404,)
) -> list[str]:
    """What the two answers tell apart, and what the one betrays."""
    theirs, nobodys = await ask(app, key, pair.theirs), await ask(app, key, pair.nobodys)
    found = []
    if masked(theirs, pair.ids) != masked(nobodys, {slot: never(one) for slot, one in pair.ids.items()}):
        found.append(f"{theirs.status} {theirs.text[:300]!r} differs from {nobodys.text[:300]!r}")
    if theirs.status < 400 or (pair.case.by_path and theirs.status not in allowed):
        found.append(f"answered {theirs.status} {theirs.text[:300]!r}")
    if shown := betrayed(theirs, pair.theirs, secrets):
        found.append(f"betrays {shown}")
    return [f"{pair}: {line}" for line in found]


def masked(answer: Answer, ids: Mapping[str, str]) -> tuple[Any, ...]:
    """The answer without the ids that were asked for."""
    text = answer.text
    for slot, one in ids.items():
        text = text.replace(one, f"<{slot}>")
    return answer.status, answer.headers, text


def betrayed(answer: Answer, request: Request, secrets: set[str]) -> set[str]:
    """What of another project's stands in an answer, and did not stand in the request."""
    asked = str(request)
    return {one for one in secrets if one in answer.text and one not in asked}


@dataclass(slots=True)
class Clock:
    """The fastest answers to a pair's two requests: what else a machine does only ever adds to them."""

    theirs: float = math.inf
    nobodys: float = math.inf

    async def run(self, app: Any, key: str, pair: Pair, rounds: int) -> None:
        """Ask both in turn, so that a slow moment hits both."""
        for number in range(rounds):
            for theirs in (True, False) if number % 2 else (False, True):
                answer = await ask(app, key, pair.theirs if theirs else pair.nobodys)
                if theirs:
                    self.theirs = min(self.theirs, answer.seconds)
                else:
                    self.nobodys = min(self.nobodys, answer.seconds)

    def tells(self) -> bool:
        """Whether somebody with a clock could tell them apart."""
        slow, fast = max(self.theirs, self.nobodys), min(self.theirs, self.nobodys)
        return slow > RATIO * fast or slow - fast > SECONDS
