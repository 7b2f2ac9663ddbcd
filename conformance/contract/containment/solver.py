"""The search for an instance of a conjunction of terms: lazily, type by type, with induction on recursion.

A state is a set of terms. It is looked at once for each type: terms are narrowed to the assertions of that
type, the conjunction of the literals is solved by the rules of the type, and only a disjunction that the
instance found so far violates is split. A state met again below itself counts as empty, for a smallest
instance does not need it; results that rest on such an assumption are kept only while it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.contract.containment import numbers, strings
from conformance.contract.containment.acceptance import Acceptance
from conformance.contract.containment.answers import EMPTY, Answer, Budget, Empty, Found, Unknown, better
from conformance.contract.containment.arrays import Arrays
from conformance.contract.containment.narrowing import Narrowing
from conformance.contract.containment.objects import Objects
from conformance.contract.containment.terms import Term, Terms, cost
from conformance.contract.containment.values import (
    ANYTHING,
    ARRAY,
    BOOLEAN,
    NULL,
    NUMBER,
    OBJECT,
    STRING,
    TYPES,
    Key,
    key_of,
    value_of,
)

State = frozenset[Term]
# True: a witness; False: surely none; None: nobody can tell.
Accept = Callable[[Any], bool | None]
_DEEPEST: Final = 40
_SHORT: Final = 80
_NO_PROOF: Final = {
    False: "the validator disagrees with the search",
    None: "the validator cannot judge a schema",
}


@dataclass
class Solver:
    """Finds instances of states; keeps what it learned for later checks."""

    terms: Terms
    acceptance: Acceptance
    narrowing: Narrowing
    budget: Budget
    known: dict[State, Answer] = field(default_factory=dict)
    assumed: dict[State, int] = field(default_factory=dict)
    path: dict[State, int] = field(default_factory=dict)
    lowest: int = 1 << 30
    flat: dict[tuple[Term, ...], State | None] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget what an interrupted check left open."""
        self.assumed.clear()
        self.path.clear()
        self.acceptance.open.clear()
        self.lowest = 1 << 30

    def find(self, state: Iterable[Term], accept: Accept | None = None) -> Answer:
        """An instance of all terms, the proof that there is none, or neither.

        With `accept`, instances it refuses are passed over.
        """
        members = self._flatten(state)
        if members is None:
            return EMPTY
        if accept is not None:
            return self._solve(members, accept)
        known = self.known.get(members)
        if known is not None:
            return known
        open_at = self.path.get(members, self.assumed.get(members))
        if open_at is not None:
            self.lowest = min(self.lowest, open_at)
            return EMPTY
        if len(self.path) > _DEEPEST:
            return Unknown("recursion too deep")
        return self._tracked(members)

    def _flatten(self, state: Iterable[Term]) -> State | None:
        """The conjuncts of a state; None for a contradiction in so many words."""
        if not isinstance(state, tuple):
            return self._conjuncts(state)
        if state not in self.flat:
            self.flat[state] = self._conjuncts(state)
        return self.flat[state]

    def _conjuncts(self, state: Iterable[Term]) -> State | None:
        members: set[Term] = set()
        for term in state:
            if term.kind == "and":
                members.update(term.args)
            elif term is self.terms.false:
                return None
            elif term is not self.terms.true:
                members.add(term)
        if any(term.negation in members for term in members if term.negation is not None):
            return None
        return frozenset(members)

    def _tracked(self, members: State) -> Answer:
        self.budget.spend()
        depth = len(self.path)
        outer, self.lowest = self.lowest, 1 << 30
        mark = len(self.assumed)
        self.path[members] = depth
        try:
            answer = self._solve(members, None)
        finally:
            del self.path[members]
        if isinstance(answer, Empty) and self.lowest < depth:
            self.assumed[members] = self.lowest
        else:
            self._close(mark, answer)
            self.known[members] = answer
        self.lowest = min(outer, self.lowest if self.lowest < depth else 1 << 30)
        return answer

    def _close(self, mark: int, answer: Answer) -> None:
        """What was empty on the assumption that this state is: now proved, or void."""
        rest = list(self.assumed)[mark:]
        for state in rest:
            low = self.assumed.pop(state)
            if isinstance(answer, Empty) and low >= len(self.path):
                self.known[state] = EMPTY

    def _solve(self, members: State, accept: Accept | None) -> Answer:
        listed = self.narrowing.listed(members)
        if listed is not None:
            return self._try_each(listed, members, accept)
        mask = ANYTHING
        for term in members:
            mask &= self.narrowing.mask(term)
        result: Answer = EMPTY
        for kind in TYPES:
            if mask & kind:
                narrowed = [self.narrowing.narrow(term, kind) for term in members]
                answer = self.explore(kind, narrowed, accept)
                result = better(result, answer)
                if _settled(answer, accept):
                    return answer
        return result

    def _try_each(self, keys: Iterable[Key], members: Iterable[Term], accept: Accept | None) -> Answer:
        result: Answer = EMPTY
        for key in sorted(keys, key=_simplest):
            value = value_of(key)
            verdict = self.acceptance.all_accept(members, value)
            if verdict is False:
                continue
            answer = self._accepted(Found(value, None if verdict else self._doubt(members)), accept)
            if _settled(answer, accept):
                return answer
            result = better(result, answer)
        return result

    @staticmethod
    def _accepted(found: Found, accept: Accept | None, *, alone: bool = True) -> Answer:
        """An instance as the final judge sees it; alone tells that it is the only one in question."""
        verdict = True if accept is None else accept(found.value)
        if verdict is True:
            return found
        # What the search is sure of and the judge denies is a defect of one of them: no proof either way.
        if verdict is False and alone and found.doubt is not None:
            return EMPTY
        return Unknown(found.doubt or _NO_PROOF[verdict])

    def _doubt(self, members: Iterable[Term]) -> str:
        """What in the terms is not understood; where all is, it is a circle of references."""
        return next(opaque_names(members, self.acceptance.expand), "$ref leads to itself")

    # Disjunctions.

    def explore(self, kind: int, parts: Iterable[Term], accept: Accept | None) -> Answer:
        """An instance of one type for narrowed terms."""
        self.budget.spend()
        opened = self._open(kind, parts)
        if opened is None:
            return EMPTY
        literals, clauses = opened
        answer = self._conjunction(kind, literals)
        if isinstance(answer, Empty):
            return EMPTY
        pending = list(clauses)
        if isinstance(answer, Found):
            pending = self._violated(clauses, answer.value)
            if not pending:
                return self._accepted(answer, accept, alone=False)
        elif not clauses:
            return answer
        clause, choices = self._narrowest(kind, literals, pending)
        rest = [*literals, *(other for other in clauses if other is not clause)]
        return self._split(kind, choices, rest, accept)

    def _narrowest(self, kind: int, literals: set[Term], clauses: Iterable[Term]) -> tuple[Term, list[Term]]:
        """The disjunction with the fewest choices that the literals leave open."""
        check = Objects(self, literals).refutes if kind == OBJECT else _never
        best: tuple[Term, list[Term]] | None = None
        for clause in sorted(clauses, key=_width):
            choices = [choice for choice in clause.args if not check(choice)]
            if best is None or len(choices) < len(best[1]):
                best = clause, choices
                if len(choices) <= 1:
                    break
        assert best is not None  # noqa: S101 - there is a clause
        return best

    def _split(self, kind: int, choices: list[Term], rest: list[Term], accept: Accept | None) -> Answer:
        result: Answer = EMPTY
        for choice in sorted(choices, key=cost):
            answer = self.explore(kind, [choice, *rest], accept)
            result = better(result, answer)
            if _settled(answer, accept):
                return answer
        return result

    def _violated(self, clauses: Iterable[Term], value: Any) -> list[Term]:
        return [clause for clause in clauses if self.acceptance.accepts(clause, value) is not True]

    def _open(self, kind: int, parts: Iterable[Term]) -> tuple[set[Term], set[Term]] | None:
        """Literals and disjunctions, simplified by what the literals decide; None for a contradiction."""
        literals: set[Term] = set()
        clauses: set[Term] = set()
        queue = list(parts)
        while True:
            while queue:
                term = queue.pop()
                if term is self.terms.false:
                    return None
                if term.kind == "and":
                    queue.extend(term.args)
                elif term.kind == "among" and not term.args[1] and kind & (ARRAY | OBJECT):
                    queue.append(self.narrowing.among(term, kind))
                elif term.kind == "or":
                    clauses.add(term)
                elif term is not self.terms.true:
                    if self.terms.reflect(term) in literals:
                        return None
                    literals.add(term)
            queue = self._shortened(literals, clauses)
            if not queue:
                return literals, clauses

    def _shortened(self, literals: set[Term], clauses: set[Term]) -> list[Term]:
        """What is left of disjunctions that the literals (or other disjunctions) settle in part."""
        present = literals | clauses
        against = {self.terms.reflect(term) for term in present}
        changed = []
        for clause in list(clauses):
            shorter = self._reduce(clause, present, against)
            if shorter is not clause:
                clauses.discard(clause)
                changed.append(shorter)
        return changed

    def _reduce(self, clause: Term, present: set[Term], against: set[Term]) -> Term:
        """The disjunction without the choices of which some part contradicts what is present."""
        if not present.isdisjoint(clause.args):
            return self.terms.true
        left = [
            choice
            for choice in clause.args
            if choice not in against and (choice.kind != "and" or against.isdisjoint(choice.args))
        ]
        return clause if len(left) == len(clause.args) else self.terms.any_of(left)

    # Conjunctions of literals.

    def _conjunction(self, kind: int, literals: set[Term]) -> Answer:
        for term in literals:
            if term.kind == "among" and term.args[1]:
                return self._try_each(term.args[0], literals, None)
        opaque = [term for term in literals if term.kind == "opaque"]
        answer = self._typed(kind, literals.difference(opaque) if opaque else literals)
        if not opaque or not isinstance(answer, Found):
            return answer
        verdict = self.acceptance.all_accept(opaque, answer.value)
        if verdict is True:
            return answer
        return Found(answer.value, answer.doubt or self._doubt(opaque))

    def _typed(self, kind: int, literals: set[Term]) -> Answer:
        if kind == NULL:
            return EMPTY if any(term.kind == "among" for term in literals) else Found(None)
        if kind == BOOLEAN:
            return self._boolean(literals)
        if kind == NUMBER:
            return numbers.gather(literals).find()
        if kind == STRING:
            return strings.gather(literals).find()
        if kind == ARRAY:
            return Arrays(self, literals).find()
        return Objects(self, literals).find()

    def _boolean(self, literals: set[Term]) -> Answer:
        for value in (False, True):
            if self.acceptance.all_accept(literals, value):
                return Found(value)
        return EMPTY

    def several(self, state: Iterable[Term], count: int) -> tuple[list[Found], bool]:
        """Distinct instances, and whether fewer than count means that there are no more."""
        found: list[Found] = []
        members = list(state)
        while len(found) < count:
            excluded = self.terms.among(frozenset(key_of(each.value) for each in found), False)
            answer = self.find([*members, excluded])
            if not isinstance(answer, Found):
                return found, isinstance(answer, Empty)
            found.append(answer)
        return found, True


