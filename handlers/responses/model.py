"""The model of one turn: asked once a round, within its window and what is left of `max_output_tokens`."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from handlers.catalog import Catalog
from handlers.chat_shapes import CHUNK
from handlers.errors import BadGatewayError
from handlers.mending import Facts, shape
from handlers.responses import prompting
from handlers.responses.assembly import Assembly
from handlers.responses.messages import Unit
from handlers.responses.output import Event
from handlers.responses.prompting import Offer
from handlers.responses.truncation import Window
from handlers.responses.usage import Usage
from handlers.services import Services
from handlers.tokens import count_chat, count_text, limit

SILENT = "The model endpoint's stream ended before it said anything."


class Model:
    """What its rounds cost is summed up in `usage`."""

    def __init__(self, services: Services, body: Mapping[str, Any], catalog: Catalog, facts: Facts) -> None:
        """`facts` fill the gaps of sloppy chunks."""
        self._services = services
        self._catalog = catalog
        self._body = body
        self._facts = facts
        self._head = prompting.head(body.get("instructions"))
        self._field = services.settings.max_tokens_field
        self._most: int | None = body.get("max_output_tokens")
        self._name = body["model"]
        self._asked: dict[str, Any] = {}
        self._chunks: AsyncGenerator[dict[str, Any], None] | None = None
        self._first: dict[str, Any] | None = None
        self.usage = Usage()

    async def open(self) -> None:
        """Find out what the provider calls the model."""
        self._name = await self._catalog.resolve(self._body["model"])
        self._fields = prompting.fields(self._body, self._name)
        auto = self._body.get("truncation") == "auto"
        self._window = Window(self._name, limit(self._name, self._services.settings), auto)

    @property
    def asked(self) -> bool:
        """Whether an answer has begun."""
        return self._chunks is not None

    async def ask(self, units: Sequence[Unit], offer: Offer) -> None:
        """Ask, and wait until the answer begins. Raises ApiError."""
        left = None if self._most is None else max(1, self._most - self.usage.output)
        asked = {**self._fields, **offer.fields()}
        if self._window.limit is not None:
            # In a thread: ten megabytes take a third of a second, and the vocabulary its time to load.
            units = await asyncio.to_thread(self._window.fit, self._head, units, asked, left or 0)
        asked["messages"] = prompting.messages(self._head, units)
        if left is not None:
            asked[self._field] = left
        self._asked = asked
        self._brake = Brake(left, self._name)
        self._chunks = self._services.provider.stream(asked)
        self._first = await anext(self._chunks, None)
        if self._first is None:
            raise BadGatewayError(SILENT)

    async def events(self, assembly: Assembly) -> AsyncGenerator[Event, None]:
        """The answer, as the events of the assembly; it is not ended."""
        if self._chunks is None or self._first is None:
            raise AssertionError("the model was not asked")
        for event in assembly.add(shape(CHUNK, self._first, self._facts)):
            yield event
        async for chunk in self._chunks:
            for event in assembly.add(shape(CHUNK, chunk, self._facts)):
                yield event
            if self._brake.passed(assembly):
                assembly.finish_reason = "length"
                break
        await self.aclose()
        if not assembly.heard:
            raise BadGatewayError(SILENT)
        self.usage.add(assembly.usage or await asyncio.to_thread(self._estimate, assembly))

    async def aclose(self) -> None:
        """End the call, if one goes on."""
        chunks, self._chunks = self._chunks, None
        if chunks is not None:
            await chunks.aclose()

    def _estimate(self, assembly: Assembly) -> dict[str, Any]:
        """The usage that the endpoint does not tell, or did not come to tell."""
        thought = count_text(assembly.thoughts, self._name)
        return {
            "prompt_tokens": count_chat(self._asked),
            "completion_tokens": count_text(assembly.written, self._name),
            "completion_tokens_details": {"reasoning_tokens": thought},
        }


class Brake:
    """Tells when an answer has outgrown its limit: endpoints that do not know the field ignore it (Ollama).

    An answer is counted once it came in more chunks than it may have tokens, which none does that is within
    the limit, unless its endpoint cuts tokens to pieces.
    """

    def __init__(self, limit: int | None, model: str) -> None:
        self._limit = limit
        self._model = model
        self._chunks = 0
        self._next = (limit or 0) + 2

    def passed(self, assembly: Assembly) -> bool:
        """Whether the answer is too long, after one more chunk."""
        self._chunks += 1
        if self._limit is None or self._chunks < self._next or assembly.finish_reason:
            return False
        self._next = self._chunks + max(16, self._limit // 8)
        return count_text(assembly.written, self._model) > self._limit
