"""Persistence: what the handlers ask of a store. Bodies are encoded JSON, validated when they came in.

Every call names its project and sees nothing else. A write is durable when its call returns, and seen by
every call that begins after that. Failures are `handlers.errors.ApiError`: what is unknown is
NotFoundError; an unknown cursor, or an id twice in one conversation, is BadRequestError naming the place;
an id that is taken is ConflictError; a full disk is ServiceUnavailableError, and nothing was stored.

A store is a module of this folder, found by its name, that has `make(settings) -> Store`.
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Protocol

from handlers.errors import ConflictError
from handlers.settings import Settings
from handlers.stored import (
    KINDS,
    START,
    Attempted,
    Chain,
    Claim,
    Completion,
    Conversation,
    Drawn,
    Ending,
    Item,
    ItemReference,
    Job,
    KeptAnswer,
    Key,
    KeyChanges,
    Lines,
    Lost,
    Marks,
    Order,
    Page,
    Place,
    Record,
    Reservation,
    Response,
    Turned,
    Value,
)
from handlers.tallies import Commits

__all__ = [
    "KINDS",
    "START",
    "Allowances",
    "Answers",
    "Attempted",
    "Bell",
    "Chain",
    "Claim",
    "Completion",
    "Completions",
    "Conversation",
    "Conversations",
    "Drawn",
    "Ending",
    "Hear",
    "Item",
    "ItemReference",
    "Job",
    "KeptAnswer",
    "Key",
    "KeyChanges",
    "Keys",
    "Lines",
    "Lost",
    "LostError",
    "Marks",
    "Order",
    "Page",
    "Place",
    "Record",
    "Reservation",
    "Response",
    "Responses",
    "Store",
    "Transfer",
    "Turned",
    "Value",
    "chosen",
    "load",
    "names",
    "open_store",
]


class LostError(ConflictError):
    """Somebody else has ended the response, or deleted it, or took its conversation's turn."""


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


class Responses(Protocol):
    """Responses, their turns in conversations, their streams.

    A holder is a process. While it lives (`beat`), nobody else may touch what it holds: changes of a
    running response name its holder, and LostError says that it is no longer theirs. What holds a
    conversation is a response; then appending, removing and deleting there is BadRequestError with code
    `conversation_locked`.
    """

    async def beat(self, holder: str, seconds: float) -> Sequence[tuple[str, str]]:
        """Let the holder live that much longer; answers project and id of every response it holds."""

    async def retire(self, holder: str) -> None:
        """The holder is gone, and knows it."""

    async def lost(self, limit: int) -> Sequence[Lost]:
        """Responses whose holder is gone, or who never had one."""

    async def claim(self, project: str, conversation_id: str, response_id: str, holder: str) -> Claim:
        """Take a conversation's turn; a response may take its own again."""

    async def look(self, project: str, conversation_id: str, *, locked: bool = False) -> Claim:
        """The same without taking it: for a turn that leaves nothing. `locked` looks in any case."""

    async def release(self, project: str, conversation_id: str, response_id: str) -> None:
        """Give the turn back; nothing happens if it is not this response's any more."""

    async def begin(
        self,
        project: str,
        response: Response,
        items: Sequence[Turned],
        *,
        request: bytes | None = None,
        events: Lines | None = None,
    ) -> None:
        """Store a response that goes on, with its input; queued ones with the request they are done from."""

    async def take(self, project: str, lost: Lost, holder: str) -> Job:
        """Take up queued work from a holder who is gone; LostError if somebody else was quicker.

        Its conversation's turn, if it has one, is to be claimed anew.
        """

    async def put_back(self, project: str, response: Response) -> None:
        """Queue it again for whoever comes, `response` being its state from now on."""

    async def record(self, project: str, response_id: str, holder: str, events: Lines) -> None:
        """Add to the stream."""

    async def start(self, project: str, response: Response) -> None:
        """Queued work has begun."""

    async def finish(self, project: str, ending: Ending, *, expected: Response) -> None:
        """End a running response, all or nothing: last state, output, events, and the turn's landing.

        `expected` is its state up to now: LostError if holder or next event are others.
        """

    async def add(self, project: str, ending: Ending, items: Sequence[Turned]) -> None:
        """Store a response that begins and ends at once, with its input."""

    async def get(self, project: str, response_id: str) -> Response:
        """One response with its output."""

    async def delete(self, project: str, response_id: str) -> None:
        """Erase the response, its items, its events. What went on from it goes on from what was before it."""

    async def inputs(
        self, project: str, response_id: str, *, after: str | None, limit: int, order: Order
    ) -> Page[Turned]:
        """A page of input items by position."""

    async def events(self, project: str, response_id: str, start: int) -> tuple[Response, Sequence[Lines]]:
        """The response without output, and recorded events from `start` on: some, if there are any."""

    async def chain(self, project: str, response_id: str) -> Chain:
        """What a response that goes on from this one has before it."""

    async def context(self, project: str, claim: Claim) -> Sequence[Turned]:
        """Every item of a conversation before its claim's position, oldest first."""

    async def find(self, project: str, item_id: str) -> bytes | None:
        """An item of that id, from the newest conversation that has it, or else the newest response."""


