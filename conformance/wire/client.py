"""Speaks HTTP with the server: within a budget, patient when told to slow down, recording everything."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx

from conformance.wire import events as sse
from conformance.wire.contract import EVENTS, JSON, Contract, Operation
from conformance.wire.exchanges import Exchange
from conformance.wire.outcomes import NOTHING, SkippedError

Params = Mapping[str, Any] | Sequence[tuple[str, Any]] | str
_BUSY: Final = 429
_TRIES: Final = 6
_LONGEST_PAUSE: Final = 30.0
_LARGEST: Final = 64 * 1024 * 1024


@dataclass(slots=True)
class Budget:
    """What the examination may spend. Tokens are counted as the server reports them."""

    requests: int
    tokens: int
    spent_requests: int = 0
    spent_tokens: int = 0

    def take(self) -> None:
        """Spend a request; skip the probe where none is left."""
        if self.spent_requests >= self.requests:
            raise SkippedError(f"the budget of {self.requests:,} requests is spent (--max-requests)")
        if self.spent_tokens >= self.tokens:
            raise SkippedError(f"the budget of {self.tokens:,} tokens is spent (--max-tokens)")
        self.spent_requests += 1

    def spend(self, exchange: Exchange) -> bool:
        """Count an exchange that somebody else made; tell whether nothing is left."""
        self.spent_requests += 1
        self.spent_tokens += _tokens(exchange)
        return self.spent_requests >= self.requests or self.spent_tokens >= self.tokens


@dataclass(slots=True)
class Request:
    """One request as a probe asks for it. `path` is relative to the base URL, without query."""

    method: str
    path: str
    params: Params = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = NOTHING
    content: bytes | str | None = None
    key: str = "first"
    patient: bool = True
    timeout: float | None = None
    free: bool = False
    """Not held to the budget: what was made has to be taken away again."""

    @property
    def body(self) -> bytes:
        """The body's bytes."""
        if self.content is not None:
            return self.content.encode() if isinstance(self.content, str) else self.content
        if self.json is NOTHING:
            return b""
        return json.dumps(self.json, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def query(self) -> str:
        """The query string: lists repeat the name, a string is sent as it is."""
        if isinstance(self.params, str):
            return self.params
        pairs = self.params.items() if isinstance(self.params, Mapping) else self.params
        spread = [
            (name, each)
            for name, value in pairs
            for each in (value if isinstance(value, list | tuple) else [value])
        ]
        return urlencode([(name, _spelled(value)) for name, value in spread])


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def segment(value: str) -> str:
    """Return an id as one segment of a path; the slashes of a model's id stay."""
    return quote(value, safe="/-._~:")


class Client:
    """The one client of an examination; safe to be shared by probes that run at the same time."""

    def __init__(
        self,
        base_url: str,
        keys: Mapping[str, str],
        contract: Contract,
        budget: Budget,
        *,
        timeout: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.budget = budget
        self._keys = dict(keys)
        self._contract = contract
        self._timeout = timeout
        self._watchers: list[Callable[[Exchange], object]] = []
        self._resume = 0.0
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(timeout, connect=10, pool=None),
            # Servers close idle connections, some after 5 seconds; who asks on one just then gets no answer.
            limits=httpx.Limits(max_connections=64, keepalive_expiry=1),
            headers={"user-agent": "conform-probe"},
            trust_env=False,
        )

    def watch(self, watcher: Callable[[Exchange], object]) -> None:
        """Show every exchange to someone, when it is over."""
        self._watchers.append(watcher)

    def has(self, key: str) -> bool:
        """Tell whether a key of this name was given."""
        return key in self._keys

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def send(self, request: Request) -> Exchange:
        """Send a request and read the whole answer, of a stream too."""
        async with self.open(request) as opened:
            async for _ in opened.events():
                pass
        return opened.exchange

    @asynccontextmanager
    async def open(self, request: Request) -> AsyncIterator["Opened"]:
        """Send a request and hand over the answer while it comes; leaving early closes the connection."""
        for attempt in range(_TRIES):
            exchange, sent = self._prepared(request)
            await self._pause()
            if not request.free:
                self.budget.take()
            opened = Opened(exchange)
            try:
                response = await self._answered(sent, exchange)
                opened.response = response
                if response is not None and self._told_to_wait(response, request, attempt):
                    await opened.rest()
                    continue
                try:
                    yield opened
                finally:
                    await opened.finish()
            finally:
                exchange.seconds = time.monotonic() - opened.began
                self.budget.spent_tokens += _tokens(exchange)
                for watcher in self._watchers:
                    watcher(exchange)
            return

    async def fetch(self, url: str) -> bytes:
        """Get what is no part of the API, such as the server's document; nothing where there is none."""
        self.budget.take()
        try:
            response = await self._http.get(url)
        except httpx.HTTPError:
            return b""
        return response.content if response.is_success else b""

    def _prepared(self, request: Request) -> tuple[Exchange, httpx.Request]:
        body = request.body
        url = self.base_url + request.path + (f"?{request.query}" if request.query else "")
        headers = {"accept": "*/*"}
        if body:
            headers["content-type"] = JSON
        headers |= {name.lower(): value for name, value in request.headers.items()}
        if request.key in self._keys:
            headers.setdefault("authorization", f"Bearer {self._keys[request.key]}")
        key = request.key if request.key in self._keys else "none"
        exchange = Exchange(request.method, url, request.path, headers, body, key, self._operation(request))
        timeout = httpx.Timeout(request.timeout or self._timeout, connect=10, pool=None)
        return exchange, self._http.build_request(
            request.method, url, headers=headers, content=body or None, timeout=timeout
        )

    def _operation(self, request: Request) -> Operation | None:
        return self._contract.find(request.method, request.path)

    async def _answered(self, sent: httpx.Request, exchange: Exchange) -> httpx.Response | None:
        try:
            response = await self._http.send(sent, stream=True)
        except httpx.TimeoutException as error:
            exchange.trouble = f"no answer in time ({type(error).__name__})"
            return None
        except httpx.HTTPError as error:
            exchange.trouble = f"no answer: {str(error) or type(error).__name__}"
            return None
        exchange.status = response.status_code
        exchange.answer_headers = {name.lower(): value for name, value in response.headers.items()}
        return response

    async def _pause(self) -> None:
        # Whoever else is told to wait meanwhile may move the end further.
        while (left := self._resume - time.monotonic()) > 0:  # noqa: ASYNC110 - it is time that is waited for
            await asyncio.sleep(left)

    def _told_to_wait(self, response: httpx.Response, request: Request, attempt: int) -> bool:
        """Slow everything down when the server says so; the last attempt's answer counts."""
        if response.status_code != _BUSY or not request.patient or attempt + 1 == _TRIES:
            return False
        seconds = min(_wait(response.headers) or 2.0**attempt / 2, _LONGEST_PAUSE)
        self._resume = max(self._resume, time.monotonic() + seconds)
        return True


def _wait(headers: httpx.Headers) -> float:
    for name, factor in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(float(headers.get(name, "")) * factor, 0.0)
        except ValueError:
            continue
    return 0.0


class Opened:
    """An answer that is still coming."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.response: httpx.Response | None = None
        self.parser = sse.Parser()
        self.began = time.monotonic()
        self._body = bytearray()
        self._read = False

    async def events(self) -> AsyncIterator[sse.Event]:
        """Read on; yields events of an event stream, nothing of any other body. Trouble ends it."""
        if self.response is None or self._read:
            return
        self._read = True
        streams = self.exchange.media == EVENTS
        try:
            async for piece in self.response.aiter_bytes():
                self._body += piece
                if len(self._body) > _LARGEST:
                    self.exchange.trouble = f"the body is longer than {_LARGEST:,} bytes"
                    return
                for name, data in self.parser.feed(piece) if streams else ():
                    event = sse.Event(name, data, time.monotonic() - self.began)
                    self.exchange.events.append(event)
                    yield event
        except httpx.TimeoutException:
            self.exchange.trouble = "the body stopped coming"
        except httpx.HTTPError as error:
            self.exchange.trouble = f"the body broke off: {str(error) or type(error).__name__}"

    async def rest(self) -> None:
        """Read what is left and close the connection."""
        async for _ in self.events():
            pass
        await self.finish()

    async def finish(self) -> None:
        """Close the connection; what came stays in the exchange."""
        self.exchange.answer = bytes(self._body)
        if self.response is not None:
            await self.response.aclose()


def _tokens(exchange: Exchange) -> int:
    """Return the tokens that an answer says it cost, of a stream its last event that says so."""
    if b'"total_tokens"' not in exchange.answer:
        return 0
    values = [event.json for event in exchange.events[-2:]] if exchange.events else []
    if not values:
        try:
            values = [json.loads(exchange.answer)]
        except (ValueError, RecursionError):
            return 0
    found = 0
    for value in values:
        holder = value.get("response", value) if isinstance(value, dict) else None
        usage = holder.get("usage") if isinstance(holder, dict) else None
        if (
            isinstance(usage, dict)
            and isinstance(usage.get("total_tokens"), int)
            and exchange.method == "POST"
        ):
            found = usage["total_tokens"]
    return found
