"""The official SDK, set up by its variables; the one module that makes spans."""

import asyncio
import os
import threading
import uuid
from collections.abc import Callable, Coroutine, Mapping
from importlib.metadata import version
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import Link, Span, SpanKind, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from typing_extensions import override

from handlers import tracing
from handlers.providers import Provider
from handlers.responses.tools import ServerTool
from handlers.shell.exchange import Application
from handlers.stores import Store
from handlers.stores.sql.store import SqlStore
from handlers.tracing import CURRENT, NOTHING, Attributes
from handlers.tracing.variables import Plan

PATIENCE = 5.0
"""Seconds that a collector has to take the last spans."""
_PROPAGATOR = TraceContextTextMapPropagator()
_NO_CONTEXT = Context()


class Spans:
    """Makes spans; whoever made one ends it."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def server(self, name: str, headers: Mapping[str, str], attributes: Attributes) -> Span:
        """Of a request, in the trace that its `traceparent` names (W3C Trace Context)."""
        context = _PROPAGATOR.extract(headers, _NO_CONTEXT) if headers else _NO_CONTEXT
        return self._tracer.start_span(name, context, kind=SpanKind.SERVER, attributes=attributes)

    def child(self, name: str, kind: SpanKind, attributes: Attributes) -> Span | None:
        """Of a part of what this task works for; None where that is not recorded, or for nobody."""
        parent = CURRENT.get()
        if parent is None or not parent.is_recording():
            return None
        context = set_span_in_context(parent, _NO_CONTEXT)
        return self._tracer.start_span(name, context, kind=kind, attributes=attributes)

    def root(self, name: str, attributes: Attributes) -> Span:
        """Of a job: a trace of its own, linked with the request that asked for it."""
        asked = CURRENT.get()
        links = () if asked is None else (Link(asked.get_span_context()),)
        return self._tracer.start_span(
            name, _NO_CONTEXT, kind=SpanKind.CONSUMER, attributes=attributes, links=links
        )


def headers(span: Span | None) -> Mapping[str, str]:
    """What tells the trace to the endpoint; also that it is not recorded, so that it is not there either."""
    shown = span if span is not None else CURRENT.get()
    if shown is None:
        return NOTHING
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, set_span_in_context(shown, _NO_CONTEXT))
    return carrier


class Sdk(tracing.Tracing):
    """Wraps the parts of one server, and hands its spans to the exporters of the plan."""

    def __init__(self, plan: Plan) -> None:
        # Set for us alone, not for the process: libraries that trace by themselves would write into it
        # what we leave out.
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        for name in sorted(plan.exporters):
            self._provider.add_span_processor(BatchSpanProcessor(_EXPORTERS[name]()))
        self._spans = Spans(self._provider.get_tracer("lockstep", version("lockstep")))

    def requests(self, app: Application, base: str) -> Application:
        """A span for each request below the path `base`, part of the client's trace if it names one."""
        from handlers.tracing.requests import Traced  # noqa: PLC0415 - these modules need this one's names

        return Traced(app, self._spans, base)

    def provider(self, provider: Provider) -> Provider:
        """A span for each call, and the trace told to the endpoint."""
        from handlers.tracing.calls import Traced  # noqa: PLC0415

        return Traced(provider, self._spans)

    def store(self, store: Store) -> Store:
        """A span for each operation, from its call until its rows are there or durable."""
        from handlers.tracing.storing import Traced  # noqa: PLC0415

        return SqlStore(Traced(store.driver, self._spans)) if isinstance(store, SqlStore) else store

    @override
    def tool(self, tool: ServerTool, kind: str) -> ServerTool:
        from handlers.tracing.tools import Traced  # noqa: PLC0415

        return Traced(tool, kind, self._spans)

    @override
    async def job(
        self, work: Coroutine[Any, Any, None], about: Attributes, outcome: Callable[[], str]
    ) -> None:
        span = self._spans.root("background response", about)
        CURRENT.set(span)  # a job has a task, and with it a context, of its own
        try:
            await work
        finally:
            span.set_attribute("lockstep.response.status", outcome())
            span.end()

    async def aclose(self) -> None:
        """Hand over what was gathered, within some seconds."""
        # A daemon: where the collector does not answer, the process goes without the last spans.
        ending = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, PATIENCE)


def _otlp() -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    return OTLPSpanExporter()


_EXPORTERS: Mapping[str, Callable[[], SpanExporter]] = {"otlp": _otlp, "console": ConsoleSpanExporter}


def _resource() -> Resource:
    """Who we are, as far as OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES do not say otherwise."""
    ours: dict[str, str | int] = {
        "service.name": "lockstep",
        "service.version": version("lockstep"),
        "service.instance.id": str(uuid.uuid4()),
        "process.pid": os.getpid(),
    }
    return Resource.create(ours).merge(OTELResourceDetector().detect())
