"""What `lockstep doctor` says of a PostgreSQL database, with a real one."""

import pytest

from handlers import doctor
from handlers.doctor import database
from handlers.settings import Settings
from handlers.stores.pg.migrating import revision
from tests import postgresql
from tests.postgresql import databases

__all__ = ["databases"]


async def found(url, about, **settings):
    chosen = Settings(database_url=url, port=0, encryption_key="k" * 40, _env_file=None, **settings)
    return [
        (finding.level, finding.text)
        async for finding in doctor.examine(chosen)
        if finding.about == about and finding.level != "good"
    ]


async def told(url, level, about="database", **settings):
    return " ".join(text for each, text in await found(url, about, **settings) if each == level)


async def test_sound_database_is_left_alone_and_asked_about_everything(databases, tmp_path):
    url = databases.new()
    assert await told(url, "wrong", data_dir=tmp_path) == ""
    assert await told(url, "wrong", "store", data_dir=tmp_path) == ""
    doubts = await told(url, "doubtful", data_dir=tmp_path)
    assert "fsync is off" in doubts  # as tests have it
    assert "does not bind" not in doubts


async def test_nothing_is_migrated(databases, tmp_path):
    url = databases.empty()
    assert await told(url, "wrong", data_dir=tmp_path) == ""
    assert await revision(url) is None
    assert await found(url, "store", data_dir=tmp_path) == []


async def test_old_and_newer_schemas_are_told_apart(databases, tmp_path):
    url = databases.new()
    postgresql.run(url, "UPDATE alembic_version SET version_num = 'v9999_later'", "SELECT 1")
    assert "v9999_later, newer than this release knows" in await told(url, "wrong", data_dir=tmp_path)
    postgresql.run(url, "UPDATE alembic_version SET version_num = 'v0001_initial'", "SELECT 1")
    first = database.revisions()[0]
    postgresql.run(url, f"UPDATE alembic_version SET version_num = '{first}'", "SELECT 1")
    assert "Back it up before" in await told(url, "doubtful", data_dir=tmp_path)
    assert await revision(url) == first


async def test_superuser_passes_the_second_wall(databases, tmp_path):
    url = databases.new()
    if databases.role is None:
        pytest.skip("the database given to tests lets in no superuser")
    superuser = databases.admin.replace("/postgres?", f"/{databases.made[-1]}?")
    assert "does not bind role" in await told(superuser, "doubtful", data_dir=tmp_path)
    assert url


async def test_role_that_may_make_no_tables_is_wrong(databases, tmp_path):
    if databases.role is None:
        pytest.skip("the database given to tests lets in no superuser")
    url = databases.empty()
    admin = databases.admin.replace("/postgres?", f"/{databases.made[-1]}?")
    postgresql.run(
        admin,
        "ALTER SCHEMA public OWNER TO CURRENT_USER",
        f"ALTER DATABASE {databases.made[-1]} OWNER TO CURRENT_USER",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "SELECT 1",
    )
    assert "may not make the tables" in await told(url, "wrong", data_dir=tmp_path)


async def test_database_that_only_reads_is_wrong(databases, tmp_path):
    url = databases.new()
    admin = databases.admin.replace("/postgres?", f"/{databases.made[-1]}?")
    postgresql.run(
        admin, f"ALTER DATABASE {databases.made[-1]} SET default_transaction_read_only = on", "SELECT 1"
    )
    assert "it only reads" in await told(url, "wrong", data_dir=tmp_path)


async def test_connections_that_are_not_there_are_doubtful(databases, tmp_path):
    url = databases.new()
    crowded = await told(url, "doubtful", data_dir=tmp_path, database_connections=100, workers=8)
    assert "this server keeps up to 808 connections" in crowded


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:very-secret@127.0.0.1:9/d", "Is PostgreSQL running there"),
        ("postgresql://u:very-secret@no.such.host.invalid/d", "Check the host"),
        ("mysql://u:very-secret@127.0.0.1/d", "expected postgresql://"),
        ("postgresql://u:very-secret@/d?host=/nonexistent", "There is no such socket"),
    ],
)
async def test_database_that_cannot_be_reached_says_why(tmp_path, url, words):
    pytest.importorskip("asyncpg")
    wrong = await told(url, "wrong", data_dir=tmp_path)
    assert words in wrong
    assert "very-secret" not in wrong


async def test_database_and_role_that_are_none_are_named(databases, tmp_path):
    url = databases.new()
    name = databases.made[-1]
    assert "CREATE DATABASE" in await told(url.replace(name, "nowhere"), "wrong", data_dir=tmp_path)
    if databases.role is not None:
        wrong = await told(url.replace(databases.role, "nobody_at_all"), "wrong", data_dir=tmp_path)
        assert "Check the" in wrong
        assert "in LOCKSTEP_DATABASE_URL" in wrong


@pytest.mark.parametrize(
    ("skew", "level"), [(0.2, "good"), (-0.9, "good"), (3, "doubtful"), (-7, "wrong"), (7, "wrong")]
)
def test_clocks_are_compared(skew, level):
    assert database._clock(Settings(_env_file=None), skew).level == level


async def test_replicas_without_a_common_key_are_doubtful(databases, tmp_path):
    chosen = Settings(database_url=databases.new(), port=0, data_dir=tmp_path, _env_file=None)
    doubts = {f.about: f.text async for f in doctor.examine(chosen) if f.level == "doubtful"}
    assert "set one LOCKSTEP_ENCRYPTION_KEY for all" in doubts["encryption key"]
