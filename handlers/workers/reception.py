"""Accepts connections and gives each to the worker who has the fewest."""

import asyncio
import errno
import socket
from collections.abc import Mapping

import structlog

from handlers.workers.process import Process

log = structlog.get_logger("lockstep")

BURST = 64
"""Connections accepted in one go before signals and workers get their turn."""
QUEUE = 2048
"""Connections that may wait in the kernel."""
FULL_SECONDS = 0.005
"""How long to wait where no worker has room."""
SHORT_SECONDS = 0.5
"""How long to wait where this process has no file descriptor left."""
SHORTAGE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Reception:
    """The socket. While nobody serves, connections wait in the kernel."""

    def __init__(self, listener: socket.socket, workers: Mapping[int, Process]) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._workers = workers
        self._waiting: socket.socket | None = None
        self._open = False
        self._closed = False

    @property
    def attended(self) -> bool:
        """Whether somebody serves."""
        return any(worker.serving for worker in self._workers.values())

    def open(self) -> None:
        """Begin to accept."""
        self._open = True
        self.resume()

    def resume(self) -> None:
        """Go on: somebody has room."""
        if self._open and not self._closed:
            loop = asyncio.get_running_loop()
            loop.add_reader(self._listener, self._accept)
            if self._waiting is not None:
                loop.call_soon(self._accept)  # nobody may come after it, and the socket stay silent

    def close(self) -> None:
        """Accept no more than those who have connected already."""
        if not self._closed:
            if self._open:
                self._accept(QUEUE)
            asyncio.get_running_loop().remove_reader(self._listener)
            self._closed = True
            self._listener.close()
            if self._waiting is not None:
                self._waiting.close()

    def _accept(self, most: int = BURST) -> None:
        if self._closed:
            return
        if not self.attended:
            asyncio.get_running_loop().remove_reader(self._listener)
            return
        for _ in range(most):
            try:
                connection = self._waiting or self._listener.accept()[0]
            except OSError as error:
                if error.errno in SHORTAGE:
                    log.warning("no_connection_accepted", reason=error.strerror)
                    self._pause(SHORT_SECONDS)
                return  # there is none, or it has gone already
            self._waiting = None
            if not self._give(connection):
                self._waiting = connection
                self._pause(FULL_SECONDS)
                return

    def _give(self, connection: socket.socket) -> bool:
        serving = [worker for worker in self._workers.values() if worker.serving]
        return any(worker.take(connection) for worker in sorted(serving, key=_busy))

    def _pause(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(seconds, self.resume)


def _busy(worker: Process) -> int:
    return worker.connections
