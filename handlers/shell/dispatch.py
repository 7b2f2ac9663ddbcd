"""The innermost application: calls the handler and sends what it answers."""

from collections.abc import AsyncIterator, Callable
from typing import Any, cast

from pydantic import BaseModel

from handlers.errors import ApiError
from handlers.services import Call
from handlers.shell.body import ClientLeftError
from handlers.shell.exchange import Exchange, Receive, Scope, Send, current
from handlers.shell.streaming import Presence, Stream

__all__ = ["ClientLeftError", "Dispatch"]


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
        route, arguments = endpoint.route, exchange.parameters
        if route.body is not None:
            arguments["body"] = exchange.body
        result = await endpoint.function(Call(exchange.project, exchange.request_id), **arguments)
        if isinstance(result, bytes):
            await exchange.answer(route.status, result)
        elif isinstance(result, BaseModel):
            await exchange.answer(route.status, encoded(result))
        else:
            await self._stream(exchange, route.status, result)

    async def _stream(self, exchange: Exchange, status: int, result: Any) -> None:
        if not hasattr(result, "__anext__"):
            raise TypeError(
                f"a handler answered {type(result).__name__}; a model, bytes or an iterator is expected"
            )
        events = cast("AsyncIterator[Any]", result)
        self.streams += 1
        try:
            await Stream(exchange, self._idle).run(
                status, events, lambda error: self._failure(exchange, error)
            )
        finally:
            self.streams -= 1


def encoded(model: BaseModel) -> bytes:
    """A model as JSON; what is MISSING is left out."""
    return model.__pydantic_serializer__.to_json(model, by_alias=True)
