"""Regular languages over code points: an algebra closed under complement, decided by derivatives."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

Intervals = tuple[tuple[int, int], ...]

# JSON texts hold Unicode scalar values: a lone surrogate can be neither sent nor matched.
ALPHABET: Final[Intervals] = ((0, 0xD7FF), (0xE000, 0x10FFFF))
_LAST: Final = 0x10FFFF
_NICE: Final = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_ ./:@,+*#!?()[]{}\"'$%&;<=>\\^`|~"
_MAX_STATES: Final = 6000


class TooComplexError(Exception):
    """The automaton grew beyond its budget."""


@dataclass(eq=False, slots=True)
class Language:
    """One interned regular expression; two equal expressions are the same object."""

    kind: str
    args: tuple[object, ...]
    nullable: bool
    segments: tuple[tuple[int, ...], tuple[Language, ...]] | None = None
    shortest: str | None = None
    settled: bool = False
    cuts: frozenset[int] | None = field(default=None)


_table: dict[tuple[object, ...], Language] = {}


def _make(kind: str, args: tuple[object, ...], *, nullable: bool) -> Language:
    key = (kind, args)
    found = _table.get(key)
    if found is None:
        if len(_table) > 400_000:  # a process that judges for days must not grow for ever
            _forget()
        found = _table[key] = Language(kind, args, nullable)
    return found


NOTHING: Final = _make("class", ((),), nullable=False)
EPSILON: Final = _make("epsilon", (), nullable=True)
ANY: Final = _make("class", (ALPHABET,), nullable=False)


def _forget() -> None:
    _table.clear()
    for constant in (NOTHING, EPSILON, ANY, EVERYTHING):
        _table[constant.kind, constant.args] = constant


def characters(intervals: Iterable[tuple[int, int]]) -> Language:
    """The one-character words whose code point lies in an interval."""
    normal = normalise(intervals)
    return _make("class", (normal,), nullable=False)


def normalise(intervals: Iterable[tuple[int, int]]) -> Intervals:
    """Sorted, disjoint, without surrogates."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(intervals):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(
        (max(low, start), min(high, end))
        for low, high in merged
        for start, end in ALPHABET
        if max(low, start) <= min(high, end)
    )


def invert(intervals: Intervals) -> Intervals:
    """The code points of the alphabet outside the intervals."""
    holes, start = [], 0
    for low, high in intervals:
        if start < low:
            holes.append((start, low - 1))
        start = high + 1
    if start <= _LAST:
        holes.append((start, _LAST))
    return normalise(holes)


def concat(*parts: Language) -> Language:
    """Words of each part in sequence."""
    result = EPSILON
    for part in reversed(parts):
        result = _concat(part, result)
    return result


def _concat(first: Language, second: Language) -> Language:
    if first is NOTHING or second is NOTHING:
        return NOTHING
    if first is EPSILON:
        return second
    if second is EPSILON:
        return first
    if first.kind == "concat":
        head, tail = first.args
        return _concat(_as(head), _concat(_as(tail), second))
    if first is EVERYTHING and (second is EVERYTHING or (second.kind == "concat" and second.args[0] is EVERYTHING)):
        return second
    return _make("concat", (first, second), nullable=first.nullable and second.nullable)


def _as(value: object) -> Language:
    assert isinstance(value, Language)  # noqa: S101 - narrows for the type checker
    return value


def star(inner: Language) -> Language:
    """Any number of repetitions."""
    if inner in (NOTHING, EPSILON):
        return EPSILON
    if inner is ANY:
        return EVERYTHING
    if inner.kind == "star":
        return inner
    return _make("star", (inner,), nullable=True)


def repeat(inner: Language, low: int, high: int | None) -> Language:
    """Between low and high repetitions; high None means without end."""
    if high is not None and low > high:
        return NOTHING
    if high == 0 or inner is EPSILON:
        return EPSILON
    if inner is NOTHING:
        return EPSILON if low == 0 else NOTHING
    if low == 0 and high is None:
        return star(inner)
    if low == high == 1:
        return inner
    return _make("repeat", (inner, low, high), nullable=low == 0 or inner.nullable)


def complement(inner: Language) -> Language:
    """Every other word."""
    if inner.kind == "not":
        return _as(inner.args[0])
    if inner is NOTHING:
        return EVERYTHING
    return _make("not", (inner,), nullable=not inner.nullable)


EVERYTHING: Final = _make("not", (NOTHING,), nullable=True)


def union(parts: Iterable[Language]) -> Language:
    """Words of any part."""
    return _combine("or", parts, NOTHING, EVERYTHING)


def intersection(parts: Iterable[Language]) -> Language:
    """Words of all parts."""
    return _combine("and", parts, EVERYTHING, NOTHING)


