"""What the echo provider answers to a request, before it is put on the wire: the rules of `docs/echo.md`."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers.encoding import encode
from handlers.errors import BadRequestError
from handlers.samples import sample

PREFACE = "Echo (no model behind this): "
TOKEN = 4
"""Characters (code points) that make one token."""
QUOTED = 2000
"""Characters of a message that are repeated at most."""

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool on offer: `kind` is `function`, `custom`, or `legacy` for an entry of `functions`."""

    kind: str
    name: str
    schema: Any


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call: `text` is the arguments as JSON, or the input of a custom tool."""

    id: str
    tool: Tool
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One choice: either text or calls."""

    text: str | None
    calls: tuple[ToolCall, ...]
    finish: str
    thought: str = ""
    """What comes before the answer, as models that reason send it."""


def replies(body: Body) -> list[Reply]:
    """One reply for each choice asked for."""
    tools = _called(body)
    made = (_within_budget(_reply(body, tools, index), body) for index in range(body.get("n") or 1))
    return [replace(reply, thought=_thought(body)) for reply in made]


def tokens(text: str | None) -> int:
    """How many tokens a text counts: four characters each, begun ones included."""
    return -(-len(text or "") // TOKEN)


def pieces(text: str, size: int = 1) -> Iterator[str]:
    """The text in steps of `size` tokens."""
    step = size * TOKEN
    return (text[start : start + step] for start in range(0, len(text), step))


def prompt_tokens(body: Body) -> int:
    """The tokens of all text in all messages; images, audio and files count nothing."""
    return sum(tokens(_said(message)) for message in body["messages"])


# --- text -----------------------------------------------------------------------------------------


def _reply(body: Body, tools: Sequence[Tool], index: int) -> Reply:
    if tools:
        finish = "function_call" if tools[0].kind == "legacy" else "tool_calls"
        return Reply(None, tuple(_call(body, tool, index, place) for place, tool in enumerate(tools)), finish)
    return Reply(_until_stop(_text(body, index), body.get("stop")), (), "stop")


def _text(body: Body, index: int) -> str:
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return encode(sample(wanted["json_schema"].get("schema") or {"type": "object"})).decode()
    if wanted.get("type") == "json_object":
        return encode({"echo": _heard(body)}).decode()
    text = PREFACE + _heard(body)
    if "audio" in (body.get("modalities") or ()):
        text += " [audio was asked for; there is only text]"
    return f"{text} [choice {index + 1}]" if index else text


def _thought(body: Body) -> str:
    """Something, where the request asks for effort."""
    return "" if body.get("reasoning_effort") in {None, "none"} else f"I was told: {_heard(body)}"


def _heard(body: Body) -> str:
    """The last message, as far as it is repeated."""
    last = body["messages"][-1]
    said = _said(last)
    more = len(said) - QUOTED
    text = f"{said[:QUOTED]}... ({more} more characters)" if more > 0 else said
    return f"the tool answered: {text}" if last.get("role") in {"tool", "function"} else text


def _said(message: Body) -> str:
    """All text of a message; a part that is none stands as its type in brackets, a call as its text."""
    content = message.get("content")
    texts = [content] if isinstance(content, str) else [_part(part) for part in content or ()]
    for call in message.get("tool_calls") or ():
        inner = call.get("function") or call.get("custom") or {}
        texts.append(f"{inner.get('name')} {inner.get('arguments') or inner.get('input') or ''}")
    return " ".join(texts)


def _part(part: Body) -> str:
    return str(part.get("text") or part.get("refusal") or f"[{part.get('type')}]")


def _until_stop(text: str, stop: str | Iterable[str] | None) -> str:
    stops = [stop] if isinstance(stop, str) else stop or ()
    found = [text.find(mark) for mark in stops if mark and mark in text]
    return text[: min(found)] if found else text


def _within_budget(reply: Reply, body: Body) -> Reply:
    """The reply cut at `max_completion_tokens` (or `max_tokens`), names of tools not counted."""
    limit = body.get("max_completion_tokens")
    limit = body.get("max_tokens") if limit is None else limit
    if limit is None:
        return reply
    room = max(0, int(limit)) * TOKEN
    if reply.text is not None:
        return reply if len(reply.text) <= room else replace(reply, text=reply.text[:room], finish="length")
    kept = []
    for call in reply.calls:
        kept.append(replace(call, text=call.text[:room]))
        if len(call.text) > room:
            return replace(reply, calls=tuple(kept), finish="length")
        room -= len(call.text)
    return reply


# --- tools ----------------------------------------------------------------------------------------


def _called(body: Body) -> list[Tool]:
    """The tools this request makes the echo call: forced ones, else those the last user message names."""
    tools, choice = _offered(body)
    mode = choice if isinstance(choice, str) else choice.get("type", "named")
    if mode == "allowed_tools":
        allowed = choice["allowed_tools"]
        names = {_name(entry) for entry in allowed.get("tools", ())}
        tools, mode = [tool for tool in tools if tool.name in names], allowed.get("mode", "auto")
    elif not isinstance(choice, str):
        return [_named(tools, choice)]
    if mode == "none":
        return []
    if mode == "required" and not tools:
        raise _wrong_choice("`required` needs at least one tool in `tools`.")
    called = _mentioned(tools, body["messages"][-1]) or (tools[:1] if mode == "required" else [])
    return called[:1] if body.get("parallel_tool_calls") is False else called


def _offered(body: Body) -> tuple[list[Tool], Any]:
    """The tools and the choice among them; the deprecated `functions` only where there are no `tools`."""
    if offered := body.get("tools"):
        tools = [_tool(entry) for entry in offered]
        return tools, body.get("tool_choice") or "auto"
    functions = [
        Tool("legacy", entry["name"], entry.get("parameters")) for entry in body.get("functions") or ()
    ]
    return functions, body.get("function_call" if functions else "tool_choice") or "auto"


def _tool(entry: Body) -> Tool:
    inner = entry.get("custom") or entry.get("function") or {}
    return Tool("custom" if "custom" in entry else "function", _name(entry), inner.get("parameters"))


def _name(entry: Body) -> str:
    """The name in `{"type": "function", "function": {"name"}}`, its custom twin, or a bare `{"name"}`."""
    inner = entry.get("function") or entry.get("custom") or entry
    return str(inner.get("name"))


def _named(tools: Sequence[Tool], choice: Body) -> Tool:
    name = _name(choice)
    for tool in tools:
        if tool.name == name:
            return tool
    raise _wrong_choice(f"There is no tool named '{name[:200]}' in `tools`.")


def _wrong_choice(why: str) -> BadRequestError:
    return BadRequestError(
        f"Invalid value for 'tool_choice': {why}", param="tool_choice", code="invalid_value"
    )


def _mentioned(tools: Sequence[Tool], last: Body) -> list[Tool]:
    """The tools whose names stand in the last message, in the order they do; only a user's counts."""
    if last.get("role") != "user":
        return []
    said = _said(last)[:QUOTED]
    places = {tool.name: _place(tool.name, said) for tool in tools}
    return sorted((tool for tool in tools if places[tool.name] >= 0), key=lambda tool: places[tool.name])


def _place(name: str, text: str) -> int:
    """Where the name stands as a word of its own (names may hold `-`), or -1."""
    found = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) if name else None
    return found.start() if found else -1


def _call(body: Body, tool: Tool, index: int, place: int) -> ToolCall:
    if tool.kind == "custom":
        text = _heard(body)
    else:
        text = encode(sample({"type": "object", **(tool.schema or {})})).decode()
    mark = encode([len(body["messages"]), _heard(body), tool.name, index, place])
    return ToolCall(f"call_{hashlib.sha256(mark).hexdigest()[:24]}", tool, text)
