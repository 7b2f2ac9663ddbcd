"""Work that goes on without a client: queued, done, cancelled, handed on, taken up from the lost."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from typing import Any

import structlog
from pydantic_core import from_json

from handlers import stores
from handlers.errors import ApiError, BadRequestError
from handlers.logs import REQUEST
from handlers.responses.desk import CRASHED, Desk, Key
from handlers.responses.intake import Intake
from handlers.responses.leases import Held
from handlers.responses.running import Run
from handlers.services import Call
from handlers.stores import LostError

log = structlog.get_logger("lockstep")


def _because(reason: str) -> dict[str, str]:
    return {"code": "server_error", "message": reason}


GONE = _because("The process that worked on this response is gone. What it had done is kept; ask again.")
STOPPED = _because("The server was stopped while it worked on this response. What it had done is kept.")
SECRETIVE = _because(
    "The process that was to work on this response is gone, and with it the tools' secrets, which are not"
    " stored. Ask again."
)
LOST_AT_ONCE = 16
"""Responses looked after in one beat; more wait for the next."""


class Background:
    """The jobs of this process, and those it finds without a process."""

    def __init__(self, desk: Desk, intake: Intake) -> None:
        self._desk = desk
        self._intake = intake
        self._jobs: dict[Key, tuple[Run, asyncio.Task[None]]] = {}
        self._slots = asyncio.Semaphore(desk.services.settings.background_jobs)
        self._patience = desk.services.settings.shutdown_seconds
        self._waiting: set[Key] = set()
        """Jobs that have no slot yet."""
        self._leaving = False
        self._chores: set[asyncio.Task[None]] = set()
        desk.wakeups.ended = self._taken_away
        desk.wakeups.queued = desk.leases.nudge

    def depth(self) -> tuple[int, int]:
        """How many jobs of this process wait for a slot, and how many are being done."""
        working = sum(run.progress for run, _ in self._jobs.values())
        return len(self._jobs) - working, working

    async def submit(self, run: Run) -> None:
        """Queue it; on return it is in the store."""
        try:
            await run.begin("queued")
        except BaseException:
            await run.conclude("cancelled")
            raise
        if self._leaving and _can_go_elsewhere(run):
            await run.put_back()
        else:
            self._employ(run)

    def _employ(self, run: Run) -> None:
        work, tracing = self._work(run), self._desk.services.tracing
        if tracing is not None:
            call = run.accepted.call
            about = {
                "lockstep.request.id": call.request_id,
                "lockstep.project": call.project,
                "lockstep.response.id": run.accepted.id,
            }
            work = tracing.job(work, about, lambda: str(run.result.get("status", "unknown")))
        task = asyncio.create_task(work)
        self._jobs[run.key] = run, task
        self._waiting.add(run.key)
        task.add_done_callback(lambda _: self._forget(run.key))

    def _forget(self, key: Key) -> None:
        self._jobs.pop(key, None)
        self._waiting.discard(key)

    async def _work(self, run: Run) -> None:
        """Do the work. Whoever cancels this task says what becomes of the response."""
        REQUEST.set(run.accepted.call.request_id)
        try:
            async with self._slots:
                self._waiting.discard(run.key)
                await run.start()
                async with aclosing(run.lines()) as lines:
                    async for _ in lines:
                        pass
            if run.result["status"] == "failed":  # nobody is there to be told
                log.warning("response_failed", response=run.key[1], message=run.failure.message)
        except LostError:
            await run.conclude("cancelled")
        except Exception:
            log.exception("response_crashed", response=run.key[1])
            await run.conclude("failed", CRASHED)

    async def _stop(self, key: Key) -> Run | None:
        """End the work on it, if it is this process that works on it."""
        run, task = self._jobs.get(key, (None, None))
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        return run

    async def cancel(self, project: str, response_id: str) -> stores.Response:
        """Cancel it, unless it has ended; answers it."""
        response = await self._desk.store.get(project, response_id)
        if not response.background:
            raise BadRequestError(
                "Only responses created with `background: true` can be cancelled. To cancel others, close the"
                " connection.",
                param="response_id",
                code="invalid_value",
            )
        await self._end(project, response_id)
        return await self._desk.store.get(project, response_id)

    async def delete(self, project: str, response_id: str) -> None:
        """Cancel and erase it."""
        found = await self._desk.store.get(project, response_id)
        if found.background:
            await self._end(project, response_id)
        await self._desk.store.delete(project, response_id)
        if found.holder is not None:
            self._desk.wakeups.tell_ended((project, response_id))

    async def _end(self, project: str, response_id: str) -> None:
        if (run := await self._stop((project, response_id))) is not None:
            await run.conclude("cancelled")
        await self._desk.end(project, response_id, "cancelled")

    def _taken_away(self, key: Key) -> None:
        """Another process has ended it: nothing of what is still done here would be kept."""
        run = self._desk.running.get(key)
        if run is not None and run.log is not None:
            run.log.lost = True
        if key in self._jobs:
            self._spawn(self._give_up(key))

    async def _give_up(self, key: Key) -> None:
        if (run := await self._stop(key)) is not None:
            await run.conclude("cancelled")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    # --- in the rhythm of the leases ----------------------------------------------------------------

    async def tend(self, beat: Callable[[], Awaitable[Held]]) -> None:
        """Renew the lease; end what only one side takes for running."""
        begun = {key: run for key, run in self._desk.running.items() if run.begun}
        held = set(await beat())
        for key in held - self._desk.running.keys():
            await self._desk.end(*key, "failed", GONE)
        for key, run in begun.items():
            if key not in held and run.log is not None:
                run.log.lost = True
            if key not in held and (stopped := await self._stop(key)) is not None:
                await stopped.conclude("cancelled")

    async def recover(self) -> None:
        """Take up queued work of those who are gone, and end what they had begun."""
        if self._leaving:
            return
        for lost in await self._desk.store.lost(LOST_AT_ONCE):
            if (lost.project, lost.id) in self._desk.running:
                continue  # this process was late to renew its lease, and nobody has noticed
            if lost.status != "queued":
                await self._desk.end(lost.project, lost.id, "failed", GONE)
            elif not self._slots.locked():
                await self._take_up(lost)

    async def _take_up(self, lost: stores.Lost) -> None:
        await self._desk.leases.fresh()
        try:
            job = await self._desk.store.take(lost.project, lost, self._desk.leases.holder)
        except LostError:
            return
        if job.request is None:
            await self._desk.end(lost.project, lost.id, "failed", SECRETIVE)
            return
        call = Call(lost.project, f"req_{self._desk.services.hex()}")
        try:
            accepted = await self._intake.again(call, job, from_json(job.request))
        except ApiError as error:
            await self._refused(lost, job, error)
            return
        run = Run(self._desk, accepted)
        run.adopt(job.response)
        run.begun = True
        self._employ(run)

    async def _refused(self, lost: stores.Lost, job: stores.Job, error: ApiError) -> None:
        """Its conversation may be another's for a while, or gone for good."""
        if error.code == "conversation_locked":
            await self._desk.store.put_back(lost.project, job.response)
        else:
            await self._desk.end(lost.project, lost.id, "failed", _because(error.message))

    # --- the end of the process ---------------------------------------------------------------------

    def leave(self) -> None:
        """Hand back what has not begun, for another process to take up while this one still ends."""
        self._leaving = True
        for key in list(self._waiting):
            if _can_go_elsewhere(self._jobs[key][0]):
                self._spawn(self._hand_back(key))

    async def _hand_back(self, key: Key) -> None:
        run = await self._stop(key)
        with suppress(ApiError):  # then whoever looks for the lost finds it
            if run is not None:
                await run.put_back()

    async def aclose(self) -> None:
        """Let work that has begun come to its end for a while; hand back what has not."""
        self.leave()
        if self._chores:
            await asyncio.wait(self._chores)
        working = [task for run, task in self._jobs.values() if run.progress]
        if working:
            await asyncio.wait(working, timeout=self._patience)
        for key in list(self._jobs):
            if (run := await self._stop(key)) is None:
                continue
            with suppress(ApiError):  # then whoever looks for the lost finds it
                if run.progress or not _can_go_elsewhere(run):
                    await run.conclude("failed", STOPPED)
                else:
                    await run.put_back()


def _can_go_elsewhere(run: Run) -> bool:
    """Whether another process can do it: secrets of its tools are not in the store."""
    return run.accepted.request() is not None
