"""Asks containment what a pair of schemas, and each fact about it, does to messages that flow one way.

A schema is the conjunction of its keywords, so one is contained in another exactly if it is contained in
every part of it. Parts that are the same need no question; parts that differ are facts, each a small
question; and what differs only inside a property, an item or an alternative is the business of the pair
there. A pair is "hot" if it is not known to be contained: hot is what a fact makes hot, and what holds
something hot.
"""

import dataclasses
import time
from collections.abc import Iterator
from typing import Any, Literal

from conformance.contract.containment import Containment
from conformance.contract.containment import Verdict as Answer
from conformance.contract.facts import Fact
from conformance.contract.findings import Truth, Witness, witness
from conformance.contract.graph import Edge, Graph, Node, textual
from conformance.contract.inhabitants import obviously
from conformance.contract.pairing import Side
from conformance.contract.unions import Branch, Union, keyword_of
from conformance.contract.views import ANNOTATIONS, View

Way = Literal["request", "response"]

# A fact that only adds values cannot hurt who must take in what was sent before, and the reverse.
_CANDIDATES: dict[bool, tuple[str, ...]] = {True: ("narrowed", "changed"), False: ("widened", "changed")}
SCHEMA_EFFECTS = ("narrowed", "widened", "changed")
HINT_EFFECTS = ("hint-narrowed", "hint-widened", "hint-changed")
_HARMFUL_HINTS = {True: ("hint-narrowed", "hint-changed"), False: ("hint-widened", "hint-changed")}

_YES = Answer(True)
# Keywords among which a value at one property or item can be anything its own schema admits.
_SIMPLE = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "format"}
)


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """Time for one question of containment, and for all of a comparison; what is over it stays undecided."""

    question_seconds: float = 0.5
    all_seconds: float = 60.0


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """A fact, what was proved about it in one direction, and the proof or what stood in its way."""

    fact: Fact
    verdict: Truth
    witness: Witness | None = None
    blame: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class _Question:
    """Whether what one side sends is what the other takes in, in messages of one direction."""

    way: Way
    from_base: bool

    def sender(self, node: Node) -> Any:
        return node.base_schema if self.from_base else node.revision_schema

    def receiver(self, node: Node) -> Any:
        return node.revision_schema if self.from_base else node.base_schema

    def views(self, node: Node) -> tuple[View, View]:
        """Return the views of sender and receiver."""
        pair = node.pair
        return (pair.base, pair.revision) if self.from_base else (pair.revision, pair.base)


def _question(way: Way, *, reverse: bool = False) -> _Question:
    """The base sends requests, the revision responses."""
    return _Question(way, (way == "request") is not reverse)


