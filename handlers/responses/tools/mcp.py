"""Tools of Model Context Protocol servers: listed, offered to the model, approved by the client, called here.

A server that cannot list its tools is told of in its `mcp_list_tools` item, and the turn goes on without
them; tools that an earlier turn listed are not asked for again.
"""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from handlers.addresses import PrivateAddressError, resolve
from handlers.encoding import decode
from handlers.errors import BadRequestError
from handlers.mcp import Bounds, Result, Server, ServerFailure
from handlers.mcp.approval import Filter, needs_approval
from handlers.responses.request import Item, TurnRequest
from handlers.responses.tools import Added, Finished, Progress, Refused, Step, mcp_function
from handlers.services import Call, Services
from handlers.settings import Settings

if TYPE_CHECKING:
    from handlers.mcp.connection import Connection

TYPES = frozenset({"mcp"})
PORTS = {"http": 80, "https": 443}
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
RESERVED = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
"""Headers that are the connection's own."""
ALLOW = "LOCKSTEP_ALLOW_PRIVATE_URLS"


def make(services: Services, _call: Call, request: TurnRequest, tool: Mapping[str, Any]) -> "McpTool":
    """The tools of one server. Raises BadRequestError for an address or header that cannot be used."""
    place = f"tools[{list(request.body['tools']).index(tool)}]"
    _check_approvals(request)
    url = _address(tool["server_url"], place)
    server = Server(tool["server_label"], url.geturl(), _headers(tool, url, place))
    return McpTool(services, request, tool, server, place)


class McpTool:
    """A `ServerTool` for one server."""

    def __init__(
        self, services: Services, request: TurnRequest, tool: Mapping[str, Any], server: Server, place: str
    ) -> None:
        self._hex = services.hex
        self._tool = tool
        self._server = server
        self._place = place
        self._bounds = _bounds(services.settings)
        self._items = [*request.context, *request.input]
        self._approved = _approved(request)
        self._allowed = Filter.read(tool.get("allowed_tools"))
        self._offered: dict[str, Mapping[str, Any]] = {}
        self._connection: Connection | None = None

    async def open(self) -> Sequence[Step]:
        """The list of tools, if no earlier one will do. Raises BadRequestError for a private address."""
        await self._check_reach()
        known = self._listed_before()
        if known is not None:
            self._offer(known)
            return ()
        item: Item = {
            "id": f"mcpl_{self._hex()}",
            "type": "mcp_list_tools",
            "server_label": self._server.label,
            "tools": [],
        }
        begun: list[Step] = [Added(item), Progress("response.mcp_list_tools.in_progress")]
        try:
            found = await (await self._connected()).tools()
        except ServerFailure as failure:
            told = f"The tools of '{self._server.label}' could not be listed: {failure}"
            return [*begun, Progress("response.mcp_list_tools.failed"), Finished({**item, "error": told})]
        allowed = [tool for tool in found if self._allowed.matches(tool)]
        self._offer(allowed)
        done = Finished({**item, "tools": allowed, "error": None})
        return [*begun, Progress("response.mcp_list_tools.completed"), done]

    def functions(self) -> Sequence[Mapping[str, Any]]:
        """One for each tool that is allowed."""
        return [self._function(name, tool) for name, tool in self._offered.items()]

    def owns(self, name: str) -> bool:
        """What it offered."""
        return name in self._offered

    def chosen(self, choice: Mapping[str, Any]) -> Sequence[str]:
        """By the server's label; with a name, one tool."""
        if choice.get("type") != "mcp" or choice.get("server_label") != self._server.label:
            return ()
        wanted = choice.get("name")
        return [name for name, tool in self._offered.items() if wanted in {None, tool["name"]}]

    async def pending(self) -> AsyncGenerator[Step, None]:
        """The calls that this request's input approves, and that were not made yet."""
        for request in self._approved:
            if request["server_label"] != self._server.label:
                continue
            arguments = _arguments(request["arguments"])
            async for step in self._run(
                request["name"], request["arguments"], arguments or {}, approval=request["id"]
            ):
                yield step

    async def call(self, call_id: str, name: str, arguments: str) -> AsyncGenerator[Step, None]:  # noqa: ARG002 - the item has an id of its own
        """A call, or the question whether it may be made."""
        tool = self._offered[name]
        given = _arguments(arguments)
        if given is None:
            yield Refused(f"The arguments of `{name}` are not a JSON object.")
            return
        if needs_approval(self._tool.get("require_approval"), tool):
            question = {
                "id": f"mcpr_{self._hex()}",
                "type": "mcp_approval_request",
                "server_label": self._server.label,
                "name": tool["name"],
                "arguments": arguments or "{}",
            }
            yield Added(question)
            yield Finished(question)
            return
        async for step in self._run(tool["name"], arguments or "{}", given, approval=None):
            yield step

    def annotations(self, text: str) -> Sequence[Mapping[str, Any]]:  # noqa: ARG002 - nothing in it is ours
        """None."""
        return ()

    async def aclose(self) -> None:
        """Leave the server."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    # --- inside -----------------------------------------------------------------------------------

    async def _run(
        self, name: str, text: str, arguments: Mapping[str, Any], *, approval: str | None
    ) -> AsyncGenerator[Step, None]:
        item: Item = {
            "id": f"mcp_{self._hex()}",
            "type": "mcp_call",
            "status": "in_progress",
            "server_label": self._server.label,
            "name": name,
            "arguments": "",
            "output": None,
            "error": None,
            "approval_request_id": approval,
        }
        yield Added(item)
        yield Progress("response.mcp_call.in_progress")
        yield Progress("response.mcp_call_arguments.delta", {"delta": text})
        yield Progress("response.mcp_call_arguments.done", {"arguments": text})
        try:
            result = await (await self._connected()).call(name, arguments)
        except ServerFailure as failure:
            result, error = Result(f"Error: {failure}", failed=True, content=[]), failure.error
        else:
            error = {"type": "mcp_tool_execution_error", "content": result.content}
        if result.failed:
            yield Progress("response.mcp_call.failed")
            end: Item = {"status": "failed", "error": error}
        else:
            yield Progress("response.mcp_call.completed")
            end = {"status": "completed", "output": result.text}
        yield Finished({**item, "arguments": text, **end}, result.text)

    def _listed_before(self) -> Sequence[Mapping[str, Any]] | None:
        """The latest list of this server's tools among the items, if it has all that are allowed."""
        for item in reversed(self._items):
            if item["type"] != "mcp_list_tools" or item["server_label"] != self._server.label:
                continue
            if item.get("error") or not self._allowed.names <= {tool["name"] for tool in item["tools"]}:
                return None
            return [tool for tool in item["tools"] if self._allowed.matches(tool)]
        return None

    def _offer(self, tools: Iterable[Mapping[str, Any]]) -> None:
        self._offered = {mcp_function(self._server.label, tool["name"]): tool for tool in tools}

    def _function(self, name: str, tool: Mapping[str, Any]) -> dict[str, Any]:
        texts = (tool.get("description"), self._tool.get("server_description"))
        function = {"name": name, "parameters": tool["input_schema"]}
        if description := "\n\n".join(text for text in texts if text):
            function["description"] = description
        return {"type": "function", "function": function}

    async def _connected(self) -> "Connection":
        if self._connection is None:
            # Half a second the first time, in which other requests go on.
            module = await asyncio.to_thread(import_module, "handlers.mcp.connection")
            self._connection = module.Connection(self._server, self._bounds)
        return self._connection

    async def _check_reach(self) -> None:
        """An address that must not be reached is the client's mistake, to be told at once."""
        parts = urlsplit(self._server.url)
        port = parts.port or PORTS[parts.scheme]
        try:
            async with asyncio.timeout(self._bounds.connect_seconds):
                await resolve(parts.hostname or "", port, private=self._bounds.private)
        except PrivateAddressError as error:
            why = f"{error}; set `{ALLOW}` to let clients reach such servers"
            raise _invalid(f"{self._place}.server_url", why) from None
        except (OSError, TimeoutError):
            return  # the list of tools will say so


