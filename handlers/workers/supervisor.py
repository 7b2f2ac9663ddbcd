"""Keeps `LOCKSTEP_WORKERS` worker processes serving one socket, and ends them in order.

The first worker starts alone: it migrates the store and makes what there must be one of. One that dies is
started again, at once if it lived for a while, later and later if not. SIGHUP replaces all of them, one after
the other; files of settings are read anew. SIGTERM and SIGINT end them. The supervisor never
loads the server itself.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from handlers.listening import ServeError, base_url
from handlers.settings import Settings
from handlers.workers.figures import Gathering
from handlers.workers.line import Message
from handlers.workers.process import Process, StartError, described
from handlers.workers.reception import Reception

Ready = Callable[[str, str], None]
log = structlog.get_logger("lockstep")

LONG_LIFE = 60.0
"""Seconds after which a worker's death is no sequel of its start."""
PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a worker is started again, by how many short lives went before."""
HOPELESS = 6
"""Starts that failed, one after the other, while nobody served."""
PING_SECONDS, DEAF_SECONDS = 10.0, 60.0
"""How often a worker is asked whether its event loop runs, and when one that does not answer is killed."""
SLACK_SECONDS = 15.0
"""What a worker may take to end beyond all that the settings give it."""


class Supervisor:
    """One per `lockstep serve --workers N`."""

    def __init__(self, settings: Settings, listener: socket.socket, overrides: Mapping[str, Any]) -> None:
        """`overrides` are settings of the command line, for every worker."""
        self._settings = settings
        self._url = base_url(listener)
        self._given = {"url": self._url, "overrides": dict(overrides)}
        self._workers: dict[int, Process] = {}
        self._reception = Reception(listener, self._workers)
        self._gathering = Gathering(self._workers)
        self._patience = 2 * settings.shutdown_seconds + SLACK_SECONDS
        self._end = asyncio.Event()
        self._signals = 0
        self._failures = 0
        self._hopeless: str | None = None
        self._renewing = asyncio.Lock()
        self._places = {number: asyncio.Lock() for number in range(1, settings.workers + 1)}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, ready: Ready) -> None:
        """Serve until a signal; `ready` is called with URL and banner. ServeError if nobody can serve."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled, number)
        try:
            if await self._begun():
                ready(self._url, self._workers[1].greeting)
                for place in self._places:
                    self._employ(self._keep(place))
                self._employ(self._ping())
                if not sys.stdin.isatty():  # a terminal says by SIGHUP that it has gone
                    loop.add_signal_handler(signal.SIGHUP, lambda: self._employ(self._renew()))
                await self._end.wait()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._finish()
        if self._hopeless is not None:
            raise ServeError(self._hopeless)

    def _employ(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(self._crashed)

    def _crashed(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("supervisor_crashed", exc_info=error)
            self._hopeless = "The supervisor had an error; its log tells which."
            self._end.set()

    # --- the beginning ------------------------------------------------------------------------------

    async def _begun(self) -> bool:
        """Start everybody; False if a signal came first."""
        starting = asyncio.create_task(self._start_all())
        ending = asyncio.create_task(self._end.wait())
        await asyncio.wait([starting, ending], return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not starting.done():
            starting.cancel()
            await asyncio.wait([starting])
            return False
        try:
            starting.result()
        except StartError as error:
            raise ServeError(str(error)) from None
        return True

    async def _start_all(self) -> None:
        first, *others = self._places
        await self._start(first)
        self._reception.open()
        await asyncio.gather(*[self._start(number) for number in others])

    async def _start(self, number: int) -> None:
        """Put a new worker into a place that is empty, or whose worker goes on meanwhile."""
        worker = await Process.start(number, self._given, self._hear)
        self._workers.setdefault(number, worker)
        try:
            await worker.ready()
        except BaseException:
            worker.signal(signal.SIGKILL)
            await worker.ended()
            raise
        self._workers[number] = worker
        self._reception.resume()

    # --- the middle ---------------------------------------------------------------------------------

    async def _keep(self, number: int) -> None:
        """Have somebody at that place, whatever happens to whom."""
        loop = asyncio.get_running_loop()
        short_lives = 0
        while True:
            worker, began = self._workers[number], loop.time()
            code = await worker.ended()
            if self._workers[number] is not worker:
                continue  # somebody else has its place already
            short_lives = 0 if loop.time() - began > LONG_LIFE else short_lives + 1
            pause = PAUSES[min(short_lives, len(PAUSES)) - 1] if short_lives else 0.0
            log.warning("worker_ended", worker=number, pid=worker.pid, how=described(code), again_in=pause)
            await asyncio.sleep(pause)
            async with self._places[number]:
                if self._workers[number] is worker:
                    await self._start_again(number)

    async def _start_again(self, number: int) -> None:
        while True:
            try:
                await self._start(number)
            except StartError as error:
                self._failures += 1
                pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
                told = {"worker": number, "why": str(error), "again_in": pause}
                log.error("worker_not_started", **told)  # noqa: TRY400 - it has told why
                if self._failures >= HOPELESS and not self._reception.attended:
                    self._hopeless = f"No worker starts any more: {error}"
                    self._end.set()
                await asyncio.sleep(pause)
            else:
                self._failures = 0
                return

    async def _renew(self) -> None:
        """Replace each worker by a new one; the old one goes when the new one serves."""
        async with self._renewing:
            for number, place in self._places.items():
                async with place:
                    old = self._workers[number]
                    try:
                        await self._start(number)
                    except StartError as error:
                        log.error("workers_not_renewed", why=str(error))  # noqa: TRY400 - it has told why
                        return
                old.dismiss()
                await old.ended(self._patience)
            log.info("workers_renewed", count=len(self._workers))

    async def _ping(self) -> None:
        """A worker whose event loop stands still takes no signal either."""
        loop = asyncio.get_running_loop()
        while True:
            for worker in list(self._workers.values()):
                worker.tell("ping")
                if worker.serving and loop.time() - worker.heard > DEAF_SECONDS:
                    log.error("worker_hangs", worker=worker.number, pid=worker.pid)
                    worker.signal(signal.SIGKILL)
            await asyncio.sleep(PING_SECONDS)

    def _hear(self, worker: Process, message: Message) -> None:
        match message["is"]:
            case "leaving":
                worker.dismiss()
            case "ask" | "shown":
                self._gathering.hear(worker, message)
            case "ring":
                for other in self._workers.values():
                    if other is not worker:
                        other.tell("ring", text=message["text"])

    # --- the end ------------------------------------------------------------------------------------

    def _signalled(self, number: int) -> None:
        """The first says no to balancers for a while, the second does not wait, more are passed on."""
        self._signals += 1
        if self._signals == 1 and self._settings.drain_seconds > 0:
            for worker in self._workers.values():
                worker.tell("drain")
            asyncio.get_running_loop().call_later(self._settings.drain_seconds, self._end.set)
        elif not self._end.is_set():
            self._end.set()
        else:
            for worker in self._workers.values():
                worker.signal(number)

    async def _finish(self) -> None:
        """No more connections; then everybody ends in their own time."""
        self._reception.close()
        workers = list(self._workers.values())
        for worker in workers:
            worker.dismiss()
        await asyncio.gather(*[worker.ended(self._patience) for worker in workers])


def supervise(
    settings: Settings, listener: socket.socket, overrides: Mapping[str, Any], ready: Ready
) -> None:
    """Serve with several workers until SIGINT or SIGTERM. ServeError says why it cannot."""

    async def run() -> None:
        await Supervisor(settings, listener, overrides).run(ready)

    with asyncio.Runner() as runner:
        runner.run(run())
