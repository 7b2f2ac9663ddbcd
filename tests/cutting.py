"""A connection that breaks: a proxy on loopback that loses answers on their way back to the client."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

CHUNK = 65_536


class Cutting:
    """Passes bytes on. `lose` says after how many bytes the connections of the next answers break."""

    def __init__(self, base_url: str) -> None:
        where = urlsplit(base_url)
        self._to = (where.hostname, where.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._lost: list[int] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}{where.path}"
        self.requests: list[str] = []
        """The first line of each request."""
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, *after: int) -> None:
        """Break the next answers, each after so many bytes."""
        self._lost.extend(after)

    def close(self) -> None:
        for each in [self._listener, *self._open]:
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._to)
                self._open += [client, server]
                threading.Thread(target=self._ask, args=(client, server), daemon=True).start()
                threading.Thread(target=self._answer, args=(client, server), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(CHUNK):
                line = data.split(b"\r\n", 1)[0]
                if line.endswith(b"HTTP/1.1"):
                    self.requests.append(line.decode("ascii"))
                server.sendall(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(CHUNK):
                if self._lost:
                    client.sendall(data[: self._lost.pop(0)])
                    break
                client.sendall(data)
        for each in (client, server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def cutting(base_url: str) -> Iterator[Cutting]:
    """Stand between a client and a server."""
    proxy = Cutting(base_url)
    try:
        yield proxy
    finally:
        proxy.close()
