"""The messages of a stored chat completion, its input and its answers in one row.

Ids are `{completion_id}-{index}`. A message keeps all it had; string content stands in `content`, content
parts stand in `content_parts`, and the other one of the two is null.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.encoding import encode


def stored(completion_id: str, messages: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """The messages as they are kept and listed, encoded."""
    return [encode(_stored(f"{completion_id}-{index}", message)) for index, message in enumerate(messages)]


def _stored(identity: str, message: Mapping[str, Any]) -> dict[str, Any]:
    content = message.get("content")
    in_parts = isinstance(content, list)
    # An optional field that was sent as null was not there: the stored shape has no null for it.
    kept = {name: value for name, value in message.items() if value is not None and name != "id"}
    return {
        "id": identity,  # first: that is where `identity` looks
        **kept,
        "content": None if in_parts else content,
        "content_parts": content if in_parts else None,
        "refusal": message.get("refusal"),
    }


OPENING = len(b'{"id":"')


def identity(body: bytes) -> str:
    """The id of a stored message, without reading the megabytes that may follow it."""
    return body[OPENING : body.index(b'"', OPENING)].decode()