def _combine(kind: str, parts: Iterable[Language], neutral: Language, absorbing: Language) -> Language:
    members: set[Language] = set()
    queue = list(parts)
    while queue:
        part = queue.pop()
        if part is absorbing:
            return absorbing
        if part.kind == kind:
            queue.extend(_as(inner) for inner in part.args[1:])
        elif part is not neutral:
            members.add(part)
    members = _merge_classes(kind, members)
    if absorbing in members or any(complement(part) in members for part in members if part.kind == "not"):
        return absorbing
    members.discard(neutral)
    if not members:
        return neutral
    if len(members) == 1:
        return members.pop()
    ordered = sorted(members, key=id)
    nullable = all(m.nullable for m in ordered) if kind == "and" else any(m.nullable for m in ordered)
    return _make(kind, (kind, *ordered), nullable=nullable)


def _merge_classes(kind: str, members: set[Language]) -> set[Language]:
    classes = [part for part in members if part.kind == "class"]
    if len(classes) > 1:
        members = members.difference(classes)
        sets: list[Intervals] = [part.args[0] for part in classes]  # type: ignore[misc]  # a class holds intervals
        if kind == "or":
            members.add(characters(pair for intervals in sets for pair in intervals))
        else:
            members.add(characters(invert(normalise(pair for each in sets for pair in invert(each)))))
    return members


def literal(word: str) -> Language:
    """Exactly this word."""
    return concat(*(characters([(ord(letter), ord(letter))]) for letter in word))


def lengths(low: int, high: int | None) -> Language:
    """Words of so many code points."""
    return repeat(ANY, low, high)


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
        first, second = _as(node.args[0]), _as(node.args[1])
        return _cuts(first) | _cuts(second) if first.nullable else _cuts(first)
    result: frozenset[int] = frozenset()
    for part in node.args:
        if isinstance(part, Language):
            result |= _cuts(part)
    return result


def _derive(node: Language, code: int) -> Language:
    """The words w such that code·w is in the node."""
    kind, args = node.kind, node.args
    if kind == "class":
        intervals: Intervals = args[0]  # type: ignore[assignment]  # a class holds intervals
        return EPSILON if any(low <= code <= high for low, high in intervals) else NOTHING
    if kind == "epsilon":
        return NOTHING
    if kind == "concat":
        first, second = _as(args[0]), _as(args[1])
        head = _concat(_derive(first, code), second)
        return union((head, _derive(second, code))) if first.nullable else head
    if kind == "star":
        return _concat(_derive(_as(args[0]), code), node)
    if kind == "repeat":
        low, high = args[1], args[2]
        assert isinstance(low, int)  # noqa: S101 - narrows for the type checker
        assert high is None or isinstance(high, int)  # noqa: S101 - narrows for the type checker
        rest = repeat(_as(args[0]), max(low - 1, 0), None if high is None else high - 1)
        return _concat(_derive(_as(args[0]), code), rest)
    if kind == "not":
        return complement(_derive(_as(args[0]), code))
    return _combine(
        kind,
        [_derive(_as(part), code) for part in args[1:]],
        *((NOTHING, EVERYTHING) if kind == "or" else (EVERYTHING, NOTHING)),
    )


def _segments(node: Language) -> tuple[tuple[int, ...], tuple[Language, ...]]:
    """Start of each segment of the alphabet and where it leads."""
    if node.segments is None:
        starts = sorted({0, 0xD800, 0xE000} | {cut for cut in _cuts(node) if cut <= _LAST})
        targets = [NOTHING if start == 0xD800 else _derive(node, start) for start in starts]
        node.segments = (tuple(starts), tuple(targets))
    return node.segments


def matches(node: Language, word: str) -> bool:
    """Whether the word is in the language."""
    for letter in word:
        starts, targets = _segments(node)
        node = targets[bisect_right(starts, ord(letter)) - 1]
        if node is NOTHING or node is EVERYTHING:
            break
    return node.nullable


def _moves(node: Language) -> Iterator[tuple[int, int, Language]]:
    starts, targets = _segments(node)
    ends = (*(start - 1 for start in starts[1:]), _LAST)
    for start, end, target in zip(starts, ends, targets, strict=True):
        if target is not NOTHING:
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
        steps = sorted(((next(_letters(low, high)), target) for low, high, target in _moves(node)), key=_step_rank)
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
        frontier = {target for node in frontier for _, _, target in _moves(node) if shortest(target) is not None}
        length += 1
        if length > _MAX_STATES:
            raise TooComplexError


def _exactly(node: Language, length: int, width: int, reach: dict[tuple[Language, int], bool]) -> Iterator[str]:
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
