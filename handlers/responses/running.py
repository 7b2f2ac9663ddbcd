"""One response while it is made: from an accepted request to its end in the store.

A response that streams, or works in the background, is in the store from its beginning; one that is
answered whole is stored when it ends. The end is one transaction with the conversation's turn, and clients
hear of it after that.
"""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from functools import partial
from typing import Any

from handlers import stores
from handlers.attempts import answering
from handlers.encoding import encode
from handlers.errors import ApiError, BadGatewayError, BadRequestError, InternalServerError, RateLimitError
from handlers.items import normalise
from handlers.responses import wire
from handlers.responses.desk import Desk, Json, Turning
from handlers.responses.intake import Accepted
from handlers.responses.log import Log
from handlers.stores import LostError

FAILURES: Mapping[str, type[ApiError]] = {
    "server_error": BadGatewayError,
    "rate_limit_exceeded": RateLimitError,
}
"""What a failed response is to a client that gets no stream; all others are its request's fault."""
REPEATED: Mapping[str, int] = {"response.created": 0, "response.in_progress": 2}
"""Events that a stream has once, however often its work is taken up: with which number, if it was queued."""


class Run:
    """One response on its way. `begin` (if it is to be in the store meanwhile), `lines`, else `conclude`."""

    def __init__(self, desk: Desk, accepted: Accepted) -> None:
        self.accepted = accepted
        self.key = accepted.call.project, accepted.id
        self.log: Log | None = None
        self.begun = False
        """Whether the store has it for certain."""
        self.progress = False
        """Whether the model has said anything."""
        self.number = 0
        """Of the next event, where no log counts them."""
        self.row: stores.Response | None = None
        """The response in the store, if it began there."""
        self._desk = desk
        self._turn: Turning | None = None
        self._end: asyncio.Task[bytes] | None = None
        self._result: Json = {}
        self._last: tuple[Any, ...] = ()

    # --- the beginning ------------------------------------------------------------------------------

    async def begin(self, status: str) -> None:
        """Store the response, so that others see it."""
        accepted = self.accepted
        response = accepted.response(status)
        first = [
            wire.line({"type": name, "response": response}, number)
            for number, name in enumerate(("response.created", "response.queued"))
            if status == "queued" and accepted.streamed
        ]
        row = self._row(response, next_event=len(first))
        await self._desk.leases.fresh()
        self.adopt(row)
        if accepted.background and not accepted.streamed:
            answering(lambda _: wire.join(row.body, ()))
        await self._desk.store.begin(
            accepted.call.project,
            row,
            accepted.input.listed,
            request=accepted.request() if accepted.background else None,
            events=stores.Lines(0, first),
        )
        self.begun = True

    def adopt(self, row: stores.Response) -> None:
        """The response is in the store, or about to be."""
        self.row = row
        self._desk.running[self.key] = self
        if self.accepted.streamed:
            told = partial(self._desk.wakeups.stored, self.key)
            self.log = Log(self._desk.store, self.key[0], row, told)

    async def start(self) -> None:
        """Queued work begins."""
        assert self.row is not None  # noqa: S101 - queued work is in the store
        claim = self.accepted.before.claim
        self.row = dataclasses.replace(
            self.row,
            status="in_progress",
            body=wire.split(self.accepted.response("in_progress"))[0],
            position=claim.position if claim else self.row.position,
        )
        await self._desk.store.start(self.key[0], self.row)

    def _row(self, response: Json, *, next_event: int, holder: str | None = "") -> stores.Response:
        accepted, claim = self.accepted, self.accepted.before.claim
        return stores.Response(
            id=accepted.id,
            created_at=accepted.created,
            status=response["status"],
            background=accepted.background,
            streamed=accepted.streamed,
            body=wire.split(response)[0],
            holder=self._desk.leases.holder if holder == "" else holder,
            next_event=next_event,
            previous=accepted.before.previous,
            conversation=claim.seq if claim else None,
            position=claim.position if claim else None,
        )

    # --- the middle ---------------------------------------------------------------------------------

    async def open(self) -> None:
        """Ask the model; raises ApiError as long as the client can be told by status."""
        self._turn = self._desk.make_turn(self._desk.services, self.accepted.call, self.accepted.turns)
        await self._turn.open()

    async def lines(self) -> AsyncGenerator[bytes, None]:
        """Every event as a line if they are asked for; the last one, after the end, in any case."""
        if self._turn is None:
            self._turn = self._desk.make_turn(self._desk.services, self.accepted.call, self.accepted.turns)
        logged = self.log.next if self.log else 0
        async with aclosing(self._turn.events()) as events:
            async for event in events:
                kind = event["type"]
                if kind in wire.ENDS:
                    yield await self._finish(event["response"])
                    return
                if logged > REPEATED.get(kind, logged):
                    continue
                self.progress = self.progress or kind not in REPEATED
                if self.log is not None:
                    self._last = _place(event)
                    yield await self.log.add(event)
                elif self.accepted.streamed:
                    yield wire.line(event, self.number)
                self.number += 1
        raise RuntimeError("a turn ended without its last event")

    @property
    def failure(self) -> ApiError:
        """Why it failed, for a client that gets no stream."""
        assert self._turn is not None  # noqa: S101 - it ran
        if isinstance(self._turn.failure, ApiError):
            return self._turn.failure
        error = self.result["error"] or {}
        kind = FAILURES.get(error.get("code", ""), BadRequestError)
        return kind(error.get("message") or "The response failed.")

    # --- the end ------------------------------------------------------------------------------------

    @property
    def result(self) -> Json:
        """The response in its last state."""
        return self._result

    async def conclude(self, status: str, error: Json | None = None) -> bytes:
        """End it before the model does, or as it was ended already."""
        if self._end is None:
            if self._turn is not None:
                await self._turn.aclose()
                await self._close(self._turn)
            self._end = self._desk.spawn(self._settle(self._cut(status, error)))
        return await asyncio.shield(self._end)

    async def _close(self, turn: Turning) -> None:
        """Whoever reads the stream later sees the end of every item, once."""
        if self.log is None:
            return
        with suppress(LostError):
            for event in turn.closing:
                if _place(event) != self._last:
                    await self.log.add(event)

    def _cut(self, status: str, error: Json | None) -> Json:
        """The response as far as it has come."""
        response = self._turn.response if self._turn is not None else self.accepted.response(status)
        output = [
            {**item, "status": "incomplete"} if item.get("status") == "in_progress" else item
            for item in response["output"]
        ]
        return {**response, "status": status, "error": error, "output": output}

    async def put_back(self) -> None:
        """Leave the work to another process."""
        assert self.row is not None  # noqa: S101 - queued work is in the store
        if self._turn is not None:
            await self._turn.aclose()
        if self.log is not None:
            await self.log.flushed()
        queued = dataclasses.replace(self.row, body=wire.split(self.accepted.response("queued"))[0])
        await self._desk.store.put_back(self.key[0], queued)
        self._desk.wakeups.tell_queued()
        await self._leave()

    async def _finish(self, response: Json) -> bytes:
        if self._end is None:
            self._end = self._desk.spawn(self._settle(response))
        return await asyncio.shield(self._end)

    async def _settle(self, response: Json) -> bytes:
        """Store the end; answers the last event. Raises ApiError where the client has no stream."""
        self._result = response
        try:
            if self.row is not None:
                return await self._end_row(response)
            if self.accepted.stored and not self.accepted.streamed and response["status"] in LANDING:
                await self._add(response)
            return wire.line({"type": wire.LAST[response["status"]], "response": response}, self.number)
        finally:
            await self._leave()

    async def _leave(self) -> None:
        self._desk.running.pop(self.key, None)
        if self.log is not None:
            self.log.wake()
        self._desk.wakeups.gone(self.key)
        await self._desk.leases.release(self.accepted.id)

    async def _end_row(self, response: Json) -> bytes:
        assert self.row is not None  # noqa: S101 - the caller looked
        tail = await self.log.tail() if self.log else stores.Lines(0, [])
        expected = dataclasses.replace(self.row, next_event=tail.first)
        number = tail.first + len(tail.lines)
        try:
            ending = self._ending(response, number, tail)
            await self._end_as(ending, expected)
        except ApiError as failure:
            error = {"code": "server_error", "message": failure.message}
            response |= {**self._cut("failed", error), "completed_at": None}
            ending = self._ending(response, number, tail)
            # Where even this fails, the next beat of the lease finds the response and ends it.
            with suppress(ApiError):
                await self._end_as(ending, expected)
        return wire.last(dataclasses.replace(ending.response, output=[body for _, body in ending.output]))

    async def _end_as(self, ending: stores.Ending, expected: stores.Response) -> None:
        await self._desk.store.finish(self.key[0], ending, expected=expected)
        self._desk.leases.landed(self.accepted.id)

    async def _add(self, response: Json) -> None:
        ending = self._ending(response, 0, None)
        answering(lambda _: encode(response))
        await self._desk.store.add(self.key[0], ending, self.accepted.input.listed)
        self._desk.leases.landed(self.accepted.id)

    def _ending(self, response: Json, number: int, tail: stores.Lines | None) -> stores.Ending:
        landing = None
        if response["status"] in LANDING and self.accepted.conversation is not None:
            landing = self.accepted.input.landing() + [
                self._landed(index, item) for index, item in enumerate(response["output"])
            ]
        body, output = wire.split(response)
        last = dataclasses.replace(self._row(response, next_event=number, holder=None), body=body)
        return stores.Ending(last, output, tail, self.accepted.conversation, landing)

    def _landed(self, index: int, item: Json) -> stores.Item:
        """An item of the output as a conversation gets it."""
        try:
            item = normalise(item, self._new_id, f"output[{index}]")
        except BadRequestError as error:
            raise InternalServerError(error.message) from error
        return stores.Item(item["id"], item["type"], encode(item))

    def _new_id(self, prefix: str) -> str:
        return prefix + self._desk.services.hex()


def _place(event: Json) -> tuple[Any, ...]:
    """What an event is about: a turn that is closed while its end of something goes out tells that again."""
    return tuple(event.get(name) for name in ("type", "output_index", "content_index", "summary_index"))


LANDING = frozenset({"completed", "incomplete"})
"""How a turn may end that its conversation keeps."""
