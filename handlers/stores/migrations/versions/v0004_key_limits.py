"""What a key may do, until when and how much of it, and when it was last used.

Keys made before keep what they could do. A constant default is no rewrite of the table on any database.
"""

import sqlalchemy as sa
from alembic import op

revision = "v0004_key_limits"
down_revision = "v0003_row_security"
branch_labels = None
depends_on = None

NUMBERS = ("expires_at", "last_used_at", "requests_per_minute", "tokens_per_minute")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("api_key", sa.Column("scopes", sa.Text(), server_default="read write", nullable=False))
    for name in NUMBERS:
        op.add_column("api_key", sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Drop them. Keys that were to expire will not."""
    for name in (*reversed(NUMBERS), "scopes"):
        op.drop_column("api_key", name)
