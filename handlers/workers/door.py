"""Connections on their way from the supervisor, who accepts them all, to the worker who serves them.

A socket that several processes listen on gives bursts of connections to whoever wakes up first, and one
socket a process (SO_REUSEPORT) resets what waits there when that process ends. Handing them over costs 80
microseconds a connection, none a request, shares evenly, and loses none when a worker is replaced. Each
travels with a byte; end of file says that no more will come.
"""

import array
import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

BURST = 64
"""Connections taken in one go before others get their turn."""


def hand_over(door: socket.socket, connection: socket.socket) -> bool:
    """Give a connection away; False if the worker has not taken enough of the earlier ones, or has gone."""
    descriptor = array.array("i", [connection.fileno()])
    try:
        door.sendmsg([b"c"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor)])
    except OSError:
        return False
    connection.close()
    return True


class Door:
    """The worker's end."""

    def __init__(
        self,
        end: socket.socket,
        welcome: Callable[[socket.socket], Awaitable[object]],
        closed: Callable[[], None],
    ) -> None:
        """`welcome` begins to serve a connection; `closed` is called when no more will come."""
        end.setblocking(False)
        self._end = end
        self._welcome = welcome
        self._closed = closed
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Begin to take connections."""
        asyncio.get_running_loop().add_reader(self._end, self._take)

    def _take(self) -> None:
        for _ in range(BURST):
            try:
                byte, descriptors, _flags, _address = socket.recv_fds(self._end, 1, 1)
            except BlockingIOError:
                return
            except OSError:
                byte, descriptors = b"", []
            if not byte:
                self._shut()
                return
            for descriptor in descriptors:
                self._begin(socket.socket(fileno=descriptor))

    def _begin(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        task = asyncio.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        try:
            await self._welcome(connection)
        except OSError:  # it was closed on the way
            with contextlib.suppress(OSError):
                connection.close()

    def _shut(self) -> None:
        asyncio.get_running_loop().remove_reader(self._end)
        self._end.close()
        self._closed()
