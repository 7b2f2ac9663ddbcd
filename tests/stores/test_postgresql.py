"""What is PostgreSQL's own: the wall between projects, groups, locks, broken connections, the extra."""

import asyncio
import json
import re
import sys
import time
from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from handlers import stores
from handlers.errors import BadRequestError, ConflictError, NotFoundError, ServiceUnavailableError
from handlers.settings import Settings
from handlers.stores import Completion, Conversation, Ending, Item, Key, Response, postgresql
from handlers.stores.sql import conversations, migrating
from handlers.stores.sql import items as placing
from handlers.stores.sql.statements import numbered
from handlers.stores.sql.tables import METADATA
from tests.postgresql import run

asyncpg = pytest.importorskip("asyncpg", reason="asyncpg is not installed")

P = "default"
TENANTS = sorted(name for name, table in METADATA.tables.items() if "project" in table.columns)
CONTENT = sorted(set(TENANTS) - {"api_key"})


@pytest.fixture
def store_name() -> str:
    return "postgresql"


@pytest.fixture
def settings(databases, tmp_path) -> Settings:
    """Of a database that nobody else gets: some tests here spoil it."""
    return Settings(data_dir=tmp_path / "data", database_url=databases.new(), _env_file=None)


@pytest.fixture
def url(settings) -> str:
    return settings.database_url.get_secret_value()


@pytest.fixture
async def sql(url):
    """A session of the service's own role, not in any project."""
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close(timeout=5)


def conversation(name: str, metadata: bytes = b"{}") -> Conversation:
    return Conversation(name, 1, metadata)


async def names(store, project=P, **arguments) -> list[str]:
    arguments = {"after": None, "limit": 10_000, "order": "asc", "metadata": {}} | arguments
    return [row.id for row in (await store.conversations.list(project, **arguments)).rows]


async def fill(store, project: str) -> None:
    """A row in every table."""
    metadata = b'{"k":"v"}'
    await store.keys.add(Key(f"key_{project}", project, "", project.encode(), "", 1, None))
    await store.conversations.create(project, conversation("c", metadata), [Item("i", "message", b"1")])
    await store.conversations.create(project, conversation("gone"), ())
    await store.conversations.delete(project, "gone")
    await store.completions.add(project, Completion("d", 1, "echo", metadata, b"{}"), [b"1"])
    begun = Response("r", 1, "in_progress", background=True, streamed=True, body=b"{}", holder="dead")
    await store.responses.begin(project, begun, [("i", b"1")], events=stores.Lines(0, [b"e"]))
    ended = Response("s", 1, "completed", background=False, streamed=False, body=b"{}")
    await store.responses.add(project, Ending(ended, [("o", b"1")]), [])
    await store.answers.reserve(stores.Reservation(project, b"k", b"r", "t", "dead"), lease=None, keep=60)
    await store.allowances.draw(project, "k/requests", spent=0, least=1, most=1, limit=60)


# --- the second wall -------------------------------------------------------------------------------


