"""Pairs the branches of two unions, so that a changed branch is a change and not a loss and a gain."""

import dataclasses
import functools
import itertools
import re
from collections.abc import Callable
from typing import Any

from conformance.contract.views import ANNOTATIONS, View, Views, key_of

_ALIKE = 0.5
_DEEPEST = 20


@dataclasses.dataclass(frozen=True, eq=False)
class Branch:
    """One alternative of a union: its schema, with what the union says of all, its view, and its name."""

    schema: Any
    pointer: str
    view: View
    views: Views

    @functools.cached_property
    def tags(self) -> dict[str, frozenset[str]]:
        """The properties it requires and lists the values of, as text."""
        found = {}
        for name in self.view.required:
            schema = self.view.names("properties").get(name)
            if not isinstance(schema, dict):
                continue
            values = self.views.of(schema, self.view.where("properties", name)).enum
            if values is not None:
                found[name] = frozenset(key_of(value) for value in values)
        return found

    def apart(self, other: "Branch") -> bool:
        """Whether no value can fit both, as far as types and tags tell."""
        one, two = self.view.types, other.view.types
        if not (one & two) and not ({"integer", "number"} <= one | two):
            return True
        if one | two != {"object"}:
            return False
        tags = other.tags
        return any(name in tags and not (values & tags[name]) for name, values in self.tags.items())

    @property
    def name(self) -> str:
        """The component it refers to, else its title, else its type."""
        if _place(self):
            return self.pointer.rsplit("/", 1)[-1]
        title = self.view.flat.get("title")
        return title if isinstance(title, str) else "/".join(sorted(self.view.types))

    @property
    def null(self) -> bool:
        """Whether it is the branch that only lets null through."""
        flat = self.view.flat
        return flat.get("type") == "null" or (self.view.enum == [None])


@dataclasses.dataclass(frozen=True, eq=False)
class Union:
    """Two unions (a plain schema being the union of itself): who belongs to whom, and who is alone.

    `exact` says that each side admits what its alternatives admit by its keyword, though some are nested.
    """

    base: View
    revision: View
    pairs: tuple[tuple[Branch, Branch], ...]
    removed: tuple[Branch, ...]
    added: tuple[Branch, ...]
    exact: bool = True

    def side(self, *, base: bool) -> list[Branch]:
        """Every alternative of one side."""
        index = 0 if base else 1
        return [*(pair[index] for pair in self.pairs), *(self.removed if base else self.added)]

    def alone(self, branch: Branch, *, base: bool, partner: Branch | None = None) -> bool:
        """Whether no alternative of one side but its own partner can share a value with a branch."""
        return all(
            other is branch or other is partner or branch.apart(other) for other in self.side(base=base)
        )


def keyword_of(view: View) -> str:
    """Return "anyOf" or "oneOf" where a view is a union and constrains little else, otherwise ""."""
    said = [key for key in view.flat if key not in ANNOTATIONS and not key.startswith("x-")]
    unions = [key for key in ("anyOf", "oneOf") if isinstance(view.flat.get(key), list)]
    if len(unions) != 1:
        return ""
    rest = set(said) - {unions[0], "nullable"}
    plain = not rest or (rest == {"type"} and "nullable" not in view.flat)
    return unions[0] if plain else ""


def branches(view: View, schema: Any, views: Views, depth: int = 0) -> list[Branch]:
    """Return the alternatives of a view, those of nested unions among them; a plain schema is its own."""
    keyword = keyword_of(view)
    if not keyword or depth > _DEEPEST:
        return [Branch(schema, view.pointer, view, views)]
    found: list[Branch] = []
    for index, branch in enumerate(view.flat[keyword]):
        inner = views.of(branch, f"{view.where(keyword)}/{index}")
        nested = bool(keyword_of(inner))
        parts = (
            branches(inner, branch, views, depth + 1)
            if nested
            else [Branch(branch, inner.pointer, inner, views)]
        )
        found.extend(_typed(view, part) for part in parts)
    if view.flat.get("nullable") is True and not views.strict_refs:
        null = {"type": "null"}
        found.append(Branch(null, view.where("nullable"), views.of(null, view.where("nullable")), views))
    return found


