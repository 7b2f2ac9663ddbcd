"""Server-sent events as the WHATWG specification reads them, from bytes as they arrive."""

import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

DONE = "[DONE]"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its `event:` line or nothing, its data as text, and seconds since the request was sent."""

    name: str | None
    data: str
    at: float

    @property
    def done(self) -> bool:
        """Tell whether this ends a chat stream."""
        return self.data == DONE

    @property
    def json(self) -> Any:
        """The data as JSON; None where it is none."""
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError):
            return None


class Parser:
    """Takes bytes in pieces of any size; returns events, and keeps what carries no data apart."""

    def __init__(self) -> None:
        self.comments = 0
        self.unknown: list[str] = []
        self._rest = b""
        self._began = False
        self._name: str | None = None
        self._data: list[str] = []

    def feed(self, piece: bytes) -> list[tuple[str | None, str]]:
        """Return the events that a piece completes, as name and data."""
        self._rest += piece
        found = []
        while (line := self._line()) is not None:
            event = self._take(line)
            if event:
                found.append(event)
        return found

    @property
    def unfinished(self) -> bool:
        """Tell whether a stream that ends here breaks off within an event."""
        return bool(self._rest.strip() or self._data)

    def _line(self) -> str | None:
        found = _END.search(self._rest)
        if not found or (found[0] == b"\r" and found.end() == len(self._rest)):
            return None  # the line feed that belongs to a carriage return may come yet
        line, self._rest = self._rest[: found.start()], self._rest[found.end() :]
        text = line.decode("utf-8", "replace")
        if not self._began:
            self._began, text = True, text.removeprefix("\ufeff")
        return text

    def _take(self, line: str) -> tuple[str | None, str] | None:
        if not line:
            event = (self._name, "\n".join(self._data)) if self._data else None
            self._name, self._data = None, []
            return event
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not field:
            self.comments += 1
        elif field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        elif field not in {"id", "retry"}:
            self.unknown.append(line)
        return None


_END = re.compile(rb"\r\n|\n|\r")


async def events(pieces: AsyncIterator[bytes], began: float, parser: Parser) -> AsyncIterator[Event]:
    """Read events off a body as they arrive."""
    async for piece in pieces:
        for name, data in parser.feed(piece):
            yield Event(name, data, time.monotonic() - began)
