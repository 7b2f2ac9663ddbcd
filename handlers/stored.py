"""What a store keeps and answers: plain values, bodies as encoded JSON.

Whoever uses a store finds these beside its protocols, in `handlers.stores`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypedDict, TypeVar

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


Turned = tuple[str, bytes]
"""An item of a response: its id, and its whole JSON object."""


@dataclass(frozen=True, slots=True)
class Response:
    """A stored response. `body` is its JSON object without `output`; `output` are the items, encoded.

    `holder` is whoever works on it, empty if that is nobody yet, None once it has ended. `next_event`
    numbers the event that comes next in its stream; once it has ended, the one that ended it.
    """

    id: str
    created_at: int
    status: str
    background: bool
    streamed: bool
    body: bytes
    output: Sequence[bytes] = ()
    holder: str | None = None
    next_event: int = 0
    previous: int | None = None
    """What goes before it in the model's context: a response (`Chain.seq`) ..."""
    conversation: int | None = None
    position: int | None = None
    """... or the items of a conversation before a position (`Claim.seq`, `Claim.position`)."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Consecutive events of a stream: `first` is the number of the first, each a line of JSON."""

    first: int
    lines: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a response ends: its last state, and what its conversation gets (None: the turn leaves nothing)."""

    response: Response
    output: Sequence[Turned]
    events: Lines | None = None
    """Those not recorded yet, but for the very last, which `response` makes up."""
    conversation: str | None = None
    """The conversation whose turn ends with it."""
    landing: Sequence[Item] | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A conversation as a turn found it: the items before `position` are its context."""

    seq: int
    position: int


@dataclass(frozen=True, slots=True)
class Chain:
    """A response that another one goes on from, and every item that leads up to its end, oldest first."""

    seq: int
    status: str
    items: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Lost:
    """A response whose holder is gone."""

    project: str
    id: str
    status: str
    holder: str


@dataclass(frozen=True, slots=True)
class Job:
    """What queued work is done from: the request's body, the response before it, its input items."""

    response: Response
    request: bytes | None
    previous: str | None
    input: Sequence[bytes]


Value = str | int | bytes | None
Marks = Mapping[str, int]
"""How far a walk through a project goes."""
Place = tuple[int, int]
"""How far it has come."""
START: Place = (-1, -1)
KINDS = (
    "conversation",
    "item",
    "completion",
    "message",
    "response",
    "response_item",
    "response_event",
)
"""What a project's data consists of, in the order in which it can be put in elsewhere."""


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a project's data, free of the numbers of its database.

    Values in bytes are encoded JSON; `owner`, if there is one, is the id of the object that it is part of.
    """

    place: Place
    fields: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Reservation:
    """An attempt at a request with an idempotency key; its digests are SHA-256 of key and request.

    `token` is this attempt's own, `holder` the process that makes it.
    """

    project: str
    digest: bytes
    request: bytes
    token: str
    holder: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a retry is answered: a body of JSON, or a whole event stream; None where it was too large."""

    status: int
    streamed: bool
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt as others see it: whether its holder lives, whether it wrote, how it was answered."""

    request: bytes
    holder: str
    alive: bool
    wrote: bool
    answer: KeptAnswer | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a bucket gave, what is left in it, and, if it gave nothing, the seconds until there is enough."""

    granted: int
    left: int
    wait: float


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: `digest` is SHA-256 of the secret, which is never stored. Times are in Unix seconds."""

    id: str
    project: str
    name: str
    digest: bytes
    hint: str
    created_at: int
    revoked_at: int | None
    scopes: frozenset[str] = frozenset({"read", "write"})
    expires_at: int | None = None
    last_used_at: int | None = None
    """To within two minutes."""
    requests_per_minute: int | None = None
    """None: as the settings say."""
    tokens_per_minute: int | None = None


class KeyChanges(TypedDict, total=False):
    """What can be changed about a key."""

    name: str
    scopes: frozenset[str]
    expires_at: int | None
    requests_per_minute: int | None
    tokens_per_minute: int | None
