"""The graph of schema pairs: each pair of schemas once, its facts, and its pairs of children."""

import dataclasses
import functools
from collections.abc import Iterator
from typing import Any, Literal

from conformance.contract.facts import Fact, Pair, catalogue, rules_for, schema_facts, state
from conformance.contract.structure import Structure
from conformance.contract.unions import Branch, Union, branches, exact, keyword_of, match
from conformance.contract.views import ANNOTATIONS, Schema, View, Views, key_of

Text = Literal["", "text", "repeated"]
"""How a value is written where it is no JSON: as text, or as a parameter repeated for each item."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A step from a pair to one inside it.

    `branches` are the alternatives a step leads to, which a value need not take; `hidden` says that messages
    of one direction leave the property out.
    """

    step: str
    node: "Node"
    branches: tuple[Branch, Branch] | None = None
    hidden: bool = False

    @property
    def union(self) -> bool:
        """Whether the step leads to an alternative."""
        return self.branches is not None


@dataclasses.dataclass(eq=False)
class Node:
    """Two schemas that stand for the same thing, as written and as viewed.

    `textual` says how a value is written as text on the wire, if it is: a string then takes in numbers and
    booleans, and a list that is written as a repeated name takes in a single value.
    """

    graph: "Graph"
    base_schema: Any
    revision_schema: Any
    pair: Pair
    textual: Text

    @property
    def opaque(self) -> bool:
        """Whether one side is unknown: nothing can be stated then, and only the whole is asked."""
        return self.pair.base.opaque or self.pair.revision.opaque

    @functools.cached_property
    def union(self) -> Union | None:
        """The pairing of alternatives, where either side is a union and nothing else."""
        base, revision = self.pair.base, self.pair.revision
        if self.opaque or not (keyword_of(base) or keyword_of(revision)):
            return None
        one = branches(base, self.base_schema, self.graph.base)
        two = branches(revision, self.revision_schema, self.graph.revision)
        pairs, removed, added = match(one, two)
        flat = exact(base, self.graph.base) and exact(revision, self.graph.revision)
        return Union(base, revision, tuple(pairs), tuple(removed), tuple(added), flat)

    @functools.cached_property
    def facts(self) -> list[Fact]:
        """Everything the rules state about this pair alone."""
        if self.opaque:
            return []
        found = (
            schema_facts(self.pair, self.graph.structure.same) if self.union is None else self._annotations()
        )
        if self.union is not None:
            for rule in rules_for("union"):
                found.extend(state(rule, self.union))
        return found

    def _annotations(self) -> list[Fact]:
        """Of a union only what is said of it is compared by keyword; alternatives are compared as such."""
        facts = schema_facts(self.pair, self.graph.structure.same)
        both = keyword_of(self.pair.base) and keyword_of(self.pair.revision)
        return [fact for fact in facts if fact.effect == "note"] if both else []

    @functools.cached_property
    def edges(self) -> list[Edge]:
        """The pairs inside this one that are not the same on both sides."""
        return list(self._edges())

    def _edges(self) -> Iterator[Edge]:
        if self.opaque:
            return
        if self.union is not None:
            yield from self._alternatives(self.union)
            return
        base, revision = self.pair.base, self.pair.revision
        for keyword, step in _NAMED.items():
            one, two = base.names(keyword), revision.names(keyword)
            for name in [name for name in one if name in two]:
                yield from self._edge(step.format(name), keyword, name, one[name], two[name])
        for keyword, step in _SINGLE.items():
            if keyword in base.flat and keyword in revision.flat:
                one, two = base.flat[keyword], revision.flat[keyword]
                # That an object is opened, closed or typed is a fact of its own.
                if keyword != "additionalProperties" or (_typed(one) and _typed(two)):
                    yield from self._edge(step, keyword, "", one, two)
        yield from self._parts()
        positions = zip(base.flat.get("prefixItems", ()), revision.flat.get("prefixItems", ()), strict=False)
        for index, (first, second) in enumerate(positions):
            yield from self._edge(f"[{index}]", "prefixItems", str(index), first, second)

    def _parts(self) -> Iterator[Edge]:
        """Step to the parts of an `allOf` that could not be merged and are written alike on both sides."""
        base, revision = self.pair.base, self.pair.revision
        known = {key_of(part): index for index, part in enumerate(revision.flat.get("allOf", ()))}
        for index, part in enumerate(base.flat.get("allOf", ())):
            other = known.get(key_of(part))
            if other is not None:
                yield from self._edge("", "allOf", str(index), part, revision.flat["allOf"][other])

    @functools.cached_property
    def loose(self) -> bool:
        """Whether the schemas differ in something that neither facts nor steps account for exactly.

        A keyword that is written alike may refer to what differs, some keywords look at what others say, and
        what messages of one direction leave out depends on more than one keyword.
        """
        if self.union is not None:
            return not self.union.exact
        base, revision = self.pair.base, self.pair.revision
        told = {keyword for fact in self.facts for keyword in catalogue()[fact.rule].keywords}
        for keyword in base.flat.keys() | revision.flat.keys():
            if keyword in told or keyword in _TOLD or keyword in ANNOTATIONS or keyword.startswith("x-"):
                continue
            here = keyword in base.flat and keyword in revision.flat
            if not (here and self.graph.structure.same(base.flat[keyword], revision.flat[keyword], keyword)):
                return True
        return any(check(base, revision) for check in _LOOSE)

    def _alternatives(self, union: Union) -> Iterator[Edge]:
        for one, two in union.pairs:
            node = self.graph.node(one.schema, one.pointer, two.schema, two.pointer, textual=self.textual)
            if node is not None and node is not self:
                yield Edge("", node, (one, two))

    def _edge(self, step: str, keyword: str, name: str, one: Any, two: Any) -> Iterator[Edge]:
        base, revision = self.pair.base, self.pair.revision
        textual = _inside(self.textual, keyword)
        node = self.graph.node(
            one, base.where(keyword, name), two, revision.where(keyword, name), textual=textual
        )
        if node is not None:
            hidden = any(_one_way(view) for view in (node.pair.base, node.pair.revision))
            yield Edge(step, node, hidden=hidden)


