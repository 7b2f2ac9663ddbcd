"""What cannot be done is refused before anything else happens, with its place and the reason in the table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handlers import redaction
from handlers.errors import BadRequestError
from handlers.responses.support import CHOICES, FIELDS, INCLUDES, ITEMS, TOOL_FIELDS, TOOLS, Entry
from handlers.settings import Settings

Body = Mapping[str, Any]

ADDED = frozenset({"function", "custom", "namespace"})
"""Tools that an `additional_tools` item may add; the others must stand in `tools`."""


NAMED: Mapping[str, str] = {"function": "name", "custom": "name", "namespace": "name", "mcp": "server_label"}
"""The field by which there may be several tools of a type."""
OTHER_NAMES: Mapping[str, str] = {
    "computer_use_preview": "computer",
    **dict.fromkeys((kind for kind in TOOLS if kind.startswith("web_search")), "web_search"),
}
"""What the model knows the others as, where it is not their type."""


def check(body: Body, settings: Settings) -> None:
    """Raise BadRequestError for the first thing in a create body that cannot be done here."""
    _fields(body, FIELDS, "")
    for index, tool in enumerate(body.get("tools") or ()):
        _tool(tool, f"tools[{index}]", settings)
    _names(body.get("tools") or ())
    _choice(body.get("tool_choice"))
    for index, value in enumerate(body.get("include") or ()):
        _variant(f"include[{index}]", value, INCLUDES)
    _items(body, settings)


def check_include(values: Iterable[str] | None) -> None:
    """The same for the `include` of the operations that read. Raises BadRequestError."""
    for value in values or ():
        _variant("include", value, INCLUDES)


def without_secrets(body: Body) -> dict[str, Any]:
    """The body as it may be stored and echoed: no tool's `authorization`, `headers` or URL credentials."""
    safe = dict(body)
    if isinstance(tools := body.get("tools"), Sequence):
        safe["tools"] = redaction.tools(tools)
    if isinstance(given := body.get("input"), list):
        safe["input"] = [redaction.item(item) for item in given]
    return safe


def has_secrets(body: Body) -> bool:
    """Whether `without_secrets` loses something: the stored body is then not enough to run it again."""
    return without_secrets(body) != dict(body)


def _fields(value: Body, table: Mapping[str, Entry], place: str) -> None:
    for name, entry in table.items():
        given = value.get(name)
        if entry.stand == "refused" and given is not None and not (entry.fine and entry.fine(given)):
            where = f"{place}.{name}" if place else name
            message = f"Unsupported parameter: '{where}': {entry.says}."
            raise BadRequestError(message, param=where, code="unsupported_parameter")


def _tool(tool: Body, place: str, settings: Settings) -> None:
    kind = tool["type"]
    entry = _variant(f"{place}.type", kind, TOOLS)
    if entry.setting and not getattr(settings, entry.setting):
        setting = f"LOCKSTEP_{entry.setting.upper()}"
        raise _unsupported(f"{place}.type", f"'{kind}' needs the setting `{setting}`, which is not set")
    _fields(tool, TOOL_FIELDS[kind], place)
    for index, inner in enumerate(tool["tools"] if kind == "namespace" else ()):
        _fields(inner, TOOL_FIELDS[inner["type"]], f"{place}.tools[{index}]")
    if kind == "mcp" and tool.get("server_url") is None:
        where = f"{place}.server_url"
        message = f"Missing required parameter: '{where}'."
        raise BadRequestError(message, param=where, code="missing_required_parameter")


def _names(tools: Sequence[Body]) -> None:
    """A call names its tool, or its server's label, and nothing else: whose it is must be clear."""
    seen: dict[tuple[str, str], str] = {}
    for index, tool in enumerate(tools):
        kind: str = tool["type"]
        field = NAMED.get(kind, "type")
        name = tool[field] if kind in NAMED else OTHER_NAMES.get(kind, kind)
        space = kind if kind in {"mcp", "namespace"} else "function"
        if (space, name) in seen and not {kind, seen[space, name]} <= ADDED:
            raise _unsupported(f"tools[{index}].{field}", f"there are two tools of the name '{name[:64]}'")
        seen[space, name] = kind


def _choice(choice: Any) -> None:
    if choice is None:
        return
    if isinstance(choice, str):
        _variant("tool_choice", choice, CHOICES)
        return
    _variant("tool_choice.type", choice["type"], CHOICES)


def _items(body: Body, settings: Settings) -> None:
    given = body.get("input")
    servers = [tool for tool in body.get("tools") or () if tool["type"] == "mcp"]
    for index, item in enumerate(given if isinstance(given, list) else ()):
        place, kind = f"input[{index}]", item.get("type")
        if kind in ITEMS:
            _variant(f"{place}.type", kind, ITEMS)
        if kind == "additional_tools":
            _added(item["tools"], f"{place}.tools", settings)
        if kind == "mcp_approval_response" and item["approve"] and not servers:
            why = "the server of the call that it approves must stand in the request's `tools`"
            raise _unsupported(f"{place}.approve", why)


def _added(tools: Sequence[Body], place: str, settings: Settings) -> None:
    for index, tool in enumerate(tools):
        if tool["type"] not in ADDED:
            why = f"'{tool['type']}' tools must stand in the request's `tools`"
            raise _unsupported(f"{place}[{index}].type", why)
        _tool(tool, f"{place}[{index}]", settings)


def _variant(place: str, value: str, table: Mapping[str, Entry]) -> Entry:
    entry = table.get(value)
    if entry is None:
        raise _unsupported(place, f"'{value[:64]}' is not known. Expected one of {', '.join(table)}")
    if entry.stand == "refused":
        raise _unsupported(place, f"'{value}' is not supported: {entry.says}")
    return entry


def _unsupported(place: str, why: str) -> BadRequestError:
    return BadRequestError(f"Invalid value for '{place}': {why}.", param=place, code="invalid_value")
