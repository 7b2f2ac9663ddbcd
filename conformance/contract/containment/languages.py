"""Regular languages over code points: interned expressions, closed under complement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Intervals = tuple[tuple[int, int], ...]

# JSON texts hold Unicode scalar values: a lone surrogate can be neither sent nor matched.
ALPHABET: Final[Intervals] = ((0, 0xD7FF), (0xE000, 0x10FFFF))
LAST: Final = 0x10FFFF
_MOST_KEPT: Final = 400_000


@dataclass(eq=False, slots=True)
class Language:
    """One interned regular expression; two equal expressions are the same object."""

    kind: str
    args: tuple[object, ...]
    nullable: bool
    segments: tuple[tuple[int, ...], tuple[Language, ...]] | None = None
    shortest: str | None = None
    settled: bool = False
    cuts: frozenset[int] | None = None


_table: dict[tuple[object, ...], Language] = {}


def _make(kind: str, args: tuple[object, ...], *, nullable: bool) -> Language:
    key = (kind, args)
    found = _table.get(key)
    if found is None:
        if len(_table) > _MOST_KEPT:  # a process that judges for days must not grow for ever
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
    if start <= LAST:
        holes.append((start, LAST))
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
        return _concat(as_language(head), _concat(as_language(tail), second))
    if first is EVERYTHING and (
        second is EVERYTHING or (second.kind == "concat" and second.args[0] is EVERYTHING)
    ):
        return second
    return _make("concat", (first, second), nullable=first.nullable and second.nullable)


def as_language(value: object) -> Language:
    """The argument of a node, known to be a language."""
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
        return as_language(inner.args[0])
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
            queue.extend(as_language(inner) for inner in part.args[1:])
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