def _one_way(view: View) -> bool:
    return view.flat.get("readOnly") is True or view.flat.get("writeOnly") is True


# Their differences are stated, or stepped into, whatever they are.
_TOLD = frozenset(
    {
        "type",
        "enum",
        "const",
        "required",
        "properties",
        "patternProperties",
        "items",
        "prefixItems",
        "additionalProperties",
        "format",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
    }
)


def _flagged(base: View, revision: View) -> bool:
    """Whether `nullable` widens more than a type, or a bound is made exclusive by a boolean."""
    flats = (base.flat, revision.flat)
    bounds = any(isinstance(flat.get(key), bool) for flat in flats for key in _EXCLUSIVE)
    return bounds or (any("nullable" in flat for flat in flats) and not all("type" in flat for flat in flats))


def _looking(base: View, revision: View) -> bool:
    """Whether a keyword looks at what the others leave over."""
    return any(key in view.flat for view in (base, revision) for key in _UNEVALUATED)


def _turning(base: View, revision: View) -> bool:
    """Whether messages of one direction leave out a required property on one side only.

    An optional one matters to nobody: who left it out before may leave it out now.
    """
    return any(base.one_way(name) != revision.one_way(name) for name in (*base.required, *revision.required))


def _typed(further: Any) -> bool:
    """Whether further properties follow a schema that says something."""
    return isinstance(further, dict) and bool(further)


_EXCLUSIVE = ("exclusiveMinimum", "exclusiveMaximum")
_UNEVALUATED = ("unevaluatedProperties", "unevaluatedItems")
_LOOSE = (_flagged, _looking, _turning)


_NAMED = {"properties": ".{}", "patternProperties": "./{}/"}
_SINGLE = {"items": "[]", "additionalProperties": ".*", "contentSchema": "|"}


class Graph:
    """Makes the pairs of schemas of two documents."""

    def __init__(self, base: Views, revision: Views, structure: Structure) -> None:
        self.base = base
        self.revision = revision
        self.structure = structure
        self._nodes: dict[tuple[int, int, Text], Node] = {}

    def node(self, one: Any, one_at: str, two: Any, two_at: str, *, textual: Text = "") -> Node | None:
        """Return the pair of two schemas; None where they say the same."""
        if isinstance(one, bool) and isinstance(two, bool) and one == two:
            return None
        if isinstance(one, dict) and isinstance(two, dict) and self.structure.same(one, two):
            return None
        base, revision = self.base.of(one, one_at), self.revision.of(two, two_at)
        key = (id(base.flat), id(revision.flat), textual)
        if key not in self._nodes:
            self._nodes[key] = Node(self, one, two, Pair(base, revision), textual)
        return self._nodes[key]


def textual(view: View, views: Views, text: Text, depth: int = 0) -> Schema:
    """Write a schema so that it takes in what is written the same on the wire."""
    flat = view.flat
    made = dict(flat)
    stated = view.types
    free = not {"enum", "const", "pattern", "minLength", "maxLength", "not"} & flat.keys()
    if "type" in flat and "string" in stated and free:
        made["type"] = sorted(stated | {"number", "boolean"})
        made.pop("nullable", None)
    if depth >= _DEEPEST:
        return made
    if isinstance(flat.get("items"), dict):
        made["items"] = textual(views.of(flat["items"], view.where("items")), views, "text", depth + 1)
    for keyword in ("anyOf", "oneOf"):
        if isinstance(flat.get(keyword), list):
            here = view.where(keyword)
            parts = [views.of(part, f"{here}/{index}") for index, part in enumerate(flat[keyword])]
            taken = [textual(part, views, text, depth + 1) for part in parts]
            made[keyword] = taken
            if keyword == "oneOf" and taken != [part.flat for part in parts]:
                # As text, 5 is a number and a string; that is no reason to refuse it.
                made["allOf"] = [*made.get("allOf", ()), {"anyOf": made.pop("oneOf")}]
    if view.names("properties"):
        made["properties"] = {
            name: textual(views.of(part, view.where("properties", name)), views, "text", depth + 1)
            for name, part in view.names("properties").items()
        }
    if text == "repeated" and "array" in stated and "type" in flat and "items" in made and _takes_one(flat):
        return {"anyOf": [made, made["items"]]}
    return made


def _takes_one(flat: Schema) -> bool:
    """Whether a list may have exactly one item, so that `?a=1` is both a value and a list of it."""
    least, most = flat.get("minItems", 0), flat.get("maxItems", 1)
    return isinstance(least, int) and least <= 1 and isinstance(most, int) and most >= 1


def _inside(text: Text, keyword: str) -> Text:
    return "text" if text and keyword in ("properties", "items", "additionalProperties") else ""


_DEEPEST = 3
