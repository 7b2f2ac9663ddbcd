"""The page `/metrics` as a scraper meets it: what was done is counted, and whom it is shown."""

import asyncio
import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from handlers import auth
from handlers.errors import BadGatewayError
from handlers.metrics import Meters
from handlers.metrics.calls import Timed
from handlers.tallies import SECONDS, Tally

LOCAL = "http://127.0.0.1/metrics"
CHAT = {"model": "echo", "messages": [{"role": "user", "content": "one two three"}]}


async def samples(api):
    """Every sample by its name and labels."""
    page = await api.get(LOCAL, headers={"authorization": ""})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
    }


def of(found, name, **labels):
    return found.get((name, *sorted(labels.items())), 0)


async def test_requests_are_counted_by_operation_and_status(api):
    for _ in range(3):
        await api.get("/models")
    await api.get("/conversations/conv_none")
    await api.get("/nowhere/at/all")
    await api.get("/models", headers={"authorization": ""})
    found = await samples(api)
    assert of(found, "lockstep_requests_total", operation="listModels", status="200") == 3
    assert of(found, "lockstep_requests_total", operation="listModels", status="401") == 1
    assert of(found, "lockstep_requests_total", operation="getConversation", status="404") == 1
    assert of(found, "lockstep_requests_total", operation="none", status="404") == 1
    assert of(found, "lockstep_request_seconds_count", operation="listModels") == 4
    assert of(found, "lockstep_request_seconds_bucket", operation="listModels", le="+Inf") == 4
    assert 0 < of(found, "lockstep_request_seconds_sum", operation="listModels") < 60
    assert of(found, "process_start_time_seconds") > 0


async def test_paths_of_clients_make_no_labels(api):
    for number in range(5):
        await api.get(f"/invented/{number}")
    page = await api.get(LOCAL)
    assert "invented" not in page.text


async def test_provider_calls_and_commits_are_counted(api):
    await api.post("/chat/completions", json=CHAT | {"store": True})
    await api.post("/chat/completions", json=CHAT | {"stream": True})
    await api.post("/chat/completions", json=CHAT | {"model": "echo/broken"})
    found = await samples(api)
    calls = "lockstep_provider_call_seconds_count"
    assert of(found, calls, provider="echo", call="complete", outcome="ok") == 1
    assert of(found, calls, provider="echo", call="complete", outcome="error") == 1
    assert of(found, calls, provider="echo", call="stream", outcome="ok") == 1
    assert of(found, "lockstep_provider_first_chunk_seconds_count", provider="echo") == 1
    commits = of(found, "lockstep_store_commit_seconds_count")
    assert commits >= 2  # the first key, the completion
    assert of(found, "lockstep_store_batch_writes_sum") >= commits
    assert of(found, "lockstep_store_commits_failed_total") == 0


async def test_writes_that_come_together_share_a_commit(api):
    before = await samples(api)
    await asyncio.gather(*[api.post("/conversations") for _ in range(32)])
    after = await samples(api)

    def grown(name):
        return of(after, name) - of(before, name)

    assert grown("lockstep_store_batch_writes_sum") == 32
    assert grown("lockstep_store_commit_seconds_count") < 32


async def test_live_streams_and_background_work_are_shown_while_they_last(server):
    base = server.base_url.removesuffix("/v1")
    headers = {"authorization": f"Bearer {server.api_key}"}
    words = " ".join(f"w{number}" for number in range(60))
    slow = {"model": "echo/slow", "input": words, "background": True}
    chat = {"model": "echo/slow", "messages": [{"role": "user", "content": words}], "stream": True}
    async with httpx.AsyncClient(headers=headers) as client:

        async def shown(name):
            page = (await client.get(f"{base}/metrics")).text
            return float(re.search(rf"^{re.escape(name)} (.+)$", page, re.MULTILINE)[1])

        async with client.stream("POST", f"{server.base_url}/chat/completions", json=chat) as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            assert await shown("lockstep_streams_live") == 1
            assert await shown("lockstep_requests_running") == 1
        assert (await client.post(f"{server.base_url}/responses", json=slow)).status_code == 200
        states = [
            await shown(f'lockstep_background_responses{{state="{s}"}}') for s in ("waiting", "working")
        ]
        assert sum(states) == 1
        for _ in range(100):
            if await shown("lockstep_streams_live") == 0:
                break
            await asyncio.sleep(0.05)
        assert await shown("lockstep_streams_live") == 0
        assert await shown("lockstep_requests_running") == 0


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://lockstep.test/metrics", {}),
        ("http://evil.example/metrics", {}),
        (LOCAL, {"x-forwarded-for": "203.0.113.9"}),
        (LOCAL, {"forwarded": "for=203.0.113.9"}),
    ],
)
async def test_without_a_token_only_this_machine_reads(api, url, headers):
    keyed = await api.get(url, headers=headers)  # with the API key of a project, which opens nothing here
    assert (keyed.status_code, keyed.json()["error"]["code"]) == (403, "missing_scope")
    refused = await api.get(url, headers=headers | {"authorization": ""})
    assert refused.status_code == 403
    assert "LOCKSTEP_METRICS_TOKEN" in refused.json()["error"]["message"]


