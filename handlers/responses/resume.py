"""Streams of stored responses, from any event on: what was recorded, what waits to be, what comes."""

from collections.abc import AsyncGenerator, Sequence

from handlers.errors import BadRequestError, NotFoundError
from handlers.responses import wire
from handlers.responses.desk import Desk
from handlers.responses.wakeups import Follower
from handlers.sse import Event


async def resumed(
    desk: Desk, project: str, response_id: str, starting_after: int | None, *, obfuscated: bool
) -> AsyncGenerator[Event, None]:
    """The stream after that event; raises ApiError where there is none."""
    response = await desk.store.get(project, response_id)
    if not response.streamed:
        raise BadRequestError(
            "This response cannot be streamed: it was not created with `stream: true`.",
            param="stream",
            code="invalid_value",
        )
    if starting_after is not None and starting_after < 0:
        raise BadRequestError(
            f"Invalid 'starting_after': integer below minimum value. Expected a value >= 0, but got"
            f" {starting_after} instead.",
            param="starting_after",
            code="integer_below_min_value",
        )
    first = 0 if starting_after is None else starting_after + 1
    return events(desk, project, response_id, first, obfuscated=obfuscated)


async def events(
    desk: Desk, project: str, response_id: str, first: int, *, obfuscated: bool
) -> AsyncGenerator[Event, None]:
    """The events from number `first` on, until the response has ended."""
    sender = wire.Sender(desk.services.hex, obfuscated=obfuscated)
    async for line in _lines(desk, project, response_id, first):
        yield sender.event(line)


async def _lines(desk: Desk, project: str, response_id: str, position: int) -> AsyncGenerator[bytes, None]:
    with desk.wakeups.following((project, response_id)) as follower:
        async for line in _followed(desk, project, response_id, position, follower):
            yield line


async def _followed(
    desk: Desk, project: str, response_id: str, position: int, follower: Follower
) -> AsyncGenerator[bytes, None]:
    while True:
        run = desk.running.get((project, response_id))
        lines = run.log.after(position) if run is not None and run.log is not None else None
        following = position + len(lines or ())
        if lines is None:
            try:
                lines, following, ended = await _stored(desk, project, response_id, position)
            except NotFoundError:
                yield _deleted(position)
                return
            if ended is not None:
                if ended:
                    yield ended
                return
            if not lines:
                await follower.wait()
        elif not lines:
            assert run is not None  # noqa: S101 - it has lines, if none
            assert run.log is not None  # noqa: S101
            await run.log.news()
        for line in lines:
            yield line
        position = following


async def _stored(
    desk: Desk, project: str, response_id: str, position: int
) -> tuple[Sequence[bytes], int, bytes | None]:
    """Lines from `position` on, and where to go on; where none will come, the last event, empty if seen."""
    response, recorded = await desk.store.events(project, response_id, position)
    if recorded:
        lines = [line for found in recorded for line in found.lines]
        return lines, recorded[-1].first + len(recorded[-1].lines), None
    if response.holder is not None:
        return [], position, None
    whole = await desk.store.get(project, response_id)
    return [], position, wire.last(whole) if position <= whole.next_event else b""


def _deleted(position: int) -> bytes:
    message = "The response was deleted while it was streamed."
    event = {"type": "error", "code": None, "message": message, "param": None}
    return wire.line(event, position)
