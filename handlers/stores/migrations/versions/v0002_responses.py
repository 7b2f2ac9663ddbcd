"""Responses with their items and events, and who works on them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0002_responses"
down_revision = "v0001_foundation"
branch_labels = None
depends_on = None


def column(name: str, kind: type[sa.types.TypeEngine[Any]], *, nullable: bool = False) -> sa.Column[Any]:
    """A column that must have a value unless it says otherwise."""
    return sa.Column(name, kind(), nullable=nullable)


def part_of_response(table: str) -> sa.ForeignKeyConstraint:
    """Rows go when their response goes."""
    return sa.ForeignKeyConstraint(
        ["project", "response"],
        ["response.project", "response.seq"],
        name=f"fk_{table}_response",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    """Create the tables, and let conversations say whose turn it is."""
    for name in ("turn", "holder"):
        op.add_column("conversation", column(name, sa.Text, nullable=True))
    op.create_table(
        "holder",
        column("id", sa.Text),
        column("until", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_holder"),
    )
    responses()
    op.create_table(
        "response_item",
        column("project", sa.Text),
        column("response", sa.BigInteger),
        column("position", sa.BigInteger),
        column("made", sa.BigInteger),
        column("id", sa.Text),
        column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("project", "response", "position", name="pk_response_item"),
        part_of_response("response_item"),
    )
    op.create_index("ix_response_item_project_id", "response_item", ["project", "id"])
    op.create_table(
        "response_event",
        column("project", sa.Text),
        column("response", sa.BigInteger),
        column("first", sa.BigInteger),
        column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("project", "response", "first", name="pk_response_event"),
        part_of_response("response_event"),
        sqlite_with_rowid=False,
    )


def responses() -> None:
    """The responses themselves; both indexes hold few of them."""
    op.create_table(
        "response",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        column("project", sa.Text),
        column("id", sa.Text),
        column("created_at", sa.BigInteger),
        column("status", sa.Text),
        column("background", sa.BigInteger),
        column("streamed", sa.BigInteger),
        column("next_event", sa.BigInteger),
        column("previous", sa.BigInteger, nullable=True),
        column("conversation", sa.BigInteger, nullable=True),
        column("position", sa.BigInteger, nullable=True),
        column("holder", sa.Text, nullable=True),
        column("request", sa.LargeBinary, nullable=True),
        column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("seq", name="pk_response"),
        sa.UniqueConstraint("project", "seq", name="uq_response_project_seq"),
        sa.UniqueConstraint("project", "id", name="uq_response_project_id"),
        sqlite_autoincrement=True,
    )
    for name, columns in {
        "ix_response_holder": ["holder"],
        "ix_response_project_previous": ["project", "previous"],
    }.items():
        condition = sa.text(f"{columns[-1]} IS NOT NULL")
        op.create_index(name, "response", columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    """Drop them, dependents first."""
    for table in ("response_event", "response_item", "response", "holder"):
        op.drop_table(table)
    for name in ("holder", "turn"):
        op.drop_column("conversation", name)
