"""Arrays: prefixes, counts of items that satisfy a term, and uniqueness.

A shortest array is enough: past the prefix, an item that no minimum count needs can be taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Final

from conformance.contract.containment.answers import EMPTY, Answer, Empty, Found, Unknown, better
from conformance.contract.containment.terms import Term
from conformance.contract.containment.values import Key, key_of

if TYPE_CHECKING:
    from conformance.contract.containment.solver import Solver

_LONGEST: Final = 5000
_LONGEST_SEARCH: Final = 120
_MOST_DISTINCT: Final = 40

State = tuple[Term, ...]
Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Between low and high items from start on satisfy the term."""

    start: int
    term: Term
    low: int
    high: int | None


@dataclass
class Arrays:
    """A conjunction of array assertions."""

    solver: Solver
    literals: Iterable[Term]
    items: dict[int, list[Term]] = field(default_factory=dict)
    rests: list[tuple[int, Term]] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    low: int = 0
    high: int | None = None
    unique: set[bool] = field(default_factory=set)

    def __post_init__(self) -> None:
        for term in self.literals:
            if term.kind == "item":
                self.items.setdefault(term.args[0], []).append(term.args[1])
            elif term.kind == "rest":
                self.rests.append(term.args)
            elif term.kind == "count":
                self.counts.append(Count(*term.args))
            elif term.kind == "minItems":
                self.low = max(self.low, term.args[0])
            elif term.kind == "maxItems":
                self.high = term.args[0] if self.high is None else min(self.high, term.args[0])
            elif term.kind == "unique":
                self.unique.add(term.args[0])

    def find(self) -> Answer:
        """An array, or the proof that there is none."""
        if len(self.unique) > 1 or (self.high is not None and self.low > self.high):
            return EMPTY
        longest = self._longest()
        if longest > _LONGEST:
            return Unknown("minItems or minContains too large")
        result: Answer = EMPTY
        for length in range(self.low, longest + 1):
            self.solver.budget.spend()
            answer = self._of_length(length)
            result = better(result, answer)
            if isinstance(answer, Found) and answer.doubt is None:
                return answer
        return result

    def _prefix(self) -> int:
        """Positions from here on are all alike."""
        starts = [start for start, _ in self.rests] + [count.start for count in self.counts]
        return max([index + 1 for index in self.items] + starts, default=0)

    def _longest(self) -> int:
        if not self.counts and False not in self.unique:
            return self.low
        needed = sum(count.low for count in self.counts) + (2 if False in self.unique else 0)
        longest = max(self.low, self._prefix()) + needed
        return longest if self.high is None else min(longest, self.high)

    def at(self, place: int) -> list[Term]:
        """What holds for the item at one position."""
        return [*self.items.get(place, ()), *(term for start, term in self.rests if place >= start)]

    def _of_length(self, length: int) -> Answer:
        if False in self.unique:
            return self._with_twins(length)
        if not self.counts:
            return self.assign([tuple(self.at(place)) for place in range(length)])
        if length > _LONGEST_SEARCH:
            return Unknown("contains in a long array")
        return _Search(self, length).run()

    def _with_twins(self, length: int) -> Answer:
        result: Answer = EMPTY
        reach = min(length, self._prefix() + 2)
        for second in range(1, reach):
            for first in range(second):
                answer = _Search(self, length, (first, second)).run()
                result = better(result, answer)
                if isinstance(answer, Found) and answer.doubt is None:
                    return answer
        return result

    def assign(self, states: list[State], twins: tuple[int, int] | None = None) -> Answer:
        """Values for the positions, distinct or (twins) equal where they must be."""
        if True in self.unique and len(states) > 1:
            return self._distinct(states)
        values, doubt = [], None
        for state in states:
            answer = self.solver.find(state)
            if not isinstance(answer, Found):
                return answer
            values.append(answer.value)
            doubt = doubt or answer.doubt
        if twins is not None:
            values[twins[0]] = values[twins[1]]
        return Found(values, doubt)

    def _distinct(self, states: list[State]) -> Answer:
        if len(states) > _MOST_DISTINCT:
            return Unknown("uniqueItems in a long array")
        pools: list[list[Found]] = []
        complete = True
        for state in states:
            found, exhausted = self.solver.several(state, len(states))
            if not found:
                return EMPTY if exhausted else Unknown("uniqueItems")
            complete = complete and exhausted
            pools.append(found)
        chosen = _match(pools)
        if chosen is None:
            return EMPTY if complete else Unknown("uniqueItems")
        return Found(
            [each.value for each in chosen], next((each.doubt for each in chosen if each.doubt), None)
        )


