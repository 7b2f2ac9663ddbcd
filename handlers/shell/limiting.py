"""The shell's side of the limits: who may begin, how long it may take, what it may cost."""

import asyncio

from handlers.auth import Caller, Gate
from handlers.errors import AuthenticationError, ServiceUnavailableError
from handlers.limits import charges
from handlers.limits.charges import CHARGE, Charge
from handlers.limits.deadlines import Deadlines, Running
from handlers.limits.guesses import Guesses
from handlers.limits.quotas import Quota, Quotas
from handlers.limits.telling import told
from handlers.settings import Settings
from handlers.shell.exchange import Application, Exchange, Receive, Scope, Send, current

SOON = 1.0
"""Seconds after which to try again when the process is full."""


class Bounds:
    """How many requests run in this process, and for how long. Pages and public operations always do."""

    def __init__(self, app: Application, *, settings: Settings) -> None:
        self.app = app
        self._most = settings.concurrent_requests
        self._deadlines = Deadlines(body=settings.body_seconds, request=settings.request_seconds)
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or say why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = current(scope)
        endpoint = exchange.endpoint
        if endpoint is None or endpoint.route.public:
            await self.app(scope, receive, send)
            return
        if self._running >= self._most:
            raise ServiceUnavailableError(
                f"The server is busy with {self._most} requests. Try again.", headers=told(SOON)
            )
        route, task = endpoint.route, asyncio.current_task()
        assert task is not None  # noqa: S101 - an ASGI server runs us in a task
        if route.body is None:
            exchange.whole = exchange.started
        running = Running(exchange, task, endless=endpoint.asks_model or route.streaming)
        self._running += 1
        self._deadlines.begin(running)
        try:
            await self.app(scope, receive, send)
        except asyncio.CancelledError:
            if running.expired is None:
                raise
            task.uncancel()
            raise running.expired from None
        finally:
            self._running -= 1
            self._deadlines.end(running)


class Limits:
    """What callers and addresses may take, as the layers of the shell ask for it."""

    def __init__(self, quotas: Quotas, guesses: Guesses) -> None:
        self._guesses = guesses
        self.quota = quotas.of

    async def caller(self, exchange: Exchange, gate: Gate) -> Caller:
        """Ask the gate, unless too many wrong keys came from where this one comes from."""
        headers, client = exchange.headers, exchange.scope.get("client")
        address = client[0] if client else ""
        self._guesses.check(address, headers)
        try:
            caller = await gate.caller(headers)
        except AuthenticationError:
            self._guesses.failed(address, headers)
            raise
        self._guesses.passed(address, headers)
        return caller

    async def run(self, quota: Quota, app: Application, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the rest of the shell within what the caller may take."""
        exchange = current(scope)
        exchange.quota = quota
        await quota.enter()
        try:
            await app(scope, receive, send)
        finally:
            quota.leave()
            if exchange.charge is not None:
                exchange.charge.close()
            CHARGE.set(None)


async def charge(exchange: Exchange) -> None:
    """Take what the request may cost, or raise RateLimitError. Its body has been read."""
    quota, endpoint = exchange.quota, exchange.endpoint
    if quota is None or quota.tokens is None or endpoint is None or not endpoint.asks_model:
        return
    if endpoint.route.body is None:
        return
    tokens = charges.guess(exchange.raw, exchange.body)
    await quota.spend(tokens)
    taken = Charge(quota.tokens, tokens)
    CHARGE.set(taken)
    if getattr(exchange.body, "background", None) is not True:  # then the model is asked after the answer
        exchange.charge = taken
