import json
from typing import Any

import pytest

from handlers.encoding import decode, encode

EXACT = [0, -(10**30), 10**300, 1.5, "\0", "\U0001f600", "\ud800", {"a": [None, True, {"b": 2**64}]}, [], ""]


@pytest.mark.parametrize("value", EXACT, ids=ascii)
def test_what_goes_in_comes_out(value: Any) -> None:
    assert decode(encode(value)) == value
    assert json.loads(encode(value)) == value


@pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", "-Infinity", "[" * 100_000, b"\xff", "1 2"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSONDecodeError, UnicodeDecodeError and our own have this in common
        decode(text)
