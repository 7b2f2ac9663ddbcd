"""A connection to PostgreSQL that breaks in COMMIT: nobody knows, and the retry finds out."""

import asyncio
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest

MARK = b"cut-off-here"
"""What a request says whose COMMIT is to break the connection."""
CREATION = {"metadata": {"a": MARK.decode()}}


class Relay:
    """Carries bytes between a server and its database, but for the COMMIT after one mention of MARK."""

    def __init__(self, database: str, *, arrives: bool) -> None:
        """Whether the COMMIT that breaks the connection `arrives` at the database."""
        parts = urlsplit(database)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._host = asked.get("host") or parts.hostname or "127.0.0.1"
        self._port = int(asked.get("port") or parts.port or 5432)
        self._parts = parts
        self._arrives = arrives
        self._tasks: set[asyncio.Task[None]] = set()
        self.cuts = 0

    @asynccontextmanager
    async def url(self):
        """Where to find the database by way of this relay."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            who = self._parts.netloc.rpartition("@")[0]
            yield urlunsplit(self._parts._replace(netloc=f"{who}@127.0.0.1:{port}", query="sslmode=disable"))
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        if self._host.startswith("/"):
            there = await asyncio.open_unix_connection(f"{self._host}/.s.PGSQL.{self._port}")
        else:
            there = await asyncio.open_connection(self._host, self._port)
        back = asyncio.create_task(self._carry(there[0], writer))
        try:
            await self._carry_until_cut(reader, there, back)
        finally:
            back.cancel()
            for end in (writer, there[1]):
                end.close()

    async def _carry(self, reader, writer):
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()

    async def _carry_until_cut(self, reader, there, back):
        marked = False
        with suppress(OSError):
            while data := await reader.read(65536):
                marked = not self.cuts and (marked or MARK in data)
                if not marked or b"COMMIT" not in data:
                    there[1].write(data)
                    continue
                self.cuts += 1
                back.cancel()
                await asyncio.wait([back])
                if self._arrives:
                    there[1].write(data)
                    await there[0].read(1)  # it is done, and its answer goes no further
                return


@pytest.mark.parametrize("arrives", [False, True])
async def test_retry_learns_what_the_first_could_not(make_api, databases, tmp_path, arrives):
    relay = Relay(databases.new(), arrives=arrives)
    async with relay.url() as url:
        api = await make_api(data_dir=tmp_path / "data", database_url=url)
        headers = {"idempotency-key": "key"}
        first = await api.post("/conversations", json=CREATION, headers=headers)
        assert (relay.cuts, first.status_code) == (1, 503)
        assert "may or may not have been stored" in first.json()["error"]["message"]
        retry = await api.post("/conversations", json=CREATION, headers=headers)
        assert retry.status_code == 200
        assert (retry.headers.get("idempotency-replayed") == "true") is arrives
        page = (await api.get("/conversations")).json()["data"]
        assert [each["id"] for each in page] == [retry.json()["id"]]
        await api.server.services.store.aclose()
