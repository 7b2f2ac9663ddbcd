"""Values to JSON bytes: exactly, or refused with the place.

orjson is quick, with three habits that would break the promise that what is stored comes back as it
was: it refuses integers beyond 64 bits, gives up 254 levels deep, and writes infinities (what `1e400`
is read as) and `NaN` as `null`.
"""

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

import orjson

from handlers.errors import BadRequestError

MAX_PLACE = 256
"""Keys are the client's too: an error does not echo megabytes of them."""


def encode(value: Any, place: str) -> bytes:
    """Compact UTF-8. What JSON cannot say is BadRequestError, `param` the place below `place`."""
    try:
        encoded = orjson.dumps(value)
    except TypeError:
        _refuse_inexpressible(value, place)
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if b"null" in encoded:  # maybe an infinity; text that happens to say so costs a walk, no more
        _refuse_inexpressible(value, place)
    return encoded


def check(body: Any) -> None:
    """Refuse a whole body that could not be handed on as it is; its members are the first places."""
    encode(body, "")


def _refuse_inexpressible(value: Any, place: str) -> None:
    for where, leaf in _leaves(value, place):
        if isinstance(leaf, float) and not isfinite(leaf):
            raise _inexpressible(where, "too large a number", "one that fits a double-precision float")
        if isinstance(leaf, str) and not _is_unicode(leaf):
            raise _inexpressible(where, "a lone surrogate is no character", "Unicode text")


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every scalar and every key with its place, without recursion: the depth is the client's choice."""
    pending = [(place, value)]
    while pending:
        where, node = pending.pop()
        if isinstance(node, dict):
            yield from ((where, key) for key in node)
            pending.extend((f"{where}.{key}" if where else key, child) for key, child in node.items())
        elif isinstance(node, list):
            pending.extend((f"{where}[{index}]", child) for index, child in enumerate(node))
        else:
            yield where, node


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _inexpressible(place: str, reason: str, expected: str) -> BadRequestError:
    place = place[:MAX_PLACE].encode("utf-8", "replace").decode()
    message = f"Invalid '{place}': {reason}. Expected {expected}."
    return BadRequestError(message, param=place, code="invalid_value")