def _bounds(settings: Settings) -> Bounds:
    return Bounds(
        connect_seconds=settings.mcp_connect_seconds,
        call_seconds=settings.mcp_call_seconds,
        max_bytes=settings.mcp_max_bytes,
        private=settings.allow_private_urls,
    )


def _address(url: str, place: str) -> SplitResult:
    """The parts of an address that can be used; it is not repeated in errors, keys may be in it."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or not url.isascii() or not url.isprintable() or " " in url:
        raise _invalid(f"{place}.server_url", "expected a URL such as 'https://example.com/mcp'")
    return parts


def _headers(tool: Mapping[str, Any], url: SplitResult, place: str) -> dict[str, str]:
    """What each request is sent with: `headers`, and `authorization` (or else the URL's user)."""
    headers: dict[str, str] = {}
    for name, value in (tool.get("headers") or {}).items():
        if not HEADER.fullmatch(name) or name.lower() in RESERVED or not _sendable(value):
            raise _invalid(f"{place}.headers", "a name or value in it cannot be sent")
        headers[name.lower()] = value
    if token := tool.get("authorization"):
        if not _sendable(token):
            raise _invalid(f"{place}.authorization", "it cannot be sent")
        headers["authorization"] = f"Bearer {token}"
    if url.username is not None and "authorization" not in headers:
        who = f"{unquote(url.username)}:{unquote(url.password or '')}"
        headers["authorization"] = f"Basic {b64encode(who.encode()).decode()}"
    return headers


def _sendable(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _approved(request: TurnRequest) -> list[Item]:
    """The questions that the input answers with yes, in the order of the answers, each once."""
    items = [*request.context, *request.input]
    asked = {item["id"]: item for item in items if item["type"] == "mcp_approval_request"}
    made = {item.get("approval_request_id") for item in items if item["type"] == "mcp_call"}
    answered = [
        item["approval_request_id"]
        for item in request.input
        if item["type"] == "mcp_approval_response" and item["approve"]
    ]
    return [asked[each] for each in dict.fromkeys(answered) if each in asked and each not in made]


def _check_approvals(request: TurnRequest) -> None:
    """An answer to no question, or one that nobody can act on, is a mistake of the request."""
    items = [*request.context, *request.input]
    asked = {item["id"]: item for item in items if item["type"] == "mcp_approval_request"}
    labels = {tool.get("server_label") for tool in request.body["tools"] if tool["type"] == "mcp"}
    for index, item in enumerate(request.input):
        if item["type"] != "mcp_approval_response":
            continue
        question = asked.get(item["approval_request_id"])
        where = f"input[{index}].approval_request_id"
        if question is None:
            raise _invalid(where, "there is no such mcp_approval_request in this context")
        if item["approve"] and question["server_label"] not in labels:
            raise _invalid(where, f"the server '{question['server_label']}' is not among `tools`")


def _arguments(text: str) -> dict[str, Any] | None:
    """The object that the model wrote; none at all is an empty one."""
    try:
        given = decode(text or "{}")
    except ValueError:
        return None
    return given if isinstance(given, dict) else None


def _invalid(place: str, why: str) -> BadRequestError:
    return BadRequestError(f"Invalid value for '{place}': {why}.", param=place, code="invalid_value")
