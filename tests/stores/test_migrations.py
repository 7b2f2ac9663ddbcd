"""Migrations make the schema that the tables declare, forward and back, and touch nothing newer."""

import re
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from handlers import stores
from handlers.errors import ServiceUnavailableError
from handlers.stores.sql import migrating
from handlers.stores.sql.tables import METADATA


@pytest.fixture
def store_name() -> str:
    return "sqlite"


def schema(path: Path) -> set[str]:
    """Every statement that makes the schema, without layout."""
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name NOT IN ('alembic_version', 'sqlite_sequence')"
    ).fetchall()
    connection.close()
    return {re.sub(r"\s+", " ", row[0]).strip() for row in rows if row[0]}


def sorted_constraints(statement: str) -> list[str]:
    return sorted(re.split(r",(?![^(]*\)) ?", statement))


@pytest.fixture
def migrated(tmp_path) -> Path:
    migrating.alembic("upgrade", f"sqlite:///{tmp_path / 'migrated.db'}", "head")
    return tmp_path / "migrated.db"


@pytest.fixture
def declared(tmp_path) -> Path:
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    METADATA.create_all(engine)
    engine.dispose()
    return tmp_path / "declared.db"


def test_the_migrated_schema_is_the_declared_one(migrated, declared):
    assert sorted(map(sorted_constraints, schema(migrated))) == sorted(
        map(sorted_constraints, schema(declared))
    )


def test_the_snapshot_is_what_the_revisions_make(tmp_path, migrated):
    assert migrating.snapshot() == migrating.SNAPSHOT.read_text()
    migrating.migrate_sqlite(tmp_path / "new.db")
    assert schema(tmp_path / "new.db") == schema(migrated)
    assert migrating.snapshot().endswith(f"VALUES ('{migrating.revisions()[-1]}');\n")


def test_alembic_finds_no_difference(migrated):
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_way_back_leads_to_nothing_and_forward_again(migrated):
    first = schema(migrated)
    migrating.alembic("downgrade", f"sqlite:///{migrated}", "base")
    assert schema(migrated) == set()
    migrating.migrate_sqlite(migrated)
    assert schema(migrated) == first


@pytest.mark.parametrize("name", ["migrated.db", "new.db"])
def test_starting_does_not_load_alembic(tmp_path, migrated, name):
    path = tmp_path / name
    program = (
        "import sys; from pathlib import Path; from handlers.stores.sql import migrating;"
        f"migrating.migrate_sqlite(Path({str(path)!r})); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


async def test_a_database_of_a_newer_version_is_refused_untouched(settings):
    settings.data_dir.mkdir()
    path = settings.data_dir / "lockstep.db"
    migrating.migrate_sqlite(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = 'v9999_future'")
    connection.commit()
    connection.close()
    before = schema(path)
    with pytest.raises(ServiceUnavailableError, match="v9999_future"):
        await stores.open_store(settings, "sqlite")
    assert schema(path) == before


def test_every_revision_is_named_as_its_file_and_follows_the_one_before():
    before = "None"
    for name in migrating.revisions():
        text = (migrating.MIGRATIONS / "versions" / f"{name}.py").read_text()
        assert f'revision = "{name}"' in text
        assert len(name) <= 32
        assert f"down_revision = {before}\n" in text
        before = f'"{name}"'
    assert before != "None"


def test_the_wheel_carries_the_migrations(tmp_path):
    """Built by the project's own build backend, offline."""
    pytest.importorskip("hatchling.build", reason="hatchling is only there in the development environment")
    root = Path(__file__).parents[2]
    program = (
        f"import os; os.chdir({str(root)!r}); import hatchling.build as b; b.build_wheel({str(tmp_path)!r})"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for name in ("env.py", "sqlite.sql", *(f"versions/{revision}.py" for revision in migrating.revisions())):
        assert f"handlers/stores/migrations/{name}" in names
