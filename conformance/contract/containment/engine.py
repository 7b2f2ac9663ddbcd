"""The containment engine: does every instance of one schema satisfy another?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from conformance.contract.containment.acceptance import Acceptance, conjunction, negated
from conformance.contract.containment.answers import Answer, Budget, Empty, Found, OutOfBudgetError, Unknown
from conformance.contract.containment.compiler import Compiler
from conformance.contract.containment.confirmation import Confirmation, Validate
from conformance.contract.containment.dialects import LEFT_OUT, Dialect, DialectName, Direction, Flags
from conformance.contract.containment.documents import Document
from conformance.contract.containment.narrowing import Narrowing
from conformance.contract.containment.solver import Solver
from conformance.contract.containment.terms import Term, Terms
from conformance.contract.containment.words import CLOCK, TooComplexError

_DEFAULT_SECONDS: Final = 2.0
_BROADEST: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the first schema is contained in the second.

    holds: True, every instance of the first is one of the second; False, the witness is not; None, undecided.
    witness: where holds is False, a JSON value that the first accepts and the second refuses.
    blame: where holds is None, the construct or the limit that stood in the way.
    """

    holds: bool | None
    witness: Any = None
    blame: str | None = None

    def __bool__(self) -> bool:
        return self.holds is True


class Containment:
    """Compares schemas of two documents; what it learns about one pair serves the next.

    Args:
        sub_root: the schema or OpenAPI document in which the first schema's references are resolved.
        sup_root: the same for the second schema.
        dialect: "2020-12" (with `$id`, anchors and dynamic references), "oas-3.1" or "oas-3.0"
            (pointers only).
        sup_dialect: that of the second document, where it differs.
        direction: "request" leaves `readOnly` properties out, "response" `writeOnly` ones; None neither.
        assert_formats: whether known formats are assertions; by default they are annotations.
        budget_seconds: time for one check.
    """

    def __init__(
        self,
        sub_root: Any,
        sup_root: Any,
        *,
        dialect: DialectName = "2020-12",
        sup_dialect: DialectName | None = None,
        direction: Direction | None = None,
        assert_formats: bool = False,
        budget_seconds: float = _DEFAULT_SECONDS,
    ) -> None:
        self._terms = Terms()
        self._expansions: dict[Any, Any] = {}
        self._budget = Budget(budget_seconds)
        names = (dialect, sup_dialect or dialect)
        self._documents = [
            Document(root, walked=name == "2020-12")
            for root, name in zip((sub_root, sup_root), names, strict=True)
        ]
        self._dialect_names = names
        self._direction = direction
        self._assert_formats = assert_formats
        self._compilers: dict[tuple[int, Direction | None], Compiler] = {}
        self._flags: list[Flags | None] = [None, None]
        self._confirmations: dict[Direction | None, dict[int, Confirmation]] = {}
        self._validators: dict[Term, Validate] = {}
        self._acceptance = Acceptance(self._expand, self._budget.spend)
        self._narrowing = Narrowing(self._terms, self._expand)
        self._solver = Solver(self._terms, self._acceptance, self._narrowing, self._budget)
        self._verdicts: dict[tuple[Term, Term], Verdict] = {}

    def check(
        self,
        sub_schema: Any,
        sup_schema: Any,
        *,
        direction: Direction | None = None,
        swapped: bool = False,
    ) -> Verdict:
        """Whether sub_schema is contained in sup_schema.

        With `swapped`, sub_schema stands in sup_root and sup_schema in sub_root. A direction given here goes
        before that of the engine. Never raises for what stands in a schema.
        """
        way = direction or self._direction
        sides = (1, 0) if swapped else (0, 1)
        try:
            self._budget.start()
            CLOCK.deadline = self._budget.deadline
            self._solver.reset()
            sub = self._compiler(sides[0], way, sub_schema).compile(sub_schema)
            sup = self._compiler(sides[1], way, sup_schema).compile(sup_schema)
            known = self._verdicts.get((sub, sup))
            if known is None:
                known = self._decide(sub, sup, (sub_schema, sup_schema), sides, way)
                self._verdicts[sub, sup] = known
        except OutOfBudgetError:
            return Verdict(None, blame="the time budget")
        except TooComplexError:
            return Verdict(None, blame="a pattern too complex")
        except RecursionError:
            self._solver.reset()
            return Verdict(None, blame="nesting too deep")
        finally:
            CLOCK.deadline = inf
        return known

    def _decide(
        self, sub: Term, sup: Term, schemas: tuple[Any, Any], sides: tuple[int, int], way: Direction | None
    ) -> Verdict:
        if sub is sup or sub is self._terms.false or sup is self._terms.true:
            return Verdict(True)
        accepting, refusing = (
            self._validator(term, schema, side, way)
            for term, schema, side in zip((sub, sup), schemas, sides, strict=True)
        )

        # A validator knows no budget: it is not asked what would take it too long.
        feasible = self._narrowing.breadth(sub) + self._narrowing.breadth(sup) < _BROADEST

        def accept(value: Any) -> bool | None:
            if not feasible:
                return None
            return conjunction((accepting(value), negated(refusing(value))))

        return _verdict(self._solver.find((sub, self._terms.negate(sup)), accept))

    def _compiler(self, side: int, way: Direction | None, schema: Any) -> Compiler:
        """The reader of one side; directions share it where the flag they heed does not occur."""
        way = way if self._projects(side, way, schema) else None
        found = self._compilers.get((side, way))
        if found is None:
            dialect = Dialect(self._dialect_names[side], way, self._assert_formats)
            found = Compiler(self._terms, self._documents[side], dialect, self._expansions)
            self._compilers[side, way] = found
        return found

    def _projects(self, side: int, way: Direction | None, schema: Any) -> bool:
        """Whether the document, or a schema from outside it, has anything the direction leaves out."""
        if way is None:
            return False
        if self._flags[side] is None:
            self._flags[side] = Flags(self._documents[side].root)
        found = self._flags[side]
        return found is not None and found.mentions(schema, LEFT_OUT[way])

    def _validator(self, term: Term, schema: Any, side: int, way: Direction | None) -> Validate:
        """The validator of a schema; schemas of equal meaning share one."""
        found = self._validators.get(term)
        if found is None:
            compiler = self._compiler(side, way, schema)
            confirmation = self._confirmations.get(compiler.dialect.direction, {}).get(side)
            if confirmation is None:
                confirmation = Confirmation(self._documents[side], compiler)
                self._confirmations.setdefault(compiler.dialect.direction, {})[side] = confirmation
            found = self._validators[term] = confirmation.validator(schema)
        return found

    def _expand(self, term: Term) -> Term:
        compiler, place, hidden = self._expansions[term.args[0]]
        expanded: Term = compiler.term(place, hidden)
        return expanded if term.args[1] else self._terms.negate(expanded)


def _verdict(answer: Answer) -> Verdict:
    if isinstance(answer, Empty):
        return Verdict(True)
    if isinstance(answer, Found):
        return Verdict(False, answer.value)
    assert isinstance(answer, Unknown)  # noqa: S101 - the three answers
    return Verdict(None, blame=answer.blame)


def is_subschema(sub: Any, sup: Any, *, budget_seconds: float = _DEFAULT_SECONDS) -> Verdict:
    """Whether every instance of one JSON Schema (2020-12) satisfies another; formats are annotations."""
    if _same(sub, sup):
        return Verdict(True)
    return Containment(sub, sup, budget_seconds=budget_seconds).check(sub, sup)


def _same(one: Any, other: Any) -> bool:
    """Whether two schemas are the same text, whatever it means."""
    if one is other:
        return True
    try:
        return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        return False
