"""A connection to a server by the official SDK: Streamable HTTP, or SSE where the server is older."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx2
from mcp.client import Client, Transport
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, Implementation

from handlers.mcp import Bounds, Result, Server, ServerFailure, http_failure, protocol_failure
from handlers.mcp.guard import SLOW, Guard

INTERNAL = -32603
"""JSON-RPC's code for a failure that has none."""
PAGES = 100
"""Pages of a list of tools that are read; no list is longer in good faith."""
OLDER = frozenset({400, 404, 405, 406, 415})
"""What servers answer that speak the other transport."""
STREAMABLE, OLD = frozenset({"POST"}), frozenset({"GET", "POST"})
"""The requests that the transports cannot do without."""
SLACK, PARTING_SECONDS = 10.0, 2.0
WHO = Implementation(name="lockstep", version="1")

Told = TypeVar("Told")

# What these log holds addresses and bodies; what is of interest is told in items.
for _name in ("mcp", "httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class Connection:
    """Opened by the first request, and held by one task: the SDK must be left by the task that entered it."""

    def __init__(self, server: Server, bounds: Bounds) -> None:
        self._server = server
        self._bounds = bounds
        self._guard = Guard(bounds, STREAMABLE)
        self._client: Client | None = None
        self._holder: asyncio.Task[None] | None = None
        self._leave = asyncio.Event()

    async def tools(self) -> list[dict[str, Any]]:
        """Everything on offer, as entries of an `mcp_list_tools` item. Raises ServerFailure."""
        client = await self._opened()
        found = await self._told(self._listed(client), self._bounds.connect_seconds)
        return list({tool["name"]: tool for tool in found}.values())

    async def call(self, name: str, arguments: Mapping[str, Any]) -> Result:
        """Call one tool. Raises ServerFailure; what the tool itself says of a failure is a result."""
        client = await self._opened()
        result = await self._told(client.call_tool(name, dict(arguments)), self._bounds.call_seconds)
        content = [part.model_dump(mode="json", by_alias=True, exclude_none=True) for part in result.content]
        hidden = json.loads(self._server.hide(json.dumps(content)))
        return Result(self._server.hide(_text(result, content)), result.is_error, hidden)

    async def aclose(self) -> None:
        """Take leave of the server, or go without."""
        holder, self._holder, self._client = self._holder, None, None
        if holder is None:
            return
        self._leave.set()
        await asyncio.wait({holder}, timeout=PARTING_SECONDS)
        await _ended(holder)

    # --- opening ----------------------------------------------------------------------------------

    async def _opened(self) -> Client:
        if self._client is not None and self._holder is not None and not self._holder.done():
            return self._client
        await self.aclose()
        async with _patience(self._bounds.connect_seconds):
            first, second = self._transports()
            try:
                self._client = await self._open(first)
            except ServerFailure as failure:
                if failure.error["code"] not in OLDER:
                    raise
                try:
                    self._client = await self._open(second)
                except ServerFailure as other:
                    # The first one's failure says more, unless it was only of the transport.
                    raise (other if other.error["code"] not in OLDER else failure) from None
        return self._client

    def _transports(self) -> Sequence[Callable[[], Transport]]:
        path = httpx2.URL(self._server.address).path.rstrip("/")
        return (self._sse, self._streamable) if path.endswith("/sse") else (self._streamable, self._sse)

    async def _open(self, transport: Callable[[], Transport]) -> Client:
        self._guard = Guard(self._bounds, OLD if transport == self._sse else STREAMABLE)
        self._leave = asyncio.Event()
        ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        holder = asyncio.create_task(self._hold(transport(), ready), name="mcp connection")
        try:
            waited: set[asyncio.Future[Any]] = {holder, ready}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        except BaseException:
            await _ended(holder)
            raise
        if not ready.done():
            raise self._failure(await _ended(holder))
        self._holder = holder
        return ready.result()

    async def _hold(self, transport: Transport, ready: "asyncio.Future[Client]") -> None:
        """Enter the connection, stay until it is over, leave it."""
        async with Client(transport, client_info=WHO, cache=None) as client:
            ready.set_result(client)
            await self._leave.wait()

    @asynccontextmanager
    async def _streamable(self) -> AsyncGenerator[Any, None]:
        bound = self._bounds.max_bytes
        async with self._http() as http:
            url = self._server.address
            async with streamable_http_client(url, http_client=http, max_sse_event_size=bound) as streams:
                yield streams

    def _sse(self) -> Transport:
        def http(
            headers: dict[str, str] | None = None,  # noqa: ARG001 - the SDK passes these by name
            timeout: httpx2.Timeout | None = None,  # noqa: ARG001
            auth: httpx2.Auth | None = None,  # noqa: ARG001
        ) -> httpx2.AsyncClient:
            return self._http()

        return sse_client(self._server.address, httpx_client_factory=http)

    def _http(self) -> httpx2.AsyncClient:
        # Proxies of the environment would be asked for addresses that were not checked.
        # A read that takes too long breaks the connection, for other calls as well: the last resort.
        patience = httpx2.Timeout(self._bounds.connect_seconds, read=self._bounds.call_seconds * 2 + SLACK)
        headers = {**self._server.headers, "accept-encoding": "identity"}
        return httpx2.AsyncClient(transport=self._guard, headers=headers, timeout=patience, trust_env=False)

    # --- asking -----------------------------------------------------------------------------------

    async def _told(self, question: Coroutine[Any, Any, Told], seconds: float) -> Told:
        """An answer, or why there is none: the server's word, a broken connection, or no patience left."""
        holder = self._holder
        asked = asyncio.create_task(question, name="mcp request")
        if holder is None:
            raise AssertionError("a client is held by a task")
        try:
            async with _patience(seconds):
                waited: set[asyncio.Future[Any]] = {asked, holder}
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            wrong = await _ended(asked)
        if asked.done() and not asked.cancelled() and wrong is None:
            return asked.result()
        failure = self._failure(wrong)
        if self._guard.failure is not None:
            await self.aclose()  # it is broken, or will be in a moment: the next request opens another
        raise failure

    async def _listed(self, client: Client) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        for _page in range(PAGES):
            page = await client.list_tools(cursor=cursor)
            found += (self._entry(tool) for tool in page.tools)
            cursor = page.next_cursor
            if cursor is None:
                return found
        raise protocol_failure(INTERNAL, "The server's list of tools does not end.")

    def _entry(self, tool: Any) -> dict[str, Any]:
        hints = tool.annotations.model_dump(by_alias=True, exclude_none=True) if tool.annotations else None
        shown = {
            "name": tool.name,
            "description": tool.description,
            "input_schema": tool.input_schema,
            "annotations": hints,
        }
        entry: dict[str, Any] = json.loads(self._server.hide(json.dumps(shown)))
        return entry

    def _failure(self, error: BaseException | None) -> ServerFailure:
        """What to say of an exception of the SDK; what HTTP met with says more than what it made of that."""
        if isinstance(error, ServerFailure):
            return error
        if self._guard.failure is not None:
            return self._guard.failure
        if isinstance(error, MCPError):
            return protocol_failure(error.code, self._server.hide(error.message[:1000]))
        if isinstance(error, TimeoutError):
            return _slow()
        return protocol_failure(
            INTERNAL, "The server does not keep to the protocol, or closed the connection."
        )


@asynccontextmanager
async def _patience(seconds: float) -> AsyncGenerator[None, None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise _slow() from None


def _slow() -> ServerFailure:
    return http_failure(504, SLOW)


async def _ended(task: "asyncio.Task[Any]") -> BaseException | None:
    """Make sure that a task is over; what it failed with, if it did."""
    task.cancel()
    await asyncio.wait({task})
    return None if task.cancelled() else task.exception()


def _text(result: CallToolResult, content: Sequence[Mapping[str, Any]]) -> str:
    """What the model is told: texts as they are, of everything else what it is."""
    if not content and result.structured_content is not None:
        return json.dumps(result.structured_content, ensure_ascii=False)
    return "\n".join(PARTS.get(part["type"], _unknown)(part) for part in content)


def _unknown(part: Mapping[str, Any]) -> str:
    return f"[{part['type']}]"


def _media(part: Mapping[str, Any]) -> str:
    return f"[{part['type']}, {part.get('mimeType')}, {len(part.get('data', ''))} characters of base64]"


def _resource(part: Mapping[str, Any]) -> str:
    resource = part.get("resource") or {}
    return str(resource.get("text") or f"[resource {resource.get('uri')}]")


def _link(part: Mapping[str, Any]) -> str:
    return f"[{part.get('name')}: {part.get('uri')}]"


PARTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "text": lambda part: str(part["text"]),
    "image": _media,
    "audio": _media,
    "resource": _resource,
    "resource_link": _link,
}
