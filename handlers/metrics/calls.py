"""A provider that is timed: the one it wraps answers, this counts."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from time import perf_counter
from typing import Any, TypeVar

from typing_extensions import override

from handlers.metrics import Meters
from handlers.providers import Provider

T = TypeVar("T")
LEFT = (asyncio.CancelledError, GeneratorExit)
"""Whoever asked does not want the answer any more."""


class Timed(Provider):
    """Any provider, with its calls counted by outcome: ok, error, cancelled."""

    def __init__(self, provider: Provider, meters: Meters) -> None:
        self._provider = provider
        self._meters = meters
        self.name = provider.name

    @override
    async def models(self) -> list[dict[str, Any]]:
        return await self._timed("models", self._provider.models())

    @override
    async def delete_model(self, model: str) -> dict[str, Any]:
        return await self._timed("delete_model", self._provider.delete_model(model))

    @override
    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._timed("complete", self._provider.complete(body))

    @override
    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        started, first, outcome = perf_counter(), True, "error"
        try:
            async with aclosing(self._provider.stream(body)) as chunks:
                async for chunk in chunks:
                    if first:
                        first = False
                        self._meters.begun(self.name, perf_counter() - started)
                    yield chunk
            outcome = "ok"
        except LEFT:
            outcome = "cancelled"
            raise
        finally:
            self._meters.called(self.name, "stream", outcome, perf_counter() - started)

    @override
    async def aclose(self) -> None:
        await self._provider.aclose()

    async def _timed(self, call: str, answer: Awaitable[T]) -> T:
        started, outcome = perf_counter(), "error"
        try:
            given = await answer
            outcome = "ok"
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            self._meters.called(self.name, call, outcome, perf_counter() - started)
        return given
