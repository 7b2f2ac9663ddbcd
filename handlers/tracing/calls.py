"""A span for each call to the model endpoint (conventions for generative AI), which is told the trace."""

import time
from asyncio import CancelledError
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from typing import Any, TypeVar

from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from typing_extensions import override

from handlers.errors import ApiError
from handlers.providers import Provider
from handlers.tracing import OUTGOING
from handlers.tracing.requests import LONGEST
from handlers.tracing.sdk import Spans, headers

T = TypeVar("T")

ASKED: Mapping[str, str] = {
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "max_tokens": "gen_ai.request.max_tokens",
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "n": "gen_ai.request.choice.count",
}
"""Numbers of a request that a span tells."""
USED: Mapping[str, str] = {
    "prompt_tokens": "gen_ai.usage.input_tokens",
    "completion_tokens": "gen_ai.usage.output_tokens",
}
LEFT = (CancelledError, GeneratorExit)


class Traced(Provider):
    """Any provider, with a span around each call that is made for a request or a job."""

    def __init__(self, provider: Provider, spans: Spans) -> None:
        self._provider = provider
        self._spans = spans
        self.name = provider.name

    @override
    async def models(self) -> list[dict[str, Any]]:
        return await self._plain("list_models", self._provider.models())

    @override
    async def delete_model(self, model: str) -> dict[str, Any]:
        return await self._plain("delete_model", self._provider.delete_model(model))

    @override
    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        span = self._chat(body, streamed=False)
        answer = await _watched(span, self._provider.complete(body))
        if span is not None:
            heard = Heard()
            heard.add(answer)
            heard.tell(span)
            span.end()
        return answer

    @override
    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        span, heard, began = self._chat(body, streamed=True), Heard(), time.perf_counter()
        try:
            async with aclosing(self._provider.stream(body)) as chunks:
                # The first step makes the call, so only that one needs the headers; left set over a `yield`
                # they would be set for whoever listens.
                token = OUTGOING.set(headers(span))
                try:
                    chunk = await anext(chunks, None)
                finally:
                    OUTGOING.reset(token)
                if span is not None:
                    span.set_attribute("gen_ai.response.time_to_first_chunk", time.perf_counter() - began)
                while chunk is not None:
                    if span is not None:
                        heard.add(chunk)
                    yield chunk
                    chunk = await anext(chunks, None)
        except BaseException as error:
            fail(span, error)
            raise
        finally:
            if span is not None:
                heard.tell(span)
                span.end()

    @override
    async def aclose(self) -> None:
        await self._provider.aclose()

    def _chat(self, body: Mapping[str, Any], *, streamed: bool) -> Span | None:
        model = str(body.get("model"))[:LONGEST]
        span = self._spans.child(
            f"chat {model}",
            SpanKind.CLIENT,
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": self.name,
                "gen_ai.request.model": model,
                "gen_ai.request.stream": streamed,
            },
        )
        if span is not None:
            for name, attribute in ASKED.items():
                if isinstance(value := body.get(name), int | float) and (name, value) != ("n", 1):
                    span.set_attribute(attribute, value)
        return span

    async def _plain(self, name: str, answer: Awaitable[T]) -> T:
        span = self._spans.child(name, SpanKind.CLIENT, {"gen_ai.provider.name": self.name})
        given = await _watched(span, answer)
        if span is not None:
            span.end()
        return given


async def _watched(span: Span | None, answer: Awaitable[T]) -> T:
    """The answer; a failure ends the span."""
    token = OUTGOING.set(headers(span))
    try:
        return await answer
    except BaseException as error:
        fail(span, error)
        if span is not None:
            span.end()
        raise
    finally:
        OUTGOING.reset(token)


def fail(span: Span | None, error: BaseException) -> None:
    """Say what kind of failure it was. Messages may repeat what a client sent, and are left out."""
    if span is None:
        return
    if isinstance(error, LEFT):
        span.set_attribute("error.type", "cancelled")
        return
    span.set_attribute(
        "error.type", str(error.status) if isinstance(error, ApiError) else type(error).__qualname__
    )
    span.set_status(Status(StatusCode.ERROR))


class Heard:
    """What an answer, or the chunks of one, told of itself."""

    def __init__(self) -> None:
        self._model: Any = None
        self._usage: Any = None
        self._reasons: list[str] = []

    def add(self, answer: Mapping[str, Any]) -> None:
        """A whole answer, or the next chunk. Endpoints are sloppy: nothing is taken for granted."""
        self._model = self._model or answer.get("model")
        self._usage = answer.get("usage") or self._usage
        for choice in answer.get("choices") or ():
            if isinstance(choice, Mapping) and (reason := choice.get("finish_reason")):
                self._reasons.append(str(reason)[:LONGEST])

    def tell(self, span: Span) -> None:
        """Put it on the span."""
        if isinstance(self._model, str):
            span.set_attribute("gen_ai.response.model", self._model[:LONGEST])
        if self._reasons:
            span.set_attribute("gen_ai.response.finish_reasons", self._reasons)
        if isinstance(self._usage, Mapping):
            for name, attribute in USED.items():
                if isinstance(value := self._usage.get(name), int):
                    span.set_attribute(attribute, value)
