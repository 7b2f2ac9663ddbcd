"""Responses and their events as bytes: what the store keeps, what clients get.

A stored body lacks `output`, whose items are stored one by one; an event is one line of JSON that begins
with its type and number. The last event of a stream is not stored: it is made from the response.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic_core import from_json

from handlers import stores
from handlers.encoding import encode
from handlers.sse import Event

Json = dict[str, Any]

LAST: Mapping[str, str] = {
    "completed": "response.completed",
    "incomplete": "response.incomplete",
    "failed": "response.failed",
    "cancelled": "response.failed",
}
"""The event that ends a stream, by the response's status. The contract has none for `cancelled`."""
ENDS = frozenset(LAST.values())
UNDER_WAY = frozenset({"queued", "in_progress"})

_TYPE = len(b'{"type":"')


def line(event: Mapping[str, Any], number: int) -> bytes:
    """An event as it is stored."""
    return encode({"type": event["type"], "sequence_number": number, **_rest(event)})


def _rest(event: Mapping[str, Any]) -> Json:
    return {name: value for name, value in event.items() if name not in {"type", "sequence_number"}}


def split(response: Mapping[str, Any]) -> tuple[bytes, list[stores.Turned]]:
    """A response as it is stored: the body, and the items of the output."""
    body = encode({name: value for name, value in response.items() if name != "output"})
    return body, [(item["id"], encode(item)) for item in response["output"]]


def whole(response: stores.Response) -> bytes:
    """A stored response as it goes out."""
    return join(response.body, response.output)


def join(body: bytes, output: Sequence[bytes]) -> bytes:
    """The inverse of `split`."""
    return b'%b,"output":[%b]}' % (body[:-1], b",".join(output))


def last(response: stores.Response) -> bytes:
    """The event that ended the stream of a response."""
    name = LAST[response.status].encode()
    return b'{"type":"%b","sequence_number":%d,"response":%b}' % (name, response.next_event, whole(response))


def decode(bodies: Sequence[bytes]) -> list[Json]:
    """Stored items as values, integers exact."""
    items: list[Json] = from_json(b"[%b]" % b",".join(bodies))
    return items


class Sender:
    """Turns lines into events. Pieces of text get random filling, which hides their length."""

    def __init__(self, new_hex: Callable[[], str], *, obfuscated: bool) -> None:
        self._hex = new_hex
        self._obfuscated = obfuscated

    def event(self, data: bytes) -> Event:
        """One line as it goes out."""
        end = data.index(b'"', _TYPE)
        if self._obfuscated and data.endswith(b".delta", _TYPE, end):
            random = self._hex()[12:]  # what goes before is the time
            filling = random[2 : 10 + int(random[:2], 16) % 26].encode()
            return Event(b'%b,"obfuscation":"%b"}' % (data[:-1], filling), data[_TYPE:end].decode())
        return Event(data, data[_TYPE:end].decode())
