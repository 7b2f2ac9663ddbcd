"""One request with a key on its way through this process: reserved, carried out, kept; or found done already.

A run belongs to no connection. It goes on when its client leaves, because the retry that follows is to get
the answer; only while it waits for another process it ends with the last who waits for it.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog

from handlers.attempts import CURRENT, Attempt
from handlers.errors import ApiError, ServiceUnavailableError, render
from handlers.idempotency import keys
from handlers.idempotency.holder import Holder
from handlers.idempotency.log import Log
from handlers.services import Services
from handlers.shell.dispatch import ask, encoded
from handlers.shell.exchange import Exchange
from handlers.shell.faults import as_api_error
from handlers.sse import Event
from handlers.stores import Attempted, KeptAnswer, Reservation

log = structlog.get_logger("lockstep")

Place = tuple[str, bytes]
"""A project, and the digest of a key."""
Kept = KeptAnswer
Outcome = KeptAnswer | Log | ApiError

OUTCOMES = ("kept", "replayed", "joined", "conflict", "not_kept", "lost")
"""As the metrics name them."""
FAILURES = frozenset({"error", "response.failed"})
"""Events after which a stream is not kept: it is to a stream what 5xx is to a whole answer."""
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
"""Seconds between two looks at what another process does."""
STOPPED = "The server stopped before it could answer. Retry the request with the same key."
SUPERSEDED = (
    "This server was silent for so long that another took up the request. Retry it with the same key to get"
    " the other's answer."
)


class SupersededError(ServiceUnavailableError):
    """The answer that counts is another process's."""


class Run:
    """`outcome` is what there is to tell: an answer, the log of a stream that has begun, or a refusal."""

    def __init__(self, place: Place, request: bytes) -> None:
        self.place = place
        self.request = request
        self.status = 200
        self.listeners: set[object] = set()
        self.began = False
        """Whether it is carried out here."""
        self.kept = False
        """Whether the answer came from the store."""
        self.task: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Outcome] = loop.create_future()
        self.standing: asyncio.Future[bool] = loop.create_future()
        """Whether the key is this request's and no other's."""

    def stands(self, *, really: bool) -> None:
        """The store has said so; the first time counts."""
        if not self.standing.done():
            self.standing.set_result(really)

    def settle(self, outcome: Outcome) -> None:
        """Tell all who wait; the first time counts."""
        self.stands(really=not isinstance(outcome, ApiError))
        if self.outcome.done():
            return
        self.outcome.set_result(outcome)
        if isinstance(outcome, Log):
            for listener in self.listeners:
                outcome.join(listener)

    def join(self) -> object:
        """Wait for the outcome; of a stream, everything is held back until one has heard it."""
        listener = object()
        self.listeners.add(listener)
        if self.outcome.done() and isinstance(stream := self.outcome.result(), Log):
            stream.join(listener)
        return listener

    def leave(self, listener: object) -> None:
        """Wait no more. Who was the last to wait for another process ends the waiting."""
        self.listeners.discard(listener)
        if self.outcome.done():
            if isinstance(stream := self.outcome.result(), Log):
                stream.leave(listener)
        elif not self.listeners and not self.began and self.task is not None:
            self.task.cancel()