def exact(view: View, views: Views, depth: int = 0) -> bool:
    """Whether alternatives of nested unions can be taken for those of the whole, and nothing changes.

    A value that fits two alternatives counts once for an inner `anyOf` and not at all for an inner `oneOf`.
    """
    keyword = keyword_of(view)
    if not keyword or depth > _DEEPEST:
        return True
    for index, branch in enumerate(view.flat[keyword]):
        inner = views.of(branch, f"{view.where(keyword)}/{index}")
        nested = keyword_of(inner)
        if not nested:
            continue
        if not exact(inner, views, depth + 1):
            return False
        if (keyword, nested) != ("anyOf", "anyOf") and _overlap(branches(inner, branch, views, depth + 1)):
            return False
    return True


def _overlap(alternatives: list[Branch]) -> bool:
    return any(not one.apart(two) for one, two in itertools.combinations(alternatives, 2))


def _typed(union: View, branch: Branch) -> Branch:
    """Put the type that a union states for all of its alternatives on one of them."""
    if "type" not in union.flat or branch.view.types <= union.types:
        return branch
    schema = {"type": union.flat["type"], "allOf": [branch.schema]}
    view = branch.views.of(schema, branch.pointer)
    return dataclasses.replace(branch, schema=schema, view=view)


def match(
    base: list[Branch], revision: list[Branch]
) -> tuple[list[tuple[Branch, Branch]], list[Branch], list[Branch]]:
    """Pair branches by what identifies them best first: place, constants, name, text, likeness."""
    pairs: list[tuple[int, int]] = []
    left, right = list(range(len(base))), list(range(len(revision)))
    for sign in _SIGNS:
        places: dict[Any, list[int]] = {}
        for index in right:
            mark = sign(revision[index])
            if mark is not None:
                places.setdefault(mark, []).append(index)
        for index in list(left):
            mark = sign(base[index])
            waiting = places.get(mark) if mark is not None else None
            if waiting:
                chosen = waiting.pop(0)
                pairs.append((index, chosen))
                left.remove(index)
                right.remove(chosen)
    for index in list(left):
        best = max(right, key=lambda other: (_likeness(base[index], revision[other]), -other), default=None)
        if best is not None and _likeness(base[index], revision[best]) >= _ALIKE:
            pairs.append((index, best))
            left.remove(index)
            right.remove(best)
    return (
        [(base[i], revision[j]) for i, j in sorted(pairs)],
        [base[i] for i in left],
        [revision[i] for i in right],
    )


_COMPONENT = re.compile(r"/components/schemas/[^/]+\Z")


def _place(branch: Branch) -> Any:
    """Return the pointer of a component; those of inline branches hold an index, which is no identity."""
    return branch.pointer if _COMPONENT.match(branch.pointer) else None


def _constants(branch: Branch) -> Any:
    """What tells tagged objects apart: the properties that admit one value only."""
    marks = []
    for name, schema in sorted(branch.view.names("properties").items()):
        if isinstance(schema, dict):
            values = [schema["const"]] if "const" in schema else schema.get("enum")
            if isinstance(values, list) and len(values) == 1:
                marks.append((name, key_of(values[0])))
    return tuple(marks) or None


def _title(branch: Branch) -> Any:
    title = branch.view.flat.get("title")
    return title if isinstance(title, str) else None


def _text(branch: Branch) -> Any:
    return key_of(branch.schema)


_SIGNS: tuple[Callable[[Branch], Any], ...] = (_place, _text, _constants, _title)


def _likeness(one: Branch, two: Branch) -> float:
    """Estimate from 0 to 1 how much two branches are the same thing."""
    if one.null or two.null:
        return float(one.null and two.null)
    a, b = one.view.types, two.view.types
    if not (a & b):
        return float({"integer", "number"} <= a | b) * _ALIKE
    if _constants(one) and _constants(two):
        return 0.0
    names, others = one.view.names("properties").keys(), two.view.names("properties").keys()
    if names and others:
        return len(names & others) / len(names | others)
    return len(a & b) / len(a | b)
