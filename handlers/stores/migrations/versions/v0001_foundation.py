"""Projects and keys, conversations and items, stored chat completions and messages."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0001_foundation"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "project",
    "api_key",
    "conversation",
    "conversation_term",
    "item",
    "completion",
    "completion_term",
    "completion_message",
    "retired",
    "health",
)


def column(name: str, kind: type[sa.types.TypeEngine[Any]], *, nullable: bool = False) -> sa.Column[Any]:
    """A column that must have a value unless it says otherwise."""
    return sa.Column(name, kind(), nullable=nullable)


def sequence() -> sa.Column[int]:
    """The primary key that grows with every insert."""
    return sa.Column(
        "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
    )


def part_of(table: str, owner: str, reference: str) -> sa.ForeignKeyConstraint:
    """Rows go when their owner goes."""
    return sa.ForeignKeyConstraint(
        ["project", reference],
        [f"{owner}.project", f"{owner}.seq"],
        name=f"fk_{table}_{owner}",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    """Create everything."""
    op.create_table("project", column("id", sa.Text), sa.PrimaryKeyConstraint("id", name="pk_project"))
    op.create_table(
        "api_key",
        sequence(),
        column("id", sa.Text),
        column("project", sa.Text),
        column("name", sa.Text),
        column("hint", sa.Text),
        column("digest", sa.LargeBinary),
        column("created_at", sa.BigInteger),
        column("revoked_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_api_key"),
        sa.UniqueConstraint("id", name="uq_api_key_id"),
        sa.UniqueConstraint("digest", name="uq_api_key_digest"),
        sa.UniqueConstraint("project", "seq", name="uq_api_key_project_seq"),
        sa.ForeignKeyConstraint(["project"], ["project.id"], name="fk_api_key_project"),
    )
    conversations()
    completions()
    op.create_table(
        "retired",
        column("project", sa.Text),
        column("digest", sa.LargeBinary),
        column("seq", sa.BigInteger),
        sa.PrimaryKeyConstraint("project", "digest", name="pk_retired"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "health",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        column("beats", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_health"),
    )


def conversations() -> None:
    """Conversations, what they are found by, their items."""
    op.create_table(
        "conversation",
        sequence(),
        column("project", sa.Text),
        column("id", sa.Text),
        column("created_at", sa.BigInteger),
        column("next_position", sa.BigInteger),
        column("metadata", sa.LargeBinary),
        sa.PrimaryKeyConstraint("seq", name="pk_conversation"),
        sa.UniqueConstraint("project", "seq", name="uq_conversation_project_seq"),
        sa.UniqueConstraint("project", "id", name="uq_conversation_project_id"),
        sqlite_autoincrement=True,
    )
    terms("conversation")
    op.create_table(
        "item",
        column("project", sa.Text),
        column("conversation", sa.BigInteger),
        column("position", sa.BigInteger),
        column("id", sa.Text),
        column("type", sa.Text),
        column("body", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("project", "conversation", "position", name="pk_item"),
        sa.UniqueConstraint("project", "id", "conversation", name="uq_item_project_id_conversation"),
        part_of("item", "conversation", "conversation"),
    )


def completions() -> None:
    """Stored chat completions, what they are found by, their messages."""
    op.create_table(
        "completion",
        sequence(),
        column("project", sa.Text),
        column("id", sa.Text),
        column("created", sa.BigInteger),
        column("model", sa.Text),
        column("metadata", sa.LargeBinary),
        column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("seq", name="pk_completion"),
        sa.UniqueConstraint("project", "seq", name="uq_completion_project_seq"),
        sa.UniqueConstraint("project", "id", name="uq_completion_project_id"),
        sqlite_autoincrement=True,
    )
    terms("completion")
    op.create_table(
        "completion_message",
        column("project", sa.Text),
        column("completion", sa.BigInteger),
        column("position", sa.BigInteger),
        column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("project", "completion", "position", name="pk_completion_message"),
        part_of("completion_message", "completion", "completion"),
        sqlite_with_rowid=False,
    )


def terms(owner: str) -> None:
    """The side table that finds objects by metadata or model."""
    table = f"{owner}_term"
    op.create_table(
        table,
        column("project", sa.Text),
        column("owner", sa.BigInteger),
        column("term", sa.LargeBinary),
        sa.PrimaryKeyConstraint("project", "owner", "term", name=f"pk_{table}"),
        sa.UniqueConstraint("project", "term", "owner", name=f"uq_{table}_project_term_owner"),
        part_of(table, owner, "owner"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop everything, dependents first."""
    for table in reversed(TABLES):
        op.drop_table(table)
