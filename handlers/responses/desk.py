"""What all running responses of a process share: the store, the leases, how turns are made, who runs."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from pydantic_core import from_json

from handlers import stores
from handlers.encoding import encode
from handlers.responses import wire
from handlers.responses.heard import Heard
from handlers.responses.leases import Leases
from handlers.responses.log import AHEAD
from handlers.responses.request import TurnRequest
from handlers.responses.wakeups import Wakeups
from handlers.services import Call, Services
from handlers.stores import Ending, LostError

if TYPE_CHECKING:
    from handlers.responses.running import Run

Json = dict[str, Any]
Key = tuple[str, str]
"""A response: its project, its id."""
CRASHED = {"code": "server_error", "message": "The server had an error while it made this response."}
TRIES = 8
"""How often the state of a response that another process works on is read anew before giving up."""


class Turning(Protocol):
    """What `handlers.responses.turn.Turn` is to this package."""

    failure: Any
    """The ApiError behind a `response.failed`."""
    closing: list[Json]
    """The ends of what was open when `events` was closed."""

    @property
    def response(self) -> Json:
        """The response as the events so far describe it."""

    async def open(self) -> None:
        """Wait for the model's first words; raises ApiError."""

    def events(self) -> AsyncGenerator[Json, None]:
        """All events."""

    async def aclose(self) -> None:
        """Release what was opened."""


class MakeTurn(Protocol):
    """How a turn is made."""

    def __call__(self, services: Services, call: Call, request: TurnRequest) -> Turning:
        """`handlers.responses.turn.Turn`, or what stands in for it."""


class Desk:
    """One per process."""

    def __init__(self, services: Services, leases: Leases, make_turn: MakeTurn) -> None:
        self.services = services
        self.store = services.store.responses
        self.leases = leases
        self.make_turn = make_turn
        self.running: dict[Key, Run] = {}
        """Those that are in the store."""
        self.wakeups = Wakeups(services.store.bell, self.running)
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, bytes]) -> asyncio.Task[bytes]:
        """Work that goes on whoever is cancelled; the process waits for it before it ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def idle(self) -> None:
        """Wait for all of it."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def end(self, project: str, response_id: str, status: str, error: Json | None = None) -> None:
        """End a response that no run of this process works on, whoever holds it, unless it has ended."""
        for _ in range(TRIES):
            found = await self.store.get(project, response_id)
            if found.holder is None:
                return
            ending = await self._ended(project, found, status, error)
            try:
                await self.store.finish(project, ending, expected=found)
            except LostError:
                continue
            self.wakeups.tell_ended((project, response_id))
            return
        raise LostError(f"Response {response_id} changes too quickly to be ended. Try again.")

    async def _ended(self, project: str, found: stores.Response, status: str, error: Json | None) -> Ending:
        """Its end, with what its stream had said; whoever was heard further reads on past that."""
        heard = await self._heard(project, found)
        # What another process holds may have begun this very moment, and been heard.
        begun = found.status != "queued" or found.holder != self.leases.holder
        first = found.next_event + (AHEAD if found.streamed and begun else 0)
        closing = [wire.line(event, number) for number, event in enumerate(heard.end(), first)]
        body = from_json(found.body) | {"status": status, "error": error}
        last = dataclasses.replace(
            found, status=status, body=encode(body), holder=None, next_event=first + len(closing)
        )
        output = [(item["id"], encode(item)) for item in heard.items()]
        return Ending(last, output, stores.Lines(first, closing))

    async def _heard(self, project: str, found: stores.Response) -> Heard:
        heard, position = Heard(), 0
        while position < found.next_event:
            _, recorded = await self.store.events(project, found.id, position)
            if not recorded:
                break
            for lines in recorded:
                for line in lines.lines:
                    heard.add(from_json(line))
                position = lines.first + len(lines.lines)
        return heard
