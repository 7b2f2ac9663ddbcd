"""Plain YAML scalars by the core schema of YAML 1.2: no dates, no sexagesimals, `on` and `no` are strings."""

import math
import re
from collections.abc import Callable
from typing import Any

_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}

# int() refuses more digits than this by default, and no document means them.
_MOST_DIGITS = 4000
_NUMERIC_START = frozenset("0123456789+-.")


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= _MOST_DIGITS else text


def _float(text: str) -> float | int:
    return float(text)
    # "1e3" is the integer 1000 to JSON Schema, but keep the float: 1000.0 counts as an integer there too.


_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (_INT, _integer),
    (_OCTAL, lambda text: int(text, 0)),
    (_HEXADECIMAL, lambda text: int(text, 0)),
    (_FLOAT, _float),
)


def plain(text: str) -> Any:
    """Return the value of an untagged plain scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC_START:
        for pattern, make in _NUMBERS:
            if pattern.match(text):
                return make(text)
    return text


_TAG = "tag:yaml.org,2002:"
_TAGGED: dict[str, tuple[type, ...]] = {
    f"{_TAG}null": (type(None),),
    f"{_TAG}bool": (bool,),
    f"{_TAG}int": (int,),
    f"{_TAG}float": (float, int),
}


def tagged(tag: str, text: str) -> tuple[Any, bool]:
    """Return the value of a scalar with an explicit tag, and whether the tag is known and fits the text."""
    if tag in ("!", f"{_TAG}str"):
        return text, True
    if tag not in _TAGGED:
        return text, False
    value = plain(text) if text else None
    return (value, True) if type(value) in _TAGGED[tag] else (text, False)