async def test_every_table_with_a_project_is_behind_the_wall(store, sql):
    rows = await sql.fetch(
        "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    walled = {name for name, on in rows if on}
    assert walled == {*TENANTS, "project"}
    assert {name for name, on in rows if not on} == {"alembic_version", "health", "holder"}
    assert not await sql.fetchval(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )


async def test_a_session_without_its_project_sees_nothing(store, sql):
    for project in ("p", "q"):
        await fill(store, project)
    for table in [*TENANTS, "project"]:
        assert await sql.fetch(f"SELECT * FROM {table}") == [], table
        assert await sql.execute(f"DELETE FROM {table}") == "DELETE 0", table
    for setting in ("''", "'nobody''s'", "'P'"):
        await sql.execute(f"SET lockstep.project = {setting}")
        for table in TENANTS:
            assert await sql.fetch(f"SELECT * FROM {table}") == [], table


async def test_a_session_sees_its_own_project_only(store, sql):
    for project in ("p", "q"):
        await fill(store, project)
    await sql.execute("SET lockstep.project = 'p'")
    for table in TENANTS:
        found = {row[0] for row in await sql.fetch(f"SELECT project FROM {table}")}
        assert found == {"p"}, table
        await sql.execute(f"UPDATE {table} SET project = project WHERE project = 'q'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await sql.execute(f"UPDATE {table} SET project = 'q'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await sql.execute("INSERT INTO retired (project, digest, seq) VALUES ('q', '', 1)")
    await sql.execute("DELETE FROM conversation")
    assert await names(store, "p") == []
    assert await names(store, "q") == ["c"]


async def test_the_service_sees_keys_and_what_somebody_works_on_and_no_content(store, sql):
    for project in ("p", "q"):
        await fill(store, project)
    await sql.execute("SET lockstep.service = 'on'")
    assert len(await sql.fetch("SELECT * FROM api_key")) == 2
    assert [row[0] for row in await sql.fetch("SELECT id FROM response")] == ["r", "r"]
    assert await sql.execute("UPDATE response SET status = 'x'") == "UPDATE 0"
    for table in set(CONTENT) - {"response"}:
        assert await sql.fetch(f"SELECT * FROM {table}") == [], table


async def test_a_statement_that_forgets_its_project_is_held_by_the_wall(store):
    """The bug that the wall is for, run through the driver itself."""
    for project in ("p", "q"):
        await fill(store, project)

    def forgetful():
        return (yield "SELECT project FROM item", ())

    def careless():
        yield "DELETE FROM conversation", ()

    assert {row[0] for row in await store.driver.read(forgetful, project="p")} == {"p"}
    assert await store.driver.read(forgetful, project=None) == []
    rows = await asyncio.gather(*(store.driver.read(forgetful, project="pq"[n % 2]) for n in range(40)))
    assert [{row[0] for row in found} for found in rows] == [{"p"}, {"q"}] * 20
    await store.driver.write(careless, project="p")
    assert (await names(store, "p"), await names(store, "q")) == ([], ["c"])


@pytest.mark.parametrize(
    "project", ["o'brien", "back\\slash", "\\'; DROP TABLE item; --", "ü\n%s $1 ?", "''"]
)
async def test_projects_of_any_name_are_named_rightly(store, project):
    await store.conversations.create(project, conversation("c"), ())
    assert await names(store, project) == ["c"]
    assert await names(store) == []


@pytest.mark.parametrize("project", ["nul\0", "surrogate\udfff", ""])
async def test_projects_that_cannot_be_named_are_refused(store, project):
    with pytest.raises(BadRequestError):
        await store.conversations.create(project, conversation("c"), ())
    with pytest.raises(BadRequestError):
        await store.conversations.get(project, "c")
    await store.check()


async def test_a_role_that_no_wall_binds_is_warned_of(databases, settings, url, monkeypatch):
    database = url.partition("?")[0].rpartition("/")[2]
    admin = re.sub(r"/[^/?]*(\?|$)", rf"/{database}\1", databases.admin, count=1) if databases.role else None
    if admin is None:
        pytest.skip("LOCKSTEP_TEST_DATABASE_URL is no superuser's")
    admin = databases.admin.replace("/postgres?", f"/{database}?")
    heard = []
    told = SimpleNamespace(warning=lambda event, **_more: heard.append(event))
    monkeypatch.setattr("handlers.stores.pg.driver.log", told)
    opened = await stores.open_store(
        settings.model_copy(update={"database_url": type(settings.database_url)(admin)})
    )
    await opened.aclose()
    assert heard == ["row_security_unbound"]


# --- groups, orders, locks -------------------------------------------------------------------------


async def test_what_waits_together_is_few_commits(store):
    await asyncio.gather(*(store.conversations.create(P, conversation(f"c{n}"), ()) for n in range(64)))
    assert sum(store.commits.sizes.counts) <= 8
    assert store.commits.sizes.total == 64


async def test_one_that_fails_harms_no_other_of_its_group(store):
    await store.conversations.create(P, conversation("c"), [Item("taken", "message", b"1")])
    batches = [[Item(f"new{n}", "message", b"1")] for n in range(16)]
    batches[7].append(Item("taken", "message", b"1"))
    results = await asyncio.gather(
        *(store.conversations.append(P, "c", batch) for batch in batches),
        store.conversations.create(P, Conversation("bug", 2**70, b"{}"), ()),
        store.conversations.create(P, conversation("c"), ()),
        store.conversations.append(P, "unknown", ()),
        store.conversations.create(P, conversation("fine"), ()),
        return_exceptions=True,
    )
    *appended, bug, taken, unknown, fine = results
    assert isinstance(appended.pop(7), BadRequestError)
    assert appended == [batch for n, batch in enumerate(batches) if n != 7]
    assert isinstance(bug, asyncpg.DataError)
    assert isinstance(taken, ConflictError)
    assert isinstance(unknown, NotFoundError)
    assert fine == []
    page = await store.conversations.items(P, "c", after=None, limit=100, order="asc")
    assert [row.id for row in page.rows] == ["taken", *(f"new{n}" for n in range(16) if n != 7)]


async def test_two_replicas_that_cross_each_other_both_get_through(store, settings):
    """The same conversations in opposite orders, with turns that lock them: nobody waits in a circle."""
    other = await stores.open_store(settings)
    everybody = [f"c{n}" for n in range(8)]
    for name in everybody:
        await store.conversations.create(P, conversation(name), ())
    acknowledged: dict[str, list[str]] = {name: [] for name in everybody}

    async def work(replica, worker: int, order: list[str]) -> None:
        for turn in range(5):
            for name in order:
                item = Item(f"{worker}-{turn}", "message", b"1")
                await replica.conversations.append(P, name, [item])
                acknowledged[name].append(item.id)

    workers = [work((store, other)[n % 2], n, everybody[:: (1, -1)[n % 2]]) for n in range(16)]
    await asyncio.wait_for(asyncio.gather(*workers), 60)
    for name in everybody:
        page = await store.conversations.items(P, name, after=None, limit=1000, order="asc")
        assert sorted(row.id for row in page.rows) == sorted(acknowledged[name])
    await other.aclose()


async def test_a_group_waits_shortly_for_a_lock_and_then_goes_on_without_it(store, sql):
    for name in ("locked", "free"):
        await store.conversations.create(P, conversation(name), ())
    await sql.execute("BEGIN; SET LOCAL lockstep.project = 'default'")
    await sql.execute("UPDATE conversation SET next_position = next_position WHERE id = 'locked'")
    waiting = asyncio.create_task(store.conversations.append(P, "locked", [Item("i", "message", b"1")]))
    begin = time.monotonic()
    await store.conversations.append(P, "free", [Item("i", "message", b"1")])
    assert time.monotonic() - begin < 3
    assert not waiting.done()
    await sql.execute("COMMIT")
    assert [item.id for item in await waiting] == ["i"]


async def test_who_reads_on_from_the_oldest_misses_nothing_that_commits_late(store, sql):
    """A replica has drawn the next number and not yet committed: who follows the list waits for it."""
    await store.conversations.create(P, conversation("first"), ())
    await sql.execute(
        "BEGIN; SET LOCAL lockstep.project = 'default';"
        f"SELECT pg_advisory_xact_lock_shared({await lock_of_the_list(store)});"
        "INSERT INTO conversation (project, id, created_at, next_position, metadata)"
        " VALUES ('default', 'late', 1, 0, '{}')"
    )
    await store.conversations.create(P, conversation("early"), ())
    following = asyncio.create_task(names(store, after="first"))
    newest = await names(store, order="desc")
    await asyncio.sleep(0.2)
    assert newest == ["early", "first"]
    assert not following.done()
    await sql.execute("COMMIT")
    assert await following == ["late", "early"]


async def lock_of_the_list(store) -> int:
    from handlers.stores.pg.jobs import list_lock  # noqa: PLC0415 - needs asyncpg's neighbours

    return list_lock(P)


async def test_followers_of_a_list_see_everything_while_replicas_add_to_it(store, settings):
    other = await stores.open_store(settings)
    made = [f"c{n}" for n in range(300)]

    async def create(replica, mine: list[str]) -> None:
        for name in mine:
            await replica.conversations.create(P, conversation(name), ())

    adding = asyncio.gather(*(create((store, other)[n % 2], made[n::10]) for n in range(10)))
    seen: list[str] = []
    while not adding.done() or len(seen) < len(made):
        seen += await names(store, after=seen[-1] if seen else None, limit=7)
        await asyncio.sleep(0)
        assert len(seen) <= len(made)
    assert sorted(seen) == sorted(made)
    await other.aclose()


async def test_a_page_reads_its_own_rows_only_anywhere_in_a_long_conversation(store, sql):
    """Counted in rows that the database touched."""
    many = [Item(f"i{number}", "message", b"1") for number in range(5_000)]
    await store.conversations.create(P, conversation("c"), many)
    await sql.execute("ANALYZE")
    await sql.execute("SET lockstep.project = 'default'; SET enable_seqscan = off")
    for order in ("asc", "desc"):
        for after in (None, "i0", "i2500", "i4979"):
            operation = placing.list_(P, "c", after=after, limit=20, order=order)
            statement, parameters = next(operation)
            rows = await sql.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {numbered(statement)}", *parameters)
            plan = json.loads(rows[0][0])[0]["Plan"]
            assert "Sort" not in set(nodes(plan, "Node Type"))
            assert max(nodes(plan, "Actual Rows")) <= 21


async def test_a_page_of_a_list_reads_its_own_rows_only_anywhere_in_it(store, sql):
    await asyncio.gather(*(store.conversations.create(P, conversation(f"c{n:04}"), ()) for n in range(2_000)))
    await sql.execute("ANALYZE")
    await sql.execute("SET lockstep.project = 'default'; SET enable_seqscan = off")
    order = [row[0] for row in await sql.fetch("SELECT id FROM conversation ORDER BY seq")]
    for direction in ("asc", "desc"):
        for after in (None, order[10], order[1000], order[1970]):
            operation = conversations.list_(P, after=after, limit=20, order=direction, metadata={})
            statement, parameters = next(operation)
            rows = await sql.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {numbered(statement)}", *parameters)
            plan = json.loads(rows[0][0])[0]["Plan"]
            assert "Sort" not in set(nodes(plan, "Node Type"))
            assert max(nodes(plan, "Actual Rows")) <= 21
            assert sum(nodes(plan, "Rows Removed by Filter")) == 0


def nodes(plan, field: str) -> list:
    return [plan.get(field, 0), *(value for each in plan.get("Plans", ()) for value in nodes(each, field))]


# --- failures --------------------------------------------------------------------------------------


async def end_sessions(databases, url: str) -> None:
    """What a restart of the database does to those connected."""
    database = url.partition("?")[0].rpartition("/")[2]
    terminate = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    await asyncio.to_thread(run, databases.admin, terminate)


async def test_connections_that_broke_are_replaced_unnoticed(store, databases, url):
    await asyncio.gather(*(store.conversations.create(P, conversation(f"a{n}"), ()) for n in range(40)))
    await end_sessions(databases, url)
    await asyncio.gather(*(store.conversations.create(P, conversation(f"b{n}"), ()) for n in range(40)))
    await end_sessions(databases, url)
    assert len(await names(store)) == 80


async def test_writes_that_are_cut_off_are_stored_once_or_refused(store, databases, url):
    async def create(number: int) -> None:
        await store.conversations.create(P, conversation(f"c{number}"), ())

    tasks = [asyncio.create_task(create(number)) for number in range(400)]
    for _ in range(3):
        await asyncio.sleep(0.01)
        await end_sessions(databases, url)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    there = await names(store)
    assert len(there) == len(set(there))
    for number, result in enumerate(results):
        assert result is None or isinstance(result, ServiceUnavailableError), result
        if result is None:
            assert f"c{number}" in there
        elif "may or may not" not in str(result):
            assert f"c{number}" not in there
    await store.check()


async def test_a_database_that_is_gone_is_a_503_without_secrets(tmp_path):
    secret = f"postgresql://someone:hunter2@127.0.0.1:1/nowhere?host={tmp_path}"
    with pytest.raises(ServiceUnavailableError, match="cannot be opened") as refused:
        await stores.open_store(Settings(database_url=secret, _env_file=None))
    assert "hunter2" not in str(refused.value)
    assert "nowhere" in str(refused.value)


async def test_a_database_that_may_not_be_written_is_a_503(store, databases, url):
    database = url.partition("?")[0].rpartition("/")[2]
    read_only = f"ALTER DATABASE {database} SET default_transaction_read_only = on"
    await asyncio.to_thread(run, databases.admin, read_only)
    await end_sessions(databases, url)
    for refused in (store.check(), store.conversations.create(P, conversation("c"), ())):
        with pytest.raises(ServiceUnavailableError, match="read-only"):
            await refused
    assert await names(store) == []


# --- migrations ------------------------------------------------------------------------------------

SCHEMA = """
SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
AND conrelid::regclass::text <> 'alembic_version'
UNION ALL SELECT 'policy', tablename, policyname, cmd || coalesce(qual, '') || coalesce(with_check, '')
FROM pg_policies
UNION ALL SELECT 'wall', relname, '', relforcerowsecurity::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relrowsecurity ORDER BY 1, 2, 3, 4"""


async def in_thread(*arguments) -> None:
    await asyncio.to_thread(migrating.alembic, *arguments)


async def test_the_way_back_leads_to_nothing_and_forward_again(url, sql):
    first = [tuple(row) for row in await sql.fetch(SCHEMA)]
    assert {kind for kind, *_ in first} == {"column", "index", "constraint", "policy", "wall"}
    for revision in reversed(migrating.revisions()[:-1]):
        await in_thread("downgrade", url, revision)
    await in_thread("downgrade", url, "base")
    assert await sql.fetch(SCHEMA) == []
    await in_thread("upgrade", url, "head")
    assert [tuple(row) for row in await sql.fetch(SCHEMA)] == first


async def test_the_migrated_schema_is_the_declared_one(url):
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))

    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, METADATA)

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_replicas_that_start_together_migrate_once(databases):
    settings = Settings(database_url=databases.empty(), _env_file=None)
    opened = await asyncio.gather(*(stores.open_store(settings) for _ in range(4)))
    await asyncio.gather(
        *(each.conversations.create(P, conversation(f"c{n}"), ()) for n, each in enumerate(opened))
    )
    assert sorted(await names(opened[0])) == ["c0", "c1", "c2", "c3"]
    for each in opened:
        await each.aclose()


