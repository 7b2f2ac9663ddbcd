"""Turns `unevaluatedProperties` and `unevaluatedItems` into plain assertions.

What the other keywords evaluate grows with each subschema that holds, and a larger evaluated part only makes
the unevaluated assertion weaker. So a schema holds with its unevaluated keyword exactly if, for some choice
of its conditional subschemas, the chosen ones hold and the keyword holds for what they (and the unconditional
ones) evaluate: no choice needs a negation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.contract.containment.documents import Place, UnresolvedError
from conformance.contract.containment.terms import Term
from conformance.contract.containment.values import STRING

if TYPE_CHECKING:
    from conformance.contract.containment.compiler import Compiler

_MAX_CHOICES: Final = 512


@dataclass(frozen=True, slots=True)
class Part:
    """What is evaluated: all; or names, name patterns, a prefix of items and items that satisfy a term."""

    all: bool = False
    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    prefix: int = 0
    contained: frozenset[Term] = frozenset()

    def joined(self, other: Part) -> Part:
        """Both together."""
        return Part(
            self.all or other.all,
            self.names | other.names,
            self.patterns | other.patterns,
            max(self.prefix, other.prefix),
            self.contained | other.contained,
        )


_NOTHING: Final = Part()
Choices = list[tuple[Term, Part]]


class TooManyChoicesError(ValueError):
    """More combinations of subschemas than are worth looking at."""


@dataclass
class Evaluated:
    """Reads what the keywords of one schema evaluate."""

    compiler: Compiler
    hidden: frozenset[str]
    of_items: bool = False
    _open: set[int] = field(default_factory=set)

    def properties(self, place: Place, term: Term) -> Term:
        """`unevaluatedProperties: term` at this place."""
        terms = self.compiler.terms

        def holds(part: Part) -> Term:
            if part.all:
                return terms.true
            patterns = [terms.atom("pattern", pattern, False) for pattern in sorted(part.patterns)]
            named = frozenset((STRING, name) for name in part.names | self.hidden)
            return terms.assertion("every", terms.all_of([terms.among(named, False), *patterns]), term)

        choices = self._choices(place, top=True)
        return terms.any_of([terms.all_of((condition, holds(part))) for condition, part in choices])

    def items(self, place: Place, term: Term) -> Term:
        """`unevaluatedItems: term` at this place."""
        terms = self.compiler.terms

        def holds(part: Part) -> Term:
            if part.all:
                return terms.true
            return terms.assertion("rest", part.prefix, terms.any_of([*part.contained, term]))

        self.of_items = True
        choices = self._choices(place, top=True)
        return terms.any_of([terms.all_of((condition, holds(part))) for condition, part in choices])

    def _choices(self, place: Place, *, top: bool = False) -> Choices:
        """The ways in which a schema that holds may evaluate, each with its condition."""
        schema = place.schema
        if not isinstance(schema, dict) or id(schema) in self._open:
            return [(self.compiler.terms.true, _NOTHING)]
        self._open.add(id(schema))
        place = self.compiler.modern(place)
        try:
            factors = [[(self.compiler.terms.true, self._own(place, top=top))], *self._applied(place)]
        finally:
            self._open.discard(id(schema))
        return self._product(factors)

    def _own(self, place: Place, *, top: bool) -> Part:
        schema = place.schema
        if self.of_items:
            everything = "items" in schema or ("unevaluatedItems" in schema and not top)
            contained = [self.compiler.inner(place, schema["contains"])] if "contains" in schema else []
            return Part(
                all=everything, prefix=len(schema.get("prefixItems", ())), contained=frozenset(contained)
            )
        everything = "additionalProperties" in schema or ("unevaluatedProperties" in schema and not top)
        return Part(
            all=everything,
            names=_keys(schema, "properties"),
            patterns=_keys(schema, "patternProperties"),
        )

    def _applied(self, place: Place) -> list[Choices]:
        """One factor for each subschema that speaks of the same instance."""
        compiler, schema = self.compiler, place.schema
        factors: list[Choices] = []
        for keyword, resolve in (
            ("$ref", compiler.document.resolve),
            ("$dynamicRef", compiler.document.resolve_dynamic),
        ):
            if keyword in schema:
                try:
                    factors.append(self._choices(resolve(place, schema[keyword])))
                except UnresolvedError:
                    raise ValueError(keyword) from None
        factors.extend(self._choices(self._down(place, item)) for item in schema.get("allOf", ()))
        for keyword in ("anyOf", "oneOf"):
            factors.extend(self._optional(self._down(place, item)) for item in schema.get(keyword, ()))
        for name, item in schema.get("dependentSchemas", {}).items():
            present = compiler.terms.negate(compiler.terms.atom("property", name, compiler.terms.false))
            factors.append(self._optional(self._down(place, item), present))
        if "if" in schema:
            factors.extend(self._conditional(place))
        return [factor for factor in factors if any(part != _NOTHING for _, part in factor)]

    def _down(self, place: Place, schema: Any) -> Place:
        return self.compiler.document.descend(place, schema)

    def _conditional(self, place: Place) -> list[Choices]:
        test = self._down(place, place.schema["if"])
        holds = self.compiler.term(test, self.hidden)
        factors = [self._optional(test)]
        for keyword, condition in (("then", holds), ("else", self.compiler.terms.negate(holds))):
            if keyword in place.schema:
                factors.append(self._optional(self._down(place, place.schema[keyword]), condition))
        return factors

    def _optional(self, place: Place, condition: Term | None = None) -> Choices:
        """Either nothing, for free, or what the subschema evaluates if it holds."""
        terms = self.compiler.terms
        inner = self._choices(place)
        if all(part == _NOTHING for _, part in inner):
            return [(terms.true, _NOTHING)]
        needed = condition if condition is not None else terms.true
        holds = terms.all_of((needed, self.compiler.term(place, self.hidden)))
        return [(terms.true, _NOTHING), *((terms.all_of((holds, extra)), part) for extra, part in inner)]

    def _product(self, factors: list[Choices]) -> Choices:
        result: dict[Part, Term] = {_NOTHING: self.compiler.terms.true}
        for factor in factors:
            combined: dict[Part, Term] = {}
            for part, condition in result.items():
                for extra, more in factor:
                    both = part.joined(more)
                    term = self.compiler.terms.all_of((condition, extra))
                    combined[both] = self.compiler.terms.any_of(
                        (combined.get(both, self.compiler.terms.false), term)
                    )
            if len(combined) > _MAX_CHOICES:
                raise TooManyChoicesError
            result = combined
        return [(condition, part) for part, condition in result.items()]


def _keys(schema: dict[str, Any], keyword: str) -> frozenset[str]:
    names = schema.get(keyword, {})
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names):
        raise TypeError(keyword)
    return frozenset(names)
