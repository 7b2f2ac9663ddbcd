"""Cross-origin requests (WHATWG Fetch, section 3.2), for the origins that `LOCKSTEP_CORS_ORIGINS` names."""

from collections.abc import Sequence

from handlers.limits.telling import NAMES
from handlers.shell.exchange import Application, Headers, Message, Receive, Scope, Send

_EXPOSED = b", ".join(
    [
        b"x-request-id, openai-processing-ms, openai-version, allow, idempotency-replayed",
        b"retry-after, retry-after-ms, x-should-retry",
        *NAMES["requests"],
        *NAMES["tokens"],
    ]
)
_PREFLIGHT = b"access-control-request-method"


class Cors:
    """Answers preflights and marks answers; wraps the whole application."""

    def __init__(self, app: Application, origins: Sequence[str]) -> None:
        self._app = app
        self._any = "*" in origins
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass requests on; those of an allowed origin get the headers a browser looks for."""
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        origin = headers.get(b"origin")
        if origin is None or not (self._any or origin in self._origins):
            await self._app(scope, receive, send)
            return
        marks = self._marks(origin)
        if scope["method"] == "OPTIONS" and _PREFLIGHT in headers:
            marks += _preflight(headers[_PREFLIGHT], headers.get(b"access-control-request-headers"))

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *marks]
            await send(message)

        await self._app(scope, receive, marked)

    def _marks(self, origin: bytes) -> Headers:
        allowed = b"*" if self._any else origin
        return [
            (b"access-control-allow-origin", allowed),
            (b"access-control-expose-headers", _EXPOSED),
            (b"vary", b"origin"),
        ]


def _preflight(method: bytes, names: bytes | None) -> Headers:
    """Keys travel in a header, not in cookies: any header may be sent, and credentials need no word."""
    marks = [(b"access-control-allow-methods", method), (b"access-control-max-age", b"600")]
    return [*marks, (b"access-control-allow-headers", names)] if names else marks
