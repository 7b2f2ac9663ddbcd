"""Requests that are retried are carried out once (`docs/idempotency.md`): the layer around the dispatch.

Requests with an `Idempotency-Key` become runs, which go on whether or not their client stays; a retry joins
the run, or is answered from the store. All others pass.
"""

import asyncio
from collections.abc import Awaitable, Iterable

from handlers.errors import ApiError
from handlers.idempotency import keys
from handlers.idempotency.holder import Holder
from handlers.idempotency.log import Log
from handlers.idempotency.run import Kept, Place, Run, Runner
from handlers.services import Services
from handlers.shell.body import ClientLeftError
from handlers.shell.dispatch import Dispatch
from handlers.shell.exchange import IDEMPOTENCY_KEY, Exchange, Headers, Receive, Scope, Send, current
from handlers.shell.streaming import HEADERS, Presence
from handlers.tallies import Figure

REPLAYED = (b"idempotency-replayed", b"true")
"""Marks an answer that was made for an earlier request."""


class Idempotency:
    """An application that hands on what has no key."""

    def __init__(self, dispatch: Dispatch, services: Services) -> None:
        self._dispatch = dispatch
        self._holder = Holder(services)
        self._runner = Runner(services, self._holder)
        self._runs: dict[Place, Run] = {}
        self._patience = services.settings.shutdown_seconds

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """No coroutine of its own: what has no key pays for one look-up."""
        exchange = current(scope)
        if IDEMPOTENCY_KEY not in exchange.headers or scope["method"] != "POST":
            return self._dispatch(scope, receive, send)
        return self._serve(exchange, receive)

    async def _serve(self, exchange: Exchange, receive: Receive) -> None:
        place, request = (exchange.project, keys.digest(exchange)), keys.fingerprint(exchange)
        begun: Run | None = None
        try:
            async with Presence(receive):
                run = await self._joined(place, request)
                if run is None:
                    run = begun = self._begun(place, request, exchange)
                listener = run.join()
                try:
                    await self._tell(exchange, run, listener, mine=begun is not None)
                finally:
                    run.leave(listener)
        except ClientLeftError:
            # What goes on for its retry still counts as its request, wherever requests are limited.
            if begun is not None and begun.task is not None:
                await asyncio.wait([begun.task])
            raise

    async def _joined(self, place: Place, request: bytes) -> Run | None:
        """The run that is under way for this request."""
        while (run := self._runs.get(place)) is not None:
            if run.request == request:
                return run
            if await asyncio.shield(run.standing):
                self._runner.count("conflict")
                raise keys.reused()
        return None

    def _begun(self, place: Place, request: bytes, exchange: Exchange) -> Run:
        run = self._runs[place] = Run(place, request)

        def over() -> None:
            if self._runs.get(place) is run:
                del self._runs[place]

        run.task = asyncio.create_task(self._runner.carry_out(run, exchange, over))
        return run

    async def _tell(self, exchange: Exchange, run: Run, listener: object, *, mine: bool) -> None:
        outcome = await asyncio.shield(run.outcome)
        if isinstance(outcome, ApiError):
            raise outcome
        replayed = not mine or not run.began
        if replayed:
            self._runner.count("replayed" if run.kept else "joined")
        headers: Headers = [REPLAYED] if replayed else []
        if isinstance(outcome, Log):
            if not outcome.holds(listener):
                raise keys.too_large()
            await self._dispatch.stream(exchange, run.status, outcome.listen(listener), headers)
        else:
            await _whole(exchange, outcome, headers)

    async def open(self) -> None:
        """Begin to sweep."""
        self._holder.open(lambda: bool(self._runs))

    async def aclose(self) -> None:
        """Let requests come to their end for a while; what is cut off is free for others."""
        tasks = [run.task for run in self._runs.values() if run.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=self._patience)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._runner.aclose()
        await self._holder.aclose()

    def figures(self) -> Iterable[Figure]:
        """What became of requests with a key, and how many are being carried out."""
        about = "Requests with an idempotency key, by what became of them."
        for outcome, count in self._runner.counts.items():
            yield Figure("lockstep_idempotency_outcomes_total", about, count, {"outcome": outcome})
        yield Figure(
            "lockstep_idempotency_running", "Requests with an idempotency key under way.", len(self._runs)
        )


async def _whole(exchange: Exchange, answer: Kept, headers: Headers) -> None:
    if answer.body is None:
        raise keys.too_large()
    if not answer.streamed:
        await exchange.answer(answer.status, answer.body, headers)
        return
    await exchange.start(answer.status, [*HEADERS, *headers])
    await exchange.chunk(answer.body, more=False)
