"""The schema. Migrations create it (a test compares both), operations name its columns in plain SQL.

Every row belongs to a project, and every key begins with it: one column to shard by, one to guard with
row-level security. Inside, rows refer to each other by `seq`, a number that grows with every insert and
gives lists their order; clients see ids only. Names of constraints follow one convention, so that later
migrations can drop them on every database.
"""

from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)
from sqlalchemy import (
    text as sql,
)
from sqlmodel import Field, SQLModel

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}
METADATA = MetaData(naming_convention=NAMES)

Number = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; only INTEGER is SQLite's own row number."""

NEVER_AGAIN = {"sqlite_autoincrement": True}
"""Sequence numbers are not given out twice: the place of what was deleted stays its own."""

CLUSTERED = {"sqlite_with_rowid": False}
"""Rows stored in the order of their primary key, so that a page of a list is one stretch of the file."""


def sequence() -> Any:
    """The primary key that grows with every insert."""
    return Field(default=None, sa_column=Column(Number, primary_key=True, autoincrement=True))


def number(*, nullable: bool = False) -> Any:
    """A 64 bit integer: a time in Unix seconds, a position, a reference."""
    return Field(sa_column=Column(BigInteger, nullable=nullable))


def text(*, nullable: bool = False) -> Any:
    """A string without NUL."""
    return Field(sa_column=Column(Text, nullable=nullable))


def binary(*, nullable: bool = False) -> Any:
    """Bytes: encoded JSON or a digest."""
    return Field(sa_column=Column(LargeBinary, nullable=nullable))


def part_of(owner: str, column: str) -> ForeignKeyConstraint:
    """Rows that go when their owner goes; `project` is part of the reference."""
    return ForeignKeyConstraint(["project", column], [f"{owner}.project", f"{owner}.seq"], ondelete="CASCADE")


def where_set(name: str | None, *columns: str) -> Index:
    """An index of the rows in which the last column is set; the others cost it nothing."""
    condition = sql(f"{columns[-1]} IS NOT NULL")
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


class Table(SQLModel):
    """Base of all tables."""

    metadata = METADATA


class Project(Table, table=True):
    """Comes into being with its first key."""

    id: str = Field(sa_column=Column(Text, primary_key=True))


class ApiKey(Table, table=True):
    """`digest` is SHA-256 of the secret, which is stored nowhere; scopes are separated by spaces."""

    __tablename__: ClassVar[Any] = "api_key"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("id"),
        UniqueConstraint("digest"),
        UniqueConstraint("project", "seq"),
        ForeignKeyConstraint(["project"], ["project.id"]),
    )
    seq: int | None = sequence()
    id: str = text()
    project: str = text()
    name: str = text()
    hint: str = text()
    digest: bytes = binary()
    created_at: int = number()
    revoked_at: int | None = number(nullable=True)
    scopes: str = Field(sa_column=Column(Text, nullable=False, server_default="read write"))
    expires_at: int | None = number(nullable=True)
    last_used_at: int | None = number(nullable=True)
    requests_per_minute: int | None = number(nullable=True)
    tokens_per_minute: int | None = number(nullable=True)


class Conversation(Table, table=True):
    """`next_position` is where the next item goes; whoever adds items takes theirs by updating it.

    `turn` is the id of the response that has the conversation to itself, as long as `holder` lives.
    """

    __table_args__: ClassVar[Any] = (
        UniqueConstraint("project", "seq"),
        UniqueConstraint("project", "id"),
        NEVER_AGAIN,
    )
    seq: int | None = sequence()
    project: str = text()
    id: str = text()
    created_at: int = number()
    next_position: int = number()
    metadata_: bytes = Field(sa_column=Column("metadata", LargeBinary, nullable=False))
    turn: str | None = text(nullable=True)
    holder: str | None = text(nullable=True)


class ConversationTerm(Table, table=True):
    """What a conversation can be found by: one digest for each pair of its metadata."""

    __tablename__: ClassVar[Any] = "conversation_term"
    __table_args__: ClassVar[Any] = (
        PrimaryKeyConstraint("project", "owner", "term"),
        UniqueConstraint("project", "term", "owner"),
        part_of("conversation", "owner"),
        CLUSTERED,
    )
    project: str = text()
    owner: int = number()
    term: bytes = binary()


class Item(Table, table=True):
    """An item at its position. Without body it is a tombstone: it marks a cursor's place, no more.

    Not clustered: appends to many conversations then share the file's last page, which makes them a quarter
    faster and the file a third smaller; a page of a list takes a sixth longer.
    """

    __table_args__: ClassVar[Any] = (
        PrimaryKeyConstraint("project", "conversation", "position"),
        UniqueConstraint("project", "id", "conversation"),
        part_of("conversation", "conversation"),
    )
    project: str = text()
    conversation: int = number()
    position: int = number()
    id: str = text()
    type: str = text()
    body: bytes | None = binary(nullable=True)


