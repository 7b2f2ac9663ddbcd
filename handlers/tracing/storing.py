"""A span for each operation of the store, from its call until its rows are there or durable."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from opentelemetry.trace import Span, SpanKind
from typing_extensions import override

from handlers.stores.sql.driver import Driver
from handlers.stores.sql.statements import Operation
from handlers.tracing import Attributes
from handlers.tracing.calls import fail
from handlers.tracing.sdk import Spans

T = TypeVar("T")


class Traced(Driver):
    """Any driver. What is done for no request, such as renewing leases, has no span."""

    def __init__(self, driver: Driver, spans: Spans) -> None:
        self._driver = driver
        self._spans = spans
        self.commits = driver.commits
        self.bell = driver.bell
        sqlite = type(driver).__name__ == "SqliteDriver"
        self._system = "sqlite" if sqlite else "postgresql"
        self._kind = SpanKind.INTERNAL if sqlite else SpanKind.CLIENT

    def __getattr__(self, name: str) -> Any:
        """What else a driver has is none of ours."""
        return getattr(self._driver, name)

    @override
    async def open(self) -> None:
        await self._driver.open()

    @override
    async def read(self, start: Callable[[], Operation[T]], **options: Any) -> T:
        span = self._span(start, {"lockstep.store.durable": False})
        try:
            return await self._driver.read(start, **options)
        except BaseException as error:
            fail(span, error)
            raise
        finally:
            if span is not None:
                span.end()

    @override
    async def write(self, start: Callable[[], Operation[T]], **options: Any) -> T:
        span = self._span(start, {"lockstep.store.durable": True})
        try:
            return await self._driver.write(start, **options)
        except BaseException as error:
            fail(span, error)
            raise
        finally:
            if span is not None:
                span.end()

    @override
    async def aclose(self) -> None:
        await self._driver.aclose()

    def _span(self, start: Callable[[], Operation[Any]], attributes: Attributes) -> Span | None:
        name = operation(start)
        return self._spans.child(
            name, self._kind, {"db.system.name": self._system, "db.operation.name": name, **attributes}
        )


def operation(start: Callable[..., Any]) -> str:
    """An operation by its module and function: `items.append`."""
    function = start.func if isinstance(start, partial) else start
    module = getattr(function, "__module__", "").rpartition(".")[2]
    return f"{module}.{getattr(function, '__name__', 'operation').rstrip('_')}"