@dataclass
class _Search:
    """Chooses for each position which counted terms its item satisfies."""

    arrays: Arrays
    length: int
    twins: tuple[int, int] | None = None
    dead: set[tuple[int, Counts]] = field(default_factory=set)

    def run(self) -> Answer:
        """An array of the length, or the proof that there is none."""
        counts = (0,) * len(self.arrays.counts)
        return self._place(0, counts, [], {}) if self._possible(0, counts) else EMPTY

    def _place(self, place: int, counts: Counts, states: list[State], chosen: dict[int, State]) -> Answer:
        if place == self.length:
            return self.arrays.assign(states, self.twins)
        mark = (place, counts)
        plain = self.twins is None and True not in self.arrays.unique
        if plain and mark in self.dead:
            return EMPTY
        result: Answer = EMPTY
        for state, after in self._options(place, counts, chosen):
            self.arrays.solver.budget.spend()
            answer: Answer = self.arrays.solver.find(state)
            if isinstance(answer, Found):
                answer = self._place(place + 1, after, [*states, state], {**chosen, place: state})
            result = better(result, answer)
            if isinstance(answer, Found) and answer.doubt is None:
                return answer
        if plain and isinstance(result, Empty):
            self.dead.add(mark)
        return result

    def _options(
        self, place: int, counts: Counts, chosen: dict[int, State]
    ) -> Iterator[tuple[State, Counts]]:
        arrays = self.arrays
        twin = self.twins[0] if self.twins and place == self.twins[1] else None
        reach = self.twins[1] if self.twins and place == self.twins[0] else place
        base = [*arrays.at(place), *(arrays.at(reach) if reach != place else ())]
        active = [index for index, count in enumerate(arrays.counts) if reach >= count.start]
        for choice in product((False, True), repeat=len(active)):
            picked = dict(zip(active, choice, strict=True))
            terms = [
                arrays.counts[index].term if yes else self._absent(index) for index, yes in picked.items()
            ]
            state = tuple(dict.fromkeys([*base, *(term for term in terms if term is not None)]))
            if twin is not None:
                state = tuple(dict.fromkeys([*state, *chosen[twin]]))
            after = tuple(
                number + (1 if picked.get(index) and place >= arrays.counts[index].start else 0)
                for index, number in enumerate(counts)
            )
            if self._possible(place + 1, after):
                yield state, after

    def _absent(self, index: int) -> Term | None:
        count = self.arrays.counts[index]
        if count.high is None:
            return None  # a surplus does no harm
        return self.arrays.solver.terms.negate(count.term)

    def _possible(self, place: int, counts: Counts) -> bool:
        for count, number in zip(self.arrays.counts, counts, strict=True):
            if count.high is not None and number > count.high:
                return False
            if number + self.length - max(place, count.start) < count.low:
                return False
        return True


def _match(pools: list[list[Found]]) -> list[Found] | None:
    """Distinct representatives, one from each pool (augmenting paths)."""
    keys = [{key_of(found.value): found for found in pool} for pool in pools]
    owner: dict[Key, int] = {}

    def assign(index: int, seen: set[Key]) -> bool:
        for key in keys[index]:
            if key not in seen:
                seen.add(key)
                if key not in owner or assign(owner[key], seen):
                    owner[key] = index
                    return True
        return False

    if not all(assign(index, set()) for index in range(len(pools))):
        return None
    places = {index: key for key, index in owner.items()}
    return [keys[index][places[index]] for index in range(len(pools))]
