"""The innermost application: calls the handler and sends what it answers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

from pydantic import BaseModel

from handlers.errors import ApiError
from handlers.services import Call
from handlers.shell.body import ClientLeftError
from handlers.shell.endpoint import Endpoint
from handlers.shell.exchange import Exchange, Headers, Receive, Scope, Send, current
from handlers.shell.streaming import Presence, Stream

__all__ = ["ClientLeftError", "Dispatch"]

_NONE: Headers = []


class Dispatch:
    """Runs endpoints. A result is a model, encoded JSON, or an async iterator of events."""

    def __init__(self, *, idle_seconds: float, failure: Callable[[Exchange, Exception], ApiError]) -> None:
        self._idle = idle_seconds
        self._failure = failure
        self.streams = 0
        """Event streams that clients are listening to."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Serve an exchange that the outer layers have read and validated."""
        exchange = current(scope)
        endpoint = exchange.endpoint
        assert endpoint is not None  # noqa: S101 - routing comes before
        if endpoint.route.streaming:
            async with Presence(receive):
                await self._run(exchange)
        else:
            await self._run(exchange)

    async def _run(self, exchange: Exchange) -> None:
        endpoint = exchange.endpoint
        assert endpoint is not None  # noqa: S101 - routing comes before
        status, result = endpoint.route.status, await ask(exchange, endpoint)
        if isinstance(result, bytes):
            await exchange.answer(status, result)
        elif isinstance(result, BaseModel):
            await exchange.answer(status, encoded(result))
        else:
            await self.stream(exchange, status, result)

    async def stream(self, exchange: Exchange, status: int, result: Any, headers: Headers = _NONE) -> None:
        """Send what a handler answered as an event stream."""
        if not hasattr(result, "__anext__"):
            raise TypeError(
                f"a handler answered {type(result).__name__}; a model, bytes or an iterator is expected"
            )
        events = cast("AsyncIterator[Any]", result)
        self.streams += 1
        try:
            await Stream(exchange, self._idle).run(
                status, events, lambda error: self._failure(exchange, error), headers
            )
        finally:
            self.streams -= 1


def ask(exchange: Exchange, endpoint: Endpoint) -> Awaitable[Any]:
    """Call the handler."""
    arguments = exchange.parameters
    if endpoint.route.body is not None:
        arguments["body"] = exchange.body
    return endpoint.function(Call(exchange.project, exchange.request_id), **arguments)


def encoded(model: BaseModel) -> bytes:
    """A model as JSON; what is MISSING is left out."""
    return model.__pydantic_serializer__.to_json(model, by_alias=True)