class Answers(Protocol):
    """Answers kept for retries, by project and idempotency key.

    Lasting writes of an attempt (`handlers.attempts`) mark it in their own transaction; an attempt that was
    superseded writes nothing.
    """

    async def reserve(self, wanted: Reservation, *, lease: float | None, keep: float) -> Attempted | None:
        """Take the key for this many seconds of keeping; answers None, or who has it.

        It is taken from an attempt that wrote nothing and whose holder is the same, or gone. The holder
        lives `lease` seconds from now (`Responses.beat` goes on with that), or as long as it did.
        """

    async def look(self, project: str, digest: bytes) -> Attempted | None:
        """Who has the key, if anybody."""

    async def keep(self, owner: Reservation, answer: KeptAnswer, *, keep: float) -> bool:
        """Keep the answer from now on; False if the key is somebody else's by now."""

    async def free(self, owner: Reservation) -> None:
        """Give the key back, unless the attempt wrote."""

    async def sweep(self, limit: int) -> int:
        """Erase some answers of any project whose time is over; answers how many."""


class Allowances(Protocol):
    """Buckets by name that all processes draw from; each holds a minute's worth, and fills steadily."""

    async def draw(self, project: str, name: str, *, spent: int, least: int, most: int, limit: int) -> Drawn:
        """Take `spent` whether it is there or not, then from `least` to `most` of what is left, or nothing.

        Negative `spent` is given back.

        `limit` is what fits into the bucket, and what comes in within a minute.
        """


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

    async def update(self, key_id: str, changes: KeyChanges) -> Key:
        """Change a key; NotFoundError if unknown, ConflictError if revoked."""

    async def rotate(self, key_id: str, until: int, successor: Key) -> Key:
        """Insert the successor, and let the old key, which is answered, end at `until` at the latest.

        NotFoundError if unknown, ConflictError if revoked or expired before `successor.created_at`.
        """

    async def used(self, uses: Mapping[str, int], apart: int) -> None:
        """Note last uses, by key id; those less than `apart` seconds after the one noted are passed over."""


class Transfer(Protocol):
    """A project's data out of one store and into another, a page at a time."""

    async def marks(self, project: str) -> Marks:
        """Where a walk that begins now ends."""

    async def page(self, project: str, kind: str, after: Place, upto: Marks, limit: int) -> Sequence[Record]:
        """The next records of a kind, none at its end. Responses that are being made are left out."""

    async def put(self, project: str, kind: str, records: Sequence[Record]) -> int:
        """Store what is not there yet, all or nothing; answers how many that were.

        NotFoundError for a part whose owner is not there.
        """


Hear = Callable[[str], None]


class Bell(Protocol):
    """Tells the other processes on a store that something has happened, where that is possible.

    What is rung may be lost, and come twice: whoever waits for it looks now and then in any case.
    """

    @property
    def reliable(self) -> bool:
        """Whether at the moment, as far as anybody knows, every process hears what another one rings."""

    def ring(self, text: str) -> None:
        """Have all others hear a short line of text, soon. Never fails, and does not wait."""

    def listen(self, hear: Hear) -> None:
        """Call this with what others ring, from now on."""


class Store(Protocol):
    """The persistence of one deployment; safe to share between tasks."""

    conversations: Conversations
    completions: Completions
    responses: Responses
    answers: Answers
    allowances: Allowances
    keys: Keys
    transfer: Transfer
    bell: Bell
    commits: Commits
    """What it has made durable so far."""

    async def open(self) -> None:
        """Connect and migrate."""

    async def check(self) -> None:
        """Do a real read and a real write, or raise."""

    async def aclose(self) -> None:
        """Finish what was acknowledged and close."""


def chosen(settings: Settings) -> str:
    """The store's name: LOCKSTEP_DATABASE_URL is for PostgreSQL, all else is as LOCKSTEP_STORE says."""
    return settings.store if settings.database_url is None else "postgresql"


def names() -> list[str]:
    """Every store there is: the modules of this folder, not the packages they are made of."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)


def load(settings: Settings, name: str | None = None) -> Store:
    """The named store, or the one that the settings choose; not yet open.

    Raises ValueError for settings that do not go together.
    """
    name = name or chosen(settings)
    if name not in names():
        raise ValueError(f"LOCKSTEP_STORE: there is no store {name!r}; known are {', '.join(names())}.")
    store: Store = import_module(f"{__name__}.{name}").make(settings)
    return store


async def open_store(settings: Settings, name: str | None = None) -> Store:
    """The same, migrated and ready. Whoever opens it closes it (`aclose`)."""
    store = load(settings, name)
    await store.open()
    return store
