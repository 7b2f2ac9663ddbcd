"""A process that works is not taken for dead, and what has expired goes without anybody asking."""

import asyncio
from hashlib import sha256

import pytest

from handlers.errors import ServiceUnavailableError
from handlers.idempotency import holder
from handlers.stores import Reservation

CHAT = {"model": "echo", "messages": [{"role": "user", "content": "Take your time."}]}


async def rows(api):
    count = "SELECT COUNT(*) FROM kept_answer"
    return (await api.server.services.store.driver.read(lambda: (yield (count, ())), project="default"))[0][0]


async def test_work_that_takes_longer_than_a_lease_is_not_taken_up(make_api, shared, held, key):
    here = await make_api(**shared, provider=held, lease_seconds=0.6)
    there = await make_api(**shared, provider=held, lease_seconds=0.6)
    headers = key()
    first = asyncio.create_task(here.post("/chat/completions", json=CHAT, headers=headers))
    await held.asked.acquire()
    second = asyncio.create_task(there.post("/chat/completions", json=CHAT, headers=headers))
    await asyncio.sleep(2)
    assert not second.done()
    held.go.set()
    assert (await first).content == (await second).content
    assert held.calls == 1


async def test_a_process_that_was_idle_lives_again_with_its_next_request(make_api, held, key):
    api = await make_api(provider=held, lease_seconds=0.3)
    held.go.set()
    for _ in range(2):
        headers = key()
        answer = await api.post("/chat/completions", json=CHAT, headers=headers)
        assert answer.status_code == 200
        await asyncio.sleep(0.5)
    held.go.clear()
    headers = key("third")
    running = asyncio.create_task(api.post("/chat/completions", json=CHAT, headers=headers))
    for _ in range(3):
        await held.asked.acquire()
    found = await api.server.services.store.answers.reserve(
        Reservation("default", digest(headers), b"r", "t", "hold_other"), lease=None, keep=1
    )
    assert found.alive
    held.go.set()
    await running


def digest(headers):
    return sha256(headers["idempotency-key"].encode()).digest()


async def test_expired_answers_are_swept_a_few_at_a_time(make_api, key, monkeypatch):
    monkeypatch.setattr(holder, "SWEEP_SECONDS", 0.3)
    monkeypatch.setattr(holder, "SWEPT_AT_ONCE", 2)
    api = await make_api(idempotency_seconds=1)
    for _ in range(5):
        await api.post("/conversations", json={}, headers=key())
    assert await rows(api) == 5
    async with asyncio.timeout(10):
        while await rows(api):  # noqa: ASYNC110 - it is the sweeper's pace that is waited for
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_the_store_refuses_is_given_and_kept_later(make_api, key, monkeypatch, stream):
    """Retries get it meanwhile, and another process once the store has taken it."""
    api, headers = await make_api(), key()
    answers, refusals = api.server.services.store.answers, 2
    keep = type(answers).keep

    async def refuses(self, *given, **more):
        nonlocal refusals
        refusals -= 1
        if refusals >= 0:
            raise ServiceUnavailableError("full")
        return await keep(self, *given, **more)

    monkeypatch.setattr(type(answers), "keep", refuses)
    body = CHAT | {"stream": stream}
    first = await api.post("/chat/completions", json=body, headers=headers)
    again = await api.post("/chat/completions", json=body, headers=headers)
    assert (first.status_code, again.content) == (200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    async with asyncio.timeout(10):
        while (await answers.look("default", digest(headers))).answer is None:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    late = await api.post("/chat/completions", json=body, headers=headers)
    assert late.content == first.content
