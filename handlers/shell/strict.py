"""`lockstep serve --strict`: every JSON answer is judged before it goes out, by a reader that is not ours.

openapi-core shares nothing with the generator, so it finds what models and handlers wrongly agree on.
It knows no event streams; those pass. What is found is our fault: the client gets a 500, the log the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from handlers.errors import InternalServerError, render
from handlers.shell.exchange import JSON, Application, Exchange, Message, Receive, Scope, Send, current
from handlers.shell.faults import facts, log

_OF_A_BODY = frozenset({b"content-type", b"content-length"})


@dataclass(frozen=True, slots=True)
class _Request:
    """What openapi-core asks of a request: its operation is found by the path as the document has it."""

    method: str
    host_url: str
    path: str
    content_type: str = ""
    body: bytes = b""
    parameters: Any = None

    @property
    def full_url_pattern(self) -> str:
        return self.host_url + self.path


@dataclass(frozen=True, slots=True)
class _Response:
    status_code: int
    data: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Strict:
    """Holds JSON answers back until they are judged; wraps the whole application."""

    def __init__(self, app: Application, document: Mapping[str, Any]) -> None:
        """Raises ValueError where openapi-core is not installed."""
        try:
            from openapi_core import Config, OpenAPI  # noqa: PLC0415 - a second of start-up that others do without
        except ImportError:
            raise ValueError("LOCKSTEP_STRICT: openapi-core is missing: install lockstep[strict].") from None
        self._app = app
        where = urlsplit(document["servers"][0]["url"])
        self._host, self._base = f"{where.scheme}://{where.netloc}", where.path
        # The build validates the document.
        self._contract = OpenAPI.from_dict(dict(document), config=Config(spec_validator_cls=None))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge what the application answers; what is no HTTP or no JSON passes."""
        held: list[Message] = []

        async def judged(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_json(message):
                held.append(message)
            elif not held:
                await send(message)
            else:
                held.append(message)
                if not message.get("more_body", False):
                    for each in self._verdict(current(scope), held):
                        await send(each)

        await self._app(scope, receive, judged if scope["type"] == "http" else send)

    def _verdict(self, exchange: Exchange, held: list[Message]) -> list[Message]:
        start, *parts = held
        wrong = self._mismatch(exchange, start["status"], b"".join(part.get("body", b"") for part in parts))
        if wrong is None:
            return held
        log.error(
            "answer_outside_the_contract", **facts(exchange), answer_status=start["status"], wrong=wrong
        )
        exchange.status = 500
        body = render(
            InternalServerError(f"The answer broke the contract; request id {exchange.request_id}.")
        )
        headers = [(name, value) for name, value in start["headers"] if name not in _OF_A_BODY]
        headers += [(b"content-type", JSON), (b"content-length", b"%d" % len(body))]
        return [
            {"type": "http.response.start", "status": 500, "headers": headers},
            {"type": "http.response.body", "body": body, "more_body": False},
        ]

    def _mismatch(self, exchange: Exchange, status: int, body: bytes) -> str | None:
        """What is wrong with an operation's answer; the path of a template matches itself."""
        from openapi_core.exceptions import OpenAPIError  # noqa: PLC0415 - as above

        if exchange.endpoint is None or exchange.scope["method"] == "HEAD":
            return None
        route = exchange.endpoint.route
        try:
            request: Any = _Request(route.method.lower(), self._host, self._base + route.path)
            self._contract.validate_response(request, _Response(status, body))
        except OpenAPIError as error:
            reasons = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
            return "; ".join(str(getattr(reason, "message", reason))[:500] for reason in reasons)
        return None


def _is_json(start: Message) -> bool:
    return (b"content-type", JSON) in start["headers"]
