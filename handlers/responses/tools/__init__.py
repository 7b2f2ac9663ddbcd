"""Tools other than functions, run by this server or put into the client's own items: found by their `TYPES`.

A module of this folder has two names: `TYPES`, the tool types (`{"mcp"}`) that it serves, and
`make(services, call, request, tool)`, which builds one `ServerTool` for one entry of the request's `tools`.
Functions and custom tools are the client's and need no module; shell, computer and their like are `local`.
"""

import hashlib
import pkgutil
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from handlers.responses.request import Item, TurnRequest
from handlers.services import Call, Services


@dataclass(frozen=True, slots=True)
class Added:
    """An item begins: `response.output_item.added` with the item as it is now (`status: in_progress`)."""

    item: Item


@dataclass(frozen=True, slots=True)
class Progress:
    """Something happened to the item added last, such as `response.mcp_call.in_progress`.

    `item_id`, `output_index` and `sequence_number` are filled in by the turn.
    """

    type: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """The item added last is done: `response.output_item.done`.

    `output` answers the model's call: text, or chat content parts. None means that there is no answer
    now: a list of tools, or a request for approval, which ends the turn once the other calls are done.
    """

    item: Item
    output: str | Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The call becomes no item: the model is told why (its arguments are wrong) and may try again."""

    output: str


Step = Added | Progress | Finished | Refused
"""An item is told as one Added, any number of Progress, one Finished; one item after the other."""


class ServerTool(Protocol):
    """One tool of one turn. What fails while a model waits is an item with its error, not an exception."""

    async def open(self) -> Sequence[Step]:
        """Make ready, before the model is asked; the items to show first (`mcp_list_tools`), if any.

        Raises ApiError: the request then fails before anything is answered.
        """

    def functions(self) -> Sequence[Mapping[str, Any]]:
        """What the model is offered: chat tools, `{"type": "function", "function": {...}}`."""

    def owns(self, name: str) -> bool:
        """Whether a call of the function `name` is this tool's."""

    def chosen(self, choice: Mapping[str, Any]) -> Sequence[str]:
        """The functions that a `tool_choice` or entry of `allowed_tools` like `{"type": "mcp"}` means."""

    def pending(self) -> AsyncGenerator[Step, None]:
        """What earlier turns left to do: the calls that this request's input approved. Runs after `open`."""

    def call(self, call_id: str, name: str, arguments: str) -> AsyncGenerator[Step, None]:
        """Run one call of the model: one item. Counts against `max_tool_calls`, which the turn keeps."""

    def annotations(self, text: str) -> Sequence[Mapping[str, Any]]:
        """What a finished text of the model gets from this tool: `url_citation`s with their indexes."""

    async def aclose(self) -> None:
        """Release connections; also called when the turn was cancelled."""


def load(services: Services, call: Call, request: TurnRequest) -> list[ServerTool]:
    """A tool for each entry of the request's `tools` that this server runs. Raises ApiError."""
    modules, tools = _modules(), request.body.get("tools") or ()
    found: list[tuple[str, ServerTool]] = [
        (tool["type"], modules[tool["type"]].make(services, call, request, tool))
        for tool in tools
        if tool["type"] in modules
    ]
    if services.tracing is not None:
        return [services.tracing.tool(tool, kind) for kind, tool in found]
    return [tool for _, tool in found]


@cache
def _modules() -> Mapping[str, Any]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {kind: module for module in modules for kind in getattr(module, "TYPES", ())}


MAX_NAME = 64
"""Characters of a function's name that every endpoint takes."""


def mcp_function(server_label: str, name: str) -> str:
    """What the model knows an MCP server's tool as; the same in history and offer."""
    plain = re.sub(r"[^a-zA-Z0-9_-]", "_", f"{server_label}__{name}")
    if plain == f"{server_label}__{name}" and len(plain) <= MAX_NAME:
        return plain
    digest = hashlib.sha256(f"{server_label}\0{name}".encode()).hexdigest()[:8]
    return f"{plain[: MAX_NAME - 9]}_{digest}"
