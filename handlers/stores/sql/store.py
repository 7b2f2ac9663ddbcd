"""The store's protocols over a driver that runs operations."""

from collections.abc import Mapping, Sequence
from functools import partial

from typing_extensions import override

from handlers import stores
from handlers.stores import (
    Completion,
    Conversation,
    Item,
    ItemReference,
    Key,
    KeyChanges,
    Marks,
    Order,
    Page,
    Place,
    Record,
)
from handlers.stores.sql import completions, conversations, health, keys, transfer
from handlers.stores.sql import items as placing
from handlers.stores.sql.allowance_store import Allowances
from handlers.stores.sql.answer_store import Answers
from handlers.stores.sql.answers import lasting
from handlers.stores.sql.driver import PAGE, WHOLE, Driver, View, milliseconds, size
from handlers.stores.sql.response_store import Responses

__all__ = ["Driver", "SqlStore"]

VIEW: Mapping[Order, View] = {"asc": "settled", "desc": "statement"}
"""Who walks on from the oldest would never come back for what is committed late; from the newest, what
comes while they walk is not theirs to see."""


class SqlStore(stores.Store):
    """One deployment's data in one SQL database."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.commits = driver.commits
        self.bell = driver.bell
        self.conversations = Conversations(driver)
        self.completions = Completions(driver)
        self.responses = Responses(driver)
        self.answers = Answers(driver)
        self.allowances = Allowances(driver)
        self.keys = Keys(driver)
        self.transfer = Transfer(driver)

    @override
    async def open(self) -> None:
        await self.driver.open()

    @override
    async def check(self) -> None:
        beats = await self.driver.write(health.beat, project=None)
        await self.driver.read(partial(health.heard, beats), project=None)

    @override
    async def aclose(self) -> None:
        await self.driver.aclose()


class Conversations(stores.Conversations):
    """Conversations and their items."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    @override
    async def create(
        self, project: str, conversation: Conversation, items: Sequence[Item | ItemReference]
    ) -> Sequence[Item]:
        start = lasting(partial(conversations.create, project, conversation, items))
        return await self._driver.write(
            start, project=project, key=conversation.id, size=1 + size(items), lists=True, own=True
        )

    @override
    async def get(self, project: str, conversation_id: str) -> Conversation:
        start = partial(conversations.get, project, conversation_id)
        return await self._driver.read(start, project=project)

    @override
    async def update(self, project: str, conversation_id: str, metadata: bytes) -> Conversation:
        start = lasting(partial(conversations.update, project, conversation_id, metadata))
        return await self._driver.write(start, project=project, key=conversation_id, own=True)

    @override
    async def delete(self, project: str, conversation_id: str) -> None:
        start = partial(conversations.delete, project, conversation_id, milliseconds())
        await self._driver.write(start, project=project, key=conversation_id, size=WHOLE, erases=True)

    @override
    async def list(
        self, project: str, *, after: str | None, limit: int, order: Order, metadata: Mapping[str, str]
    ) -> Page[Conversation]:
        start = partial(
            conversations.list_, project, after=after, limit=limit, order=order, metadata=metadata
        )
        long = len(metadata) > 1
        return await self._driver.read(start, project=project, view=VIEW[order], long=long)

    @override
    async def append(
        self, project: str, conversation_id: str, items: Sequence[Item | ItemReference]
    ) -> Sequence[Item]:
        start = lasting(partial(placing.append, project, conversation_id, items, milliseconds()))
        return await self._driver.write(
            start, project=project, key=conversation_id, size=size(items), own=True
        )

    @override
    async def item(self, project: str, conversation_id: str, item_id: str) -> Item:
        start = partial(placing.get, project, conversation_id, item_id)
        return await self._driver.read(start, project=project)

    @override
    async def items(
        self, project: str, conversation_id: str, *, after: str | None, limit: int, order: Order
    ) -> Page[Item]:
        start = partial(placing.list_, project, conversation_id, after=after, limit=limit, order=order)
        return await self._driver.read(start, project=project)

    @override
    async def remove_item(self, project: str, conversation_id: str, item_id: str) -> Conversation:
        start = partial(placing.remove, project, conversation_id, item_id, milliseconds())
        return await self._driver.write(start, project=project, key=conversation_id, erases=True, own=True)


