"""Servers whose model waits for a word, clients that can leave, and what a key is good for."""

import asyncio
import itertools

import httpx
import pytest

from handlers.providers.echo import Echo
from tests.conformance.wire.within import Streaming
from tests.conftest import API_KEY
from tests.postgresql import databases

__all__ = ["databases"]


class Held(Echo):
    """The echo, which waits in the middle of every answer until `go` is set."""

    def __init__(self):
        super().__init__()
        self.go = asyncio.Event()
        self.asked = asyncio.Semaphore(0)
        self.calls = 0
        self.left = 0

    async def _hold(self):
        self.calls += 1
        self.asked.release()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.left += 1
            raise

    async def complete(self, body):
        await self._hold()
        return await super().complete(body)

    async def stream(self, body):
        chunks = [chunk async for chunk in super().stream(body)]
        for chunk in chunks[:2]:
            yield chunk
        await self._hold()
        for chunk in chunks[2:]:
            yield chunk


@pytest.fixture
def held():
    return Held()


@pytest.fixture
def leaving(make_api):
    """A client of a server that sees pieces as they come, and may leave."""

    async def make(**given):
        api = await make_api(**given)
        client = httpx.AsyncClient(
            transport=Streaming(api.server.app),
            base_url="http://lockstep.test/v1",
            headers={"authorization": f"Bearer {API_KEY}"},
            timeout=20,
        )
        client.server = api.server
        return client

    return make


@pytest.fixture
def key():
    """Headers with a new key at each call."""
    numbers = itertools.count(1)
    return lambda name=None: {"idempotency-key": name or f"key-{next(numbers)}"}


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request, tmp_path):
    """Settings of servers that share a store, as processes and replicas do."""
    if request.param == "sqlite":
        return {"data_dir": tmp_path / "shared"}
    return {"data_dir": tmp_path / "shared", "database_url": request.getfixturevalue("databases").new()}
