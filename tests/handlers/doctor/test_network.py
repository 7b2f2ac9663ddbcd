"""What `lockstep doctor` says of open files, proxies, searches and private addresses."""

import pytest

from handlers.doctor import network
from handlers.settings import Settings
from tests.handlers.search.engine import Engine, page


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def found(**settings):
    chosen = Settings(_env_file=None, **settings)
    return {finding.about: finding async for finding in network.examine(chosen)}


@pytest.mark.parametrize(
    ("limit", "level"), [(256, "wrong"), (400, "wrong"), (1024, "doubtful"), (65536, "good")]
)
async def test_open_files_are_counted(monkeypatch, limit, level):
    monkeypatch.setattr(network, "open_files", lambda: limit)
    finding = (await found())["open files"]
    assert finding.level == level
    assert level == "good" or "ulimit -n" in finding.text


def test_limit_of_this_process_is_known():
    assert network.open_files() is None or network.open_files() > 0


@pytest.mark.parametrize(
    ("variables", "url", "level", "words"),
    [
        ({}, "https://api.example/v1", None, ""),
        ({"HTTPS_PROXY": "http://p:3128"}, "https://api.example/v1", "good", "through http://p:3128"),
        ({"HTTP_PROXY": "http://p:3128"}, "https://api.example/v1", None, ""),
        ({"HTTP_PROXY": "http://p:3128"}, "http://127.0.0.1:11434/v1", "doubtful", "NO_PROXY"),
        ({"HTTP_PROXY": "http://p:3128"}, "http://10.1.2.3/v1", "doubtful", "NO_PROXY"),
        ({"HTTP_PROXY": "http://p:3128", "NO_PROXY": "127.0.0.1"}, "http://127.0.0.1/v1", None, ""),
        ({"ALL_PROXY": "ftp://p:21"}, "https://api.example/v1", "wrong", "Expected http://host:port"),
        ({"HTTPS_PROXY": "http://me:hidden@p:3128"}, "https://api.example/v1", "good", "http://p:3128 ("),
    ],
)
async def test_proxies_on_the_way_to_the_model_are_told(monkeypatch, variables, url, level, words):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    finding = (await found(provider="openai", upstream_url=url)).get("proxy")
    assert (finding and finding.level) == level
    if finding is not None:
        assert words in finding.text
        assert "hidden" not in finding.text


async def test_private_addresses_are_doubtful_where_others_reach_the_server():
    assert "private addresses" not in await found(allow_private_urls=True)
    assert (await found(allow_private_urls=True, host="0.0.0.0"))["private addresses"].level == "doubtful"


async def test_search_engine_is_asked():
    assert (await found(search_provider="searxng"))["search"].level == "wrong"
    gone = (await found(search_provider="searxng", search_url="http://user:hidden@127.0.0.1:9"))["search"]
    assert (gone.level, "cannot be reached" in gone.text, "hidden" in gone.text) == ("wrong", True, False)
    with Engine() as engine:
        assert (await found(search_provider="searxng", search_url=engine.url))["search"].level == "doubtful"
        engine.results = [page("https://example.com")]
        assert (await found(search_provider="searxng", search_url=engine.url))["search"].level == "good"
        engine.status = 403
        refused = (await found(search_provider="searxng", search_url=engine.url))["search"]
        assert (refused.level, "search.formats" in refused.text) == ("wrong", True)
