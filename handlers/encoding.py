"""JSON in and out without loss: integers of any size, any string a JSON text can hold."""

import json
from typing import Any, NoReturn

import orjson


def encode(value: Any) -> bytes:
    """Compact JSON. What orjson refuses (integers beyond 64 bits, lone surrogates) the slow way encodes."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()


def decode(text: str | bytes) -> Any:
    """The value of a JSON text, integers exact (orjson would make floats of the large ones).

    Raises ValueError for what is not JSON (RFC 8259), `NaN` and nesting beyond the interpreter included.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
