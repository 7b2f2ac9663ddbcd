"""Responses that a client waits for: whole, or event by event for as long as it listens."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog

from handlers.encoding import encode
from handlers.responses import wire
from handlers.responses.desk import CRASHED, Desk
from handlers.responses.intake import Accepted
from handlers.responses.running import Run
from handlers.sse import Event

log = structlog.get_logger("lockstep")


async def whole(desk: Desk, accepted: Accepted) -> bytes:
    """The response once it has ended. One that fails is an error of HTTP and leaves nothing."""
    run = Run(desk, accepted)
    try:
        await run.open()
        async with aclosing(run.lines()) as lines:
            async for _ in lines:
                pass
        if run.result["status"] == "failed":
            raise run.failure
        return encode(run.result)
    finally:
        await run.conclude("cancelled")


async def streamed(desk: Desk, accepted: Accepted) -> AsyncGenerator[Event, None]:
    """Its events. Closing this cancels the response. What fails before the first event is raised."""
    run = Run(desk, accepted)
    sender = wire.Sender(desk.services.hex, obfuscated=accepted.obfuscated)
    shown = False
    try:
        await run.open()
        if accepted.stored:
            await run.begin("in_progress")
        async with aclosing(run.lines()) as lines:
            async for line in lines:
                yield sender.event(line)
                shown = True
        if run.result["status"] == "failed":
            log.warning("response_failed", response=accepted.id, message=run.failure.message)
    except Exception:
        if not shown:
            raise
        log.exception("response_crashed", response=accepted.id)
        yield sender.event(await run.conclude("failed", CRASHED))
    finally:
        await run.conclude("cancelled")