def _settled(answer: Answer, accept: Accept | None) -> bool:
    """Whether there is no need to look further: what the final judge accepted holds in spite of doubts."""
    return isinstance(answer, Found) and (answer.doubt is None or accept is not None)


def _never(_: Term) -> bool:
    return False


def _width(clause: Term) -> tuple[int, int]:
    return len(clause.args), clause.order


def _simplest(key: Key) -> tuple[int, str]:
    text = repr(key)
    return len(text), text


def opaque_names(terms: Iterable[Term], expand: Callable[[Term], Term]) -> Iterator[str]:
    """What is not understood in terms and in what they refer to."""
    seen: set[Term] = set()
    queue = list(terms)
    while queue:
        term = queue.pop()
        if term in seen:
            continue
        seen.add(term)
        if term.kind == "opaque":
            yield _named(term.args[0])
        elif term.kind == "reference":
            queue.append(expand(term))
        for argument in term.args:
            inner = argument if isinstance(argument, tuple) else (argument,)
            queue.extend(part for part in inner if isinstance(part, Term))


def _named(what: tuple[Any, ...]) -> str:
    """The construct, and what it holds where that is short."""
    details = [part for part in what[1:] if isinstance(part, str) and len(part) <= _SHORT]
    return " ".join((what[0], *details))
