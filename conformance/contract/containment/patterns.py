"""ECMA-262 patterns as JSON Schema uses them, read into regular languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from conformance.contract.containment import languages as lang
from conformance.contract.containment.languages import Intervals, Language


class UnsupportedPatternError(Exception):
    """The pattern is wrong, or says what no regular language of ours can."""


# Syntax tree: ("class", intervals) | ("seq", items) | ("alt", branches) | ("repeat", node, low, high)
# | ("start",) | ("end",) | ("look", node, positive)
Node = tuple[object, ...]

_DIGIT: Final[Intervals] = ((48, 57),)
_WORD: Final[Intervals] = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Final[Intervals] = lang.normalise(
    (code, code)
    for code in (9, 10, 11, 12, 13, 32, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF)
)
# ECMA-262 also leaves out CR, LS and PS; jsonschema-rs, by which witnesses are judged, leaves out LF alone.
_DOT: Final[Intervals] = lang.invert(((10, 10),))
_CLASSES: Final[dict[str, Intervals]] = {
    "d": _DIGIT,
    "D": lang.invert(_DIGIT),
    "w": _WORD,
    "W": lang.invert(_WORD),
    "s": _SPACE,
    "S": lang.invert(_SPACE),
}
_CONTROLS: Final = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_MAX_UNROLL: Final = 1000


@lru_cache(maxsize=4096)
def language(pattern: str) -> Language:
    """The words in which the pattern is found (patterns are not anchored).

    Raises:
        UnsupportedPatternError: for look-behind, back references, word boundaries and syntax errors.
    """
    tree = _Reader(pattern).read()
    return _search(tree)


def _search(tree: Node) -> Language:
    def rest(_: bool) -> Language:
        return lang.EVERYTHING

    here = _follow(tree, True, rest)
    later = _follow(tree, False, rest)
    return lang.union((here, lang.concat(lang.ANY, lang.EVERYTHING, later)))


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
    if high is None or high > 8:
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


@dataclass
class _Reader:
    """Recursive descent over one pattern."""

    text: str
    at: int = 0

    def read(self) -> Node:
        node = self.alternatives()
        if self.at < len(self.text):
            raise UnsupportedPatternError(f"unexpected {self.text[self.at]!r}")
        return node

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self, literal: str) -> bool:
        if self.text.startswith(literal, self.at):
            self.at += len(literal)
            return True
        return False

    def next(self) -> str:
        if self.at >= len(self.text):
            raise UnsupportedPatternError("the pattern ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def alternatives(self) -> Node:
        branches = [self.sequence()]
        while self.take("|"):
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else ("alt", tuple(branches))

    def sequence(self) -> Node:
        items: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            items.append(self.quantified())
        return items[0] if len(items) == 1 else ("seq", tuple(items))

    def quantified(self) -> Node:
        node = self.atom()
        while (bounds := self.quantifier()) is not None:
            if node[0] in ("start", "end", "look"):
                raise UnsupportedPatternError("a repeated assertion")
            low, high = bounds
            self.take("?")  # lazy: the same language
            if self.peek() == "+":
                raise UnsupportedPatternError("a possessive quantifier")
            node = ("repeat", node, low, high)
        return node

    def quantifier(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(sign):
                return bounds
        if self.peek() != "{":
            return None
        close = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : close].partition(",")
        if close < 0 or not _digits(low) or not (high == "" or _digits(high)):
            return None  # a literal brace
        self.at = close + 1
        top = int(low) if not comma else (int(high) if high else None)
        if int(low) > _MAX_UNROLL * 100 or (top is not None and (top > _MAX_UNROLL * 100 or top < int(low))):
            raise UnsupportedPatternError("a repetition out of bounds")
        return int(low), top

    def atom(self) -> Node:
        letter = self.next()
        if letter == "(":
            return self.group()
        if letter == "[":
            return ("class", self.bracket())
        if letter == "\\":
            return self.escape()
        if letter in "*+?":
            raise UnsupportedPatternError("nothing to repeat")
        simple: dict[str, Node] = {"^": ("start",), "$": ("end",), ".": ("class", _DOT)}
        return simple.get(letter) or ("class", ((ord(letter), ord(letter)),))

    def group(self) -> Node:
        if self.take("?:"):
            return self.closed()
        if self.take("?="):
            return ("look", self.closed(), True)
        if self.take("?!"):
            return ("look", self.closed(), False)
        if self.take("?<") and self.peek() not in "=!":
            self.at = self.text.find(">", self.at) + 1
            if self.at == 0:
                raise UnsupportedPatternError("an unclosed group name")
            return self.closed()
        if self.text[self.at - 1 : self.at] != "(":
            raise UnsupportedPatternError("look-behind")
        if self.peek() == "?":
            raise UnsupportedPatternError("an unknown kind of group")
        return self.closed()

    def closed(self) -> Node:
        node = self.alternatives()
        if not self.take(")"):
            raise UnsupportedPatternError("an unclosed group")
        return node

    def escape(self) -> Node:
        if self.peek() in "bBk" or (self.peek().isdigit() and self.peek() != "0"):
            raise UnsupportedPatternError(f"\\{self.peek()}")
        return ("class", self.escaped())

    def escaped(self) -> Intervals:
        """What stands after a backslash, in or out of a class."""
        letter = self.next()
        if letter in _CLASSES:
            return _CLASSES[letter]
        if letter in "pP":
            return self.category(inverted=letter == "P")
        code = self.code(letter)
        return ((code, code),)

    def code(self, letter: str) -> int:
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter == "0" and not self.peek().isdigit():
            return 0
        if letter == "c" and self.peek().isascii() and self.peek().isalpha():
            return ord(self.next()) % 32
        if letter == "x":
            return self.hexadecimal(2)
        if letter == "u":
            return self.unicode()
        if letter.isalnum():
            raise UnsupportedPatternError(f"\\{letter}")
        return ord(letter)

    def hexadecimal(self, size: int) -> int:
        digits = self.text[self.at : self.at + size]
        self.at += size
        try:
            return int(digits, 16) if len(digits) == size else int("", 16)
        except ValueError:
            raise UnsupportedPatternError("a wrong hexadecimal escape") from None

    def unicode(self) -> int:
        if self.take("{"):
            close = self.text.find("}", self.at)
            code = self.hexadecimal(close - self.at) if close > self.at else _LIMIT + 1
            self.at += 1
            if code > _LIMIT:
                raise UnsupportedPatternError("a code point beyond Unicode")
            return code
        code = self.hexadecimal(4)
        if 0xD800 <= code < 0xDC00 and self.take("\\u"):
            low = self.hexadecimal(4)
            return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        return code

    def category(self, *, inverted: bool) -> Intervals:
        if not self.take("{") or (close := self.text.find("}", self.at)) < 0:
            raise UnsupportedPatternError("a property without its name")
        name = self.text[self.at : close]
        self.at = close + 1
        found = _category(name.removeprefix("gc=").removeprefix("General_Category="))
        return lang.invert(found) if inverted else found

    def bracket(self) -> Intervals:
        inverted = self.take("^")
        found: list[tuple[int, int]] = []
        while not self.take("]"):
            low = self.member()
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", "") and _single(low):
                self.at += 1
                high = self.member()
                if not _single(high) or high[0][0] < low[0][0]:
                    raise UnsupportedPatternError("a wrong range of characters")
                found.append((low[0][0], high[0][0]))
            else:
                found.extend(low)
        normal = lang.normalise(found)
        return lang.invert(normal) if inverted else normal

    def member(self) -> Intervals:
        letter = self.next()
        if letter == "[" or self.text[self.at - 1 : self.at + 1] in ("&&", "--", "~~"):
            raise UnsupportedPatternError("set notation inside a class")  # engines differ on it
        if letter != "\\":
            return ((ord(letter), ord(letter)),)
        if self.take("b"):
            return ((8, 8),)
        return self.escaped()


_LIMIT: Final = 0x10FFFF


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _single(intervals: Intervals) -> bool:
    return len(intervals) == 1 and intervals[0][0] == intervals[0][1]


@lru_cache(maxsize=64)
def _category(name: str) -> Intervals:
    """Code points of a general category, by its short name or the few long ones in use."""
    short = _LONG_NAMES.get(name, name)
    if short not in _KNOWN_CATEGORIES:
        raise UnsupportedPatternError(f"\\p{{{name}}}")
    return lang.normalise(
        (code, code) for code in range(_LIMIT + 1) if unicodedata.category(chr(code)).startswith(short)
    )


_LONG_NAMES: Final = {
    "Letter": "L",
    "Lowercase_Letter": "Ll",
    "Uppercase_Letter": "Lu",
    "Number": "N",
    "Decimal_Number": "Nd",
    "digit": "Nd",
    "Punctuation": "P",
    "Symbol": "S",
    "Separator": "Z",
    "Mark": "M",
    "Other": "C",
}
_KNOWN_CATEGORIES: Final = frozenset(
    "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Cn Co".split()
)
