"""A stream that has begun: its first event is there, so whatever fails before it is an HTTP error."""

from collections.abc import AsyncGenerator, AsyncIterator

from typing_extensions import override

from handlers.sse import Event


class Begun(AsyncIterator[Event]):
    """All events, the first included; closing it closes the generator behind it."""

    def __init__(self, first: Event, rest: AsyncGenerator[Event, None]) -> None:
        self._first: Event | None = first
        self._rest = rest

    @override
    async def __anext__(self) -> Event:
        if (first := self._first) is not None:
            self._first = None
            return first
        return await anext(self._rest)

    async def aclose(self) -> None:
        """End the work behind the stream."""
        self._first = None
        await self._rest.aclose()


async def begun(events: AsyncGenerator[Event, None]) -> Begun:
    """Wait for the first event. Raises what the generator raises; every stream of ours has an event."""
    return Begun(await anext(events), events)
