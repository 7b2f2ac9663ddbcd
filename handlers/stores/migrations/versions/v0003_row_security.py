"""Row-level security on PostgreSQL: a session sees the project that it names, and without one nothing.

The operations name their project in every statement; this is the wall behind them. `lockstep.service` opens
what serves all projects: keys are found before anybody knows whose they are, and whoever looks after lost
responses sees those that somebody works on. FORCE holds the tables' owner to it, whom the service usually
connects as; superusers are never held.
"""

from alembic import op

revision = "v0003_row_security"
down_revision = "v0002_responses"
branch_labels = None
depends_on = None

TENANTS = (
    "conversation",
    "conversation_term",
    "item",
    "completion",
    "completion_term",
    "completion_message",
    "retired",
    "response",
    "response_item",
    "response_event",
)
DIRECTORY = {"api_key": "project", "project": "id"}
"""Tables that the service looks into before it knows the project, with the column that names it."""

OWN = "{} = (SELECT NULLIF(current_setting('lockstep.project', true), ''))"
SERVICE = "(SELECT current_setting('lockstep.service', true) = 'on')"
"""Subqueries, so that each is evaluated once a statement and not once a row."""


def policies() -> dict[tuple[str, str], str]:
    """Table and name of each policy, with its rule."""
    rules = {(table, "own"): f"USING ({OWN.format('project')})" for table in TENANTS}
    rules |= {
        (table, "own"): f"USING ({OWN.format(column)} OR {SERVICE})" for table, column in DIRECTORY.items()
    }
    rules["response", "held"] = f"FOR SELECT USING (holder IS NOT NULL AND {SERVICE})"
    return rules


def upgrade() -> None:
    """Raise the wall."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*TENANTS, *DIRECTORY):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for (table, name), rule in policies().items():
        op.execute(f"CREATE POLICY {name} ON {table} {rule}")


def downgrade() -> None:
    """Take it down."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, name in policies():
        op.execute(f"DROP POLICY {name} ON {table}")
    for table in (*TENANTS, *DIRECTORY):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
