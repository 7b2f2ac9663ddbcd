"""What the workers of one machine ask and tell each other, by way of the supervisor."""

import asyncio
import itertools
from collections.abc import Callable, Mapping

from handlers.metrics import Shown
from handlers.metrics.page import MetricsPage
from handlers.stores import Bell
from handlers.stores.sql.bell import CarriedBell
from handlers.workers.line import Line, Message

PATIENCE = 3.0
"""Seconds to wait for what the others tell. The supervisor waits less for each of them."""


class Colleagues:
    """One worker's view of the others."""

    def __init__(self, number: int, line: Line, metrics: MetricsPage, bell: Bell) -> None:
        """Have the metrics page show all workers, and carry the bell of a store that cannot ring itself."""
        self._line = line
        self._metrics = metrics
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[Mapping[str, Shown]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.hears: Mapping[str, Callable[[Message], None]] = {"tell": self._tell, "told": self._told}
        metrics.share(str(number), self._ask)
        if isinstance(bell, CarriedBell):
            bell.carry = lambda text: line.send(**{"is": "ring", "text": text})
            self.hears = {**self.hears, "ring": lambda message: bell.heard(message["text"])}

    async def _ask(self) -> Mapping[str, Shown]:
        """The figures of all others who answer, by worker."""
        number = next(self._numbers)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        self._line.send(**{"is": "ask", "number": number})
        try:
            return await asyncio.wait_for(future, PATIENCE)
        except TimeoutError:
            return {}
        finally:
            del self._asked[number]

    def _told(self, message: Message) -> None:
        future = self._asked.get(message["number"])
        if future is not None and not future.done():
            future.set_result(message["shown"])

    def _tell(self, message: Message) -> None:
        task = asyncio.create_task(self._show(message["number"]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show(self, number: int) -> None:
        self._line.send(**{"is": "shown", "number": number, "shown": await self._metrics.shown()})
