"""The recording nearest to a request that has none, and where the two differ."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.recordings.exchanges import Exchange
from handlers.recordings.requests import Request

MISSING = object()
SHOWN = 10
"""Differences that are told."""
AROUND = 60
"""Characters of a text that are shown, from shortly before the first that differs."""
BEFORE = 15


@dataclass(frozen=True, slots=True)
class Nearest:
    """A recording, by its file's name, and what is different in it."""

    file: str
    differences: list[str]


def nearest(request: Request, recordings: Iterable[tuple[str, Exchange]]) -> Nearest | None:
    """Of the recordings of the same method and path, the one with most in common; the first of equals."""
    wanted = _lines(request)
    best, most = None, -1.0
    for file, exchange in recordings:
        recorded = exchange.request
        if (recorded.method, recorded.path) == (request.method, request.path):
            alike = _alike(wanted, _lines(recorded))
            if alike > most:
                best, most = Nearest(file, list(_differences("", recorded.body, request.body))), alike
    return best


def _lines(request: Request) -> Counter[str]:
    """Words of the body's JSON: what two requests can have in common."""
    return Counter(json.dumps(request.body, indent=0, sort_keys=True).split())


def _alike(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def _differences(place: str, recorded: Any, asked: Any) -> Iterator[str]:
    if recorded == asked and isinstance(recorded, bool) == isinstance(asked, bool):
        return
    if isinstance(recorded, Mapping) and isinstance(asked, Mapping):
        for name in sorted(recorded.keys() | asked.keys()):
            inner = f"{place}.{name}" if place else name
            yield from _differences(inner, recorded.get(name, MISSING), asked.get(name, MISSING))
    elif isinstance(recorded, list) and isinstance(asked, list):
        for index in range(max(len(recorded), len(asked))):
            pair = (side[index] if index < len(side) else MISSING for side in (recorded, asked))
            yield from _differences(f"{place}[{index}]", *pair)
    else:
        old, new = _told(recorded, asked)
        yield f"{place or 'body'}: recorded {old}, asked {new}"


def _told(recorded: Any, asked: Any) -> tuple[str, str]:
    """Both values short enough to read; of long texts the part where they begin to differ."""
    start = 0
    if isinstance(recorded, str) and isinstance(asked, str):
        pairs = zip(recorded, asked, strict=False)
        same = next((at for at, (old, new) in enumerate(pairs) if old != new), min(len(recorded), len(asked)))
        start = max(0, same - BEFORE)
    return _shown(recorded, start), _shown(asked, start)


def _shown(value: Any, start: int) -> str:
    if value is MISSING:
        return "nothing"
    if isinstance(value, str):
        cut = value[start : start + AROUND]
        quoted = json.dumps(cut, ensure_ascii=False)
        return f"{'...' if start else ''}{quoted}{'...' if len(value) > start + AROUND else ''}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= AROUND else text[:AROUND] + "..."
