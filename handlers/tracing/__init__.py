"""Traces for OpenTelemetry, by its standard variables (`OTEL_*`); without them nothing of it is imported.

Whatever is traced is wrapped where the server is put together (`handlers.tracing.loading`): a server without
traces runs the code that it would run if there were no such thing. Spans tell what was called, for how long
and what came of it: never what anybody said, and no key. Here stands what the traced parts know of it.
"""

from collections.abc import Callable, Coroutine, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from opentelemetry.trace import Span

NOTHING: Mapping[str, str] = MappingProxyType({})

CURRENT: "ContextVar[Span | None]" = ContextVar("current span", default=None)
"""The span of the request, or of the job, that a task works for. It is ours, and not OpenTelemetry's own
context, which libraries read: the MCP SDK would tell our trace to servers of our users' choice."""
OUTGOING: ContextVar[Mapping[str, str]] = ContextVar("outgoing headers", default=NOTHING)
"""Headers of the call to the model endpoint that is being made: `traceparent` and `tracestate`."""

Attributes = Mapping[str, str | int | float | bool]


class Tracing(Protocol):
    """What handlers ask of it; where requests are not traced, there is none."""

    def tool(self, tool: Any, kind: str) -> Any:
        """The `ServerTool` with a span for each of its calls; `kind` is its type in a request's `tools`."""

    def job(
        self, work: Coroutine[Any, Any, None], about: Attributes, outcome: Callable[[], str]
    ) -> Coroutine[Any, Any, None]:
        """A trace of its own, linked with the request, for work that outlives it; `outcome` is its status."""
