"""Buckets that all processes draw from, so that a caller's limits hold for all of them together."""

import sqlalchemy as sa
from alembic import op

revision = "v0006_allowances"
down_revision = "v0005_kept_answers"
branch_labels = None
depends_on = None

OWN = "project = (SELECT NULLIF(current_setting('lockstep.project', true), ''))"


def upgrade() -> None:
    """Create the table, and raise the wall around it."""
    op.create_table(
        "allowance",
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("full_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project", "name", name="pk_allowance"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE allowance ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON allowance USING ({OWN})")


def downgrade() -> None:
    """Forget what was taken: all buckets are full."""
    op.drop_table("allowance")
