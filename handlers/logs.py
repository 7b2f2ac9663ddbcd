"""Logging: one line an event, for a person or (`LOCKSTEP_LOG_JSON=1`) for a machine; to standard error.

A line that belongs to a request carries its id, whoever wrote it: the shell, a provider, a library, or the
work in the background that the request left. Where requests are traced, also the ids of trace and span.
"""

import logging
import sys
from contextvars import ContextVar
from typing import Any, TextIO

import structlog
from typing_extensions import override

from handlers.tracing import CURRENT

REQUEST: ContextVar[str | None] = ContextVar("request id", default=None)
"""Of the request that a task works for. Tasks take it over from those that start them."""


def _belonging(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Say to which request and trace it belongs."""
    if "request_id" not in event and (request_id := REQUEST.get()) is not None:
        event["request_id"] = request_id
    if (span := CURRENT.get()) is not None:
        context = span.get_span_context()
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event


_SHARED: list[structlog.typing.Processor] = [
    _belonging,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


class _ToStandardError(logging.StreamHandler[TextIO]):
    """Whatever standard error is when a line is written: it may have been replaced, and the old closed."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def configure(*, as_json: bool) -> None:
    """Send our events and those of the libraries (uvicorn, httpx, alembic) the same way."""
    renderer = _json() if as_json else _plain()
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    )
    handler = _ToStandardError()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("lockstep").setLevel(logging.INFO)


def _json() -> list[structlog.typing.Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _plain() -> list[structlog.typing.Processor]:
    # Tracebacks as Python prints them: rich's frames cannot be searched, and show the values of secrets.
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
