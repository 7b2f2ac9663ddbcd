"""The search for an instance of a conjunction of terms: lazily, type by type, with induction on recursion.

A state is a set of terms. It is looked at once for each type: terms are narrowed to the assertions of that type, the
conjunction of the literals is solved by the rules of the type, and only a disjunction that the instance found so far
violates is split. A state met again below itself counts as empty, for a smallest instance does not need it; results
that rest on such an assumption are kept only while it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.contract.containment import numbers, strings
from conformance.contract.containment.acceptance import Acceptance
from conformance.contract.containment.answers import EMPTY, Answer, Budget, Empty, Found, Unknown, better
from conformance.contract.containment.arrays import Arrays
from conformance.contract.containment.objects import Objects
from conformance.contract.containment.terms import ASSERTION_TYPE, Term, Terms
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
_FINITE: Final = 400


@dataclass
class Solver:
    """Finds instances of states; keeps what it learned for later checks."""

    terms: Terms
    acceptance: Acceptance
    budget: Budget
    known: dict[State, Answer] = field(default_factory=dict)
    assumed: dict[State, int] = field(default_factory=dict)
    path: dict[State, int] = field(default_factory=dict)
    lowest: int = 1 << 30
    finite_memo: dict[Term, tuple[Key, ...] | None] = field(default_factory=dict)
    narrowing: set[tuple[Term, int]] = field(default_factory=set)
    circular: bool = False
    flat: dict[tuple[Term, ...], State | None] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget what an interrupted check left open."""
        self.assumed.clear()
        self.path.clear()
        self.narrowing.clear()
        self.circular = False
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
        listed = self._listed(members)
        if listed is not None:
            return self._try_each(listed, members, accept)
        mask = ANYTHING
        for term in members:
            mask &= self.mask(term)
        result: Answer = EMPTY
        for kind in TYPES:
            if mask & kind:
                narrowed = [self.narrow(term, kind) for term in members]
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
        return Unknown(found.doubt or "the validator disagrees with the search")

    def _doubt(self, members: Iterable[Term]) -> str:
        return next((name for term in members for name in opaque_names(term)), "an opaque keyword")

    # Finite sets of instances.

    def _listed(self, members: Iterable[Term]) -> tuple[Key, ...] | None:
        best: tuple[Key, ...] | None = None
        for term in members:
            keys = self.finite(term)
            if keys is not None and (best is None or len(keys) < len(best)):
                best = keys
        return best

    def finite(self, term: Term) -> tuple[Key, ...] | None:
        """A superset of the instances as a short list; None where there is no such list."""
        if term not in self.finite_memo:
            self.finite_memo[term] = self._finite(term)
        return self.finite_memo[term]

    def _finite(self, term: Term) -> tuple[Key, ...] | None:
        if term.kind == "among":
            return tuple(term.args[0]) if term.args[1] else None
        if term.kind == "type" and not term.args[0] & ~(NULL | BOOLEAN):
            return tuple(key for key in _SMALL if key[0] & term.args[0])
        if term.kind == "and":
            return self._listed(term.args)
        if term.kind == "or":
            parts = [self.finite(inner) for inner in term.args]
            joined = dict.fromkeys(key for part in parts if part is not None for key in part)
            return tuple(joined) if None not in parts and len(joined) <= _FINITE else None
        return None

    # One type.

    def mask(self, term: Term) -> int:
        """The types a term's instances may have, at most."""
        if term.mask < 0:
            term.mask = self._mask(term)
        return term.mask

    def _mask(self, term: Term) -> int:
        if term.kind == "type":
            return int(term.args[0])
        if term.kind == "among" and term.args[1]:
            mask = 0
            for key in term.args[0]:
                mask |= key[0]
            return mask
        if term.kind == "and":
            mask = ANYTHING
            for inner in term.args:
                mask &= self.mask(inner)
            return mask
        if term.kind == "or" or (term.kind == "one" and term.args[1]):
            mask = 0
            for inner in term.args if term.kind == "or" else term.args[0]:
                mask |= self.mask(inner)
            return mask
        return 0 if term is self.terms.false else ANYTHING

    def narrow(self, term: Term, kind: int) -> Term:
        """The term among instances of one type: assertions of other types hold, references are expanded."""
        if term.narrowed is None:
            term.narrowed = {}
        found = term.narrowed.get(kind)
        if found is not None:
            return found
        if (term, kind) in self.narrowing:
            self.circular = True
            return self.terms.opaque(("$ref leads to itself",))
        self.narrowing.add((term, kind))
        try:
            found = self._narrow(term, kind)
        finally:
            self.narrowing.discard((term, kind))
        if not self.narrowing:
            self.circular = False
        if not self.circular:  # what was cut short in a circle is right for the term it began with alone
            term.narrowed[kind] = found
        return found

    def _narrow(self, term: Term, kind: int) -> Term:
        terms = self.terms
        assertion = ASSERTION_TYPE.get(term.kind)
        if assertion is not None:
            return term if assertion == kind else terms.true
        if term.kind == "type":
            return terms.true if term.args[0] & kind else terms.false
        if term.kind == "among":
            return self._narrow_among(term, kind)
        if term.kind == "and":
            return terms.all_of([self.narrow(inner, kind) for inner in term.args])
        if term.kind == "or":
            return terms.any_of([self.narrow(inner, kind) for inner in term.args])
        if term.kind == "reference":
            return self.narrow(self.acceptance.expand(term), kind)
        if term.kind == "one":
            return self._narrow_one(term, kind)
        return term

    def _narrow_among(self, term: Term, kind: int) -> Term:
        keys = frozenset(key for key in term.args[0] if key[0] == kind)
        if term.args[1] or kind not in (ARRAY, OBJECT):
            return self.terms.among(keys, term.args[1])
        return self.terms.all_of([self.terms.reflect(self._shape(key)) for key in keys])

    def _shape(self, key: Key) -> Term:
        """A constant array or object as assertions, so that its complement can be searched."""
        terms, (kind, content) = self.terms, key
        if kind == ARRAY:
            items = [terms.atom("item", i, terms.among(frozenset((item,)))) for i, item in enumerate(content)]
            return terms.all_of([*items, terms.atom("minItems", len(content)), terms.atom("maxItems", len(content))])
        parts = [terms.atom("maxProperties", len(content))]
        for name, item in content:
            parts += [terms.atom("required", name), terms.atom("property", name, terms.among(frozenset((item,))))]
        return terms.all_of(parts)

    def _narrow_one(self, term: Term, kind: int) -> Term:
        terms, (branches, holds) = self.terms, term.args
        narrowed = [self.narrow(branch, kind) for branch in branches]
        narrowed = [branch for branch in narrowed if branch is not terms.false]
        if self._apart(narrowed, kind):
            either = terms.any_of(narrowed)
            return either if holds else terms.reflect(either)
        if holds:
            return terms.any_of([self._only(index, narrowed) for index in range(len(narrowed))])
        pairs = [
            terms.all_of((one, other)) for index, one in enumerate(narrowed) for other in narrowed[index + 1 :]
        ]
        return terms.any_of([terms.all_of([terms.reflect(branch) for branch in narrowed]), *pairs])

    def _only(self, index: int, branches: list[Term]) -> Term:
        others = [self.terms.reflect(branch) for place, branch in enumerate(branches) if place != index]
        return self.terms.all_of([branches[index], *others])

    def _apart(self, branches: list[Term], kind: int) -> bool:
        """Whether no two branches share an instance, as far as constant properties show it."""
        if len(branches) < 2:
            return True
        if kind != OBJECT or len(set(branches)) < len(branches):
            return False
        tags = [self._tags(branch) for branch in branches]
        shared = set(tags[0]).intersection(*tags[1:])
        return any(_disjoint([tag[name] for tag in tags]) for name in shared)

    def _tags(self, term: Term) -> dict[str, set[Key]]:
        """Required properties of which the possible values are listed."""
        parts = term.args if term.kind == "and" else (term,)
        needed = {part.args[0] for part in parts if part.kind == "required"}
        tags: dict[str, set[Key]] = {}
        for part in parts:
            if part.kind == "property" and part.args[0] in needed:
                keys = self.finite(part.args[1])
                if keys is not None:
                    tags[part.args[0]] = tags.get(part.args[0], set(keys)) & set(keys)
        return tags

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
                if len(choices) < 2:
                    break
        assert best is not None  # noqa: S101 - there is a clause
        return best

    def _split(self, kind: int, choices: list[Term], rest: list[Term], accept: Accept | None) -> Answer:
        result: Answer = EMPTY
        for choice in choices:
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
                elif term.kind == "or":
                    clauses.add(term)
                elif term.kind == "among" and not term.args[1] and kind & (ARRAY | OBJECT):
                    queue.append(self._narrow_among(term, kind))
                elif term is not self.terms.true:
                    if term.mirror is not None and term.mirror in literals:
                        return None
                    literals.add(term)
            present = literals | clauses
            against = {self.terms.reflect(term) for term in present}
            for clause in list(clauses):
                shorter = self._reduce(clause, present, against)
                if shorter is not clause:
                    clauses.discard(clause)
                    queue.append(shorter)
            if not queue:
                return literals, clauses

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


_SMALL: Final[tuple[Key, ...]] = ((NULL, None), (BOOLEAN, False), (BOOLEAN, True))


def _settled(answer: Answer, accept: Accept | None) -> bool:
    """Whether there is no need to look further: what the final judge accepted holds in spite of doubts."""
    return isinstance(answer, Found) and (answer.doubt is None or accept is not None)


def _never(_: Term) -> bool:
    return False


def _disjoint(sets: list[set[Key]]) -> bool:
    return sum(map(len, sets)) == len(set().union(*sets))


def _width(clause: Term) -> tuple[int, int]:
    return len(clause.args), clause.order


def _simplest(key: Key) -> tuple[int, str]:
    text = repr(key)
    return len(text), text


def opaque_names(term: Term) -> Iterable[str]:
    """What is not understood in a term, as far as it is not below a reference."""
    if term.kind == "opaque":
        yield " ".join(str(part) for part in term.args[0] if part)
    for argument in term.args:
        for inner in argument if isinstance(argument, tuple) else (argument,):
            if isinstance(inner, Term):
                yield from opaque_names(inner)