class Completions(stores.Completions):
    """Stored chat completions and their messages."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    @override
    async def add(self, project: str, completion: Completion, messages: Sequence[bytes]) -> None:
        start = lasting(partial(completions.add, project, completion, messages))
        pages = 1 + len(completion.body) // PAGE
        await self._driver.write(
            start, project=project, key=completion.id, size=size(messages) + pages, lists=True, own=True
        )

    @override
    async def get(self, project: str, completion_id: str) -> Completion:
        start = partial(completions.get, project, completion_id)
        return await self._driver.read(start, project=project)

    @override
    async def update(self, project: str, completion_id: str, metadata: bytes) -> Completion:
        start = lasting(partial(completions.update, project, completion_id, metadata))
        return await self._driver.write(start, project=project, key=completion_id, own=True)

    @override
    async def delete(self, project: str, completion_id: str) -> None:
        start = partial(completions.delete, project, completion_id)
        await self._driver.write(start, project=project, key=completion_id, size=WHOLE, erases=True)

    @override
    async def list(
        self,
        project: str,
        *,
        after: str | None,
        limit: int,
        order: Order,
        model: str | None,
        metadata: Mapping[str, str],
    ) -> Page[Completion]:
        start = partial(
            completions.list_,
            project,
            after=after,
            limit=limit,
            order=order,
            model=model,
            metadata=metadata,
        )
        long = len(metadata) + (model is not None) > 1
        return await self._driver.read(start, project=project, view=VIEW[order], long=long)

    @override
    async def messages(
        self, project: str, completion_id: str, *, after: str | None, limit: int, order: Order
    ) -> Page[bytes]:
        start = partial(completions.messages, project, completion_id, after=after, limit=limit, order=order)
        return await self._driver.read(start, project=project)


class Keys(stores.Keys):
    """API keys, each of one project."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    @override
    async def add(self, key: Key) -> None:
        await self._driver.write(partial(keys.add, key), project=None)

    @override
    async def find(self, digest: bytes) -> Key | None:
        return await self._driver.read(partial(keys.find, digest), project=None)

    @override
    async def list(self, project: str | None) -> Sequence[Key]:
        return await self._driver.read(partial(keys.list_, project), project=None)

    @override
    async def revoke(self, key_id: str, at: int) -> Key:
        return await self._driver.write(partial(keys.revoke, key_id, at), project=None)

    @override
    async def update(self, key_id: str, changes: KeyChanges) -> Key:
        return await self._driver.write(partial(keys.update, key_id, changes), project=None)

    @override
    async def rotate(self, key_id: str, until: int, successor: Key) -> Key:
        return await self._driver.write(partial(keys.rotate, key_id, until, successor), project=None)

    @override
    async def used(self, uses: Mapping[str, int], apart: int) -> None:
        start = partial(keys.used, uses, apart)
        await self._driver.write(start, project=None, size=len(uses))


class Transfer(stores.Transfer):
    """A project's data out and in."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    @override
    async def marks(self, project: str) -> Marks:
        return await self._driver.read(partial(transfer.marks, project), project=project, view="settled")

    @override
    async def page(self, project: str, kind: str, after: Place, upto: Marks, limit: int) -> Sequence[Record]:
        start = partial(transfer.page, project, kind, after, upto, limit)
        return await self._driver.read(start, project=project, view="settled", long=True)

    @override
    async def put(self, project: str, kind: str, records: Sequence[Record]) -> int:
        first = next((field for record in records for field in record.fields.values()), "")
        start = partial(transfer.put, project, kind, records)
        return await self._driver.write(start, project=project, key=str(first), size=WHOLE, lists=True)