class Runner:
    """Carries runs out."""

    def __init__(self, services: Services, holder: Holder) -> None:
        settings = services.settings
        self.counts: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        self._answers = services.store.answers
        self._holder = holder
        self._limit = settings.idempotency_max_bytes
        self._keep = settings.idempotency_seconds
        self._late: set[asyncio.Task[None]] = set()

    def count(self, outcome: str) -> None:
        """One more request of which this became."""
        self.counts[outcome] += 1

    async def carry_out(self, run: Run, exchange: Exchange, over: Callable[[], None]) -> None:
        """All of it. `over` is called when retries are to look into the store."""
        project, digest = run.place
        owner = Reservation(project, digest, run.request, secrets.token_hex(16), self._holder.id)
        try:
            if await self._reserved(run, owner):
                await self._made(run, owner, exchange)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            if run.began:
                self.count("not_kept")
            freed = not run.began or await self._freed(owner)
            over()
            run.settle(as_api_error(exchange, error))
            if not freed:
                self._later(self._insist(lambda: self._freed(owner)))
        except asyncio.CancelledError:
            over()
            run.settle(ServiceUnavailableError(STOPPED))
            self._later(self._insist(lambda: self._freed(owner)))
            raise
        finally:
            over()

    # --- whose it is --------------------------------------------------------------------------------

    async def _reserved(self, run: Run, owner: Reservation) -> bool:
        """Whether the request is ours to carry out; waits for whoever is at it, and settles what is done."""
        while (found := await self._holder.reserve(owner)) is not None:
            if found.request != run.request:
                self.count("conflict")
                raise keys.reused()
            run.stands(really=True)
            if found.answer is not None:
                run.kept = True
                run.settle(found.answer)
                return False
            if found.wrote and not self._elsewhere(found):
                self.count("lost")
                raise keys.lost()
            await self._ended(run.place)
        run.began = True
        run.stands(really=True)
        return True

    def _elsewhere(self, found: Attempted) -> bool:
        return found.alive and found.holder != self._holder.id

    async def _ended(self, place: Place) -> None:
        """Wait until another process has answered, given up, or died."""
        pause = FIRST_PAUSE
        while (found := await self._answers.look(*place)) is not None:
            if found.answer is not None or not self._elsewhere(found):
                return
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    # --- carrying it out ----------------------------------------------------------------------------

    async def _made(self, run: Run, owner: Reservation, exchange: Exchange) -> None:
        endpoint = exchange.endpoint
        assert endpoint is not None  # noqa: S101 - routing comes before
        run.status = endpoint.route.status
        attempt = Attempt(*run.place, owner.token, status=run.status, limit=self._limit)
        CURRENT.set(attempt)  # a run has a task, and with it a context, of its own
        try:
            result = await ask(exchange, endpoint)
            if hasattr(result, "__anext__"):
                await self._streamed(run, owner, result, exchange)
            else:
                await self._answered(run, owner, result, attempt)
        finally:
            attempt.over = True

    async def _answered(self, run: Run, owner: Reservation, result: Any, attempt: Attempt) -> None:
        body: bytes = result if isinstance(result, bytes) else encoded(result)
        kept = KeptAnswer(run.status, streamed=False, body=body if len(body) <= self._limit else None)
        done = attempt.kept or await self._kept(owner, kept)
        run.settle(KeptAnswer(run.status, streamed=False, body=body))
        self.count("kept")
        await self._insist(lambda: self._kept(owner, kept), done=done)

    async def _streamed(
        self, run: Run, owner: Reservation, events: AsyncIterator[Event], exchange: Exchange
    ) -> None:
        """Pass a stream on, then keep it whole. Listeners hear of its end when it is kept."""
        stream = Log(self._limit)
        run.settle(stream)
        try:
            good = await self._passed_on(events, stream, exchange)
            answer = KeptAnswer(run.status, streamed=True, body=stream.whole())
            if good:
                with suppress(SupersededError):  # its client has heard it all, and had better not hear more
                    done = await self._kept(owner, answer)
                    stream.end()
                    await self._insist(lambda: self._kept(owner, answer), done=done)
                stream.end()
                self.count("kept")
            else:
                done = await self._given_up(owner, answer)
                stream.end()
                await self._insist(lambda: self._given_up(owner, answer), done=done)
        finally:
            stream.end(ServiceUnavailableError(STOPPED))

    async def _passed_on(self, events: AsyncIterator[Event], stream: Log, exchange: Exchange) -> bool:
        """Whether it came to a good end."""
        good = True
        try:
            async for event in events:
                good = good and event.name not in FAILURES
                await stream.add(event)
        except Exception as error:  # noqa: BLE001 - the head is out, an event is the only way left to tell
            good = False
            await stream.add(Event(render(as_api_error(exchange, error))))
        finally:
            close: Callable[[], Awaitable[None]] | None = getattr(events, "aclose", None)
            if close is not None:
                await close()
        return good

    # --- what the store is told ---------------------------------------------------------------------

    async def _kept(self, owner: Reservation, answer: KeptAnswer) -> bool:
        """Whether the store has taken it. Raises SupersededError."""
        try:
            kept = await self._answers.keep(owner, answer, keep=self._keep)
        except ApiError as error:
            log.warning("idempotency_answer_not_kept", message=error.message)
            return False
        if not kept:
            raise SupersededError(SUPERSEDED)
        return True

    async def _freed(self, owner: Reservation) -> bool:
        try:
            await self._answers.free(owner)
        except ApiError as error:
            log.warning("idempotency_key_not_freed", message=error.message)
            return False
        return True

    async def _given_up(self, owner: Reservation, answer: KeptAnswer) -> bool:
        """Free the key of a stream that failed, unless what it made is stored: then it is the answer."""
        if not await self._freed(owner):
            return False
        try:
            kept = await self._kept(owner, answer)
        except SupersededError:  # as it should be: the key is free
            self.count("not_kept")
            return True
        if kept:
            self.count("kept")
        return kept

    async def _insist(self, told: Callable[[], Awaitable[bool]], *, done: bool = False) -> None:
        """Tell the store again until it has heard. Retries in this process are served meanwhile."""
        pause = LONGEST_PAUSE
        while not (done or await told()):
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def aclose(self) -> None:
        """What could not be told goes with the holder's life."""
        for task in list(self._late):
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)
