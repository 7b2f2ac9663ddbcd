"""Words of a language: membership, a shortest word, emptiness, enumeration; by Brzozowski's derivatives."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import inf
from time import perf_counter
from typing import Final

from conformance.contract.containment import languages as lang
from conformance.contract.containment.languages import Intervals, Language

_SURROGATES: Final = 0xD800
_AFTER_SURROGATES: Final = 0xE000
_NICE: Final = (
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_ ./:@,+*#!?()[]{}\"'$%&;<=>\\^`|~"
)
_MAX_STATES: Final = 6000


class TooComplexError(Exception):
    """The automaton grew beyond its budget of states or time."""


@dataclass
class Clock:
    """When to give up; set by whoever has a deadline."""

    deadline: float = inf


CLOCK: Final = Clock()


def _cuts(node: Language) -> frozenset[int]:
    """Code points where the derivative of the node may change."""
    if node.cuts is None:
        node.cuts = _compute_cuts(node)
    return node.cuts


def _compute_cuts(node: Language) -> frozenset[int]:
    if node.kind == "class":
        intervals: Intervals = node.args[0]  # type: ignore[assignment]  # a class holds intervals
        return frozenset(edge for low, high in intervals for edge in (low, high + 1))
    if node.kind == "concat":
        first, second = lang.as_language(node.args[0]), lang.as_language(node.args[1])
        return _cuts(first) | _cuts(second) if first.nullable else _cuts(first)
    result: frozenset[int] = frozenset()
    for part in node.args:
        if isinstance(part, Language):
            result |= _cuts(part)
    return result


def _derive(node: Language, code: int) -> Language:
    """The words w such that code·w is in the node."""
    return _DERIVE[node.kind](node, code)


def _derive_class(node: Language, code: int) -> Language:
    intervals: Intervals = node.args[0]  # type: ignore[assignment]  # a class holds intervals
    return lang.EPSILON if any(low <= code <= high for low, high in intervals) else lang.NOTHING


def _derive_concat(node: Language, code: int) -> Language:
    first, second = (lang.as_language(part) for part in node.args)
    head = lang.concat(_derive(first, code), second)
    return lang.union((head, _derive(second, code))) if first.nullable else head


def _derive_repeat(node: Language, code: int) -> Language:
    inner, low, high = node.args
    body = lang.as_language(inner)
    assert isinstance(low, int)  # noqa: S101 - narrows for the type checker
    assert high is None or isinstance(high, int)  # noqa: S101 - narrows for the type checker
    rest = lang.repeat(body, max(low - 1, 0), None if high is None else high - 1)
    return lang.concat(_derive(body, code), rest)


_DERIVE: Final[dict[str, Callable[[Language, int], Language]]] = {
    "class": _derive_class,
    "epsilon": lambda _node, _code: lang.NOTHING,
    "concat": _derive_concat,
    "star": lambda node, code: lang.concat(_derive(lang.as_language(node.args[0]), code), node),
    "repeat": _derive_repeat,
    "not": lambda node, code: lang.complement(_derive(lang.as_language(node.args[0]), code)),
    "or": lambda node, code: lang.union(_derive(lang.as_language(part), code) for part in node.args[1:]),
    "and": lambda node, code: lang.intersection(
        _derive(lang.as_language(part), code) for part in node.args[1:]
    ),
}


def _segments(node: Language) -> tuple[tuple[int, ...], tuple[Language, ...]]:
    """Start of each segment of the alphabet and where it leads."""
    if node.segments is None:
        if perf_counter() > CLOCK.deadline:
            raise TooComplexError
        starts = sorted(
            {0, _SURROGATES, _AFTER_SURROGATES} | {cut for cut in _cuts(node) if cut <= lang.LAST}
        )
        targets = [lang.NOTHING if start == _SURROGATES else _derive(node, start) for start in starts]
        node.segments = (tuple(starts), tuple(targets))
    return node.segments


def matches(node: Language, word: str) -> bool:
    """Whether the word is in the language."""
    for letter in word:
        starts, targets = _segments(node)
        node = targets[bisect_right(starts, ord(letter)) - 1]
        if node is lang.NOTHING or node is lang.EVERYTHING:
            break
    return node.nullable


def _moves(node: Language) -> Iterator[tuple[int, int, Language]]:
    starts, targets = _segments(node)
    ends = (*(start - 1 for start in starts[1:]), lang.LAST)
    for start, end, target in zip(starts, ends, targets, strict=True):
        if target is not lang.NOTHING:
            yield start, end, target


def _letters(low: int, high: int) -> Iterator[str]:
    """Characters of a segment, the readable ones first."""
    yield from (letter for letter in _NICE if low <= ord(letter) <= high)
    yield from (chr(code) for code in range(low, high + 1) if chr(code) not in _NICE)


def _rank(letter: str) -> int:
    place = _NICE.find(letter)
    return place if place >= 0 else ord(letter) + len(_NICE)


def shortest(node: Language) -> str | None:
    """A shortest word, as readable as may be; None when the language is empty.

    Raises:
        TooComplexError: when deciding takes too many states.
    """
    if not node.settled:
        node.shortest = _search(node)
        node.settled = True
    return node.shortest


def _search(start: Language) -> str | None:
    if start.nullable:
        return ""
    seen = {start}
    queue: deque[tuple[Language, str]] = deque([(start, "")])
    while queue:
        node, word = queue.popleft()
        steps = sorted(
            ((next(_letters(low, high)), target) for low, high, target in _moves(node)), key=_step_rank
        )
        for letter, target in steps:
            if target.nullable:
                return word + letter
            if target not in seen:
                seen.add(target)
                queue.append((target, word + letter))
        if len(seen) > _MAX_STATES:
            raise TooComplexError
    return None


def _step_rank(step: tuple[str, Language]) -> int:
    return _rank(step[0])


def words(start: Language, count: int) -> Iterator[str]:
    """Up to count distinct words, shortest first; fewer only when the language has no more."""
    frontier = {start} if shortest(start) is not None else set()
    given = length = 0
    while frontier and given < count:
        for word in islice(_exactly(start, length, count, {}), count - given):
            yield word
            given += 1
        frontier = {
            target for node in frontier for _, _, target in _moves(node) if shortest(target) is not None
        }
        length += 1
        if length > _MAX_STATES:
            raise TooComplexError


def _exactly(
    node: Language, length: int, width: int, reach: dict[tuple[Language, int], bool]
) -> Iterator[str]:
    """Words of one length, trying at most width characters of a segment."""
    if length == 0:
        if node.nullable:
            yield ""
        return
    if not _reaches(node, length, reach):
        return
    for low, high, target in sorted(_moves(node), key=lambda move: _rank(next(_letters(move[0], move[1])))):
        if _reaches(target, length - 1, reach):
            for letter, _ in zip(_letters(low, high), range(width), strict=False):
                for rest in _exactly(target, length - 1, width, reach):
                    yield letter + rest


def _reaches(node: Language, length: int, reach: dict[tuple[Language, int], bool]) -> bool:
    """Whether the language has a word of exactly this length."""
    if length == 0:
        return node.nullable
    known = reach.get((node, length))
    if known is None:
        if len(reach) > _MAX_STATES:
            raise TooComplexError
        known = any(_reaches(target, length - 1, reach) for target in {move[2] for move in _moves(node)})
        reach[node, length] = known
    return known
