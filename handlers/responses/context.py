"""What the model sees: the items before the request, and the request's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from handlers import stores
from handlers.errors import BadRequestError, NotFoundError
from handlers.exact import encode
from handlers.items import is_reference, normalise
from handlers.responses import wire
from handlers.responses.leases import Leases
from handlers.services import Services

Item = dict[str, Any]
LISTED = {"custom_tool_call": {"status": "completed"}, "custom_tool_call_output": {"status": "completed"}}
"""What these have as items of a response, and have not as items of a conversation."""
SHOWN = 100
"""Characters of a client's id that an error repeats."""


@dataclass(frozen=True, slots=True)
class Before:
    """The items before the request, oldest first, and where they come from."""

    items: list[Item]
    claim: stores.Claim | None = None
    previous: int | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """The request's items: all of them as they are listed, and those that are new to the context."""

    listed: list[stores.Turned]
    new: list[Item]

    def landing(self) -> list[stores.Item]:
        """The new ones as a conversation gets them."""
        bodies = dict(self.listed)
        return [
            stores.Item(
                item["id"],
                item["type"],
                encode(item, "input") if item["type"] in LISTED else bodies[item["id"]],
            )
            for item in self.new
        ]


NOTHING = Before([])


def normalised(given: str | list[Item] | None, new_id: Callable[[str], str]) -> list[Item]:
    """The input as items in resource shape; references stay as they are."""
    if given is None:
        return []
    if isinstance(given, str):
        given = [{"type": "message", "role": "user", "content": given}]
    return [
        item if is_reference(item) else normalise(item, new_id, f"input[{index}]")
        for index, item in enumerate(given)
    ]


def restored(listed: Sequence[bytes], before: Before) -> Input:
    """The input of a request that was accepted earlier."""
    items = wire.decode(listed)
    present = {item["id"] for item in before.items}
    stored = [(item["id"], body) for item, body in zip(items, listed, strict=True)]
    return Input(stored, [item for item in items if item["id"] not in present])


class Reader:
    """Reads contexts from the store."""

    def __init__(self, services: Services, leases: Leases) -> None:
        self._store = services.store.responses
        self._leases = leases

    async def conversation(self, project: str, conversation: str, response_id: str, *, held: bool) -> Before:
        """All items of a conversation as they are now, held for this response if it will change them."""
        if held:
            claim = await self._leases.claim(project, conversation, response_id)
        else:
            claim = await self._store.look(project, conversation)
        return await self._before(project, claim)

    async def seen(self, project: str, conversation: str) -> Before:
        """All items of a conversation, whoever may be changing it."""
        return await self._before(project, await self._store.look(project, conversation, locked=True))

    async def _before(self, project: str, claim: stores.Claim) -> Before:
        rows = await self._store.context(project, claim)
        return Before(wire.decode([body for _, body in rows]), claim=claim)

    async def chain(self, project: str, previous: str) -> Before:
        """All items up to the end of an earlier response."""
        try:
            found = await self._store.chain(project, previous)
        except NotFoundError:
            raise BadRequestError(
                f"Previous response with id {previous[:SHOWN]!r} not found.",
                param="previous_response_id",
                code="previous_response_not_found",
            ) from None
        if found.status in wire.UNDER_WAY:
            raise BadRequestError(
                f"Invalid 'previous_response_id': that response is still {found.status}. Wait for its end.",
                param="previous_response_id",
                code="invalid_value",
            )
        return Before(wire.decode(found.items), previous=found.seq)

    async def orphan(self, project: str, response: stores.Response) -> Before:
        """What is left before a response whose previous one was deleted: that one's conversation, if any."""
        if response.conversation is None or response.position is None:
            return NOTHING
        return await self._before(project, stores.Claim(response.conversation, response.position))

    async def resolve(self, project: str, items: Sequence[Item], before: Before) -> Input:
        """References become the items they name; those that the context holds already add nothing to it."""
        present = {item["id"]: item for item in before.items}
        listed: list[stores.Turned] = []
        new: list[Item] = []
        seen: set[str] = set()
        for index, item in enumerate(items):
            place = f"input[{index}].id"
            reference, known = is_reference(item), present.get(item["id"])
            if item["id"] in seen or (known is not None and not reference):
                raise _twice(place, item["id"])
            _require_storable(item["id"], place)
            seen.add(item["id"])
            found = known or (await self._find(project, item["id"], place) if reference else item)
            shown = {**LISTED.get(found["type"], {}), **found}
            listed.append((found["id"], encode(shown, f"input[{index}]")))
            if known is None:
                new.append(found)
        return Input(listed, new)

    async def _find(self, project: str, item_id: str, place: str) -> Item:
        body = await self._store.find(project, item_id)
        if body is None:
            raise NotFoundError(f"Item with id {item_id[:SHOWN]!r} not found.", param=place)
        return wire.decode([body])[0]


def _require_storable(item_id: str, place: str) -> None:
    if "\0" in item_id:
        message = f"Invalid '{place}': it holds a NUL, which cannot be stored."
        raise BadRequestError(message, param=place, code="invalid_value")


def _twice(place: str, item_id: str) -> BadRequestError:
    return BadRequestError(
        f"Invalid '{place}': the context already has an item with id {item_id[:SHOWN]!r}."
        " Leave it out, or send it without an id.",
        param=place,
        code="invalid_value",
    )
