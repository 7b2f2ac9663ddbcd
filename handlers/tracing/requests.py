"""A span for each request, named by its route (semantic conventions for HTTP servers)."""

from opentelemetry.trace import Span, Status, StatusCode

from handlers.shell.exchange import Application, Exchange, Receive, Scope, Send
from handlers.tracing import CURRENT, Attributes
from handlers.tracing.sdk import Spans

CARRIED = {b"traceparent": "traceparent", b"tracestate": "tracestate"}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
LONGEST = 256
"""Characters of a client's words that a span repeats."""
SERVER_ERROR = 500


class Traced:
    """An application with spans around its requests."""

    def __init__(self, app: Application, spans: Spans, base: str) -> None:
        self._app = app
        self._spans = spans
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Probes and scrapes, outside `base`, are not traced."""
        if scope["type"] != "http" or not scope["path"].startswith(self._base):
            await self._app(scope, receive, send)
            return
        carried = {
            CARRIED[name]: value.decode("latin-1") for name, value in scope["headers"] if name in CARRIED
        }
        span = self._spans.server(_method(scope), carried, _asked(scope))
        token = CURRENT.set(span)
        try:
            await self._app(scope, receive, send)
        except BaseException as error:
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(Status(StatusCode.ERROR))
            raise
        finally:
            CURRENT.reset(token)
            exchange = scope.get("lockstep")
            if exchange is not None and span.is_recording():
                self._tell(span, exchange)
            span.end()

    def _tell(self, span: Span, exchange: Exchange) -> None:
        """What is known when all is over."""
        span.set_attribute("lockstep.request.id", exchange.request_id)
        if exchange.caller is not None:
            span.set_attribute("lockstep.project", exchange.caller.project)
        if exchange.endpoint is not None:
            route = exchange.endpoint.route
            span.update_name(f"{route.method.upper()} {self._base}{route.path}")
            span.set_attribute("http.route", self._base + route.path)
            span.set_attribute("lockstep.operation", route.operation_id)
        if not exchange.status:
            span.set_attribute("error.type", "client_left")
            return
        span.set_attribute("http.response.status_code", exchange.status)
        if exchange.status >= SERVER_ERROR:
            span.set_attribute("error.type", str(exchange.status))
            span.set_status(Status(StatusCode.ERROR))


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "HTTP"


def _asked(scope: Scope) -> Attributes:
    """What is known at once, for samplers. No query: who knows what clients put there."""
    method = scope["method"]
    facts: dict[str, str | int] = {
        "http.request.method": method if method in METHODS else "_OTHER",
        "url.scheme": scope["scheme"],
        "url.path": scope["path"][:LONGEST],
        "network.protocol.version": scope["http_version"],
    }
    address, port = scope.get("server") or (None, None)
    if address is not None:
        facts["server.address"] = address
    if port is not None:
        facts["server.port"] = port
    return facts
