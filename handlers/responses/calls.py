"""Calls and outputs of every kind of item as chat tool calls and their answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.encoding import encode
from handlers.responses.content import Part, Place, chat_parts
from handlers.responses.request import Item
from handlers.responses.tools import mcp_function

KEPT_RESULTS = 20
"""Results of a search that a later turn still shows."""


@dataclass(frozen=True, slots=True)
class ChatCall:
    """A call as chat completions have it; `kind` is `function` or `custom`."""

    id: str
    name: str
    text: str
    kind: str = "function"

    def render(self) -> dict[str, Any]:
        """An entry of `tool_calls`."""
        field = "input" if self.kind == "custom" else "arguments"
        return {"id": self.id, "type": self.kind, self.kind: {"name": self.name, field: self.text}}


def json_text(value: Any) -> str:
    """A value as JSON text."""
    return encode(value).decode()


def plain_text(text: str) -> list[Part]:
    """One part."""
    return [{"type": "text", "text": text}]


def within(namespace: str, name: str) -> str:
    """What the model knows a namespace's tool as."""
    return f"{namespace}__{name}"


def _name(item: Item) -> str:
    return within(item["namespace"], item["name"]) if item.get("namespace") else item["name"]


def _local(name: str, field: str) -> Callable[[Item], ChatCall]:
    """A call whose arguments are an object of the item."""
    return lambda item: ChatCall(_call_id(item), name, json_text(item.get(field)))


def _call_id(item: Item) -> str:
    return str(item.get("call_id") or item["id"])


def _computer(item: Item) -> ChatCall:
    actions = item.get("actions") or [item.get("action")]
    return ChatCall(item["call_id"], "computer", json_text({"actions": actions}))


CALLS: Mapping[str, Callable[[Item], ChatCall]] = {
    "function_call": lambda item: ChatCall(item["call_id"], _name(item), item["arguments"] or "{}"),
    "custom_tool_call": lambda item: ChatCall(item["call_id"], _name(item), item["input"], "custom"),
    "shell_call": _local("shell", "action"),
    "local_shell_call": _local("local_shell", "action"),
    "apply_patch_call": lambda item: ChatCall(
        item["call_id"], "apply_patch", json_text({"operation": item["operation"]})
    ),
    "computer_call": _computer,
    "tool_search_call": _local("tool_search", "arguments"),
    "program": lambda item: ChatCall(item["call_id"], "program", json_text({"code": item["code"]})),
}
"""Items that wait for another item with the same call id."""


def _whole(item: Item, place: Place) -> list[Part]:
    output = item["output"]
    return plain_text(output) if isinstance(output, str) else chat_parts(output, place, "output")


def _fields(*names: str) -> Callable[[Item, Place], list[Part]]:
    """Some of the item's fields, as JSON."""
    return lambda item, _place: plain_text(json_text({name: item.get(name) for name in names}))


OUTPUTS: Mapping[str, Callable[[Item, Place], list[Part]]] = {
    "function_call_output": _whole,
    "custom_tool_call_output": _whole,
    "shell_call_output": _fields("output"),
    "local_shell_call_output": _whole,
    "apply_patch_call_output": _fields("status", "output"),
    "computer_call_output": lambda item, place: chat_parts([item["output"]], place, "output"),
    "tool_search_output": _fields("tools"),
    "program_output": lambda item, _place: plain_text(item["result"]),
}
"""Items that answer a call."""

Told = tuple[ChatCall, list[Part]]


def _mcp(item: Item) -> Told:
    name = mcp_function(item["server_label"], item["name"])
    error = item.get("error")
    output = f"Error: {json_text(error)}" if error else item.get("output") or ""
    return ChatCall(item["id"], name, item["arguments"] or "{}"), plain_text(output)


def _web_search(item: Item) -> Told:
    action = item.get("action") or {}
    asked = {name: value for name, value in action.items() if name not in {"type", "sources"}}
    found = action.get("sources") or item.get("results") or []
    output = json_text(found[:KEPT_RESULTS]) if found else f"Status: {item['status']}."
    return ChatCall(item["id"], "web_search", json_text(asked)), plain_text(output)


def _file_search(item: Item) -> Told:
    found = [
        {name: result.get(name) for name in ("filename", "text")} for result in item.get("results") or ()
    ]
    output = json_text(found[:KEPT_RESULTS]) if found else f"Status: {item['status']}."
    return ChatCall(item["id"], "file_search", json_text({"queries": item["queries"]})), plain_text(output)


def _code_interpreter(item: Item) -> Told:
    logs = [output["logs"] for output in item.get("outputs") or () if output["type"] == "logs"]
    call = ChatCall(item["id"], "code_interpreter", json_text({"code": item["code"]}))
    return call, plain_text("\n".join(logs) or f"Status: {item['status']}.")


def _image_generation(item: Item) -> Told:
    output = (
        "The image was made and shown to the user." if item.get("result") else f"Status: {item['status']}."
    )
    return ChatCall(item["id"], "image_generation", "{}"), plain_text(output)


ANSWERED: Mapping[str, Callable[[Item], Told]] = {
    "mcp_call": _mcp,
    "web_search_call": _web_search,
    "file_search_call": _file_search,
    "code_interpreter_call": _code_interpreter,
    "image_generation_call": _image_generation,
}
"""Items that hold call and answer in one."""
SILENT = frozenset({"mcp_list_tools", "additional_tools", "compaction_trigger"})
"""Items that are no part of what was said: tools are offered, not told."""
