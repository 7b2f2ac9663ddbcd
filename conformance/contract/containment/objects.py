"""Objects: named properties, rules for sets of names, demands for some property, and their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from conformance.contract.containment.answers import EMPTY, Answer, Empty, Found, Unknown, better
from conformance.contract.containment.terms import Term
from conformance.contract.containment.values import STRING

if TYPE_CHECKING:
    from conformance.contract.containment.solver import Solver

_MOST_PROPERTIES: Final = 300

Names = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A property to be: a fixed name or terms a name must satisfy, and terms for its value."""

    values: tuple[Term, ...]
    name: str | None = None
    names: Names = ()


@dataclass
class Objects:
    """A conjunction of object assertions."""

    solver: Solver
    literals: Iterable[Term]
    properties: dict[str, list[Term]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    rules: list[tuple[Term, Term]] = field(default_factory=list)
    demands: list[tuple[Term, Term]] = field(default_factory=list)
    low: int = 0
    high: int | None = None
    doubt: str | None = None

    def __post_init__(self) -> None:
        for term in self.literals:
            if term.kind == "property":
                self.properties.setdefault(term.args[0], []).append(term.args[1])
            elif term.kind == "required":
                self.required.add(term.args[0])
            elif term.kind == "every":
                self.rules.append(term.args)
            elif term.kind == "some":
                self.demands.append(term.args)
            elif term.kind == "minProperties":
                self.low = max(self.low, term.args[0])
            elif term.kind == "maxProperties":
                self.high = term.args[0] if self.high is None else min(self.high, term.args[0])

    def find(self) -> Answer:
        """An object, or the proof that there is none."""
        if self.high is not None and (self.low > self.high or len(self.required) > self.high):
            return EMPTY
        slots = [Slot(self._value_terms(name), name) for name in sorted(self.required)]
        for slot in slots:
            answer = self.solver.find(slot.values)
            if not isinstance(answer, Found):
                return answer
        return self._meet(slots, self.demands)

    def refutes(self, choice: Term) -> bool:
        """Whether a further assertion (or conjunction) leaves a required property without a value."""
        parts = choice.args if choice.kind == "and" else (choice,)
        added: dict[str, list[Term]] = {
            part.args[0]: []
            for part in parts
            if part.kind == "required" and part.args[0] not in self.required
        }
        for part in parts:
            if part.kind == "property" and (part.args[0] in added or part.args[0] in self.required):
                added.setdefault(part.args[0], []).append(part.args[1])
        for name, terms in added.items():
            known = self._value_terms(name)
            if known and isinstance(self.solver.find((*known, *terms)), Empty):
                return True
        return False

    def _value_terms(self, name: str) -> tuple[Term, ...]:
        """Everything the value of a property of this name must satisfy."""
        known = self.properties.get(name, ())
        if not self.rules:
            return tuple(known)
        terms = list(known)
        for names, term in self.rules:
            named = self.solver.acceptance.accepts(names, name)
            if named is None:
                self.doubt = "a property name nobody can judge"
            if named is not False:
                terms.append(term)
        return tuple(dict.fromkeys(terms))

    def _meet(self, slots: list[Slot], demands: list[tuple[Term, Term]]) -> Answer:
        """Meets the demands one after the other, with a property of its own or with one already there."""
        if not demands:
            return self._fill(slots)
        result: Answer = EMPTY
        for after in self._ways(slots, *demands[0]):
            if isinstance(after, Unknown):
                result = better(result, after)
                continue
            answer = self._meet(after, demands[1:])
            result = better(result, answer)
            if isinstance(answer, Found) and answer.doubt is None:
                return answer
        return result

    def _ways(self, slots: list[Slot], names: Term, value: Term) -> Iterator[list[Slot] | Unknown]:
        accepts = self.solver.acceptance.accepts
        known = sorted(self.properties.keys() - {slot.name for slot in slots})
        fresh = self.high is None or len(slots) < self.high
        if fresh:
            for name in known:
                named = accepts(names, name)
                if named is None:
                    yield Unknown("a property name nobody can judge")
                if named is not True:
                    continue
                yield from self._with(
                    slots, Slot(tuple(dict.fromkeys((*self._value_terms(name), value))), name)
                )
            for slot in self._fresh(names, (value,)):
                yield from self._with(slots, slot) if isinstance(slot, Slot) else (slot,)
        for index, slot in enumerate(slots):
            rest = [*slots[:index], *slots[index + 1 :]]
            joined = tuple(dict.fromkeys((*slot.values, value)))
            if slot.name is None:
                yield from self._with(rest, Slot(joined, None, (*slot.names, names)))
            elif accepts(names, slot.name) is not False:
                yield from self._with(rest, Slot(joined, slot.name))

    def _with(self, slots: list[Slot], slot: Slot) -> Iterator[list[Slot] | Unknown]:
        if slot.name is None and isinstance(name := self._name(slot.names, set()), (Empty, Unknown)):
            if isinstance(name, Unknown):
                yield name
            return
        answer = self.solver.find(slot.values)
        if isinstance(answer, Found):
            yield [*slots, slot]
        elif isinstance(answer, Unknown):
            yield answer

    def _fresh(self, names: Term, values: tuple[Term, ...]) -> Iterator[Slot | Unknown]:
        """Properties of a name not mentioned so far, for each way the rules may apply to it."""
        mentioned = frozenset((STRING, name) for name in self.properties.keys() | self.required)
        yield from self._regions((names, self.solver.terms.among(mentioned, False)), values, self.rules)

    def _regions(
        self, names: Names, values: tuple[Term, ...], rules: list[tuple[Term, Term]]
    ) -> Iterator[Slot | Unknown]:
        self.solver.budget.spend()
        name = self._name(names, set())
        if isinstance(name, Unknown):
            yield name
        if not isinstance(name, Found):
            return
        if not rules:
            yield Slot(values, None, names)
            return
        (covered, term), rest = rules[0], rules[1:]
        yield from self._regions((*names, self.solver.terms.negate(covered)), values, rest)
        if term is not self.solver.terms.false:
            yield from self._regions((*names, covered), (*values, term), rest)

    def _name(self, names: Names, used: set[str]) -> Answer:
        terms = self.solver.terms
        excluded = terms.among(frozenset((STRING, name) for name in used), False)
        return self.solver.find((terms.type(STRING), excluded, *names))

    def _fill(self, slots: list[Slot]) -> Answer:
        """Adds properties until there are enough."""
        named = self._named(slots)
        if not isinstance(named, dict):
            return named
        if len(named) < self.low:
            more = self._extend(named)
            if more is not None:
                return more
        return self._values(named)

    def _named(self, slots: list[Slot]) -> dict[str, tuple[Term, ...]] | Answer:
        named = {slot.name: slot.values for slot in slots if slot.name is not None}
        for slot in slots:
            if slot.name is None:
                name = self._name(slot.names, set(named))
                if not isinstance(name, Found):
                    # Another choice of names for the slots before might have left one over.
                    return Unknown("too few property names")
                self.doubt = self.doubt or name.doubt
                named[name.value] = slot.values
        return named

    def _extend(self, named: dict[str, tuple[Term, ...]]) -> Answer | None:
        if self.low > _MOST_PROPERTIES:
            return Unknown("minProperties too large")
        unknown: Answer | None = None
        for name, values in self._spare(named):
            if len(named) >= self.low:
                return None
            if isinstance(values, Unknown):
                unknown = values
            else:
                named[name] = values
        return None if len(named) >= self.low else (unknown or EMPTY)

    def _spare(self, named: dict[str, tuple[Term, ...]]) -> Iterator[tuple[str, tuple[Term, ...] | Unknown]]:
        for name in sorted(self.properties):
            if name not in named:
                terms = self._value_terms(name)
                answer = self.solver.find(terms)
                if not isinstance(answer, Empty):
                    yield name, terms if isinstance(answer, Found) else answer
        for slot in self._fresh(self.solver.terms.true, ()):
            if isinstance(slot, Unknown):
                yield "", slot
                continue
            answer = self.solver.find(slot.values)
            if isinstance(answer, Unknown):
                yield "", answer
            if isinstance(answer, Found):
                yield from self._names_of(slot, named)

    def _names_of(
        self, slot: Slot, named: dict[str, Any]
    ) -> Iterator[tuple[str, tuple[Term, ...] | Unknown]]:
        for _ in islice(iter(int, 1), self.low):
            name = self._name(slot.names, set(named))
            if isinstance(name, Unknown):
                yield "", name
            if not isinstance(name, Found):
                return
            yield name.value, slot.values

    def _values(self, named: dict[str, tuple[Term, ...]]) -> Answer:
        values, doubt = {}, self.doubt
        for name, terms in named.items():
            answer = self.solver.find(terms)
            if not isinstance(answer, Found):
                return answer
            values[name] = answer.value
            doubt = doubt or answer.doubt
        return Found(values, doubt)
