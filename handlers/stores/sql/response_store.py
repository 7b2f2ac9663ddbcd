"""The protocol of stored responses over a driver that runs operations."""

from collections.abc import Sequence
from functools import partial

from typing_extensions import override

from handlers import stores
from handlers.stores import (
    Chain,
    Claim,
    Ending,
    Job,
    Lines,
    Lost,
    Order,
    Page,
    Response,
    Turned,
)
from handlers.stores.sql import responses, turns, work
from handlers.stores.sql.answers import lasting
from handlers.stores.sql.driver import PAGE, WHOLE, Driver, milliseconds, size

SUCCESSES = frozenset({"completed", "incomplete"})
"""How a response ends that is not to be made again when its request is retried."""
LONG = 200
"""Items from which on a context is read in a thread of its own."""


class Responses(stores.Responses):
    """Responses, their turns in conversations, their streams."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    @override
    async def beat(self, holder: str, seconds: float) -> Sequence[tuple[str, str]]:
        now = milliseconds()
        start = partial(turns.beat, holder, now, now + int(seconds * 1000))
        return await self._driver.write(start, project=None, key=holder)

    @override
    async def retire(self, holder: str) -> None:
        await self._driver.write(partial(turns.retire, holder), project=None, key=holder)

    @override
    async def lost(self, limit: int) -> Sequence[Lost]:
        return await self._driver.read(partial(work.lost, milliseconds(), limit), project=None)

    @override
    async def claim(self, project: str, conversation_id: str, response_id: str, holder: str) -> Claim:
        start = partial(turns.claim, project, conversation_id, response_id, holder, milliseconds())
        return await self._driver.write(start, project=project, key=conversation_id)

    @override
    async def look(self, project: str, conversation_id: str, *, locked: bool = False) -> Claim:
        start = partial(turns.look, project, conversation_id, milliseconds(), locked=locked)
        return await self._driver.read(start, project=project)

    @override
    async def release(self, project: str, conversation_id: str, response_id: str) -> None:
        start = partial(turns.release, project, conversation_id, response_id)
        await self._driver.write(start, project=project, key=conversation_id)

    @override
    async def begin(
        self,
        project: str,
        response: Response,
        items: Sequence[Turned],
        *,
        request: bytes | None = None,
        events: Lines | None = None,
    ) -> None:
        begin = partial(work.begin, project, response, items, request, events)
        # In the background it will be made, whatever becomes of the request.
        start = lasting(begin) if response.background else begin
        pages = len(request or b"") // PAGE
        await self._driver.write(start, project=project, key=response.id, size=2 + _weight(items) + pages)

    @override
    async def take(self, project: str, lost: Lost, holder: str) -> Job:
        start = partial(work.take, project, lost, holder)
        return await self._driver.write(start, project=project, key=lost.id)

    @override
    async def put_back(self, project: str, response: Response) -> None:
        start = partial(work.put_back, project, response)
        await self._driver.write(start, project=project, key=response.id)

    @override
    async def record(self, project: str, response_id: str, holder: str, events: Lines) -> None:
        start = partial(work.record, project, response_id, holder, events)
        pages = size(events.lines) // 16
        await self._driver.write(start, project=project, key=response_id, size=1 + pages)

    @override
    async def start(self, project: str, response: Response) -> None:
        start = partial(work.start, project, response)
        await self._driver.write(start, project=project, key=response.id)

    @override
    async def finish(self, project: str, ending: Ending, *, expected: Response) -> None:
        finish = partial(work.finish, project, ending, expected)
        start = lasting(finish) if ending.response.status in SUCCESSES else finish
        key = ending.conversation or ending.response.id
        await self._driver.write(start, project=project, key=key, size=2 + _ending(ending))

    @override
    async def add(self, project: str, ending: Ending, items: Sequence[Turned]) -> None:
        start = lasting(partial(work.add, project, ending, items))
        key = ending.conversation or ending.response.id
        await self._driver.write(start, project=project, key=key, size=2 + _weight(items) + _ending(ending))

    @override
    async def get(self, project: str, response_id: str) -> Response:
        start = partial(responses.get, project, response_id)
        return await self._driver.read(start, project=project, view="snapshot")

    @override
    async def delete(self, project: str, response_id: str) -> None:
        start = partial(responses.delete, project, response_id)
        await self._driver.write(start, project=project, key=response_id, size=WHOLE, erases=True)

    @override
    async def inputs(
        self, project: str, response_id: str, *, after: str | None, limit: int, order: Order
    ) -> Page[Turned]:
        start = partial(responses.inputs, project, response_id, after=after, limit=limit, order=order)
        return await self._driver.read(start, project=project)

    @override
    async def events(self, project: str, response_id: str, start: int) -> tuple[Response, Sequence[Lines]]:
        begin = partial(responses.events, project, response_id, start)
        return await self._driver.read(begin, project=project, view="snapshot")

    @override
    async def chain(self, project: str, response_id: str) -> Chain:
        start = partial(responses.chain, project, response_id)
        return await self._driver.read(start, project=project, view="snapshot", long=True)

    @override
    async def context(self, project: str, claim: Claim) -> Sequence[Turned]:
        long = claim.position > LONG
        return await self._driver.read(partial(turns.context, project, claim), project=project, long=long)

    @override
    async def find(self, project: str, item_id: str) -> bytes | None:
        start = partial(responses.look_up, project, item_id)
        return await self._driver.read(start, project=project)


def _weight(items: Sequence[Turned]) -> int:
    return size([body for _, body in items])


def _ending(ending: Ending) -> int:
    lines = ending.events.lines if ending.events else ()
    return _weight(ending.output) + size(ending.landing or ()) + size(lines) // 16
