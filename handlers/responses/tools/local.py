"""Tools that run on the client's machine: offered as functions, their calls told as the client's own items.

A call whose arguments make no valid item is refused to the model, which may try again.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from generated import schemas
from handlers.encoding import decode
from handlers.responses.request import Item, TurnRequest
from handlers.responses.tools import Added, Finished, Progress, Refused, Step
from handlers.services import Call, Services

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
WHOLE = {"type": "integer"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One tool: how the model knows it, and the item that a call becomes."""

    name: str
    description: str
    properties: Mapping[str, Any]
    required: tuple[str, ...]
    item: str
    prefix: str
    inside: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    """The item's own fields from the call's arguments."""
    valid: type[BaseModel]
    early: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda fields: fields
    """The item's own fields when it is added."""
    steps: Callable[[Mapping[str, Any]], Iterator[Progress]] = lambda _fields: iter(())
    """What is told between added and done."""

    def function(self) -> dict[str, Any]:
        """The chat tool."""
        parameters = {"type": "object", "properties": dict(self.properties), "required": list(self.required)}
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.description, "parameters": parameters},
        }


def _shell(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    limits = {name: arguments.get(name) for name in ("timeout_ms", "max_output_length")}
    return {"action": {"commands": arguments["commands"], **limits}, "environment": {"type": "local"}}


def _no_commands(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**fields, "action": {**fields["action"], "commands": []}}


def _commands(fields: Mapping[str, Any]) -> Iterator[Progress]:
    for index, command in enumerate(fields["action"]["commands"]):
        place = {"command_index": index}
        yield Progress("response.shell_call_command.added", {**place, "command": ""})
        yield Progress("response.shell_call_command.delta", {**place, "delta": command})
        yield Progress("response.shell_call_command.done", {**place, "command": command})


def _local_shell(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    known = ("command", "timeout_ms", "working_directory", "user")
    given = {name: arguments[name] for name in known if arguments.get(name) is not None}
    return {"action": {"type": "exec", **given, "env": arguments.get("env") or {}}}


def _patch(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"operation": arguments["operation"]}


def _actions(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"actions": arguments["actions"], "pending_safety_checks": []}


def _action(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"action": arguments["actions"][0], "pending_safety_checks": []}


ACTION = {
    "type": "object",
    "description": "One of: click {x, y, button: left|right|wheel|back|forward}, "
    "double_click {x, y, keys: null}, drag {path: [{x, y}]}, keypress {keys: []}, move {x, y}, "
    "screenshot {}, scroll {x, y, scroll_x, scroll_y}, type {text}, wait {}.",
    "properties": {
        "type": {
            "type": "string",
            "enum": [
                "click", "double_click", "drag", "keypress", "move", "screenshot", "scroll", "type", "wait",
            ],
        }
    },
    "required": ["type"],
}  # fmt: skip
OPERATION = {
    "type": "object",
    "description": "A change of one file; `diff` in V4A form, not for delete_file.",
    "properties": {
        "type": {"type": "string", "enum": ["create_file", "update_file", "delete_file"]},
        "path": TEXT,
        "diff": TEXT,
    },
    "required": ["type", "path"],
}
COMPUTER: Mapping[str, Any] = {
    "name": "computer",
    "description": "Act on the user's computer; the answer is a screenshot.",
    "properties": {"actions": {"type": "array", "items": ACTION, "minItems": 1}},
    "required": ("actions",),
    "item": "computer_call",
    "prefix": "cu_",
    "valid": schemas.ComputerToolCall,
}

KINDS: Mapping[str, Kind] = {
    "shell": Kind(
        name="shell",
        description="Run shell commands on the user's machine, one after the other.",
        properties={"commands": TEXTS, "timeout_ms": WHOLE, "max_output_length": WHOLE},
        required=("commands",),
        item="shell_call",
        prefix="sh_",
        inside=_shell,
        valid=schemas.FunctionShellCall,
        early=_no_commands,
        steps=_commands,
    ),
    "local_shell": Kind(
        name="local_shell",
        description="Run one command on the user's machine.",
        properties={
            "command": TEXTS,
            "working_directory": TEXT,
            "timeout_ms": WHOLE,
            "env": {"type": "object", "additionalProperties": TEXT},
            "user": TEXT,
        },
        required=("command",),
        item="local_shell_call",
        prefix="lsh_",
        inside=_local_shell,
        valid=schemas.LocalShellToolCall,
    ),
    "apply_patch": Kind(
        name="apply_patch",
        description="Create, change or delete a file on the user's machine.",
        properties={"operation": OPERATION},
        required=("operation",),
        item="apply_patch_call",
        prefix="apc_",
        inside=_patch,
        valid=schemas.ApplyPatchToolCall,
    ),
    "computer": Kind(**COMPUTER, inside=_actions),
    "computer_use_preview": Kind(**COMPUTER, inside=_action),
}
TYPES = frozenset(KINDS)


class LocalTool:
    """A `ServerTool` that only translates: what it is called for is the client's to do, so that turns end."""

    def __init__(self, kind: Kind, type_: str, services: Services) -> None:
        self._kind = kind
        self._type = type_
        self._hex = services.hex

    async def open(self) -> Sequence[Step]:
        """Nothing to prepare."""
        return ()

    def functions(self) -> Sequence[Mapping[str, Any]]:
        """One."""
        return (self._kind.function(),)

    def owns(self, name: str) -> bool:
        """Its own name."""
        return name == self._kind.name

    def chosen(self, choice: Mapping[str, Any]) -> Sequence[str]:
        """By the tool's type; `computer_use` is another word for a computer."""
        wanted = choice.get("type")
        other = wanted == "computer_use" and self._kind.name == "computer"
        return (self._kind.name,) if wanted == self._type or other else ()

    async def pending(self) -> AsyncGenerator[Step, None]:
        """Never anything."""
        nothing: Sequence[Step] = ()
        for step in nothing:
            yield step

    async def call(self, call_id: str, name: str, arguments: str) -> AsyncGenerator[Step, None]:
        """The item of a call, which is the client's to answer."""
        try:
            given = decode(arguments)
            fields = self._kind.inside(given)
            item = self._item(call_id, fields, "completed")
            self._kind.valid.model_validate(item)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            yield Refused(f"The arguments of `{name}` are wrong: {_reason(error)}")
            return
        yield Added({**item, **self._kind.early(fields), "status": "in_progress"})
        for step in self._kind.steps(fields):
            yield step
        yield Finished(item)

    def annotations(self, text: str) -> Sequence[Mapping[str, Any]]:  # noqa: ARG002 - nothing in it is ours
        """None."""
        return ()

    async def aclose(self) -> None:
        """Nothing is open."""

    def _item(self, call_id: str, fields: Mapping[str, Any], status: str) -> Item:
        identity = self._kind.prefix + self._hex()
        return {"id": identity, "type": self._kind.item, "status": status, "call_id": call_id, **fields}


def make(services: Services, _call: Call, _request: TurnRequest, tool: Mapping[str, Any]) -> LocalTool:
    """The tool of one entry of `tools`."""
    return LocalTool(KINDS[tool["type"]], tool["type"], services)


def _reason(error: Exception) -> str:
    """What the model can do something about."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"] if not str(step).startswith("<"))
        return f"{place}: {first['msg']}"
    if isinstance(error, KeyError):
        return f"{error} is missing."
    return str(error)
