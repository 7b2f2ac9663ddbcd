"""Readiness and liveness mean it, and the way out lets running answers end."""

import asyncio
import json
import signal
import time

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from handlers import lifecycle
from handlers.lifecycle import FRESH_SECONDS, Life
from tests.conftest import API_KEY

LIVE, READY = "http://lockstep.test/livez", "http://lockstep.test/readyz"
AUTH = {"authorization": f"Bearer {API_KEY}"}
WORDS = " ".join(f"w{number}" for number in range(60))


async def test_alive_and_ready_need_no_key(api):
    for url, status in ((LIVE, "alive"), (READY, "ready")):
        answer = await api.get(url, headers={"authorization": ""})
        assert (answer.status_code, answer.json()) == (200, {"status": status})


async def test_broken_store_is_not_ready_but_alive(api):
    await api.server.services.store.aclose()
    answer = await api.get(READY)
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "The store is closed."
    assert (await api.get(LIVE)).status_code == 200


async def test_leaving_is_not_ready_but_serves(api):
    api.server.life.leave()
    answer = await api.get(READY)
    assert (answer.status_code, answer.json()["error"]["message"]) == (503, "The server is shutting down.")
    assert (await api.get("/models")).status_code == 200
    assert (await api.get(LIVE)).status_code == 200


async def test_leaving_is_told_once_and_logged_once(monkeypatch):
    monkeypatch.setattr(lifecycle, "log", structlog.get_logger())  # one that no other test has configured
    life, told = Life(Counting()), []
    life.leavers = [lambda: told.append("first"), lambda: told.append("second")]
    life.begin()
    with capture_logs() as logs:
        for _ in range(2):
            life.leave()
    assert told == ["first", "second"]
    assert [entry["event"] for entry in logs] == ["leaving"]


class Counting:
    """A store that counts how often it is asked."""

    asked = 0

    async def check(self):
        self.asked += 1


async def test_store_is_asked_once_a_second_at_most():
    store, now = Counting(), [100.0]
    life = Life(store, lambda: now[0])
    life.begin()
    for _ in range(5):
        assert await life._store_hinders() is None
    assert store.asked == 1
    now[0] += FRESH_SECONDS
    await asyncio.gather(*[life._store_hinders() for _ in range(5)])
    assert store.asked == 2


async def test_store_that_hangs_is_not_ready(monkeypatch):
    class Hanging:
        async def check(self):
            await asyncio.sleep(60)

    monkeypatch.setattr("handlers.lifecycle.PATIENCE", 0.05)
    life = Life(Hanging())
    assert "has not answered" in await life._store_hinders()


def events(response):
    return [line.removeprefix("data: ") for line in response.iter_lines() if line.startswith("data: ")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_lets_streams_come_to_their_end(start_server, number):
    running = start_server()
    body = {"model": "echo/slow", "messages": [{"role": "user", "content": WORDS}], "stream": True}
    with httpx.stream("POST", f"{running.base_url}/chat/completions", json=body, headers=AUTH) as response:
        assert response.status_code == 200
        running.process.send_signal(number)
        got = events(response)
    assert got[-1] == "[DONE]"
    said = "".join(json.loads(line)["choices"][0]["delta"].get("content") or "" for line in got[:-1])
    assert said.endswith("w59")
    assert running.stop() == 0


def test_stream_longer_than_the_patience_is_cut_and_the_process_ends(start_server):
    running = start_server(env={"LOCKSTEP_SHUTDOWN_SECONDS": "1"})
    body = {"model": "echo/slow", "messages": [{"role": "user", "content": WORDS * 20}], "stream": True}
    with httpx.stream("POST", f"{running.base_url}/chat/completions", json=body, headers=AUTH) as response:
        running.process.terminate()
        started = time.monotonic()
        with pytest.raises(httpx.RemoteProtocolError):
            events(response)
    assert running.stop() == 0
    assert time.monotonic() - started < 15


def test_draining_says_no_to_balancers_and_yes_to_clients(start_server):
    running = start_server(env={"LOCKSTEP_DRAIN_SECONDS": "30"})
    ready = running.base_url.removesuffix("/v1") + "/readyz"
    assert httpx.get(ready).status_code == 200
    running.process.terminate()
    until = time.monotonic() + 10
    while httpx.get(ready).status_code == 200:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert httpx.get(f"{running.base_url}/models", headers=AUTH).status_code == 200
    running.process.send_signal(signal.SIGTERM)  # a second one does not wait
    assert running.process.wait(15) == 0
