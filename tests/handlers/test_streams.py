from collections.abc import AsyncGenerator

import pytest

from handlers.sse import Event
from handlers.streams import begun


class Source:
    def __init__(self, *texts: bytes) -> None:
        self.texts = texts
        self.closed = False

    async def events(self) -> AsyncGenerator[Event, None]:
        try:
            for text in self.texts:
                if text == b"fail":
                    raise ValueError("failed")
                yield Event(text)
        finally:
            self.closed = True


async def test_all_events_come_the_first_included() -> None:
    source = Source(b"a", b"b")
    assert [event.data async for event in await begun(source.events())] == [b"a", b"b"]
    assert source.closed


async def test_what_fails_before_the_first_event_fails_at_once() -> None:
    source = Source(b"fail")
    with pytest.raises(ValueError, match="failed"):
        await begun(source.events())


async def test_closing_before_the_first_event_was_taken_closes_the_source() -> None:
    source = Source(b"a", b"b")
    stream = await begun(source.events())
    await stream.aclose()
    assert source.closed
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
