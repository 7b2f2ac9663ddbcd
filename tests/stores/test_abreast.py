"""Operations abreast on PostgreSQL: alike statements travel together, and everybody gets his own answer."""

import asyncio

import pytest

from handlers.errors import NotFoundError
from handlers.settings import Settings
from handlers.stores import Conversation, Item

asyncpg = pytest.importorskip("asyncpg", reason="asyncpg is not installed")

from handlers.stores.pg import abreast  # noqa: E402 - needs asyncpg
from handlers.stores.pg.groups import waves  # noqa: E402
from handlers.stores.pg.jobs import Job, enter  # noqa: E402
from handlers.stores.sql import conversations, items, statements  # noqa: E402

P = "default"


@pytest.fixture
def store_name() -> str:
    return "postgresql"


@pytest.fixture
def settings(databases, tmp_path) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=databases.new(), _env_file=None)


class Counting:
    """A real connection that notes what goes over it."""

    def __init__(self, connection):
        self.connection = connection
        self.asked: list[str] = []

    async def fetch(self, query, *parameters):
        self.asked.append("one")
        return await self.connection.fetch(query, *parameters)

    async def executemany(self, query, parameters):
        self.asked.append(f"none {len(parameters)}")
        await self.connection.executemany(query, parameters)

    async def fetchmany(self, query, parameters):
        self.asked.append(f"many {len(parameters)}")
        return await self.connection.fetchmany(query, parameters)


@pytest.fixture
async def connection(settings, store):
    session = await asyncpg.connect(settings.database_url.get_secret_value())
    await session.execute("BEGIN; " + enter(P))
    yield Counting(session)
    await session.close(timeout=5)


def job(start, key: str = "", *, project: str | None = P, own: bool = False) -> Job:
    return Job(start, asyncio.get_running_loop().create_future(), project, key, own=own)


async def filled(store, count: int) -> list[str]:
    names = [f"conv_{number}" for number in range(count)]
    for number, name in enumerate(names):
        batch = [Item(f"{name}-{place}", "message", b"%d" % place) for place in range(number)]
        await store.conversations.create(P, Conversation(name, number, b'{"n":%d}' % number), batch)
    return names


async def test_alike_statements_travel_together_and_everybody_gets_his_own_answer(store, connection):
    names = await filled(store, 6)
    listing = [
        job(lambda name=name: items.list_(P, name, after=None, limit=3, order="desc")) for name in names
    ]
    getting = [job(lambda name=name: conversations.get(P, name)) for name in (*names, "unknown")]
    await abreast.drive(connection, [*listing, *getting])
    # The empty conversation's page asks a second time: whether there is such a conversation.
    assert connection.asked == ["many 6", "many 7", "one"]
    for number, page in enumerate(listing):
        newest = [f"conv_{number}-{place}" for place in range(number)][::-1]
        assert [row.id for row in page.result.rows] == newest[:3]
        assert page.result.has_more is (number > 3)
    *found, unknown = getting
    assert [one.result for one in found] == [
        Conversation(name, number, b'{"n":%d}' % number) for number, name in enumerate(names)
    ]
    assert isinstance(unknown.error, NotFoundError)
    assert unknown.result is None


async def test_writes_abreast_know_which_of_them_wrote(store, connection):
    names = await filled(store, 3)
    appending = [
        job(lambda name=name: items.append(P, name, [Item("new", "message", b"1")], 0), name, own=True)
        for name in (*names, "unknown")
    ]
    await abreast.drive(connection, appending)
    assert connection.asked == ["many 4", "many 3", "one"]
    assert [one.wrote for one in appending] == [True, True, True, False]
    assert isinstance(appending[3].error, NotFoundError)


async def test_statements_without_rows_travel_together_as_well(connection):
    creating = [
        job(
            lambda name=name: conversations.create(P, Conversation(name, 1, b'{"a":"b"}'), ()), name, own=True
        )
        for name in ("one", "two", "three")
    ]
    await abreast.drive(connection, creating)
    assert connection.asked == ["many 3", "none 3"]
    assert [one.error for one in creating] == [None] * 3
    assert all(one.wrote for one in creating)
    listing = [job(lambda: conversations.list_(P, after=None, limit=5, order="asc", metadata={"a": "b"}))]
    await abreast.drive(connection, listing)
    assert [row.id for row in listing[0].result.rows] == ["one", "two", "three"]


async def test_everything_at_once_is_as_one_by_one(store):
    names = await filled(store, 40)
    pages = [store.conversations.items(P, name, after=None, limit=100, order="asc") for name in names]
    together = await asyncio.gather(
        *pages,
        *(store.conversations.get(P, name) for name in names),
        store.conversations.get("other", names[0]),
        return_exceptions=True,
    )
    alone = [
        *[await store.conversations.items(P, name, after=None, limit=100, order="asc") for name in names],
        *[await store.conversations.get(P, name) for name in names],
    ]
    assert together[:-1] == alone
    assert isinstance(together[-1], NotFoundError)


async def test_a_wave_is_one_project_and_one_object_each():
    def nothing():
        raise AssertionError

    group = [
        job(nothing, "a", own=True), job(nothing, "a", own=True), job(nothing, "b", own=True),
        job(nothing, "c"), job(nothing, "d", own=True), job(nothing, "d", project="other", own=True),
    ]  # fmt: skip
    assert [[one.key for one in wave] for wave in waves(group, reads=False)] == [
        ["a"], ["a", "b"], ["c"], ["d"], ["d"],
    ]  # fmt: skip
    assert [len(wave) for wave in waves(group, reads=True)] == [5, 1]
    assert list(waves([], reads=True)) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT a FROM t WHERE b = ?", "SELECT $2::int, a FROM t WHERE b = $1"),
        ("\nSELECT\na FROM t", "SELECT $1::int, a FROM t"),
        (
            "INSERT INTO t VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id",
            "INSERT INTO t VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING $3::int, id",
        ),
        ("DELETE FROM t WHERE a = ?", None),
        ("SELECT a FROM t UNION ALL SELECT b FROM u", None),
        ("WITH RECURSIVE x AS (SELECT 1) SELECT * FROM x", None),
    ],
)
def test_a_label_is_put_before_the_rows_of_one_statement(statement, expected):
    assert abreast._labelled(statement) == expected


LABELLED = sorted(
    {
        value
        for module in (conversations, items)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and "{" not in value
        and value.strip().split()[0] in ("SELECT", "UPDATE", "DELETE") and abreast._labelled(value)
    }
)  # fmt: skip


@pytest.mark.parametrize("statement", LABELLED)
async def test_what_is_labelled_is_still_a_statement(connection, statement):
    prepared = await connection.connection.prepare(abreast._labelled(statement))
    plain = await connection.connection.prepare(statements.numbered(statement))
    assert len(prepared.get_parameters()) == len(plain.get_parameters()) + 1
    assert prepared.get_attributes()[1:] == plain.get_attributes()


def test_some_statements_were_looked_at():
    assert len(LABELLED) >= 8