class Completion(Table, table=True):
    """A stored chat completion; `body` lacks the metadata."""

    __table_args__: ClassVar[Any] = (
        UniqueConstraint("project", "seq"),
        UniqueConstraint("project", "id"),
        NEVER_AGAIN,
    )
    seq: int | None = sequence()
    project: str = text()
    id: str = text()
    created: int = number()
    model: str = text()
    metadata_: bytes = Field(sa_column=Column("metadata", LargeBinary, nullable=False))
    body: bytes = binary()


class CompletionTerm(Table, table=True):
    """What a completion can be found by: its model, and each pair of its metadata."""

    __tablename__: ClassVar[Any] = "completion_term"
    __table_args__: ClassVar[Any] = (
        PrimaryKeyConstraint("project", "owner", "term"),
        UniqueConstraint("project", "term", "owner"),
        part_of("completion", "owner"),
        CLUSTERED,
    )
    project: str = text()
    owner: int = number()
    term: bytes = binary()


class CompletionMessage(Table, table=True):
    """A message of a stored completion, by its index."""

    __tablename__: ClassVar[Any] = "completion_message"
    __table_args__: ClassVar[Any] = (
        PrimaryKeyConstraint("project", "completion", "position"),
        part_of("completion", "completion"),
        CLUSTERED,
    )
    project: str = text()
    completion: int = number()
    position: int = number()
    body: bytes = binary()


class Response(Table, table=True):
    """A response; `body` lacks the output, which is among the items.

    `holder` is set while somebody works on it, or has to: empty where nobody does. What goes before it in
    the model's context: the response `previous`, or the items of `conversation` before `position`.
    `next_event` numbers the event that comes next in its stream; of an ended response, the last event.
    """

    __table_args__: ClassVar[Any] = (
        UniqueConstraint("project", "seq"),
        UniqueConstraint("project", "id"),
        where_set(None, "holder"),
        where_set(None, "project", "previous"),
        NEVER_AGAIN,
    )
    seq: int | None = sequence()
    project: str = text()
    id: str = text()
    created_at: int = number()
    status: str = text()
    background: int = number()
    streamed: int = number()
    next_event: int = number()
    previous: int | None = number(nullable=True)
    conversation: int | None = number(nullable=True)
    position: int | None = number(nullable=True)
    holder: str | None = text(nullable=True)
    request: bytes | None = binary(nullable=True)
    body: bytes = binary()


class ResponseItem(Table, table=True):
    """What a response was given, and (where `made` is 1) what it answered."""

    __tablename__: ClassVar[Any] = "response_item"
    __table_args__: ClassVar[Any] = (
        PrimaryKeyConstraint("project", "response", "position"),
        Index(None, "project", "id"),
        part_of("response", "response"),
    )
    project: str = text()
    response: int = number()
    position: int = number()
    made: int = number()
    id: str = text()
    body: bytes = binary()


class ResponseEvent(Table, table=True):
    """Consecutive events of a stream, one JSON object a line; `first` is the number of the first."""

    __tablename__: ClassVar[Any] = "response_event"
    __table_args__: ClassVar[Any] = (
        PrimaryKeyConstraint("project", "response", "first"),
        part_of("response", "response"),
        CLUSTERED,
    )
    project: str = text()
    response: int = number()
    first: int = number()
    body: bytes = binary()


class Holder(Table, table=True):
    """A process that holds responses and conversations until a time (milliseconds) that it keeps moving."""

    id: str = Field(sa_column=Column(Text, primary_key=True))
    until: int = number()


class KeptAnswer(Table, table=True):
    """What a retry with the same idempotency key is answered, until `expires` (milliseconds).

    `digest` is that of the key, `request` that of the request, `token` the attempt's own. Without `status`
    it is a reservation, which lives as long as its holder or, once it `wrote`, to the end.
    """

    __tablename__: ClassVar[Any] = "kept_answer"
    __table_args__: ClassVar[Any] = (PrimaryKeyConstraint("project", "digest"), Index(None, "expires"))
    project: str = text()
    digest: bytes = binary()
    request: bytes = binary()
    token: str = text()
    holder: str = text()
    wrote: int = number()
    status: int | None = number(nullable=True)
    streamed: int = number()
    expires: int = number()
    body: bytes | None = binary(nullable=True)


class Allowance(Table, table=True):
    """A bucket that processes draw from: the microsecond in which it will be full again."""

    __table_args__: ClassVar[Any] = (PrimaryKeyConstraint("project", "name"), CLUSTERED)
    project: str = text()
    name: str = text()
    full_at: int = number()


class Retired(Table, table=True):
    """The place a deleted conversation or completion had in its list, under a digest of its id.

    Whoever deletes what they page through holds cursors of deleted objects. Nothing else is left of them.
    """

    __table_args__: ClassVar[Any] = (PrimaryKeyConstraint("project", "digest"), CLUSTERED)
    project: str = text()
    digest: bytes = binary()
    seq: int = number()


class Health(Table, table=True):
    """One row that the health check counts up."""

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    beats: int = number()
