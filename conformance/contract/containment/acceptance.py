"""Whether a value satisfies a term, computed on the term itself: True, False, or None where nobody can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from conformance.contract.containment import numbers, strings
from conformance.contract.containment.terms import ASSERTION_TYPE, Term, Terms
from conformance.contract.containment.values import ARRAY, NUMBER, STRING, exact, key_of, type_of

_DEEPEST: Final = 200

Expand = Callable[[Term], Term]
Judge = Callable[[Any, Any], bool | None]


@dataclass
class Acceptance:
    """Judges values; references are expanded by the engine, opaque constructs judged by it where it can."""

    terms: Terms
    expand: Expand
    judge: Judge
    depth: int = 0

    def all_accept(self, terms: Iterable[Term], value: Any) -> bool | None:
        """Whether the value satisfies all terms."""
        return conjunction(self.accepts(term, value) for term in terms)

    def accepts(self, term: Term, value: Any) -> bool | None:
        """Whether the value satisfies the term."""
        kind = term.kind
        if kind == "among":
            return (key_of(value) in term.args[0]) is term.args[1]
        if kind == "type":
            return bool(type_of(value) & term.args[0])
        expected = ASSERTION_TYPE.get(kind)
        if expected is not None:
            if type_of(value) != expected:
                return True
            return self._asserted(term, value, expected)
        return self._connected(term, value)

    def _connected(self, term: Term, value: Any) -> bool | None:
        kind = term.kind
        if kind in ("true", "false"):
            return kind == "true"
        if kind == "and":
            return self.all_accept(term.args, value)
        if kind == "or":
            return negated(conjunction(negated(self.accepts(inner, value)) for inner in term.args))
        if kind == "one":
            return self._one(term, value)
        if kind == "reference":
            return self._reference(term, value)
        verdict = self.judge(term.args[0], value)
        return verdict if verdict is None else verdict is term.args[1]

    def _reference(self, term: Term, value: Any) -> bool | None:
        if self.depth > _DEEPEST:  # a $ref that leads to itself
            return None
        self.depth += 1
        try:
            return self.accepts(self.expand(term), value)
        finally:
            self.depth -= 1

    def _one(self, term: Term, value: Any) -> bool | None:
        branches, holds = term.args
        verdicts = [self.accepts(branch, value) for branch in branches]
        if verdicts.count(True) > 1:
            return not holds
        if None in verdicts:
            return None
        return (verdicts.count(True) == 1) is holds

    def _asserted(self, term: Term, value: Any, kind: int) -> bool | None:
        if kind == NUMBER:
            return numbers.holds(term, exact(value))
        if kind == STRING:
            return strings.holds(term, value)
        return (self._array if kind == ARRAY else self._object)(term, value)

    def _array(self, term: Term, value: list[Any]) -> bool | None:
        kind, args = term.kind, term.args
        if kind == "item":
            return args[0] >= len(value) or self.accepts(args[1], value[args[0]])
        if kind == "rest":
            return conjunction(self.accepts(args[1], item) for item in value[args[0] :])
        if kind == "count":
            return self._count(term, value)
        if kind == "unique":
            return (len({key_of(item) for item in value}) == len(value)) is args[0]
        return bool(len(value) >= args[0] if kind == "minItems" else len(value) <= args[0])

    def _count(self, term: Term, value: list[Any]) -> bool | None:
        start, inner, low, high = term.args
        verdicts = [self.accepts(inner, item) for item in value[start:]]
        sure, possible = verdicts.count(True), len(verdicts) - verdicts.count(False)
        if possible < low or (high is not None and sure > high):
            return False
        return True if sure >= low and (high is None or possible <= high) else None

    def _object(self, term: Term, value: dict[str, Any]) -> bool | None:
        kind, args = term.kind, term.args
        if kind == "property":
            return args[0] not in value or self.accepts(args[1], value[args[0]])
        if kind == "required":
            return args[0] in value
        if kind == "every":
            return conjunction(self._named(term, name, item) for name, item in value.items())
        if kind == "some":
            both = ((self.accepts(args[0], name), self.accepts(args[1], item)) for name, item in value.items())
            return negated(conjunction(negated(conjunction(pair)) for pair in both))
        return bool(len(value) >= args[0] if kind == "minProperties" else len(value) <= args[0])

    def _named(self, term: Term, name: str, item: Any) -> bool | None:
        named = self.accepts(term.args[0], name)
        if named is False:
            return True
        verdict = self.accepts(term.args[1], item)
        return verdict if named or verdict else None


def conjunction(verdicts: Iterable[bool | None]) -> bool | None:
    """Three-valued and: False wins, then None."""
    result: bool | None = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            result = None
    return result


def negated(verdict: bool | None) -> bool | None:
    """Three-valued not."""
    return None if verdict is None else not verdict


