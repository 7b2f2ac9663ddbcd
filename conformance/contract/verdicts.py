"""Asks containment of pairs of schemas, and of their facts, what they do to messages that flow one way."""

import dataclasses
import time
from typing import Any, Literal

from conformance.contract.containment import Containment
from conformance.contract.containment import Verdict as Answer
from conformance.contract.facts import Fact
from conformance.contract.findings import Truth, Witness
from conformance.contract.graph import Node, textual
from conformance.contract.pairing import Side
from conformance.contract.views import View, Views

Way = Literal["request", "response"]
_OTHER: dict[Way, Way] = {"request": "response", "response": "request"}

# A fact that only takes values away cannot hurt a reader, nor can one that only adds them hurt a writer.
_CANDIDATES: dict[Way, tuple[str, ...]] = {
    "request": ("narrowed", "changed"),
    "response": ("widened", "changed"),
}
_SCHEMA_EFFECTS = ("narrowed", "widened", "changed")


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """A fact, what was proved about it in one direction, and the proof or what stood in its way."""

    fact: Fact
    verdict: Truth
    witness: Witness | None = None
    blame: str = ""


class Verdicts:
    """The containment of two documents' schemas, each question asked once."""

    def __init__(self, base: Side, revision: Side, views: tuple[Views, Views], seconds: float) -> None:
        dialects = tuple(f"oas-{side.refs.document.dialect}" for side in (base, revision))
        self.views = views
        self._engine = Containment(
            base.refs.document.root,
            revision.refs.document.root,
            dialect=dialects[0],  # type: ignore[arg-type]  # one of the names the engine knows
            sup_dialect=dialects[1],  # type: ignore[arg-type]  # one of the names the engine knows
            budget_seconds=seconds,
        )
        self._answers: dict[tuple[int, Way, bool], Answer] = {}
        self._keep: list[Node] = []
        self.asked = 0
        self.seconds = 0.0

    def of(self, node: Node, way: Way, *, reverse: bool = False) -> Answer:
        """Whether everything the sender may send is what the receiver takes; `reverse` asks the opposite."""
        key = (id(node), way, reverse)
        if key not in self._answers:
            self._keep.append(node)
            request = (way == "request") is not reverse
            sender, receiver = (
                (node.base_schema, node.revision_schema)
                if request
                else (node.revision_schema, node.base_schema)
            )
            if node.textual:
                view, views = (
                    (node.pair.revision, self.views[1]) if request else (node.pair.base, self.views[0])
                )
                receiver = textual(view, views)
            self._answers[key] = self._ask(sender, receiver, way, request=request)
        return self._answers[key]

    def equivalent(self, node: Node, way: Way) -> bool:
        """Whether both schemas admit the same values in messages of this direction."""
        return self.of(node, way).holds is True and self.of(node, way, reverse=True).holds is True

    def _ask(self, sender: Any, receiver: Any, way: Way, *, request: bool) -> Answer:
        """The sender of a request is the base, that of a response the revision."""
        started = time.perf_counter()
        answer = self._engine.check(sender, receiver, direction=way, swapped=not request)
        self.asked += 1
        self.seconds += time.perf_counter() - started
        return answer

    def hot(self, node: Node, way: Way) -> bool:
        """Whether a pair is not known to be compatible."""
        return self.of(node, way).holds is not True

    def hot_edges(self, node: Node, way: Way) -> list[tuple[str, Node]]:
        """Return the children that are not compatible; an alternative counts only if no other takes it in."""
        found = []
        for edge in node.edges:
            if self.hot(edge.node, way) and not (edge.union and self._taken_in(node, edge.node, way)):
                found.append((edge.step, edge.node))
        return found

    def _taken_in(self, node: Node, child: Node, way: Way) -> bool:
        request = way == "request"
        sender = child.base_schema if request else child.revision_schema
        return self._ask(sender, self._receiver(node, way), way, request=request).holds is True

    def _receiver(self, node: Node, way: Way) -> Any:
        view, views = self._wanted(node, way)[0], self.views[1 if way == "request" else 0]
        if node.textual:
            return textual(view, views)
        return node.revision_schema if way == "request" else node.base_schema

    def _wanted(self, node: Node, way: Way) -> tuple[View, View]:
        """Return the view that must take everything in, and the other."""
        pair = node.pair
        return (pair.revision, pair.base) if way == "request" else (pair.base, pair.revision)

    def judge(self, node: Node, way: Way) -> list[Judged]:
        """Say of each fact about an incompatible pair what it does; never leave such a pair without a cause."""
        whole = self.of(node, way)
        facts = [fact for fact in node.facts if fact.effect in _SCHEMA_EFFECTS]
        candidates = [fact for fact in facts if fact.effect in _CANDIDATES[way]]
        inside = bool(self.hot_edges(node, way))
        judged = {id(fact): Judged(fact, "compatible") for fact in facts}
        if len(candidates) == 1 and not inside and candidates[0].probe is None:
            judged[id(candidates[0])] = self._judged(candidates[0], whole, way)
        else:
            for fact in candidates:
                judged[id(fact)] = self._judged(fact, self._alone(node, fact, way), way)
        if not inside and all(entry.verdict == "compatible" for entry in judged.values()):
            return [*judged.values(), self._judged(_unexplained(node, whole, way), whole, way)]
        return list(judged.values())

    def _alone(self, node: Node, fact: Fact, way: Way) -> Answer:
        """Ask what one fact does by itself."""
        request = way == "request"
        if fact.probe is not None:
            return self._ask(fact.probe, self._receiver(node, way), way, request=request)
        if fact.part is None:
            return Answer(True)
        part = fact.part(*self._wanted(node, way))
        if node.textual:
            views = self.views[1 if request else 0]
            part = textual(View(part, "", {}), views)
        sender = node.base_schema if request else node.revision_schema
        return self._ask(sender, part, way, request=request)

    def _judged(self, fact: Fact, answer: Answer, way: Way) -> Judged:
        if answer.holds is True:
            return Judged(fact, "compatible")
        if answer.holds is None:
            return Judged(fact, "undecided", blame=answer.blame or "the time budget")
        sides: tuple[Literal["base"], Literal["revision"]] = ("base", "revision")
        accepted, refused = sides if way == "request" else sides[::-1]
        return Judged(fact, "breaking", Witness(answer.witness, accepted, refused))


def _unexplained(node: Node, whole: Answer, way: Way) -> Fact:
    """State that a pair differs although no rule says how: nothing is passed over."""
    del whole
    effect: Literal["narrowed", "widened"] = "narrowed" if way == "request" else "widened"
    verb = "refuses values it took" if way == "request" else "admits values it did not"
    return Fact(
        f"the schema {verb}",
        node.pair.base.pointer,
        node.pair.revision.pointer,
        effect=effect,
        rule=f"schema-{effect}",
    )
