"""Terms seen among the instances of one type: masks of types, short lists of instances, assertions alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from conformance.contract.containment.terms import ASSERTION_TYPE, Term, Terms
from conformance.contract.containment.values import ANYTHING, ARRAY, BOOLEAN, NULL, OBJECT, Key

_LONGEST_LIST: Final = 400
_SMALL: Final[tuple[Key, ...]] = ((NULL, None), (BOOLEAN, False), (BOOLEAN, True))

# Name of a property: its possible values, and whether it is required.
Tags = dict[str, tuple[frozenset[Key], bool]]


@dataclass
class Narrowing:
    """What terms come to when the type of the instance is known; remembered with the terms."""

    terms: Terms
    expand: Callable[[Term], Term]
    _lists: dict[Term, tuple[Key, ...] | None] = field(default_factory=dict)
    _breadth: dict[Term, int] = field(default_factory=dict)
    _circular: dict[object, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._narrowers: dict[str, Callable[[Term, int], Term]] = {
            "type": self._narrow_type,
            "among": self.among,
            "and": self._narrow_and,
            "or": self._narrow_or,
            "reference": self._narrow_reference,
            "one": self._narrow_one,
        }

    def listed(self, members: Iterable[Term]) -> tuple[Key, ...] | None:
        """The shortest list among those of the members of a conjunction."""
        best: tuple[Key, ...] | None = None
        for term in members:
            keys = self.finite(term)
            if keys is not None and (best is None or len(keys) < len(best)):
                best = keys
        return best

    def finite(self, term: Term) -> tuple[Key, ...] | None:
        """A superset of the instances as a short list; None where there is no such list."""
        if term not in self._lists:
            self._lists[term] = self._finite(term)
        return self._lists[term]

    def _finite(self, term: Term) -> tuple[Key, ...] | None:
        if term.kind == "among":
            return tuple(term.args[0]) if term.args[1] else None
        if term.kind == "type" and not term.args[0] & ~(NULL | BOOLEAN):
            return tuple(key for key in _SMALL if key[0] & term.args[0])
        if term.kind == "and":
            return self.listed(term.args)
        if term.kind == "or":
            parts = [self.finite(inner) for inner in term.args]
            joined = dict.fromkeys(key for part in parts if part is not None for key in part)
            return tuple(joined) if None not in parts and len(joined) <= _LONGEST_LIST else None
        return None

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
        if found is None:
            found = term.narrowed[kind] = self._narrow(term, kind)
        return found

    def _narrow(self, term: Term, kind: int) -> Term:
        assertion = ASSERTION_TYPE.get(term.kind)
        if assertion is not None:
            return term if assertion == kind else self.terms.true
        narrow = self._narrowers.get(term.kind)
        return narrow(term, kind) if narrow else term

    def breadth(self, term: Term) -> int:
        """How many terms one value meets, before any step into it, if nothing ends the evaluation early."""
        if term not in self._breadth:
            self._breadth[term] = 1  # what a circle comes to
            if term.kind == "reference":
                self._breadth[term] = self.breadth(self.expand(term))
            else:
                inner = (
                    term.args[0] if term.kind == "one" else term.args if term.kind in ("and", "or") else ()
                )
                self._breadth[term] = 1 + sum(self.breadth(part) for part in inner)
        return self._breadth[term]

    def _narrow_type(self, term: Term, kind: int) -> Term:
        return self.terms.true if term.args[0] & kind else self.terms.false

    def _narrow_and(self, term: Term, kind: int) -> Term:
        return self.terms.all_of([self.narrow(inner, kind) for inner in term.args])

    def _narrow_or(self, term: Term, kind: int) -> Term:
        return self.terms.any_of([self.narrow(inner, kind) for inner in term.args])

    def _narrow_reference(self, term: Term, kind: int) -> Term:
        key, holds = term.args
        if self._leads_to_itself(term):
            return self.terms.opaque(("$ref leads to itself", key), holds)
        return self.narrow(self.expand(term), kind)

    def _leads_to_itself(self, term: Term) -> bool:
        """Whether a reference is met again without a step into the instance: it defines nothing."""
        key = term.args[0]
        if key not in self._circular:
            self._circular[key] = self._reaches(key, self.expand(term))
        return self._circular[key]

    def _reaches(self, key: object, start: Term) -> bool:
        seen: set[Term] = set()
        queue = [start]
        while queue:
            term = queue.pop()
            if term in seen:
                continue
            seen.add(term)
            if term.kind == "reference":
                if term.args[0] == key:
                    return True
                queue.append(self.expand(term))
            elif term.kind in ("and", "or"):
                queue.extend(term.args)
            elif term.kind == "one":
                queue.extend(term.args[0])
        return False

    def among(self, term: Term, kind: int) -> Term:
        """The listed values of one type; excluded arrays and objects as assertions."""
        keys = frozenset(key for key in term.args[0] if key[0] == kind)
        if term.args[1] or kind not in (ARRAY, OBJECT):
            return self.terms.among(keys, term.args[1])
        return self.terms.all_of([self.terms.reflect(self._shape(key)) for key in keys])

    def _shape(self, key: Key) -> Term:
        """A constant array or object as assertions, so that its complement can be searched."""
        terms, (kind, content) = self.terms, key
        if kind == ARRAY:
            items = [terms.atom("item", i, terms.among(frozenset((item,)))) for i, item in enumerate(content)]
            return terms.all_of(
                [*items, terms.atom("minItems", len(content)), terms.atom("maxItems", len(content))]
            )
        parts = [terms.atom("maxProperties", len(content))]
        for name, item in content:
            parts += [
                terms.atom("required", name),
                terms.atom("property", name, terms.among(frozenset((item,)))),
            ]
        return terms.all_of(parts)

    def _narrow_one(self, term: Term, kind: int) -> Term:
        terms, (branches, holds) = self.terms, term.args
        narrowed = [self.narrow(branch, kind) for branch in branches]
        narrowed = [branch for branch in narrowed if branch is not terms.false]
        overlaps = self._overlaps(narrowed, kind)
        if holds:
            others = ([terms.reflect(narrowed[place]) for place in places] for places in overlaps)
            return terms.any_of(
                [terms.all_of((branch, *rest)) for branch, rest in zip(narrowed, others, strict=True)]
            )
        none = terms.all_of([terms.reflect(branch) for branch in narrowed])
        pairs = [
            terms.all_of((narrowed[one], narrowed[other]))
            for one, places in enumerate(overlaps)
            for other in places
            if one < other
        ]
        return terms.any_of([none, *pairs])

    def _overlaps(self, branches: list[Term], kind: int) -> list[list[int]]:
        """For each branch those that may share an instance with it, as far as listed values tell."""
        listed = [self.finite(branch) for branch in branches]
        tags = [self._tags(branch) if kind == OBJECT else {} for branch in branches]

        def apart(one: int, other: int) -> bool:
            here, there = listed[one], listed[other]
            if here is not None and there is not None and set(here).isdisjoint(there):
                return True
            return _told_apart(tags[one], tags[other])

        places = range(len(branches))
        return [[other for other in places if other != one and not apart(one, other)] for one in places]

    def _tags(self, term: Term) -> Tags:
        """Properties of which the possible values are listed."""
        if term.kind == "or":
            return _either([self._tags(inner) for inner in term.args])
        parts = term.args if term.kind == "and" else (term,)
        needed = {part.args[0] for part in parts if part.kind == "required"}
        tags: Tags = {}
        for part in parts:
            keys = self.finite(part.args[1]) if part.kind == "property" else None
            if keys is not None:
                name = part.args[0]
                values = frozenset(keys)
                tags[name] = (tags[name][0] & values if name in tags else values, name in needed)
        return tags


def _either(several: list[Tags]) -> Tags:
    shared = set(several[0]).intersection(*several[1:])
    return {
        name: (
            frozenset().union(*(tags[name][0] for tags in several)),
            all(tags[name][1] for tags in several),
        )
        for name in shared
    }


def _told_apart(one: Tags, other: Tags) -> bool:
    """Whether some property, required on either side, has no value in common."""
    return any(
        (needed or other[name][1]) and keys.isdisjoint(other[name][0])
        for name, (keys, needed) in one.items()
        if name in other
    )
