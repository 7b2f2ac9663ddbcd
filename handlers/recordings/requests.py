"""What of a request tells it from others: method, path and body, less ids, times, secrets and key order."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.recordings.secrecy import NOTHING, Known, scrubbed

IGNORED = frozenset({"user", "safety_identifier", "prompt_cache_key"})
"""Members of a body that name who asks; no answer depends on them."""
IDS = frozenset({"id", "call_id", "tool_call_id", "item_id"})
"""Members that hold an id, whatever it looks like."""
TIMES = re.compile(r"created|timestamp|.+_at")
"""Members whose numbers are times."""
MADE = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b(?:[a-z]{2,10}_|chatcmpl-)(?=[A-Za-z0-9]*[0-9])[A-Za-z0-9]{16,}\b"
)
"""Ids within text: UUIDs, and a short prefix with sixteen letters and digits or more behind it."""
MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z\b| ?[+-]\d\d:?\d\d\b)?")
"""A date with a time of day (RFC 3339). Dates alone stay: they are what is asked about."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as recordings know it; `body` is normalised, and None where there is none."""

    method: str
    path: str
    body: Any
    ids: tuple[str, ...] = field(default=(), compare=False)
    """The ids that were normalised away, in the order of their numbers."""

    @property
    def key(self) -> str:
        """What recordings of the same request have in common: 16 hexadecimal digits."""
        told = json.dumps([self.method, self.path, self.body], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def normalised(
    method: str, path: str, body: Mapping[str, Any] | None = None, known_secrets: Known = NOTHING
) -> Request:
    """`path` begins with a slash and stands below the base URL; `known_secrets` are taken out of all text."""
    if body is None:
        return Request(method, path, None)
    counted = {name: value for name, value in body.items() if name not in IGNORED and value is not None}
    normaliser = _Normaliser()
    normal = normaliser.value(scrubbed(counted, known_secrets))
    return Request(method, path, normal, tuple(normaliser.numbers))


def marks(request: Request) -> Known:
    """What is written into an outcome for the ids of its request: those that are unlike any word."""
    numbered = enumerate(request.ids, start=1)
    return {identity: f"<id {number}>" for number, identity in numbered if MADE.fullmatch(identity)}


class _Normaliser:
    """Numbers ids in the order they come, so that what refers to each other still does."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            # In the order of names: ids must get the same numbers whatever the order of members.
            return {inner: self._member(inner, value[inner]) for inner in sorted(value)}
        if isinstance(value, list):
            return [self.value(entry) for entry in value]
        return self._text(value) if isinstance(value, str) else value

    def _member(self, name: str, value: Any) -> Any:
        if name in IDS and isinstance(value, str):
            return self._id(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and TIMES.fullmatch(name):
            return "<time>"
        return self.value(value)

    def _text(self, text: str) -> str:
        return MOMENT.sub("<time>", MADE.sub(lambda match: self._id(match.group()), text))

    def _id(self, text: str) -> str:
        return f"<id {self.numbers.setdefault(text, len(self.numbers) + 1)}>"
