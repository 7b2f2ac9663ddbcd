"""The adapter to SearXNG, over HTTP."""

import socket

import pytest

from handlers import search
from handlers.search import Hit, Query, SearchError
from handlers.settings import Settings
from tests.handlers.search.engine import Engine, page


@pytest.fixture
def engine():
    with Engine() as running:
        yield running


@pytest.fixture
async def connect():
    made = []

    def make(url, seconds=5.0):
        settings = Settings(_env_file=None, search_provider="searxng", search_url=url, search_seconds=seconds)
        made.append(search.load(settings))
        return made[-1]

    yield make
    for each in made:
        await each.aclose()


async def test_pages_are_found(engine, connect):
    engine.results = [
        page("https://a.test/1", "One", "First."),
        {"url": "https://b.test/"},
        {"title": "no address"},
    ]
    hits = await connect(engine.url + "/").find(Query("lighthouses & keepers"))
    assert hits == [Hit("https://a.test/1", "One", "First."), Hit("https://b.test/", "https://b.test/", "")]
    assert engine.asked == [("/search", {"q": "lighthouses & keepers", "format": "json"})]


async def test_domains_go_into_the_query(engine, connect):
    found = connect(engine.url)
    await found.find(Query("x", ["a.test"]))
    await found.find(Query("x", ["a.test", "b.test"]))
    assert [parameters["q"] for _path, parameters in engine.asked] == [
        "x site:a.test",
        "x (site:a.test OR site:b.test)",
    ]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"status": 403}, "search.formats"),
        ({"status": 500}, "status 500"),
        ({"body": b"<html>"}, "no JSON"),
        ({"body": b"[]"}, "no results"),
        ({"body": b"{}"}, "no results"),
        ({"body": b" " * (5 * 1024 * 1024)}, "too large"),
        ({"wait": 1.0}, "too long"),
    ],
)
async def test_every_failure_is_told_in_a_sentence(engine, connect, fault, message):
    vars(engine).update(fault)
    with pytest.raises(SearchError, match=message):
        await connect(engine.url, seconds=0.3).find(Query("x"))


async def test_nobody_there(connect):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(SearchError, match="cannot be reached"):
        await connect(f"http://127.0.0.1:{port}").find(Query("x"))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"search_provider": "searxng"}, "LOCKSTEP_SEARCH_URL"),
        ({"search_provider": "searxng", "search_url": "localhost:8888"}, "LOCKSTEP_SEARCH_URL"),
        ({"search_provider": "gopher"}, "LOCKSTEP_SEARCH_PROVIDER.*known are searxng"),
    ],
)
async def test_a_wrong_setting_is_told_at_the_start(make_api, settings, named):
    with pytest.raises(ValueError, match=named):
        await make_api(**settings)


def test_without_a_setting_there_is_no_search():
    assert search.load(Settings(_env_file=None)) is None
