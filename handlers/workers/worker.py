"""A worker: one server process without a socket of its own, as the supervisor starts it."""

import asyncio
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any

from typing_extensions import override

from handlers import banner, environment, logs
from handlers.app import Server, build
from handlers.auth import FirstKey
from handlers.errors import ApiError
from handlers.serving import Config, Uvicorn, configuration, opened
from handlers.workers.colleagues import Colleagues
from handlers.workers.door import Door
from handlers.workers.line import Line, Message, encoded

BRIEF_SECONDS = 1.0
"""How often the supervisor hears how many connections are open here."""

DEAF_SECONDS = 5.0
"""After which a supervisor who was asked to send no more is not waited for."""


def main() -> None:
    """Begin as the first argument says: JSON with `number`, `door`, `line`, `url` and `overrides`."""
    gc.disable()  # see `lockstep serve`
    given = json.loads(sys.argv[1])
    door, line = socket.socket(fileno=given["door"]), socket.socket(fileno=given["line"])
    try:
        settings = environment.load(given["overrides"])
        logs.configure(as_json=settings.log_json)
        server = build(settings)
        config = configuration(server, settings)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_work(server, config, door, line, given))
    except ValueError as error:
        _give_up(line, str(error))
    except ApiError as error:
        _give_up(line, error.message)


def _give_up(line: socket.socket, why: str) -> None:
    line.setblocking(True)
    line.sendall(encoded({"is": "failed", "why": why}))
    sys.exit(1)


async def _work(
    server: Server, config: Config, door: socket.socket, end: socket.socket, given: Mapping[str, Any]
) -> None:
    async with opened(server) as key:
        line = await Line.open(socket.socket(fileno=os.dup(end.fileno())))
        colleagues = Colleagues(given["number"], line, server.metrics, server.services.store.bell)
        worker = Worker(config, server, door, line, lambda: _ready(line, server, given["url"], key))
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(_listen(line, {**colleagues.hears, **worker.hears}))
            counting = group.create_task(worker.count())
            await worker.serve([])
            counting.cancel()
            listening.cancel()


def _ready(line: Line, server: Server, url: str, key: FirstKey | None) -> None:
    line.send(**{"is": "ready", "banner": banner.text(url, server.services.settings, key)})


async def _listen(line: Line, hears: Mapping[str, Callable[[Message], None]]) -> None:
    async for message in line.messages():
        hear = hears.get(message["is"])
        if hear is not None:  # a supervisor of another release may say more
            hear(message)


class Worker(Uvicorn):
    """uvicorn's server behind a door. It leaves when that closes: the supervisor wants it, or has gone."""

    def __init__(
        self,
        config: Config,
        server: Server,
        door: socket.socket,
        line: Line,
        ready: Callable[[], None],
    ) -> None:
        super().__init__(config, server, ready)
        self._door = Door(door, self.welcome, self._closed)
        self._line = line
        self.hears: Mapping[str, Callable[[Message], None]] = {
            "ping": lambda _: line.send(**{"is": "pong"}),
            "drain": lambda _: self.announce(),
        }

    @override
    def signalled(self, number: int) -> None:
        if self.should_exit:
            self.handle_exit(number, None)
        else:
            self._line.send(**{"is": "leaving"})
            asyncio.get_running_loop().call_later(DEAF_SECONDS, self._closed)

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._door.open()

    async def count(self) -> None:
        """Tell how many connections are open, so that new ones go where there are fewest."""
        told = -1
        while True:
            count = len(self.server_state.connections)
            if count != told:
                self._line.send(**{"is": "open", "count": count})
                told = count
            await asyncio.sleep(BRIEF_SECONDS)

    def _closed(self) -> None:
        self.handle_exit(signal.SIGTERM, None)


if __name__ == "__main__":
    main()
