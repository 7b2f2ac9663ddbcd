"""The line between the supervisor and a worker: messages as JSON objects, one to a line of text.

A message says what it `is`. Its end of file is the other's death, however that came.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

Message = dict[str, Any]

LONGEST = 16 * 1024 * 1024
"""Bytes of a message: figures of a busy worker are some hundred thousand."""


def encoded(message: Message) -> bytes:
    """A message as it travels."""
    return json.dumps(message).encode() + b"\n"


class Line:
    """One end. Messages to one who has gone are dropped."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, end: socket.socket) -> "Line":
        """Take over one end of a pair of sockets."""
        return cls(*await asyncio.open_unix_connection(sock=end, limit=LONGEST))

    def send(self, **message: Any) -> None:
        """Send it as soon as the other reads; there is no waiting."""
        if not self._writer.is_closing():
            self._writer.write(encoded(message))

    async def messages(self) -> AsyncIterator[Message]:
        """What the other says, until it has gone."""
        try:
            while line := await self._reader.readline():
                yield json.loads(line)
        except OSError:
            return

    def close(self) -> None:
        """Hang up."""
        self._writer.close()
