"""Schemas as a boolean algebra of interned terms, closed under negation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from conformance.contract.containment.values import (
    ANYTHING,
    ARRAY,
    NUMBER,
    OBJECT,
    STRING,
    Key,
)

# An assertion holds for every instance of another type, as JSON Schema's keywords do.
ASSERTION_TYPE: Final = {
    "minimum": NUMBER,  # (bound, exclusive)
    "maximum": NUMBER,  # (bound, exclusive)
    "multiple": NUMBER,  # (divisor, holds)
    "pattern": STRING,  # (pattern, holds)
    "minLength": STRING,  # (length,)
    "maxLength": STRING,  # (length,)
    "format": STRING,  # (name, holds)
    "item": ARRAY,  # (index, term): the item, if there is one, satisfies it
    "rest": ARRAY,  # (start, term): so do all from start on
    "count": ARRAY,  # (start, term, low, high): so many from start on satisfy it
    "minItems": ARRAY,
    "maxItems": ARRAY,
    "unique": ARRAY,  # (holds,)
    "property": OBJECT,  # (name, term): the value, if there is one, satisfies it
    "required": OBJECT,  # (name,)
    "every": OBJECT,  # (name term, term): values of all properties so named satisfy it
    "some": OBJECT,  # (name term, term): there is a property so named whose value satisfies it
    "minProperties": OBJECT,
    "maxProperties": OBJECT,
}


@dataclass(eq=False, slots=True)
class Term:
    """One interned term.

    Kinds beyond the assertions above: true, false; and, or (members); type (mask of types); among (set of
    value keys, holds); reference (key, holds), expanded when needed; one (branches, holds); opaque (what,
    holds).
    """

    kind: str
    args: tuple[Any, ...]
    negation: Term | None = None
    mirror: Term | None = None
    narrowed: dict[int, Term] | None = None
    mask: int = -1
    order: int = 0
    cost: int = 0


def cost(term: Term) -> int:
    """How large an instance is likely to be, and how hard to find; to try what is simple first."""
    if not term.cost:
        inner = [part for part in term.args if isinstance(part, Term)]
        if term.kind == "or":
            term.cost = min(map(cost, inner))
        elif term.kind == "one":
            term.cost = min(map(cost, term.args[0]))
        else:
            term.cost = min(_COSTS.get(term.kind, 1) + sum(map(cost, inner)), _MOST)
    return term.cost


_COSTS: Final = {"reference": 50, "opaque": 10_000, "item": 2, "rest": 2, "count": 3, "every": 3, "some": 3}
_MOST: Final = 1_000_000


class Terms:
    """The table of terms of one engine, and the only place where terms are made."""

    def __init__(self) -> None:
        self._table: dict[tuple[str, tuple[Any, ...]], Term] = {}
        self.true = self._make("true", ())
        self.false = self._make("false", ())
        self._link(self.true, self.false, "negation")
        self._link(self.true, self.false, "mirror")

    def _make(self, kind: str, args: tuple[Any, ...]) -> Term:
        key = (kind, args)
        term = self._table.get(key)
        if term is None:
            term = self._table[key] = Term(kind, args, order=len(self._table))
        return term

    @staticmethod
    def _link(one: Term, other: Term, how: str) -> None:
        for here, there in ((one, other), (other, one)):
            if getattr(here, how) is None:
                setattr(here, how, there)

    # Connectives.

    def all_of(self, terms: Iterable[Term]) -> Term:
        """Conjunction."""
        return self._connect("and", terms, self.true, self.false)

    def any_of(self, terms: Iterable[Term]) -> Term:
        """Disjunction."""
        return self._connect("or", terms, self.false, self.true)

    def _connect(self, kind: str, terms: Iterable[Term], neutral: Term, absorbing: Term) -> Term:
        members: set[Term] = set()
        for term in terms:
            if term.kind == kind:
                members.update(term.args)
            else:
                members.add(term)
        members.discard(neutral)
        if len(members) > 1:
            if absorbing in members or self._opposed(kind, members):
                return absorbing
            members = self._merge_scalars(kind, members)
            if absorbing in members:
                return absorbing
            members.discard(neutral)
        if len(members) == 1:
            return members.pop()
        return self._make(kind, tuple(sorted(members, key=_order))) if members else neutral

    @staticmethod
    def _opposed(kind: str, members: set[Term]) -> bool:
        """Whether a member and its complement are both there."""
        if any(term.negation in members for term in members if term.negation is not None):
            return True
        # Mirrors are complements within one type only: both hold for an instance of another type.
        return kind == "or" and any(term.mirror in members for term in members if term.mirror is not None)

    def _merge_scalars(self, kind: str, members: set[Term]) -> set[Term]:
        types = [term for term in members if term.kind == "type"]
        if len(types) > 1:
            mask = types[0].args[0]
            for term in types[1:]:
                mask = mask & term.args[0] if kind == "and" else mask | term.args[0]
            members = members.difference(types) | {self.type(mask)}
        holds = kind == "or"
        sets = [term for term in members if term.kind == "among" and term.args[1] is holds]
        if len(sets) > 1:
            members = members.difference(sets) | {
                self.among(frozenset().union(*(t.args[0] for t in sets)), holds)
            }
        return members

    def one_of(self, terms: Iterable[Term], holds: bool = True) -> Term:
        """Exactly one; expanded only when a type is known, for then most branches are gone."""
        branches = tuple(sorted((term for term in terms if term is not self.false), key=_order))
        if not branches:
            return self.false if holds else self.true
        if len(branches) == 1:
            return branches[0] if holds else self.negate(branches[0])
        return self._make("one", (branches, holds))

    # Atoms.

    def type(self, mask: int) -> Term:
        """Instances of the types in the mask."""
        if mask == ANYTHING:
            return self.true
        return self._make("type", (mask,)) if mask else self.false

    def among(self, keys: frozenset[Key], holds: bool = True) -> Term:
        """Instances equal (or, with holds false, unequal) to the listed values."""
        if not keys:
            return self.false if holds else self.true
        return self._make("among", (keys, holds))

    def reference(self, key: Any, holds: bool = True) -> Term:
        """A recursive schema, by its key."""
        return self._make("reference", (key, holds))

    def opaque(self, what: Any, holds: bool = True) -> Term:
        """A construct that is not understood; equal to itself and nothing else."""
        return self._make("opaque", (what, holds))

    def assertion(self, kind: str, *args: Any) -> Term:
        """A keyword among all instances: what it cannot hold for its own type, it still does for others."""
        term = self.atom(kind, *args)
        return self.type(ANYTHING & ~ASSERTION_TYPE[kind]) if term is self.false else term

    def atom(self, kind: str, *args: Any) -> Term:
        """A keyword among the instances of its type, simplified where it is trivial."""
        simple = _SIMPLIFY.get(kind)
        return (simple(self, args) if simple else None) or self._make(kind, args)

    # Negation.

    def negate(self, term: Term) -> Term:
        """The complement among all instances."""
        if term.negation is None:
            self._link(term, self._negation(term), "negation")
        assert term.negation is not None  # noqa: S101 - linked above
        return term.negation

    def _negation(self, term: Term) -> Term:
        if term.kind == "type":
            return self.type(ANYTHING & ~term.args[0])
        if term.kind in ASSERTION_TYPE:
            return self.all_of((self.type(ASSERTION_TYPE[term.kind]), self.reflect(term)))
        return self._turn(term, self.negate)

    def reflect(self, term: Term) -> Term:
        """The complement among instances of the one type the term speaks of."""
        if term.mirror is None:
            dual = _DUALS.get(term.kind)
            self._link(term, dual(self, *term.args) if dual else self._turn(term, self.reflect), "mirror")
        assert term.mirror is not None  # noqa: S101 - linked above
        return term.mirror

    def _turn(self, term: Term, inner: Callable[[Term], Term]) -> Term:
        if term.kind == "and":
            return self.any_of(map(inner, term.args))
        if term.kind == "or":
            return self.all_of(map(inner, term.args))
        return self._make(term.kind, (term.args[0], not term.args[1]))


def _order(term: Term) -> int:
    return term.order


def _simple_item(terms: Terms, args: tuple[Any, ...]) -> Term | None:
    term: Term = args[1]
    if term is terms.true:
        return terms.true
    return terms.atom("maxItems", args[0]) if term is terms.false else None


def _simple_count(terms: Terms, args: tuple[Any, ...]) -> Term | None:
    start, term, low, high = args
    if high is not None and low > high:
        return terms.false
    if term is terms.false:
        return terms.false if low else terms.true
    if term is terms.true:
        bounds = [terms.atom("minItems", start + low)] if low else []
        return terms.all_of([*bounds, *([] if high is None else [terms.atom("maxItems", start + high)])])
    if high == 0:
        return terms.atom("rest", start, terms.negate(term))
    return terms.true if low == 0 and high is None else None


def _simple_property(terms: Terms, args: tuple[Any, ...]) -> Term | None:
    term: Term = args[1]
    return terms.true if term is terms.true else None


def _simple_every(terms: Terms, args: tuple[Any, ...]) -> Term | None:
    names: Term = args[0]
    term: Term = args[1]
    if term is terms.true or names is terms.false:
        return terms.true
    return terms.atom("maxProperties", 0) if (names, term) == (terms.true, terms.false) else None


def _simple_some(terms: Terms, args: tuple[Any, ...]) -> Term | None:
    names: Term = args[0]
    term: Term = args[1]
    if term is terms.false or names is terms.false:
        return terms.false
    return terms.atom("minProperties", 1) if (names, term) == (terms.true, terms.true) else None


def _simple_low(terms: Terms, args: tuple[Any, ...]) -> Term | None:
    size: int = args[0]
    return terms.true if size <= 0 else None


def _simple_high(terms: Terms, args: tuple[Any, ...]) -> Term | None:
    size: int = args[0]
    return terms.false if size < 0 else None


_SIMPLIFY: Final[dict[str, Callable[[Terms, tuple[Any, ...]], Term | None]]] = {
    "item": _simple_item,
    "rest": _simple_item,
    "count": _simple_count,
    "property": _simple_property,
    "every": _simple_every,
    "some": _simple_some,
    "minLength": _simple_low,
    "maxLength": _simple_high,
    "minItems": _simple_low,
    "maxItems": _simple_high,
    "minProperties": _simple_low,
    "maxProperties": _simple_high,
}


def _dual_count(terms: Terms, start: int, term: Term, low: int, high: int | None) -> Term:
    fewer = [terms.atom("count", start, term, 0, low - 1)] if low else []
    more = [] if high is None else [terms.atom("count", start, term, high + 1, None)]
    return terms.any_of([*fewer, *more])


_DUALS: Final[dict[str, Callable[..., Term]]] = {
    "minimum": lambda t, bound, exclusive: t.atom("maximum", bound, not exclusive),
    "maximum": lambda t, bound, exclusive: t.atom("minimum", bound, not exclusive),
    "minLength": lambda t, n: t.atom("maxLength", n - 1),
    "maxLength": lambda t, n: t.atom("minLength", n + 1),
    "item": lambda t, i, term: t.all_of((t.atom("minItems", i + 1), t.atom("item", i, t.negate(term)))),
    "rest": lambda t, i, term: t.atom("count", i, t.negate(term), 1, None),
    "count": _dual_count,
    "minItems": lambda t, n: t.atom("maxItems", n - 1),
    "maxItems": lambda t, n: t.atom("minItems", n + 1),
    "unique": lambda t, holds: t.atom("unique", not holds),
    "property": lambda t, name, term: t.all_of(
        (t.atom("required", name), t.atom("property", name, t.negate(term)))
    ),
    "required": lambda t, name: t.atom("property", name, t.false),
    "every": lambda t, names, term: t.atom("some", names, t.negate(term)),
    "some": lambda t, names, term: t.atom("every", names, t.negate(term)),
    "minProperties": lambda t, n: t.atom("maxProperties", n - 1),
    "maxProperties": lambda t, n: t.atom("minProperties", n + 1),
}
