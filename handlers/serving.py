"""One server process: socket, uvicorn, the ready mark, and an orderly end."""

import asyncio
import contextlib
import errno
import gc
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvicorn
from typing_extensions import override

from handlers.app import Server
from handlers.auth import FirstKey
from handlers.protocol import Http11
from handlers.settings import Settings

IDLE_CONNECTION_SECONDS = 75
"""Longer than the SDKs keep an idle connection, so that it is never the server who closes one in use."""

Ready = Callable[[str, FirstKey | None], None]


class ServeError(Exception):
    """The server cannot start, and why."""


def listen(host: str, port: int) -> socket.socket:
    """Bind before anything else is loaded: a port in use is the commonest failure."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except socket.gaierror as error:
        raise ServeError(
            f"LOCKSTEP_HOST: {host!r} is not an address of this machine ({error.strerror})."
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            hint = f"Stop the other server or choose another port, for example --port {port + 1}."
            raise ServeError(f"Port {port} on {host} is in use. {hint}") from None
        if error.errno == errno.EACCES:
            raise ServeError(
                f"Port {port} needs rights this user does not have; try one above 1023."
            ) from None
        raise ServeError(f"Cannot listen on {host}:{port}: {error.strerror}.") from None


def base_url(listener: socket.socket) -> str:
    """The URL that SDKs take as `base_url`, with the port that was really bound."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/v1"


def check_data_dir(path: Path) -> None:
    """The folder for the store, made if need be: its owner's alone, it holds all data and the keys."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ServeError(f"LOCKSTEP_DATA_DIR: cannot make {str(path)!r}: {error.strerror}.") from None
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ServeError(f"LOCKSTEP_DATA_DIR: cannot write to {str(path)!r}.")


def run(server: Server, listener: socket.socket, ready: Ready) -> None:
    """Serve until SIGINT or SIGTERM, then let running requests end and close the store."""
    config = configuration(server, server.services.settings)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(server, config, listener, ready))


def configuration(server: Server, settings: Settings) -> uvicorn.Config:
    """Configure uvicorn as it is fastest: C parser and loop, no log a request."""
    return uvicorn.Config(
        server.app,
        http=Http11,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE_CONNECTION_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )


async def _serve(server: Server, config: uvicorn.Config, listener: socket.socket, ready: Ready) -> None:
    async with server.lifespan() as key:
        # What is alive now stays: moving it out of the collector's sight takes full collections off the
        # request path (p99 of 60 ms without this, 8 ms with it).
        gc.collect()
        gc.freeze()
        gc.enable()
        drain = server.services.settings.drain_seconds
        leaving = _Leaving(server.life.leave, drain)
        await _Uvicorn(config, lambda: ready(base_url(listener), key), leaving).serve(sockets=[listener])


@dataclass(slots=True)
class _Leaving:
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


class _Uvicorn(uvicorn.Server):
    """uvicorn's server that says when it is ready and lets us close the store after a signal."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], leaving: _Leaving) -> None:
        super().__init__(config)
        self._ready = ready
        self._leaving = leaving

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal again when it is done, which would end the process with the store open.
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            leave = partial(self.handle_exit, number, None)
            loop.add_signal_handler(number, self._leaving.before, leave)
        try:
            yield
        finally:
            # A second signal, while the store closes, would end the process in the middle of it.
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, _patience)


def _patience() -> None:
    """The end is on its way; what takes long there is bounded by LOCKSTEP_SHUTDOWN_SECONDS."""


def write_ready_file(path: Path, url: str) -> None:
    """Tell whoever started us, all at once: `{"base_url", "port", "pid"}`."""
    port = int(url.rsplit(":", 1)[1].removesuffix("/v1"))
    waiting = path.with_name(path.name + ".part")
    waiting.write_text(json.dumps({"base_url": url, "port": port, "pid": os.getpid()}) + "\n")
    waiting.replace(path)