async def test_a_database_of_a_newer_version_is_refused(settings, sql):
    await sql.execute("UPDATE alembic_version SET version_num = 'v9999_future'")
    with pytest.raises(ServiceUnavailableError, match="v9999_future"):
        await stores.open_store(settings)


async def test_migrations_underneath_prepared_statements_are_no_failure(store, sql):
    await store.conversations.create(P, conversation("c"), ())
    await store.conversations.get(P, "c")
    await sql.execute("ALTER TABLE conversation ADD COLUMN later TEXT")
    await sql.execute("ALTER TABLE conversation ALTER COLUMN metadata TYPE BYTEA")
    assert await store.conversations.get(P, "c") == conversation("c")
    await store.conversations.update(P, "c", b'{"k":"v"}')


# --- choosing it -----------------------------------------------------------------------------------


def test_the_url_chooses_the_store():
    assert stores.chosen(Settings(database_url="postgresql://h/d", _env_file=None)) == "postgresql"
    assert stores.chosen(Settings(database_url=None, _env_file=None)) == "sqlite"


@pytest.mark.parametrize("wrong", ["mysql://u:hunter2@h/d", "sqlite:///x", "hunter2", ""])
def test_other_databases_are_refused_with_what_would_be_right(wrong):
    with pytest.raises(ValueError, match="LOCKSTEP_DATABASE_URL: expected postgresql://") as refused:
        stores.load(Settings(database_url=wrong, _env_file=None))
    assert "u:hunter2" not in str(refused.value)


def test_without_asyncpg_it_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("handlers.stores.pg")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(ValueError, match=r"pip install 'lockstep\[server,postgresql\]'"):
        stores.load(Settings(database_url="postgresql://h/d", _env_file=None))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql://u:p%40ss@db.example:5432/lockstep?sslmode=require",
            "postgresql://db.example:5432/lockstep",
        ),
        ("postgres://u:p@ss@h/d", "postgresql://h/d"),
        ("postgresql://[broken/d", "postgresql"),
    ],
)
def test_messages_name_the_database_without_credentials(url, shown):
    assert postgresql.place(url) == shown
