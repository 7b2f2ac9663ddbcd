"""What tools and answer formats count: functions as a model is shown them, all else as its JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.encoding import encode
from handlers.tokens.vocabularies import count, vocabulary


@dataclass(frozen=True, slots=True)
class Frame:
    """Tokens around names and descriptions of functions, as OpenAI's cookbook on counting measured them."""

    function: int
    properties: int = 3
    property: int = 3
    values: int = -3
    value: int = 3
    all: int = 12


FRAMES: Mapping[str, Frame] = {"cl100k_base": Frame(10)}
"""By vocabulary, for the frames changed with it."""
NEWER = Frame(7)


def count_tools(tools: Iterable[Mapping[str, Any]], model: str) -> int:
    """All tools of a request, those of Responses or those of chat completions."""
    frame = FRAMES.get(vocabulary(model), NEWER)
    counts = [_tool(tool, frame, model) for tool in tools]
    return sum(counts) + frame.all if counts else 0


def count_format(body: Mapping[str, Any], model: str) -> int:
    """The JSON Schema of `text.format`, or of chat's `response_format`: its JSON."""
    wanted = (body.get("text") or {}).get("format") or body.get("response_format") or {}
    inner = wanted.get("json_schema") or wanted
    return count(_json(inner["schema"]), model) if inner.get("schema") else 0


def _tool(tool: Mapping[str, Any], frame: Frame, model: str) -> int:
    inner = tool.get("function") or tool
    if tool.get("type") != "function" or "name" not in inner:
        told = {name: value for name, value in tool.items() if name not in {"authorization", "headers"}}
        return frame.function + count(_json(told), model)
    text = f"{inner['name']}:{_described(inner)}"
    return frame.function + count(text, model) + _properties(inner.get("parameters"), frame, model)


def _properties(schema: Any, frame: Frame, model: str) -> int:
    """The properties of an object's schema, and of the objects in it: the cookbook knows one level only."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or not properties:
        return 0
    return frame.properties + sum(_property(name, inner, frame, model) for name, inner in properties.items())


def _property(name: str, schema: Any, frame: Frame, model: str) -> int:
    if not isinstance(schema, Mapping):
        return frame.property + count(name, model)
    tokens = frame.property + count(f"{name}:{_kind(schema)}:{_described(schema)}", model)
    if isinstance(values := schema.get("enum"), list):
        tokens += frame.values + sum(frame.value + count(_text(value), model) for value in values)
    tokens += _properties(schema, frame, model) + _properties(schema.get("items"), frame, model)
    for several in ("anyOf", "oneOf", "allOf"):
        tokens += sum(_properties(one, frame, model) for one in schema.get(several) or ())
    return tokens


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "")
    return " | ".join(map(str, kind)) if isinstance(kind, list) else str(kind)


def _described(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description") or "").removesuffix(".")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return encode(value).decode()
