"""Answers that are kept for retries with the same idempotency key.

The service may see and erase what has expired, whoever's it is: that is all that sweeping takes.
"""

import sqlalchemy as sa
from alembic import op

revision = "v0005_kept_answers"
down_revision = "v0004_key_limits"
branch_labels = None
depends_on = None

OWN = "project = (SELECT NULLIF(current_setting('lockstep.project', true), ''))"
EXPIRED = (
    "(SELECT current_setting('lockstep.service', true) = 'on')"
    " AND expires <= (SELECT CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT))"
)
POLICIES = {
    "own": f"USING ({OWN})",
    "expired_seen": f"FOR SELECT USING ({EXPIRED})",
    "expired_erased": f"FOR DELETE USING ({EXPIRED})",
}


def upgrade() -> None:
    """Create the table, and raise the wall around it."""
    op.create_table(
        "kept_answer",
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("wrote", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.BigInteger()),
        sa.Column("streamed", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("project", "digest", name="pk_kept_answer"),
    )
    op.create_index("ix_kept_answer_expires", "kept_answer", ["expires"])
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE kept_answer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON kept_answer {rule}")


def downgrade() -> None:
    """Forget all answers."""
    op.drop_table("kept_answer")
