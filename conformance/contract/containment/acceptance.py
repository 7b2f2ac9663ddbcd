"""Whether a value satisfies a term, read off the term: True, False, or None where nobody can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from conformance.contract.containment import numbers, strings
from conformance.contract.containment.terms import ASSERTION_TYPE, Term
from conformance.contract.containment.values import ARRAY, NUMBER, exact, key_of, type_of

Expand = Callable[[Term], Term]


class Acceptance:
    """Judges values; references are expanded by the engine."""

    def __init__(self, expand: Expand, spend: Callable[[], None]) -> None:
        self.expand = expand
        self.spend = spend
        self.open: set[tuple[Term, int]] = set()
        self._readers: dict[str, Callable[[Term, Any], bool | None]] = {
            "true": lambda _term, _value: True,
            "false": lambda _term, _value: False,
            "opaque": lambda _term, _value: None,
            "and": self._and,
            "or": self._or,
            "one": self._one,
            "reference": self._reference,
            "type": lambda term, value: bool(type_of(value) & term.args[0]),
            "among": lambda term, value: (key_of(value) in term.args[0]) is term.args[1],
            "property": self._property,
            "required": lambda term, value: type(value) is not dict or term.args[0] in value,
            "every": self._every,
            "some": self._some,
            "item": self._item,
            "rest": self._rest,
            "count": self._count,
            "unique": self._unique,
            **dict.fromkeys(("minItems", "maxItems", "minProperties", "maxProperties"), _sized),
            **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), _string),
            **dict.fromkeys(("minimum", "maximum", "multiple"), _number),
        }

    def all_accept(self, terms: Iterable[Term], value: Any) -> bool | None:
        """Whether the value satisfies all terms."""
        return conjunction(self.accepts(term, value) for term in terms)

    def accepts(self, term: Term, value: Any) -> bool | None:
        """Whether the value satisfies the term."""
        return self._readers[term.kind](term, value)

    def _and(self, term: Term, value: Any) -> bool | None:
        self.spend()
        return conjunction(self.accepts(inner, value) for inner in term.args)

    def _or(self, term: Term, value: Any) -> bool | None:
        self.spend()
        result: bool | None = False
        for inner in term.args:
            verdict = self.accepts(inner, value)
            if verdict:
                return True
            if verdict is None:
                result = None
        return result

    def _reference(self, term: Term, value: Any) -> bool | None:
        mark = (term, id(value))
        if mark in self.open:  # a $ref that leads to itself
            return None
        self.open.add(mark)
        try:
            return self.accepts(self.expand(term), value)
        finally:
            self.open.discard(mark)

    def _one(self, term: Term, value: Any) -> bool | None:
        branches, holds = term.args
        verdicts = [self.accepts(branch, value) for branch in branches]
        if verdicts.count(True) > 1:
            return not holds
        if None in verdicts:
            return None
        return (verdicts.count(True) == 1) is holds

    def _item(self, term: Term, value: Any) -> bool | None:
        place, inner = term.args
        return type(value) is not list or place >= len(value) or self.accepts(inner, value[place])

    def _rest(self, term: Term, value: Any) -> bool | None:
        if type(value) is not list:
            return True
        return conjunction(self.accepts(term.args[1], item) for item in value[term.args[0] :])

    def _count(self, term: Term, value: Any) -> bool | None:
        if type(value) is not list:
            return True
        start, inner, low, high = term.args
        verdicts = [self.accepts(inner, item) for item in value[start:]]
        sure, possible = verdicts.count(True), len(verdicts) - verdicts.count(False)
        if possible < low or (high is not None and sure > high):
            return False
        return True if sure >= low and (high is None or possible <= high) else None

    def _unique(self, term: Term, value: Any) -> bool | None:
        if type(value) is not list:
            return True
        return (len({key_of(item) for item in value}) == len(value)) is term.args[0]

    def _property(self, term: Term, value: Any) -> bool | None:
        name, inner = term.args
        return type(value) is not dict or name not in value or self.accepts(inner, value[name])

    def _every(self, term: Term, value: Any) -> bool | None:
        if type(value) is not dict:
            return True
        return conjunction(self._named(term, name, item) for name, item in value.items())

    def _some(self, term: Term, value: Any) -> bool | None:
        if type(value) is not dict:
            return True
        names, inner = term.args
        both = (
            conjunction((self.accepts(names, name), self.accepts(inner, item)))
            for name, item in value.items()
        )
        return negated(conjunction(negated(verdict) for verdict in both))

    def _named(self, term: Term, name: str, item: Any) -> bool | None:
        named = self.accepts(term.args[0], name)
        if named is False:
            return True
        verdict = self.accepts(term.args[1], item)
        return verdict if named or verdict else None


def _sized(term: Term, value: Any) -> bool:
    if type(value) is not (list if ASSERTION_TYPE[term.kind] == ARRAY else dict):
        return True
    size = len(value)
    return bool(size >= term.args[0] if term.kind.startswith("min") else size <= term.args[0])


def _string(term: Term, value: Any) -> bool | None:
    return type(value) is not str or strings.holds(term, value)


def _number(term: Term, value: Any) -> bool:
    return type_of(value) != NUMBER or numbers.holds(term, exact(value))


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
