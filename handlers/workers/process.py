"""One worker process as the supervisor sees it: started, told things, ended."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any

from handlers.workers.door import hand_over
from handlers.workers.line import Line, Message

BOOT = "from handlers.workers.worker import main; main()"

Hear = Callable[["Process", Message], None]


class StartError(Exception):
    """The worker ended before it was ready, and why."""


class Process:
    """A worker. Made by `start`; `number` is its place among the others, which its successors inherit."""

    def __init__(
        self, number: int, process: asyncio.subprocess.Process, door: socket.socket, line: Line
    ) -> None:
        self.number = number
        self.pid = process.pid
        self.connections = 0
        """How many it has, by what it told last and what it was given since."""
        self.serving = False
        """Whether it is ready, and not on its way out."""
        self.greeting = ""
        """What it has to say to the operator when it is ready."""
        self.heard = asyncio.get_running_loop().time()
        """When it said something last."""
        self._process = process
        self._door = door
        self._line = line
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._why: str | None = None
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, number: int, given: Mapping[str, Any], hear: Hear) -> "Process":
        """Start one. `given` is for `worker.main`; whatever the worker says later goes to `hear`."""
        door, its_door = socket.socketpair()
        line, its_line = socket.socketpair()
        handles = {"number": number, "door": its_door.fileno(), "line": its_line.fileno()}
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-c",
                BOOT,
                json.dumps({**given, **handles}),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[its_door.fileno(), its_line.fileno()],
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
                process_group=0,  # Ctrl-C is for the supervisor, who passes it on
            )
        finally:
            its_door.close()
            its_line.close()
        door.setblocking(False)
        made = cls(number, process, door, await Line.open(line))
        made._listening = asyncio.create_task(made._listen(hear))
        return made

    async def _listen(self, hear: Hear) -> None:
        async for message in self._line.messages():
            self.heard = asyncio.get_running_loop().time()
            match message["is"]:
                case "ready":
                    self.serving, self.greeting = True, message["banner"]
                    self._ready.set_result(None)
                case "failed":
                    self._why = message["why"]
                case "open":
                    self.connections = message["count"]
                case _:
                    hear(self, message)
        self.serving = False  # whoever hangs up is gone or about to
        code = await self._process.wait()
        if not self._ready.done():
            why = self._why or f"Worker {self.number} ended {described(code)} before it was ready."
            self._ready.set_exception(StartError(why))

    async def ready(self) -> None:
        """Wait until it serves; StartError if it never will."""
        await self._ready

    def tell(self, what: str, **more: Any) -> None:
        """Send it a message."""
        self._line.send(**{"is": what, **more})

    def take(self, connection: socket.socket) -> bool:
        """Give it a connection, if it has room."""
        given = hand_over(self._door, connection)
        self.connections += given
        return given

    def dismiss(self) -> None:
        """It gets no more connections, and ends when those that it has have got their answers."""
        self.serving = False
        self._door.close()

    def signal(self, number: int) -> None:
        """Pass a signal on."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def ended(self, patience: float | None = None) -> int:
        """Wait for its end, with `patience` in seconds no longer than that; answers the exit code."""
        try:
            return await asyncio.wait_for(self._process.wait(), patience)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            return await self._process.wait()
        finally:
            await self._forget()

    async def _forget(self) -> None:
        self.dismiss()
        if self._listening is not None and self._process.returncode is not None:
            await asyncio.wait([self._listening], timeout=1)
        self._line.close()
        if self._ready.done() and not self._ready.cancelled():
            self._ready.exception()  # seen


def described(code: int) -> str:
    """An exit code in words."""
    return f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
