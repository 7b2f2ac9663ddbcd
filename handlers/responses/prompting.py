"""A response's request as a chat completion request: messages, tools, the form of the answer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generated.schemas import CreateResponse
from handlers.errors import BadRequestError
from handlers.responses.calls import within
from handlers.responses.messages import Message, Unit, leading_system
from handlers.responses.request import Item
from handlers.responses.tools import ServerTool

Body = Mapping[str, Any]
ChatTool = Mapping[str, Any]

SAME = (
    "temperature",
    "top_p",
    "service_tier",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prompt_cache_options",
)
"""Fields that chat completions have under the same name and with the same meaning."""
OWN = frozenset({*CreateResponse.model_fields, "n"})
"""Fields of the contract: all others are passed on as they are, being the model's own options.

But for `n`: a response has one answer, and further ones would be paid for and thrown away.
"""
LOGPROBS = "message.output_text.logprobs"
SEALED = "reasoning.encrypted_content"
"""What `include` asks for log probabilities with, and for sealed reasoning."""


def fields(body: Body, model: str) -> dict[str, Any]:
    """The chat request without messages and tools. Unknown fields come first, so that none replaces ours."""
    asked = {name: value for name, value in body.items() if name not in OWN and value is not None}
    asked |= {"model": model, "stream_options": {"include_usage": True}}
    asked |= {name: body[name] for name in SAME if body.get(name) is not None}
    if (effort := (body.get("reasoning") or {}).get("effort")) is not None:
        asked["reasoning_effort"] = effort
    if LOGPROBS in (body.get("include") or ()):
        asked["logprobs"] = True
        if most := body.get("top_logprobs"):
            asked["top_logprobs"] = most
    return asked | _text(body.get("text") or {})


def _text(text: Body) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    wanted = text.get("format") or {}
    if wanted.get("type") == "json_schema":
        inner = {name: value for name, value in wanted.items() if name != "type" and value is not None}
        asked["response_format"] = {"type": "json_schema", "json_schema": inner}
    elif wanted.get("type") == "json_object":
        asked["response_format"] = {"type": "json_object"}
    if text.get("verbosity") is not None:
        asked["verbosity"] = text["verbosity"]
    return asked


def head(instructions: str | None) -> list[Message]:
    """The instructions, where there are any; they are never dropped."""
    return [{"role": "system", "content": instructions}] if instructions else []


def messages(head: Sequence[Message], units: Sequence[Unit]) -> list[Message]:
    """Instructions, then the items. Raises BadRequestError where there is neither."""
    told = leading_system([*head, *(message for unit in units for message in unit.messages)])
    if not told:
        raise BadRequestError(
            "There is nothing to answer: send `input`, `instructions`, or go on from a conversation "
            "or response that has items.",
            param="input",
            code="missing_required_parameter",
        )
    return told


def approves(items: Sequence[Item]) -> bool:
    """Whether calls wait for the approval that these items give; they come before the model."""
    return any(item["type"] == "mcp_approval_response" and item["approve"] for item in items)


# --- tools ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """The tools on offer, and what the model may choose among them."""

    tools: tuple[ChatTool, ...]
    choice: Any = None
    parallel: bool | None = None

    def fields(self) -> dict[str, Any]:
        """The fields of a chat request; none where there is no tool."""
        if not self.tools:
            return {}
        asked: dict[str, Any] = {"tools": list(self.tools)}
        if self.choice is not None:
            asked["tool_choice"] = self.choice
        if self.parallel is not None:
            asked["parallel_tool_calls"] = self.parallel
        return asked

    def free(self) -> "Offer":
        """The offer for the rounds after the first: whoever was made to call a tool may now answer."""
        return Offer(self.tools, "none" if self.choice == "none" else "auto", self.parallel)

    def without(self, tools: Sequence[ServerTool]) -> "Offer":
        """The offer once `max_tool_calls` is reached; a choice of one of these tools falls with them."""
        kept = tuple(tool for tool in self.tools if not any(own.owns(name_of(tool)) for own in tools))
        named = self.choice if isinstance(self.choice, Mapping) else {}
        gone = named and not any(name_of(tool) == name_of(named) for tool in kept)
        return Offer(kept, "auto" if gone else self.choice, self.parallel)


def offer(body: Body, items: Sequence[Item], server_tools: Sequence[ServerTool]) -> Offer:
    """What the model is offered. Raises BadRequestError for a choice of what is not there."""
    tools = _distinct(_client_tools(body, items), (each for own in server_tools for each in own.functions()))
    choice = body.get("tool_choice")
    mode: Any = choice
    if isinstance(choice, Mapping):
        tools, mode = _chosen(choice, tools, server_tools)
    if mode == "required" and not tools:
        raise _wrong_choice("`required` needs at least one tool in `tools`")
    return Offer(tuple(tools), mode, body.get("parallel_tool_calls"))


def _distinct(clients: Iterable[ChatTool], servers: Iterable[ChatTool]) -> list[ChatTool]:
    """The tools by name. One that is offered twice (by items of several turns) is offered once."""
    own = {name_of(tool): tool for tool in clients}
    others = {name_of(tool): tool for tool in servers}
    if both := own.keys() & others.keys():
        raise BadRequestError(
            f"Invalid 'tools': '{min(both)}' is the name of a function and of a tool that this server "
            "offers under it. Give the function another name.",
            param="tools",
            code="invalid_value",
        )
    return [*own.values(), *others.values()]


def name_of(tool: ChatTool) -> str:
    """The name of a chat tool."""
    return str(tool[tool["type"]]["name"])


def namespaces(body: Body, items: Sequence[Item]) -> dict[str, tuple[str, str]]:
    """Namespace and name of each tool that has one, by what the model knows it as."""
    return {
        within(space["name"], tool["name"]): (space["name"], tool["name"])
        for space in _tools(body, items)
        if space["type"] == "namespace"
        for tool in space["tools"]
    }


def _tools(body: Body, items: Sequence[Item]) -> Iterator[Body]:
    """The request's tools and those that items add."""
    yield from body.get("tools") or ()
    for item in items:
        if item["type"] == "additional_tools":
            yield from item["tools"]


