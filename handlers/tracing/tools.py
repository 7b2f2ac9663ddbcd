"""A span for each tool that this server runs for a model: a call of an MCP server, a search.

Spans name the tool, not what it was asked or said. MCP servers, which are the users', are not told the trace.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from typing_extensions import override

from handlers.responses.tools import Added, Finished, ServerTool, Step
from handlers.tracing.calls import fail
from handlers.tracing.requests import LONGEST
from handlers.tracing.sdk import Spans

DISTANT = frozenset({"mcp"})
"""Types of tools whose `open` asks another server."""
QUESTION = "mcp_approval_request"
"""An item that calls nothing yet."""


class Traced(ServerTool):
    """Any tool; a span lasts from an item's beginning to its end."""

    def __init__(self, tool: ServerTool, kind: str, spans: Spans) -> None:
        self._tool = tool
        self._kind = kind
        self._spans = spans

    @override
    async def open(self) -> Sequence[Step]:
        if self._kind not in DISTANT:
            return await self._tool.open()
        span = self._spans.child(f"open_tool {self._kind}", SpanKind.CLIENT, {})
        try:
            steps = await self._tool.open()
        except BaseException as error:
            fail(span, error)
            raise
        else:
            if span is not None:
                _describe(span, steps)
            return steps
        finally:
            if span is not None:
                span.end()

    @override
    def functions(self) -> Sequence[Mapping[str, Any]]:
        return self._tool.functions()

    @override
    def owns(self, name: str) -> bool:
        return self._tool.owns(name)

    @override
    def chosen(self, choice: Mapping[str, Any]) -> Sequence[str]:
        return self._tool.chosen(choice)

    @override
    def pending(self) -> AsyncGenerator[Step, None]:
        return self._watched(self._tool.pending())

    @override
    def call(self, call_id: str, name: str, arguments: str) -> AsyncGenerator[Step, None]:
        return self._watched(self._tool.call(call_id, name, arguments))

    @override
    def annotations(self, text: str) -> Sequence[Mapping[str, Any]]:
        return self._tool.annotations(text)

    @override
    async def aclose(self) -> None:
        await self._tool.aclose()

    async def _watched(self, steps: AsyncGenerator[Step, None]) -> AsyncGenerator[Step, None]:
        span: Span | None = None
        try:
            async with aclosing(steps):
                async for step in steps:
                    if isinstance(step, Added):
                        span = self._begin(step.item)
                    elif isinstance(step, Finished) and span is not None:
                        _describe(span, (step,))
                        span.end()
                        span = None
                    yield step
        except BaseException as error:
            fail(span, error)
            raise
        finally:
            if span is not None:
                span.end()

    def _begin(self, item: Mapping[str, Any]) -> Span | None:
        if item["type"] == QUESTION:
            return None
        name = str(item.get("name") or item["type"])[:LONGEST]
        return self._spans.child(
            f"execute_tool {name}",
            SpanKind.CLIENT,
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": name,
                "gen_ai.tool.type": "extension",
                "gen_ai.tool.call.id": item["id"],
            },
        )


def _describe(span: Span, steps: Sequence[Step]) -> None:
    """Whether the last item was what was hoped for."""
    for step in steps:
        if isinstance(step, Finished):
            span.set_attribute("lockstep.item.type", step.item["type"])
            if step.item.get("status") == "failed" or step.item.get("error"):
                span.set_attribute("error.type", "tool")
                span.set_status(Status(StatusCode.ERROR))
