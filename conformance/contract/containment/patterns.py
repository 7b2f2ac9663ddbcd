"""Patterns of ECMA-262, as JSON Schema uses them, as regular languages."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from conformance.contract.containment import languages as lang
from conformance.contract.containment.languages import Language
from conformance.contract.containment.pattern_syntax import Node, Reader, UnsupportedPatternError


@lru_cache(maxsize=4096)
def language(pattern: str) -> Language:
    """The words in which the pattern is found (patterns are not anchored).

    Raises:
        UnsupportedPatternError: for look-behind, back references, word boundaries and syntax errors.
    """
    tree = Reader(pattern).read()
    return _search(tree)


def _search(tree: Node) -> Language:
    def rest(_: bool) -> Language:
        return lang.EVERYTHING

    here = _follow(tree, True, rest)
    later = _follow(tree, False, rest)
    return lang.union((here, lang.concat(lang.ANY, lang.EVERYTHING, later)))


_MOST_UNROLLED: Final = 8
Rest = Callable[[bool], Language]


def _follow(node: Node, start: bool, rest: Rest) -> Language:
    """Words that match the node and then the rest; start tells whether nothing was read yet."""
    return _FOLLOW[str(node[0])](node, start, rest)


def _follow_class(node: Node, _: bool, rest: Rest) -> Language:
    return lang.concat(lang.characters(node[1]), rest(False))  # type: ignore[arg-type]  # intervals


def _follow_seq(node: Node, start: bool, rest: Rest) -> Language:
    items: tuple[Node, ...] = node[1]  # type: ignore[assignment]  # a sequence holds nodes

    def tail(position: int) -> Rest:
        if position == len(items):
            return rest
        return lambda at: _follow(items[position], at, tail(position + 1))

    return tail(0)(start)


def _follow_alt(node: Node, start: bool, rest: Rest) -> Language:
    branches: tuple[Node, ...] = node[1]  # type: ignore[assignment]  # an alternative holds nodes
    return lang.union(_follow(branch, start, rest) for branch in branches)


def _follow_start(_node: Node, start: bool, rest: Rest) -> Language:
    return rest(True) if start else lang.NOTHING


def _follow_end(_node: Node, start: bool, rest: Rest) -> Language:
    return lang.EPSILON if rest(start).nullable else lang.NOTHING


def _follow_look(node: Node, start: bool, rest: Rest) -> Language:
    ahead = _follow(node[1], start, lambda _: lang.EVERYTHING)  # type: ignore[arg-type]  # a node
    return lang.intersection((ahead if node[2] else lang.complement(ahead), rest(start)))


def _follow_repeat(node: Node, start: bool, rest: Rest) -> Language:
    inner: Node = node[1]  # type: ignore[assignment]  # a node
    low: int = node[2]  # type: ignore[assignment]  # a count
    high: int | None = node[3]  # type: ignore[assignment]  # a count
    if _plain(inner):
        body = _whole(inner)
        loop = lang.repeat(body, low, high)
        if not start:
            return lang.concat(loop, rest(False))
        moved = lang.concat(lang.intersection((loop, lang.concat(lang.ANY, lang.EVERYTHING))), rest(False))
        return lang.union((moved, rest(True))) if loop.nullable else moved
    if high is None or high > _MOST_UNROLLED:
        raise UnsupportedPatternError("an assertion inside a repetition")
    return lang.union(_follow_seq(("seq", (inner,) * times), start, rest) for times in range(low, high + 1))


_FOLLOW: Final[dict[str, Callable[[Node, bool, Rest], Language]]] = {
    "class": _follow_class,
    "seq": _follow_seq,
    "alt": _follow_alt,
    "start": _follow_start,
    "end": _follow_end,
    "look": _follow_look,
    "repeat": _follow_repeat,
}


def _plain(node: Node) -> bool:
    """Whether the node is free of assertions."""
    if node[0] == "class":
        return True
    if node[0] in ("seq", "alt"):
        return all(_plain(item) for item in node[1])  # type: ignore[attr-defined]  # nodes
    return node[0] == "repeat" and _plain(node[1])  # type: ignore[arg-type]  # a node


def _whole(node: Node) -> Language:
    """The language of a plain node alone."""
    if node[0] == "class":
        return lang.characters(node[1])  # type: ignore[arg-type]  # intervals
    if node[0] == "seq":
        return lang.concat(*(_whole(item) for item in node[1]))  # type: ignore[attr-defined]  # nodes
    if node[0] == "alt":
        return lang.union(_whole(item) for item in node[1])  # type: ignore[attr-defined]  # nodes
    return lang.repeat(_whole(node[1]), node[2], node[3])  # type: ignore[arg-type]  # a node and counts
