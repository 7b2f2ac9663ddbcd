"""Who may read `/metrics`, and what they get.

Figures tell of every project, and API keys are of one: only those with the scope admin open them, as the
metrics' own token does. Who sends neither must be on this machine: a peer on loopback that calls us by a
loopback name (a web page that gave its own name our address does not) and came through no proxy.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from handlers import auth
from handlers.errors import AuthenticationError, PermissionDeniedError
from handlers.metrics import Meters, Shown
from handlers.settings import Settings
from handlers.shell.exchange import Exchange

if TYPE_CHECKING:
    from handlers.metrics.exposition import Exposition

Callers = Callable[[Exchange], Awaitable[auth.Caller]]
Others = Callable[[], Awaitable[Mapping[str, Shown]]]
PROXIED = (b"forwarded", b"x-forwarded-for", b"x-real-ip")

SCRAPER = auth.Caller("", "metrics", auth.SCOPES)
"""Whoever sends the metrics' own token."""


class Scrapers:
    """The gate of the page: its own token, or who the server's gate says it is."""

    def __init__(self, settings: Settings, gate: auth.Gate) -> None:
        token = settings.metrics_token
        self._token = token.get_secret_value().encode() if token else b""
        self._gate = gate

    async def caller(self, headers: Mapping[bytes, bytes]) -> auth.Caller:
        """The caller, or AuthenticationError."""
        if self._token and hmac.compare_digest(_sent(headers), self._token):
            return SCRAPER
        return await self._gate.caller(headers)


class MetricsPage:
    """The page `/metrics`."""

    def __init__(self, settings: Settings, meters: Meters, callers: Callers) -> None:
        self._open = settings.metrics == "open"
        self._has_token = settings.metrics_token is not None
        self._meters = meters
        self._callers = callers
        self._exposition: Exposition | None = None
        self._name = ""
        self._others: Others | None = None

    def share(self, name: str, others: Others) -> None:
        """Show from now on what `others` tells by their names as well, and its own under `name`."""
        self._name, self._others = name, others

    async def __call__(self, exchange: Exchange) -> None:
        """Answer it. The text is made beside the event loop, which goes on serving."""
        await self._admit(exchange)
        others = None if self._others is None else await self._others()
        media_type, text = await asyncio.to_thread(self._text, others)
        await exchange.answer(200, text, content_type=media_type)

    async def shown(self) -> Shown:
        """The figures of this process, for another one's page."""
        return await asyncio.to_thread(lambda: self._made().shown())

    def _text(self, others: Mapping[str, Shown] | None) -> tuple[bytes, bytes]:
        from handlers.metrics.exposition import MEDIA_TYPE, Together  # noqa: PLC0415 - as below

        own = self._made()
        if others is None:
            return MEDIA_TYPE, own.text()
        return MEDIA_TYPE, Together({**others, self._name: own.shown()}).text()

    def _made(self) -> "Exposition":
        from handlers.metrics.exposition import Exposition  # noqa: PLC0415 - most never need it

        if self._exposition is None:
            self._exposition = Exposition(self._meters)
        return self._exposition

    async def _admit(self, exchange: Exchange) -> None:
        if self._open or is_local(exchange):
            return
        if _sent(exchange.headers):
            caller = await self._callers(exchange)
            if "admin" not in caller.scopes:
                raise auth.missing("admin")
        elif self._has_token:
            raise AuthenticationError(
                "Send LOCKSTEP_METRICS_TOKEN, or a key with the scope admin, in the header"
                " 'Authorization: Bearer TOKEN'.",
                headers={"www-authenticate": "Bearer"},
            )
        else:
            raise PermissionDeniedError(
                "Metrics are shown on loopback, and to keys with the scope admin. Set LOCKSTEP_METRICS_TOKEN,"
                " or LOCKSTEP_METRICS=open, for others."
            )


def _sent(headers: Mapping[bytes, bytes]) -> bytes:
    """What stands in the Authorization header after the scheme."""
    return headers.get(b"authorization", b"").partition(b" ")[2].strip()


def is_local(exchange: Exchange) -> bool:
    """Whether the request was made on this machine, by all that can be seen."""
    headers: Mapping[bytes, bytes] = exchange.headers
    client = exchange.scope.get("client")
    return (
        client is not None
        and auth.is_loopback(client[0])
        and auth.is_loopback(auth.hostname(headers.get(b"host", b"localhost").decode("latin-1")))
        and not any(name in headers for name in PROXIED)
    )
