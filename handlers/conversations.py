"""Conversations and their items: upstream's Conversations API, and the list of conversations it lacks."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Literal

from typing_extensions import override

from generated import schemas, stubs
from handlers import items, paging, stores
from handlers.attempts import answering
from handlers.exact import encode
from handlers.received import plain
from handlers.services import Call, Services

IDENTITY = attrgetter("id")
BODY = attrgetter("body")


def resource(conversation: stores.Conversation) -> bytes:
    """The `ConversationResource`, encoded."""
    # Only ids that this server made are ids of conversations: hexadecimal, nothing to escape.
    return b'{"id":"%b","object":"conversation","created_at":%d,"metadata":%b}' % (
        conversation.id.encode(),
        conversation.created_at,
        conversation.metadata,
    )


def added(stored: Sequence[stores.Item]) -> bytes:
    """The list of items that were added, encoded."""
    return paging.envelope([item.body for item in stored], [item.id for item in stored])


class Conversations(stubs.Conversations[Call]):
    """Answers are composed from stored bytes; items are normalised once, when they come in.

    `include` is validated and changes nothing: what was stored comes back whole.
    """

    def __init__(self, services: Services) -> None:
        self._store = services.store.conversations
        self._now = services.now
        self._hex = services.hex

    @override
    async def list_conversations(
        self,
        call: Call,
        *,
        after: str | None = None,
        limit: int = 20,
        order: Literal["asc", "desc"] = "desc",
        metadata: schemas.MetadataPairs | None = None,
    ) -> bytes:
        page = await self._store.list(
            call.project, after=after, limit=limit, order=order, metadata=metadata or {}
        )
        return paging.listing(page, resource, IDENTITY)

    @override
    async def create_conversation(
        self, call: Call, *, body: schemas.CreateConversationBody | None = None
    ) -> bytes:
        given = plain(body) if body else {}
        conversation = stores.Conversation(
            id=self._new_id("conv_"), created_at=int(self._now()), metadata=_metadata(given)
        )
        batch = items.prepare(given.get("items") or (), self._new_id)
        answering(lambda _items: resource(conversation))
        await self._store.create(call.project, conversation, batch)
        return resource(conversation)

    @override
    async def get_conversation(self, call: Call, *, conversation_id: str) -> bytes:
        return resource(await self._store.get(call.project, conversation_id))

    @override
    async def update_conversation(
        self, call: Call, *, conversation_id: str, body: schemas.UpdateConversationBody
    ) -> bytes:
        answering(resource)
        return resource(await self._store.update(call.project, conversation_id, _metadata(plain(body))))

    @override
    async def delete_conversation(self, call: Call, *, conversation_id: str) -> bytes:
        await self._store.delete(call.project, conversation_id)
        return b'{"id":"%b","object":"conversation.deleted","deleted":true}' % conversation_id.encode()

    @override
    async def list_conversation_items(
        self,
        call: Call,
        *,
        conversation_id: str,
        after: str | None = None,
        limit: int = 20,
        order: Literal["asc", "desc"] = "desc",
        include: list[schemas.IncludeEnum] | None = None,
    ) -> bytes:
        page = await self._store.items(call.project, conversation_id, after=after, limit=limit, order=order)
        return paging.listing(page, BODY, IDENTITY)

    @override
    async def create_conversation_items(
        self,
        call: Call,
        *,
        conversation_id: str,
        include: list[schemas.IncludeEnum] | None = None,
        body: schemas.CreateConversationItemsBody,
    ) -> bytes:
        batch = items.prepare(plain(body)["items"], self._new_id)
        answering(added)
        return added(await self._store.append(call.project, conversation_id, batch))

    @override
    async def get_conversation_item(
        self,
        call: Call,
        *,
        conversation_id: str,
        item_id: str,
        include: list[schemas.IncludeEnum] | None = None,
    ) -> bytes:
        return (await self._store.item(call.project, conversation_id, item_id)).body

    @override
    async def delete_conversation_item(self, call: Call, *, conversation_id: str, item_id: str) -> bytes:
        return resource(await self._store.remove_item(call.project, conversation_id, item_id))

    def _new_id(self, prefix: str) -> str:
        return prefix + self._hex()


def _metadata(given: dict[str, Any]) -> bytes:
    return encode(given.get("metadata") or {}, "metadata")