async def test_peers_on_other_machines_are_refused_whatever_they_say(api):
    transport = httpx.ASGITransport(app=api.server.app, client=("203.0.113.9", 4711))
    async with httpx.AsyncClient(transport=transport) as client:
        assert (await client.get(LOCAL)).status_code == 403


async def test_keys_with_the_scope_admin_open_it_and_no_others(make_api):
    api = await make_api(headers=None)
    url = "http://lockstep.test/metrics"
    for scopes, status in (({"admin"}, 200), ({"read", "write"}, 403)):
        secret = f"sk-{len(scopes)}"
        key = auth.new_key(secret, project="p", name="", now=0, scopes=frozenset(scopes))
        await api.server.services.store.keys.add(key)
        answer = await api.get(url, headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == status
    assert answer.json()["error"]["code"] == "missing_scope"
    assert (await api.get(url, headers={"authorization": "Bearer sk-no"})).status_code == 401


async def test_without_keys_nobody_from_elsewhere_reads(make_api):
    """Who reaches a server without keys through a proxy is anybody, and no admin."""
    api = await make_api(no_auth=True, headers={"host": "localhost", "x-forwarded-for": "192.0.2.7"})
    answer = await api.get("http://lockstep.test/metrics", headers={"authorization": "Bearer x"})
    assert answer.status_code == 403


async def test_token_opens_it_from_anywhere_and_nothing_else(make_api):
    api = await make_api(metrics_token="scrape-7f3a", headers=None)
    url = "http://lockstep.test/metrics"
    assert (await api.get(url, headers={"authorization": "Bearer scrape-7f3a"})).status_code == 200
    assert (await api.get(url, headers={"authorization": "Bearer scrape-7f3b"})).status_code == 401
    assert (await api.get(url, headers={"authorization": ""})).status_code == 401
    assert (await api.get(url)).status_code == 403  # a key, of one project
    assert (await api.get("/models", headers={"authorization": "Bearer scrape-7f3a"})).status_code == 401


async def test_guesses_at_the_token_are_counted(make_api):
    """Or else who may not try keys any longer could go on with the token."""
    api = await make_api(metrics_token="scrape-7f3a", wrong_keys_per_minute=2, headers=None)
    transport = httpx.ASGITransport(app=api.server.app, client=("203.0.113.7", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://lockstep.test") as client:
        sent = ["scrape-0", "scrape-7f3a", "scrape-1", "scrape-2", "scrape-7f3a"]
        answers = [await client.get("/metrics", headers={"authorization": f"Bearer {each}"}) for each in sent]
        assert [answer.status_code for answer in answers] == [401, 200, 401, 429, 200]
        late = {"authorization": "bearer scrape-7f3a"}  # right, and never seen from there in this spelling
        assert (await client.get("/metrics", headers=late)).status_code == 429


async def test_setting_opens_or_closes_it(make_api):
    opened, closed = await make_api(metrics="open"), await make_api(metrics="off")
    assert (await opened.get("http://lockstep.test/metrics")).status_code == 200
    assert (await closed.get(LOCAL)).status_code == 404


async def test_other_methods_are_405(api):
    refused = await api.post(LOCAL)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (await api.head(LOCAL)).content == b""


def test_tally_puts_values_at_or_below_their_bound():
    tally = Tally((1, 2, 4))
    for value in (0.5, 1, 1.5, 4, 9):
        tally.observe(value)
    assert tally.counts == [2, 1, 1, 1]
    assert tally.total == 16


class Slow:
    name = "slow"

    async def complete(self, body):
        await asyncio.sleep(30)

    async def stream(self, body):
        yield {}
        raise BadGatewayError("it broke")


async def test_calls_that_are_cancelled_and_streams_that_break_say_so():
    meters = Meters()
    provider = Timed(Slow(), meters)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(provider.complete({}), 0.01)
    with pytest.raises(BadGatewayError):
        assert [chunk async for chunk in provider.stream({})] == []
    left = provider.stream({})
    await anext(left)
    await left.aclose()
    assert set(meters.calls) == {
        ("slow", "complete", "cancelled"),
        ("slow", "stream", "error"),
        ("slow", "stream", "cancelled"),
    }
    assert sum(meters.first_chunks["slow"].counts) == 2
    assert len(meters.first_chunks["slow"].counts) == len(SECONDS) + 1
