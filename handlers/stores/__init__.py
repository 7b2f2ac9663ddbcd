"""Persistence: what the handlers ask of a store. Bodies are encoded JSON, validated when they came in.

Every call names its project and sees nothing else. A write is durable when its call returns, and seen by
every call that begins after that. Failures are `handlers.errors.ApiError`: what is unknown is
NotFoundError; an unknown cursor, or an id twice in one conversation, is BadRequestError naming the place;
an id that is taken is ConflictError; a full disk is ServiceUnavailableError, and nothing was stored.

A store is a module of this folder, found by its name, that has `make(settings) -> Store`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Generic, Literal, Protocol, TypeVar, cast

from handlers.settings import Settings

T = TypeVar("T")
Order = Literal["asc", "desc"]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, in the order asked for."""

    rows: Sequence[T]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A conversation item: `body` is its whole JSON object, id included."""

    id: str
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class ItemReference:
    """An item to be found by id (elsewhere in the project) and copied, within the same transaction.

    Found already in this conversation: BadRequestError. Found nowhere: NotFoundError.
    """

    id: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """`metadata` is a JSON object; `created_at` is in Unix seconds."""

    id: str
    created_at: int
    metadata: bytes


@dataclass(frozen=True, slots=True)
class Completion:
    """A stored chat completion: `body` is the response without its metadata."""

    id: str
    created: int
    model: str
    metadata: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: `digest` is SHA-256 of the secret; the secret itself is never stored."""

    id: str
    project: str
    name: str
    digest: bytes
    hint: str
    created_at: int
    revoked_at: int | None


class Conversations(Protocol):
    """Conversations and their items. Positions come from the conversation's own row."""

    async def create(
        self, project: str, conversation: Conversation, items: Sequence[Item | ItemReference]
    ) -> Sequence[Item]:
        """Insert a conversation with its first items, or nothing; answers these, references resolved."""

    async def get(self, project: str, conversation_id: str) -> Conversation:
        """One conversation."""

    async def update(self, project: str, conversation_id: str, metadata: bytes) -> Conversation:
        """Replace the metadata."""

    async def delete(self, project: str, conversation_id: str) -> None:
        """Erase the conversation, its items and tombstones."""

    async def list(
        self, project: str, *, after: str | None, limit: int, order: Order, metadata: Mapping[str, str]
    ) -> Page[Conversation]:
        """A page by creation; `metadata` pairs must all match. The cursor may have been deleted since."""

    async def append(
        self, project: str, conversation_id: str, items: Sequence[Item | ItemReference]
    ) -> Sequence[Item]:
        """Add items at the end, all or none; answers them in order, references resolved."""

    async def item(self, project: str, conversation_id: str, item_id: str) -> Item:
        """One item."""

    async def items(
        self, project: str, conversation_id: str, *, after: str | None, limit: int, order: Order
    ) -> Page[Item]:
        """A page by position. The cursor of a deleted item still marks its place."""

    async def remove_item(self, project: str, conversation_id: str, item_id: str) -> Conversation:
        """Leave a tombstone without content; answers the conversation."""


class Completions(Protocol):
    """Stored chat completions and their messages."""

    async def add(self, project: str, completion: Completion, messages: Sequence[bytes]) -> None:
        """Insert a completion with its stored messages (JSON objects, ids `{completion}-{index}`)."""

    async def get(self, project: str, completion_id: str) -> Completion:
        """One completion."""

    async def update(self, project: str, completion_id: str, metadata: bytes) -> Completion:
        """Replace the metadata."""

    async def delete(self, project: str, completion_id: str) -> None:
        """Erase the completion and its messages."""

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
        """A page by creation; `metadata` pairs must all match. The cursor may have been deleted since."""

    async def messages(
        self, project: str, completion_id: str, *, after: str | None, limit: int, order: Order
    ) -> Page[bytes]:
        """A page of messages by index."""


class Keys(Protocol):
    """API keys, each of one project."""

    async def add(self, key: Key) -> None:
        """Insert a key; its project comes into being with it."""

    async def find(self, digest: bytes) -> Key | None:
        """The key with this digest, revoked or not."""

    async def list(self, project: str | None) -> Sequence[Key]:
        """All keys, or those of one project, oldest first."""

    async def revoke(self, key_id: str, at: int) -> Key:
        """Mark a key as revoked; NotFoundError if unknown."""


class Store(Protocol):
    """The persistence of one deployment; safe to share between tasks."""

    conversations: Conversations
    completions: Completions
    keys: Keys

    async def open(self) -> None:
        """Connect and migrate."""

    async def check(self) -> None:
        """Do a real read and a real write, or raise."""

    async def aclose(self) -> None:
        """Finish what was acknowledged and close."""


async def open_store(settings: Settings, name: str = "sqlite") -> Store:
    """The named store, migrated and ready. Whoever opens it closes it (`aclose`)."""
    store = cast("Store", import_module(f"{__name__}.{name}").make(settings))
    await store.open()
    return store
