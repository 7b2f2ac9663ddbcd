"""What the fake model says: by script, or improvised so that a wish for a tool or JSON comes true."""

import asyncio
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

Json = dict[str, Any]

_numbers = itertools.count(1)
_CREATED: Final = 1_700_000_000
_SAID: Final = 200


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool. Arguments that are a text are sent as they are, broken JSON too."""

    name: str
    arguments: Json | str
    custom: bool = False

    @property
    def text(self) -> str:
        """The arguments as text."""
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the model.

    Attributes:
        text: what it says; a stream sends it word by word.
        calls: tools that it calls.
        refusal: said in place of the text.
        reasoning: thoughts before the text, as `reasoning_content`.
        finish: why it stops; by default `stop` or `tool_calls`.
        status: another than 200 fails, with `error` as the body.
        seconds_before: wait before anything is sent.
        seconds_between: wait between two chunks.
        gate: hold the answer until it is set; a stream after its first piece of text.
        dies_after: hang up in place of this chunk, counted from 0 (the role).
        usage: prompt and completion tokens; by default they are counted; None leaves usage out.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    refusal: str = ""
    reasoning: str = ""
    finish: str = ""
    status: int = 200
    error: Json | None = None
    seconds_before: float = 0.0
    seconds_between: float = 0.0
    gate: asyncio.Event | None = None
    dies_after: int | None = None
    usage: tuple[int, int] | Literal["counted"] | None = "counted"

    @property
    def reason(self) -> str:
        """The finish reason."""
        return self.finish or ("tool_calls" if self.calls else "stop")


def completion(reply: Reply, asked: Json, model: str) -> Json:
    """Return a whole answer."""
    number = next(_numbers)
    message: Json = {"role": "assistant", "content": reply.text or None, "refusal": reply.refusal or None}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    if reply.calls:
        message["tool_calls"] = [_call(call, f"call_{number}_{at}") for at, call in enumerate(reply.calls)]
    choice = {"message": message, "finish_reason": reply.reason, "logprobs": None}
    return {
        "id": f"chatcmpl-fake{number}",
        "object": "chat.completion",
        "created": _CREATED,
        "model": asked.get("model", model),
        "choices": [{"index": at, **choice} for at in range(asked.get("n") or 1)],
        **({"usage": _usage(reply, asked)} if reply.usage else {}),
    }


def _call(call: Call, call_id: str) -> Json:
    if call.custom:
        return {"id": call_id, "type": "custom", "custom": {"name": call.name, "input": call.text}}
    return {"id": call_id, "type": "function", "function": {"name": call.name, "arguments": call.text}}


def _usage(reply: Reply, asked: Json) -> Json:
    read, said = (
        _counted(reply, asked) if reply.usage in {"counted", None} else cast("tuple[int, int]", reply.usage)
    )
    return {"prompt_tokens": read, "completion_tokens": said, "total_tokens": read + said}


def _counted(reply: Reply, asked: Json) -> tuple[int, int]:
    """Count a token for every four characters, as is true of English by and large."""
    read = sum(len(_said(message.get("content"))) for message in asked.get("messages") or [])
    said = len(reply.text) + sum(len(call.text) for call in reply.calls)
    return read // 4 + 1, said // 4 + 1


def chunks(reply: Reply, asked: Json, model: str) -> Iterator[Json]:
    """Yield the chunks of a streamed answer: role, reasoning, words, calls in two pieces, end, usage."""
    number = next(_numbers)
    head = {
        "id": f"chatcmpl-fake{number}",
        "object": "chat.completion.chunk",
        "created": _CREATED,
        "model": asked.get("model", model),
    }
    for delta in _deltas(reply, number):
        yield {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reply.reason}]}
    if reply.usage and (asked.get("stream_options") or {}).get("include_usage"):
        yield {**head, "choices": [], "usage": _usage(reply, asked)}


def _deltas(reply: Reply, number: int) -> Iterator[Json]:
    yield {"role": "assistant", "content": ""}
    if reply.reasoning:
        yield {"reasoning_content": reply.reasoning}
    if reply.refusal:
        yield {"refusal": reply.refusal}
    for word in re.findall(r"\s*\S+|\s+$", reply.text):
        yield {"content": word}
    for at, call in enumerate(reply.calls):
        begun = _call(call, f"call_{number}_{at}")
        kind, member = ("custom", "input") if call.custom else ("function", "arguments")
        text, half = call.text, len(call.text) // 2
        begun[kind][member] = text[:half]
        yield {"tool_calls": [{"index": at, **begun}]}
        yield {"tool_calls": [{"index": at, kind: {member: text[half:]}}]}


def improvised(asked: Json) -> Reply:
    """Answer without a script: call the tools demanded or named, make the JSON wanted, or repeat."""
    last: Json = (asked.get("messages") or [{}])[-1]
    said = _said(last.get("content"))
    if last.get("role") != "tool":
        calls = _wished(asked, said)
        if calls:
            return Reply(calls=calls)
    wanted = asked.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return Reply(json.dumps(made((wanted.get("json_schema") or {}).get("schema") or {})))
    if wanted.get("type") == "json_object":
        return Reply(json.dumps({"fake": said[:_SAID]}))
    counting = " One, two, three." * 50 if _COUNTS.search(said) else ""
    most = asked.get("max_completion_tokens") or asked.get("max_tokens")
    return _cut(f"Fake answer to: {said[:_SAID]}{counting}", most)


_COUNTS: Final = re.compile(r"\bcount\b", re.IGNORECASE)


def _cut(text: str, most: Any) -> Reply:
    words = text.split()
    if not isinstance(most, int) or len(words) <= most:
        return Reply(text)
    return Reply(" ".join(words[:most]), finish="length")


def _said(content: Any) -> str:
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")


def _wished(asked: Json, said: str) -> tuple[Call, ...]:
    tools = {_name(tool): tool for tool in asked.get("tools") or []}
    choice = asked.get("tool_choice", "auto")
    if isinstance(choice, dict):
        named = _name(choice)
        return (_calling(named, tools[named]),) if named in tools else ()
    mentioned = [name for name in tools if re.search(rf"\b{re.escape(name)}\b", said)]
    if choice == "required":
        mentioned = mentioned or list(tools)[:1]
    elif choice == "none":
        mentioned = []
    if asked.get("parallel_tool_calls") is False:
        mentioned = mentioned[:1]
    return tuple(_calling(name, tools[name]) for name in mentioned)


def _name(tool: Json) -> str:
    return str((tool.get(tool.get("type", "function")) or {}).get("name", ""))


def _calling(name: str, tool: Json) -> Call:
    if tool.get("type") == "custom":
        return Call(name, "fake input", custom=True)
    return Call(name, made((tool.get("function") or {}).get("parameters") or {"type": "object"}))


_PLAIN: Final = {"string": "fake", "integer": 1, "number": 1, "boolean": True, "null": None}


def made(schema: Any) -> Any:
    """Make a value that a simple schema admits: the required members, firsts of enums and unions."""
    if not isinstance(schema, dict):
        return {}
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("enum", "anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return schema[key][0] if key == "enum" else made(schema[key][0])
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        members = schema.get("properties") or {}
        return {name: made(members.get(name) or {"type": "string"}) for name in schema.get("required") or []}
    if kind == "array":
        return [made(schema.get("items") or {}) for _ in range(schema.get("minItems", 0))]
    return _PLAIN.get(kind)
