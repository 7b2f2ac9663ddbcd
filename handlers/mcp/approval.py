"""Which tools of a server are meant: by `allowed_tools`, and by `require_approval`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Tool = Mapping[str, Any]

READ_ONLY = ("readOnlyHint", "read_only")
"""The protocol's name for it, and the one in lists that came from elsewhere."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Tools by name, by whether they only read, or both; without either, all."""

    names: frozenset[str] = frozenset()
    named: bool = False
    """Whether only these names are meant: an empty list means no tool."""
    read_only: bool | None = None

    @classmethod
    def read(cls, given: Any) -> "Filter":
        """From a list of names, or an `MCPToolFilter`; None is every tool."""
        if given is None:
            return cls()
        if isinstance(given, Mapping):
            names = given.get("tool_names")
            return cls(frozenset(names or ()), names is not None, given.get("read_only"))
        return cls(frozenset(given), named=True)

    def matches(self, tool: Tool) -> bool:
        """Whether a tool is meant; one that does not say that it only reads may write."""
        if self.named and tool["name"] not in self.names:
            return False
        return self.read_only is None or self.read_only == _reads_only(tool)


def needs_approval(rule: Any, tool: Tool) -> bool:
    """By `require_approval`: `always` where it is absent, or says nothing of a tool, or says both."""
    if not isinstance(rule, Mapping):
        return bool(rule != "never")
    always, never = rule.get("always"), rule.get("never")
    if always is not None and Filter.read(always).matches(tool):
        return True
    return never is None or not Filter.read(never).matches(tool)


def _reads_only(tool: Tool) -> bool:
    hints = tool.get("annotations") or {}
    return any(hints.get(name) is True for name in READ_ONLY)