class Verdicts:
    """The containment of two documents' schemas, each question asked once."""

    def __init__(self, base: Side, revision: Side, graph: Graph, budget: Budget) -> None:
        self.views = graph.base, graph.revision
        self._graph = graph
        self._budget = budget
        self._left = budget.all_seconds
        self._roots = base.refs.document, revision.refs.document
        self._engine = self._made(formats=False)
        self._strict: Containment | None = None
        self._answers: dict[_Question, dict[int, Answer]] = {}
        self._wholes: dict[tuple[_Question, int], Answer] = {}
        self._facts: dict[tuple[_Question, int], Answer] = {}
        self._keep: list[Any] = []
        self.asked = 0

    def _made(self, *, formats: bool) -> Containment:
        names = [f"oas-{document.dialect}" for document in self._roots]
        return Containment(
            self._roots[0].root,
            self._roots[1].root,
            dialect=names[0],  # type: ignore[arg-type]  # one of the names the engine knows
            sup_dialect=names[1],  # type: ignore[arg-type]  # one of the names the engine knows
            assert_formats=formats,
            budget_seconds=self._budget.question_seconds,
        )

    def of(self, node: Node, way: Way, *, reverse: bool = False) -> Answer:
        """Whether everything the sender may send is what the receiver takes; `reverse` asks the opposite."""
        return self._of(node, _question(way, reverse=reverse))

    def hot(self, node: Node, way: Way) -> bool:
        """Whether a pair is not known to be compatible."""
        return self.of(node, way).holds is not True

    def equivalent(self, node: Node, way: Way) -> bool:
        """Whether both schemas admit the same values in messages of this direction."""
        return not self.hot(node, way) and self.of(node, way, reverse=True).holds is True

    def hot_edges(self, node: Node, way: Way) -> list[Edge]:
        """Return the steps to what makes a pair incompatible from inside."""
        return list(self._hot_edges(node, _question(way)))

    def judge(self, node: Node, way: Way) -> list[Judged]:
        """Say of each fact about an incompatible pair what it does; never leave it without a cause."""
        question = _question(way)
        judged = []
        for fact in node.facts:
            if fact.effect in SCHEMA_EFFECTS:
                candidate = fact.effect in _CANDIDATES[question.from_base]
                judged.append(
                    _judged(fact, self._alone(node, fact, question) if candidate else _YES, question)
                )
        if all(entry.verdict == "compatible" for entry in judged) and not self.hot_edges(node, way):
            whole = self._whole(node, question)
            return [*judged, _judged(_unexplained(node, question, whole), whole, question)]
        return judged

    def hint(self, node: Node, fact: Fact, way: Way) -> Judged:
        """Say of a fact about an annotation what it does where somebody takes the annotation at its word."""
        question = _question(way)
        if fact.effect not in _HARMFUL_HINTS[question.from_base]:
            return Judged(fact, "compatible")
        if fact.part is None:
            return Judged(fact, "compatible")
        if self._strict is None:
            self._strict = self._made(formats=True)
        sender, receiver = question.views(node)
        one, two = (fact.part(view, other) for view, other in ((sender, receiver), (receiver, sender)))
        answer = self._strict.check(one, two, direction=way, swapped=not question.from_base)
        # What the engine does not know of a format, nobody refuses by it either.
        return _judged(fact, _YES if answer.holds is None else answer, question)

    def _of(self, node: Node, question: _Question) -> Answer:
        table = self._answers.setdefault(question, {})
        if id(node) not in table:
            self._settle(node, question, table)
        return table[id(node)]

    def _settle(self, root: Node, question: _Question, table: dict[int, Answer]) -> None:
        """Answer for every pair reachable from one: what facts make hot, and backwards what holds it."""
        order = _reachable(root, table)
        users: dict[int, list[tuple[Node, Edge]]] = {}
        spreading: list[Node] = []
        for node in order:
            local = self._local(node, question)
            if local.holds is not True:
                table[id(node)] = local
                spreading.append(node)
            for edge in node.edges:
                users.setdefault(id(edge.node), []).append((node, edge))
        known = [edge.node for node in order for edge in node.edges if id(edge.node) in table]
        self._spread([*known, *spreading], users, question, table)
        for node in order:
            table.setdefault(id(node), _YES)
        self._keep.extend(order)

    def _spread(
        self,
        waiting: list[Node],
        users: dict[int, list[tuple[Node, Edge]]],
        question: _Question,
        table: dict[int, Answer],
    ) -> None:
        """Make hot what holds something hot."""
        while waiting:
            inner = waiting.pop()
            if table[id(inner)].holds is True:
                continue
            for node, edge in users.get(id(inner), ()):
                if id(node) in table:
                    continue
                answer = self._through(node, edge, question, table[id(inner)])
                if answer.holds is not True:
                    table[id(node)] = answer
                    waiting.append(node)

    def _hot_edges(self, node: Node, question: _Question) -> Iterator[Edge]:
        for edge in node.edges:
            inner = self._of(edge.node, question)
            if inner.holds is not True and self._through(node, edge, question, inner).holds is not True:
                yield edge

    def _local(self, node: Node, question: _Question) -> Answer:
        """What the facts about a pair do by themselves, one of them at least being harmful."""
        found = _YES
        for fact in node.facts:
            if fact.effect in _CANDIDATES[question.from_base]:
                found = _worse(found, self._alone(node, fact, question))
        if found.holds is True and node.loose:
            return self._whole(node, question)
        if found.holds is True and node.union is not None and keyword_of(question.views(node)[1]) == "oneOf":
            for branch in self._overlapping(node.union, node, question):
                found = _worse(found, self._branch(node, branch, question))
        return found

    def _overlapping(self, union: Union, node: Node, question: _Question) -> Iterator[Branch]:
        """Yield the sender's alternatives that may now fit two of the receiver's.

        Where both sides take exactly one alternative, only one that grew or is new can newly overlap.
        """
        base = question.from_base
        grown = list(union.added if base else union.removed)
        exclusive = keyword_of(question.views(node)[0]) == "oneOf"
        for one, two in union.pairs:
            if not exclusive or not self._graph.structure.same(one.schema, two.schema):
                grown.append(two if base else one)
        for one, two in union.pairs:
            branch, partner = (one, two) if base else (two, one)
            if any(other is not partner and not branch.apart(other) for other in grown):
                yield branch

    def _through(self, node: Node, edge: Edge, question: _Question, inner: Answer) -> Answer:
        """What a hot pair does to one that holds it."""
        if edge.branches is not None:
            return self._alternative(node, edge.branches, question, inner)
        sender = question.views(node)[0].flat
        if (
            inner.holds is None
            or not _simple(sender)
            or edge.hidden
            or not self._inhabited(node, edge, question)
        ):
            return self._whole(node, question)
        return Answer(False)

    def _alternative(
        self, node: Node, branches: tuple[Branch, Branch], question: _Question, inner: Answer
    ) -> Answer:
        """What a hot alternative does to its union: nothing, if the receiver takes it in elsewhere."""
        base = question.from_base
        branch, partner = branches if base else branches[::-1]
        union = node.union
        apart = union is not None and union.alone(branch, base=not base, partner=partner)
        if apart and union is not None and self._sent(union, branch, node, question):
            return inner
        return self._branch(node, branch, question)

    def _sent(self, union: Union, branch: Branch, node: Node, question: _Question) -> bool:
        """Whether the sender can send whatever fits one of its alternatives."""
        either = union.exact and keyword_of(question.views(node)[0]) != "oneOf"
        return either or union.alone(branch, base=question.from_base)

    def _branch(self, node: Node, branch: Branch, question: _Question) -> Answer:
        """Whether the receiver takes in one alternative of the sender."""
        union, base = node.union, question.from_base
        if union is None:
            return self._ask(branch.schema, self._receiver(node, question), question)
        if not union.exact:
            sent = {"allOf": [branch.schema, question.sender(node)]}
            return self._ask(sent, self._receiver(node, question), question)
        sent = branch.schema
        if keyword_of(question.views(node)[0]) == "oneOf":
            # What fits two alternatives of a oneOf is nothing the sender may send.
            others = [{"not": other.schema} for other in union.side(base=base) if not _apart(branch, other)]
            sent = {"allOf": [sent, *others]} if others else sent
        keyword = keyword_of(question.views(node)[1])
        if node.textual or not keyword:
            return self._ask(sent, self._receiver(node, question), question)
        # Alternatives that share no value with this one cannot take it in.
        near = [other.schema for other in union.side(base=not base) if not branch.apart(other)]
        return self._ask(sent, {keyword: near} if near else False, question)

    def _inhabited(self, node: Node, edge: Edge, question: _Question) -> bool:
        """Whether the sender can send an object or array at all here that holds what a step leads to."""
        kind = "array" if edge.step.startswith("[") else "object"
        view = question.views(node)[0]
        if view.types == {kind} and obviously(view, self.views[0 if question.from_base else 1]):
            return True
        sent = question.sender(node)
        return self._ask({"type": kind, "allOf": [sent]}, False, question).holds is False

    def _whole(self, node: Node, question: _Question) -> Answer:
        key = (question, id(node))
        if key not in self._wholes:
            self._keep.append(node)
            self._wholes[key] = self._ask(question.sender(node), self._receiver(node, question), question)
        return self._wholes[key]

    def _receiver(self, node: Node, question: _Question) -> Any:
        if not node.textual:
            return question.receiver(node)
        return textual(question.views(node)[1], self.views[1 if question.from_base else 0], node.textual)

    def _alone(self, node: Node, fact: Fact, question: _Question) -> Answer:
        """What one fact does by itself."""
        key = (question, id(fact))
        if key not in self._facts:
            self._keep.append(fact)
            self._facts[key] = self._asked_alone(node, fact, question)
        return self._facts[key]

    def _asked_alone(self, node: Node, fact: Fact, question: _Question) -> Answer:
        if isinstance(fact.probe, Branch):
            return self._branch(node, fact.probe, question)
        if fact.part is None:
            return _YES
        sender, receiver = question.views(node)
        if node.textual == "repeated" and self._whole(node, question).holds is True:
            # A list by a repeated name takes in a single value, which its parts do not show.
            return _YES
        part = fact.part(receiver, sender)
        if node.textual:
            part = textual(View(part, "", {}), self.views[1 if question.from_base else 0], node.textual)
        return self._ask(question.sender(node), part, question)

    def _ask(self, sender: Any, receiver: Any, question: _Question) -> Answer:
        self.asked += 1
        if self._left <= 0:
            return Answer(None, blame="the time budget of the comparison")
        started = time.perf_counter()
        answer = self._engine.check(sender, receiver, direction=question.way, swapped=not question.from_base)
        self._left -= time.perf_counter() - started
        return answer


