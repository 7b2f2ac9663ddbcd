"""What each of the 28 conversation item types needs on its way from input to resource, as a table.

The resource requires fields that the input may leave out or set to null: `fills` has their values.
Where the input may say null and the resource has no null, the field is left out: `never_null`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Fill = str | None | Callable[[Mapping[str, Any]], Any]
"""A value for a missing field, or how to tell it from the object that misses it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One item type. `example` says whether upstream's examples show the prefix."""

    prefix: str
    example: bool = False
    fills: Mapping[str, Fill] = field(default_factory=dict)
    never_null: tuple[str, ...] = ()
    parts: str | None = None
    """The field that holds content parts."""
    inner: Mapping[str, Mapping[str, Fill]] = field(default_factory=dict)
    """`fills` of objects within the item."""
    unnamed: str | None = None
    """The error code for an item without an id, where the client must bring one."""
    unreadable: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values that the input has and the resource has not: storing them would make the item unreadable."""
    authored: bool = False
    """Whether the resource has `created_by`, a string, which the input leaves open."""
    entries: str | None = None
    """The field that holds entries with a `created_by` each."""


MISSING = "missing_required_parameter"
DONE: Mapping[str, Fill] = {"status": "completed"}


def executor(item: Mapping[str, Any]) -> str:
    """Who searched for tools: a search of the client's has a call id, the server's has none."""
    return "server" if item.get("call_id") is None else "client"


def none(_: Mapping[str, Any]) -> list[Any]:
    """An empty list of its own."""
    return []


SEARCH: Mapping[str, Fill] = {"status": "completed", "execution": executor, "call_id": None}

KINDS: Mapping[str, Kind] = {
    "message": Kind("msg_", example=True, fills=DONE, parts="content"),
    "function_call": Kind("fc_", example=True, fills=DONE, authored=True),
    "function_call_output": Kind(
        "fco_", fills=DONE, never_null=("call_id", "name", "namespace"), parts="output", authored=True
    ),
    "file_search_call": Kind("fs_", example=True, unnamed=MISSING),
    "web_search_call": Kind("ws_", example=True, unnamed=MISSING),
    "image_generation_call": Kind("ig_", unnamed=MISSING),
    "computer_call": Kind("cu_", unnamed=MISSING),
    "computer_call_output": Kind(
        "cuo_",
        example=True,
        fills=DONE,
        never_null=("acknowledged_safety_checks",),
        unreadable={"status": ("in_progress",)},
        authored=True,
    ),
    "tool_search_call": Kind("tsc_", example=True, fills=SEARCH, authored=True),
    "tool_search_output": Kind("tso_", example=True, fills=SEARCH, authored=True),
    "additional_tools": Kind("at_", example=True),
    "reasoning": Kind("rs_", example=True, unnamed="invalid_item"),
    "program": Kind("cm_", example=True, unnamed=MISSING),
    "program_output": Kind("cmo_", example=True, unnamed=MISSING),
    "compaction": Kind("cmp_", example=True, authored=True),
    "code_interpreter_call": Kind("ci_", example=True, unnamed=MISSING),
    "local_shell_call": Kind("lsh_", unnamed=MISSING),
    "local_shell_call_output": Kind("lsho_", unnamed=MISSING),
    "shell_call": Kind(
        "sh_",
        example=True,
        fills={"status": "completed", "environment": None},
        inner={"action": {"timeout_ms": None, "max_output_length": None}},
        authored=True,
    ),
    "shell_call_output": Kind(
        "sho_",
        example=True,
        fills={"status": "completed", "max_output_length": None},
        authored=True,
        entries="output",
    ),
    "apply_patch_call": Kind("apc_", example=True, authored=True),
    "apply_patch_call_output": Kind("apco_", example=True, authored=True),
    "mcp_list_tools": Kind("mcpl_", example=True, unnamed=MISSING),
    "mcp_approval_request": Kind("mcpr_", unnamed=MISSING),
    "mcp_approval_response": Kind("mcpa_"),
    "mcp_call": Kind("mcp_", example=True, unnamed=MISSING),
    "custom_tool_call": Kind("ctc_", example=True),
    "custom_tool_call_output": Kind("ctco_", parts="output"),
}


@dataclass(frozen=True, slots=True)
class PartKind:
    """One type of content part: `fills` and `never_null` as for items."""

    fills: Mapping[str, Fill] = field(default_factory=dict)
    never_null: tuple[str, ...] = ()


PARTS: Mapping[str, PartKind] = {
    "input_text": PartKind(never_null=("prompt_cache_breakpoint",)),
    "output_text": PartKind(fills={"annotations": none, "logprobs": none}),
    "input_image": PartKind(fills={"detail": "auto"}, never_null=("prompt_cache_breakpoint",)),
    "input_file": PartKind(never_null=("filename", "file_data", "file_url", "prompt_cache_breakpoint")),
}
