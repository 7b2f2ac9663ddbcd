"""Input items in the shape in which they are stored and read back: `InputItem` to `ConversationItem`.

Normalising fills what the resource requires and the input may leave out, by the table in
`handlers.items.kinds`. It knows no field that it has no rule for, so unknown fields and
`encrypted_content` pass through, and it is idempotent.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from handlers import redaction, stores
from handlers.errors import BadRequestError
from handlers.exact import encode
from handlers.items.kinds import KINDS, PARTS, Fill, Kind

__all__ = ["is_reference", "normalise", "prepare"]

NewId = Callable[[str], str]
"""From a prefix (`msg_`) to a new id."""


def prepare(
    items: Sequence[Mapping[str, Any]], new_id: NewId, place: str = "items"
) -> list[stores.Item | stores.ItemReference]:
    """A validated batch, ready for the store. `place` is its name in errors: `items[3].status`."""
    return [_row(item, new_id, f"{place}[{index}]") for index, item in enumerate(items)]


def _row(item: Mapping[str, Any], new_id: NewId, place: str) -> stores.Item | stores.ItemReference:
    if is_reference(item):
        return stores.ItemReference(id=item["id"])
    stored = normalise(item, new_id, place)
    return stores.Item(id=stored["id"], type=stored["type"], body=encode(stored, place))


def is_reference(item: Mapping[str, Any]) -> bool:
    """Whether this only points at an item: `{"type": "item_reference", "id"}`, or no more than an id.

    Messages too may come without `type`; they have a role.
    """
    kind = item.get("type")
    return kind == "item_reference" or (kind is None and "role" not in item)


def normalise(item: Mapping[str, Any], new_id: NewId, place: str) -> dict[str, Any]:
    """The item as a `ConversationItem`; what cannot be one is BadRequestError naming the place.

    Tools that an item holds lose their secrets.
    """
    name = item.get("type") or "message"
    kind = KINDS.get(name)
    if kind is None:
        raise _invalid(f"{place}.type", f"'{name[:64]}' cannot be stored", f"one of {', '.join(KINDS)}")
    stored = {"id": None, "type": None, **redaction.item(item)}
    stored["id"] = _identity(stored["id"], kind, new_id, place)
    stored["type"] = name
    _complete(stored, kind.fills, kind.never_null)
    for field, fills in kind.inner.items():
        stored[field] = inner = dict(stored[field])
        _complete(inner, fills, ())
    for field, values in kind.unreadable.items():
        if stored[field] in values:
            raise _invalid(f"{place}.{field}", f"no stored {name} can be '{stored[field]}'", "another status")
    if kind.authored:
        _check_author(stored, place)
    for index, entry in enumerate(stored[kind.entries] if kind.entries else ()):
        _check_author(entry, f"{place}.{kind.entries}[{index}]")
    if kind.parts is not None:
        stored[kind.parts] = _parts(stored[kind.parts], name, stored.get("role"))
    return stored


def _identity(own: str | None, kind: Kind, new_id: NewId, place: str) -> str:
    if own:
        return own
    if own is not None:
        raise _invalid(f"{place}.id", "an empty id names nothing", "a non-empty string, or no id to get one")
    if kind.unnamed is not None:
        raise BadRequestError(
            f"Missing required parameter: '{place}.id'.", param=f"{place}.id", code=kind.unnamed
        )
    return new_id(kind.prefix)


def _complete(value: dict[str, Any], fills: Mapping[str, Fill], never_null: Sequence[str]) -> None:
    for field, fill in fills.items():
        if value.get(field) is None:
            value[field] = fill(value) if callable(fill) else fill
    for field in never_null:
        if field in value and value[field] is None:
            del value[field]


def _check_author(value: Mapping[str, Any], place: str) -> None:
    if not isinstance(value.get("created_by", ""), str):
        place = f"{place}.created_by"
        message = f"Invalid type for '{place}': expected a string."
        raise BadRequestError(message, param=place, code="invalid_type")


def _parts(content: Any, item_type: str, role: str | None) -> Any:
    """A message's text as its one part; the parts of a list completed. A tool's text output stays text."""
    if not isinstance(content, str):
        return [_part(part) for part in content]
    if item_type != "message":
        return content
    if role == "assistant":
        return [{"type": "output_text", "text": content, "annotations": [], "logprobs": []}]
    return [{"type": "input_text", "text": content}]


def _part(part: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = PARTS.get(part["type"])
    if kind is None:
        return part
    completed = dict(part)
    _complete(completed, kind.fills, kind.never_null)
    return completed


def _invalid(place: str, reason: str, expected: str) -> BadRequestError:
    return BadRequestError(
        f"Invalid '{place}': {reason}. Expected {expected}.", param=place, code="invalid_value"
    )
