"""Server-sent events (WHATWG HTML, section 9.2) as handlers yield them; framing is the shell's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `data` is a single line of encoded JSON, `name` the optional `event:` field."""

    data: bytes
    name: str | None = None


DONE = Event(b"[DONE]")
"""What ends a chat completion stream. Responses streams never send it."""

KEEP_ALIVE = b": keep-alive\n\n"


def encode(event: Event) -> bytes:
    """The event on the wire."""
    if event.name is None:
        return b"data: " + event.data + b"\n\n"
    return b"event: " + event.name.encode() + b"\ndata: " + event.data + b"\n\n"