def _client_tools(body: Body, items: Sequence[Item]) -> Iterator[ChatTool]:
    for tool in _tools(body, items):
        if tool["type"] == "namespace":
            for inner in tool["tools"]:
                yield _offered({**inner, "name": within(tool["name"], inner["name"])})
        elif tool["type"] in {"function", "custom"}:
            yield _offered(tool)


def _offered(tool: Body) -> ChatTool:
    return _function(tool) if tool["type"] == "function" else _custom(tool)


def _function(tool: Body) -> ChatTool:
    names = ("name", "description", "parameters", "strict")
    return {
        "type": "function",
        "function": {name: tool[name] for name in names if tool.get(name) is not None},
    }


def _custom(tool: Body) -> ChatTool:
    inner = {name: tool[name] for name in ("name", "description") if tool.get(name) is not None}
    if wanted := tool.get("format"):
        grammar = {name: value for name, value in wanted.items() if name != "type"}
        inner["format"] = {"type": "grammar", "grammar": grammar} if grammar else {"type": "text"}
    return {"type": "custom", "custom": inner}


def _chosen(
    choice: Body, tools: list[ChatTool], server_tools: Sequence[ServerTool]
) -> tuple[list[ChatTool], Any]:
    """The tools that remain, and the mode. Few endpoints know `allowed_tools`, so the offer is narrowed."""
    if choice["type"] == "allowed_tools":
        meant = [name for entry in choice["tools"] for name in _meant(entry, tools, server_tools)]
        return [tool for tool in tools if name_of(tool) in meant], choice["mode"]
    meant = _meant(choice, tools, server_tools)
    narrowed = [tool for tool in tools if name_of(tool) in meant]
    if len(narrowed) == 1:
        kind = narrowed[0]["type"]
        return tools, {"type": kind, kind: {"name": meant[0]}}
    return narrowed, "required"


def _meant(choice: Body, tools: Sequence[ChatTool], server_tools: Sequence[ServerTool]) -> list[str]:
    """The names of the functions that a choice means: one of the client's, or all of a server tool's."""
    if choice.get("type") in {"function", "custom"}:
        found = [name_of(tool) for tool in tools if name_of(tool) == choice.get("name")]
    else:
        found = [name for own in server_tools for name in own.chosen(choice)]
    if not found:
        about = choice.get("name") or choice.get("server_label") or choice.get("type")
        raise _wrong_choice(f"there is no tool '{str(about)[:200]}' in `tools`")
    return found


def _wrong_choice(why: str) -> BadRequestError:
    return BadRequestError(f"Invalid 'tool_choice': {why}.", param="tool_choice", code="invalid_value")
