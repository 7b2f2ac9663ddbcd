"""The bell on PostgreSQL: LISTEN and NOTIFY on a connection of its own.

NOTIFY within the transactions would make them commit one after the other, all over the database; so it
follows them, and what waits meanwhile goes out together. Whether it arrives is tested by hearing oneself: a
pooler that gives each transaction another connection takes LISTEN and delivers nothing.
"""

import asyncio
import secrets
from contextlib import suppress
from typing import Any

import asyncpg
import structlog
from typing_extensions import override

from handlers import stores
from handlers.stores.pg.failures import shown

log = structlog.get_logger("lockstep")

CHANNEL = "lockstep"
TEXTS = 64
"""Texts in one notification, which may have 8,000 bytes."""
ECHO = "echo "
"""What a process rings for itself begins with this."""
ECHO_SECONDS, ECHO_PATIENCE = 30.0, 5.0
"""How often to listen for one's own voice, and how long."""
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the next attempt to connect, by how many failed."""
FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class PostgresqlBell(stores.Bell):
    """Rings for every process on the database. Belongs to one event loop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._hearers: list[stores.Hear] = []
        self._waiting: dict[str, None] = {}
        self._work = asyncio.Event()
        self._echo = asyncio.Event()
        self._nonce = f"{ECHO}{secrets.token_hex(8)}"
        self._reliable = False
        self._failures = 0
        """Connections that failed or ended since this bell was heard last."""
        self._warned = False
        """Whether the operator knows already that it is silent."""
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    @property
    @override
    def reliable(self) -> bool:
        return self._reliable

    @override
    def ring(self, text: str) -> None:
        if self._task is not None:
            self._waiting[text] = None
            self._work.set()

    @override
    def listen(self, hear: stores.Hear) -> None:
        self._hearers.append(hear)

    def open(self) -> None:
        """Begin to connect, if anybody listens: who only looks something up has nothing to ring for."""
        if self._hearers:
            self._task = asyncio.create_task(self._keep())

    async def aclose(self) -> None:
        """Ring what was to be rung, if that goes quickly."""
        self._closing = True
        self._work.set()
        if self._task is not None:
            _, late = await asyncio.wait([self._task], timeout=1.0 if self._reliable else 0.0)
            for task in late:
                task.cancel()
                await asyncio.wait([task])

    async def _keep(self) -> None:
        while not self._closing:
            try:
                connection = await asyncpg.connect(self._url, timeout=5, statement_cache_size=0)
            except FAILURES as error:
                self._warn(shown(error))
            else:
                await self._serve(connection)
            pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
            self._failures += 1
            if not self._closing:
                await asyncio.sleep(pause)

    async def _serve(self, connection: Any) -> None:
        """Ring and listen until the connection breaks, or the end."""
        connection.add_termination_listener(lambda _: self._work.set())
        echoing = None
        try:
            await connection.add_listener(CHANNEL, self._heard)
            echoing = asyncio.create_task(self._listen_to_oneself(connection))
            while not (connection.is_closed() or (self._closing and not self._waiting)):
                await self._work.wait()
                self._work.clear()
                await self._send(connection)
        except FAILURES as error:
            self._warn(shown(error))
        finally:
            self._reliable = False
            if echoing is not None:
                echoing.cancel()
            with suppress(*FAILURES):
                await connection.close(timeout=1)

    async def _send(self, connection: Any) -> None:
        while self._waiting and not connection.is_closed():
            texts = list(self._waiting)[:TEXTS]
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, "\n".join(texts), timeout=5)
            for text in texts:
                del self._waiting[text]

    async def _listen_to_oneself(self, connection: Any) -> None:
        while True:
            self._echo.clear()
            self.ring(self._nonce)
            try:
                await asyncio.wait_for(self._echo.wait(), ECHO_PATIENCE)
            except TimeoutError:
                self._reliable = False
                self._warn("notifications do not arrive; is there a pooler between?")
                connection.terminate()
                return
            self._reliable, self._warned, self._failures = True, False, 0
            await asyncio.sleep(ECHO_SECONDS)

    def _warn(self, reason: str) -> None:
        """Once for each silence: behind a pooler it never ends."""
        if not self._warned:
            log.warning("bell_silent", reason=reason)
        self._warned = True

    def _heard(self, connection: Any, pid: int, _channel: str, payload: object) -> None:
        if pid == connection.get_server_pid():
            if self._nonce in str(payload).split("\n"):
                self._echo.set()
            return
        for text in str(payload).split("\n"):
            if not text.startswith(ECHO):
                for hear in self._hearers:
                    hear(text)