def _apart(one: Branch, two: Branch) -> bool:
    return one is two or one.apart(two)


def _reachable(root: Node, known: dict[int, Answer]) -> list[Node]:
    order: list[Node] = []
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen and id(node) not in known:
            seen.add(id(node))
            order.append(node)
            waiting.extend(edge.node for edge in node.edges)
    return order


def _worse(one: Answer, two: Answer) -> Answer:
    """Return the answer that says more against containment: a counterexample, then a doubt."""
    if one.holds is False or two.holds is True:
        return one
    return two if one.holds is True or two.holds is False else one


def _simple(flat: dict[str, Any]) -> bool:
    """Whether a property or an item can take any value of its own schema, whatever else the object says."""
    if any(key not in _SIMPLE and key not in ANNOTATIONS and not key.startswith("x-") for key in flat):
        return False
    least, most = flat.get("minItems", 0), flat.get("maxItems", 1)
    return isinstance(least, int) and least <= 1 and isinstance(most, int) and most >= 1


def _judged(fact: Fact, answer: Answer, question: _Question) -> Judged:
    if answer.holds is True:
        return Judged(fact, "compatible")
    if answer.holds is None:
        return Judged(fact, "undecided", blame=answer.blame or "the time budget")
    return Judged(fact, "breaking", witness(answer.witness, "base" if question.from_base else "revision"))


def _unexplained(node: Node, question: _Question, whole: Answer) -> Fact:
    """State that a pair differs although no rule says how: nothing is passed over."""
    effect: Literal["narrowed", "widened"] = "narrowed" if question.from_base else "widened"
    verbs = ("refuse", "it took") if question.from_base else ("admit", "it did not")
    verb = f"may {verbs[0]}" if whole.holds is None else f"{verbs[0]}s"
    return Fact(
        f"the schema {verb} values {verbs[1]}",
        node.pair.base.pointer,
        node.pair.revision.pointer,
        effect=effect,
        rule=f"schema-{effect}",
    )
