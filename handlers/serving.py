"""One server process: uvicorn, the moment when it is ready, and an orderly end."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

import uvicorn
from typing_extensions import override

from handlers.app import Server
from handlers.auth import FirstKey
from handlers.listening import base_url
from handlers.protocol import Http11, bounded
from handlers.settings import Settings

IDLE_CONNECTION_SECONDS = 75
"""Longer than the SDKs keep an idle connection, so that it is never the server who closes one in use."""

LAST_CALL_SECONDS = 0.3
"""How long the closed door waits for requests that are on their way on connections that look idle."""

CLOSE = (b"connection", b"close")

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that want the process to end in order; SIGHUP says that the terminal has gone."""

Config = uvicorn.Config
Ready = Callable[[str, FirstKey | None], None]


def run(server: Server, listener: socket.socket, ready: Ready) -> None:
    """Serve until a signal of `ENDS`, then let running requests end and close the store."""
    config = configuration(server, server.services.settings)

    async def serve() -> None:
        async with opened(server) as key:
            await Uvicorn(config, server, lambda: ready(base_url(listener), key)).serve([listener])

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve())


def configuration(server: Server, settings: Settings) -> uvicorn.Config:
    """Configure uvicorn as it is fastest: C parser and loop, no log a request."""
    return uvicorn.Config(
        server.app,
        http=bounded(settings),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE_CONNECTION_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )


@contextlib.asynccontextmanager
async def opened(server: Server) -> AsyncIterator[FirstKey | None]:
    """The server's store and handlers, open; its garbage collector set up for a long life."""
    async with server.lifespan() as key:
        # What is alive now stays: moving it out of the collector's sight takes full collections off the
        # request path (p99 of 60 ms without this, 8 ms with it).
        gc.collect()
        gc.freeze()
        # Requests leave next to no cycles behind; a look after every 700 objects costs 5 % of the time.
        gc.set_threshold(20_000, 20, 50)
        gc.enable()
        yield key


@dataclass(slots=True)
class Leaving:
    """Between a signal and the closed door: readiness says no while balancers look elsewhere."""

    announce: Callable[[], None]
    seconds: float
    announced: bool = False

    def before(self, leave: Callable[[], None]) -> None:
        """Announce it and leave some seconds later; a second signal does not wait."""
        waits = self.seconds > 0 and not self.announced
        self.announced = True
        self.announce()
        if waits:
            asyncio.get_running_loop().call_later(self.seconds, leave)
        else:
            leave()


class Uvicorn(uvicorn.Server):
    """uvicorn's server that says when it is ready and lets us close the store after a signal."""

    def __init__(self, config: uvicorn.Config, server: Server, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._life = server.life
        self._ready = ready
        self._leaving = Leaving(self.announce, server.services.settings.drain_seconds)

    def announce(self) -> None:
        """Say no to balancers, and ask whoever has a connection to make its next one elsewhere."""
        self._life.leave()
        if CLOSE not in self.config.encoded_headers:
            self.config.encoded_headers.append(CLOSE)
            self.server_state.default_headers = [*self.server_state.default_headers, CLOSE]

    def signalled(self, number: int) -> None:
        """Somebody wants this process to end."""
        self._leaving.before(partial(self.handle_exit, number, None))

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn would reset connections that it has not accepted yet, and close those that look idle while
        # a request is on its way on them.
        self.announce()
        doors = [each.dup() for each in sockets or ()]
        for server in self.servers:
            server.close()
        for door in doors:
            await self._let_in_last(door)
        loop = asyncio.get_running_loop()
        ends = loop.time() + LAST_CALL_SECONDS
        # uvicorn keeps a set, and tells nobody when it changes
        while self.server_state.connections and loop.time() < ends and not self.force_exit:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)

    async def _let_in_last(self, door: socket.socket) -> None:
        """Serve who has connected already, and close the door."""
        door.setblocking(False)
        with door, contextlib.suppress(OSError):  # there is nobody any more
            while True:
                connection, _ = door.accept()
                connection.setblocking(False)
                await self.welcome(connection)

    async def welcome(self, connection: socket.socket) -> object:
        """Serve a connection."""
        protocol = partial(
            cast("type[Http11]", self.config.http),
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        return await asyncio.get_running_loop().connect_accepted_socket(protocol, connection)

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal again when it is done, which would end the process with the store open.
        loop = asyncio.get_running_loop()
        numbers = [each for each in ENDS if signal.getsignal(each) is not signal.SIG_IGN]  # nohup ignores one
        for number in numbers:
            loop.add_signal_handler(number, self.signalled, number)
        try:
            yield
        finally:
            # A second signal, while the store closes, would end the process in the middle of it.
            for number in numbers:
                loop.add_signal_handler(number, _patience)


def _patience() -> None:
    """The end is on its way; what takes long there is bounded by LOCKSTEP_SHUTDOWN_SECONDS."""
