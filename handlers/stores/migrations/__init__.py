"""alembic: `env.py` runs the revisions in `versions/`, each named as its file."""
