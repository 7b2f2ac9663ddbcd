"""One turn: the model is asked, its calls of server tools are run, and it is asked again until it is done."""

from collections.abc import AsyncGenerator
from typing import Any

from handlers.responses.request import TurnRequest
from handlers.services import Call, Services

__all__ = ["Turn", "TurnRequest"]


class Turn:
    """`open` may be awaited first, so that early failures are raised; `events` opens by itself otherwise."""

    def __init__(
        self, services: Services, call: Call, request: TurnRequest, *, first_sequence: int = 0
    ) -> None:
        """`first_sequence` is the number of the first event."""
        raise NotImplementedError

    @property
    def response(self) -> dict[str, Any]:
        """The `Response` that the events so far describe; at the end the final one."""
        raise NotImplementedError

    @property
    def failure(self) -> Exception | None:
        """The ApiError behind a `response.failed`, for those who answer without a stream."""
        raise NotImplementedError

    async def open(self) -> None:
        """Resolve the model, open server tools, ask the model and wait for its first chunk. Raises ApiError."""
        raise NotImplementedError

    def events(self) -> AsyncGenerator[dict[str, Any], None]:
        """`ResponseStreamEvent`s; `response.completed`, `incomplete` or `failed` is the last.

        Closing the generator (or cancelling whoever waits for it) ends the model call; items that were
        open are `incomplete` in `response` from then on. The status of the response is the caller's to set.
        """
        raise NotImplementedError

    async def aclose(self) -> None:
        """Release what `open` opened, where `events` is never begun; closing twice is fine."""
        raise NotImplementedError
