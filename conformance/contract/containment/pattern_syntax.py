"""The syntax of ECMA-262 patterns, read into a small tree."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from conformance.contract.containment import languages as lang
from conformance.contract.containment.languages import Intervals


class UnsupportedPatternError(Exception):
    """The pattern is wrong, or says what no regular language of ours can."""


# Syntax tree: ("class", intervals) | ("seq", items) | ("alt", branches) | ("repeat", node, low, high)
# | ("start",) | ("end",) | ("look", node, positive)
Node = tuple[object, ...]

_DIGIT: Final[Intervals] = ((48, 57),)
_WORD: Final[Intervals] = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Final[Intervals] = lang.normalise(
    (code, code)
    for code in (
        9,
        10,
        11,
        12,
        13,
        32,
        0xA0,
        0x1680,
        *range(0x2000, 0x200B),
        0x2028,
        0x2029,
        0x202F,
        0x205F,
        0x3000,
        0xFEFF,
    )
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
_MOST_REPEATED: Final = 100_000
_HIGH_SURROGATES: Final = range(0xD800, 0xDC00)


@dataclass
class Reader:
    """Recursive descent over one pattern."""

    text: str
    at: int = 0

    def read(self) -> Node:
        """The whole pattern.

        Raises:
            UnsupportedPatternError: with what stands in the way.
        """
        node = self._alternatives()
        if self.at < len(self.text):
            raise UnsupportedPatternError(f"unexpected {self.text[self.at]!r}")
        return node

    def _peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _take(self, literal: str) -> bool:
        if self.text.startswith(literal, self.at):
            self.at += len(literal)
            return True
        return False

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise UnsupportedPatternError("the pattern ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def _alternatives(self) -> Node:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else ("alt", tuple(branches))

    def _sequence(self) -> Node:
        items: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            items.append(self._quantified())
        return items[0] if len(items) == 1 else ("seq", tuple(items))

    def _quantified(self) -> Node:
        node = self._atom()
        while (bounds := self._quantifier()) is not None:
            if node[0] in ("start", "end", "look"):
                raise UnsupportedPatternError("a repeated assertion")
            low, high = bounds
            self._take("?")  # lazy: the same language
            if self._peek() == "+":
                raise UnsupportedPatternError("a possessive quantifier")
            node = ("repeat", node, low, high)
        return node

    def _quantifier(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        if self._peek() != "{":
            return None
        close = self.text.find("}", self.at)
        if self.text.startswith("{,", self.at):
            raise UnsupportedPatternError("{,")  # engines differ: literal text, or from zero on
        low, comma, high = self.text[self.at + 1 : close].partition(",")
        if close < 0 or not _digits(low) or not (high == "" or _digits(high)):
            return None  # a literal brace
        self.at = close + 1
        top = int(low) if not comma else (int(high) if high else None)
        if int(low) > _MOST_REPEATED or (top is not None and (top > _MOST_REPEATED or top < int(low))):
            raise UnsupportedPatternError("a repetition out of bounds")
        return int(low), top

    def _atom(self) -> Node:
        letter = self._next()
        if letter == "(":
            return self._group()
        if letter == "[":
            return ("class", self._bracket())
        if letter == "\\":
            return self._escape()
        if letter in "*+?":
            raise UnsupportedPatternError("nothing to repeat")
        simple: dict[str, Node] = {"^": ("start",), "$": ("end",), ".": ("class", _DOT)}
        return simple.get(letter) or ("class", ((ord(letter), ord(letter)),))

    def _group(self) -> Node:
        if self._take("?:"):
            return self._closed()
        if self._take("?="):
            return ("look", self._closed(), True)
        if self._take("?!"):
            return ("look", self._closed(), False)
        if self._take("?<") and self._peek() not in "=!":
            self.at = self.text.find(">", self.at) + 1
            if self.at == 0:
                raise UnsupportedPatternError("an unclosed group name")
            return self._closed()
        if self.text[self.at - 1 : self.at] != "(":
            raise UnsupportedPatternError("look-behind")
        if self._peek() == "?":
            raise UnsupportedPatternError("an unknown kind of group")
        return self._closed()

    def _closed(self) -> Node:
        node = self._alternatives()
        if not self._take(")"):
            raise UnsupportedPatternError("an unclosed group")
        return node

    def _escape(self) -> Node:
        if self._peek() in "bBk" or (self._peek().isdigit() and self._peek() != "0"):
            raise UnsupportedPatternError(f"\\{self._peek()}")
        return ("class", self._escaped())

    def _escaped(self) -> Intervals:
        """What stands after a backslash, in or out of a class."""
        letter = self._next()
        if letter in _CLASSES:
            return _CLASSES[letter]
        if letter in "pP":
            return self._category(inverted=letter == "P")
        code = self._code(letter)
        return ((code, code),)

    def _code(self, letter: str) -> int:
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter == "0" and not self._peek().isdigit():
            return 0
        if letter == "c" and self._peek().isascii() and self._peek().isalpha():
            return ord(self._next()) % 32
        if letter == "x":
            return self._hexadecimal(2)
        if letter == "u":
            return self._unicode()
        if letter.isalnum():
            raise UnsupportedPatternError(f"\\{letter}")
        return ord(letter)

    def _hexadecimal(self, size: int) -> int:
        digits = self.text[self.at : self.at + size]
        self.at += size
        try:
            return int(digits, 16) if len(digits) == size else int("", 16)
        except ValueError:
            raise UnsupportedPatternError("a wrong hexadecimal escape") from None

    def _unicode(self) -> int:
        if self._take("{"):
            close = self.text.find("}", self.at)
            code = self._hexadecimal(close - self.at) if close > self.at else _LIMIT + 1
            self.at += 1
            if code > _LIMIT:
                raise UnsupportedPatternError("a code point beyond Unicode")
            return code
        code = self._hexadecimal(4)
        if code in _HIGH_SURROGATES and self._take("\\u"):
            low = self._hexadecimal(4)
            return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        return code

    def _category(self, *, inverted: bool) -> Intervals:
        if not self._take("{") or (close := self.text.find("}", self.at)) < 0:
            raise UnsupportedPatternError("a property without its name")
        name = self.text[self.at : close]
        self.at = close + 1
        found = _category(name.removeprefix("gc=").removeprefix("General_Category="))
        return lang.invert(found) if inverted else found

    def _bracket(self) -> Intervals:
        inverted = self._take("^")
        found: list[tuple[int, int]] = []
        while not self._take("]"):
            low = self._member()
            if self._peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", "") and _single(low):
                self.at += 1
                high = self._member()
                if not _single(high) or high[0][0] < low[0][0]:
                    raise UnsupportedPatternError("a wrong range of characters")
                found.append((low[0][0], high[0][0]))
            else:
                found.extend(low)
        normal = lang.normalise(found)
        return lang.invert(normal) if inverted else normal

    def _member(self) -> Intervals:
        letter = self._next()
        if letter == "[" or self.text[self.at - 1 : self.at + 1] in ("&&", "--", "~~"):
            raise UnsupportedPatternError("set notation inside a class")  # engines differ on it
        if letter != "\\":
            return ((ord(letter), ord(letter)),)
        if self._take("b"):
            return ((8, 8),)
        return self._escaped()


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
    [
        "L",
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "M",
        "Mn",
        "Mc",
        "Me",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "S",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "Z",
        "Zs",
        "Zl",
        "Zp",
        "C",
        "Cc",
        "Cf",
        "Cn",
        "Co",
    ]
)
