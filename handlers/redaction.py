"""Tools without their secrets: as they may be stored, echoed and logged."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

Tool = Mapping[str, Any]

SECRET = frozenset({"authorization", "headers"})
"""Fields of a tool that never leave the request."""
HOLDERS = frozenset({"additional_tools", "tool_search_output"})
"""Items that hold tools."""


def tool(given: Tool) -> dict[str, Any]:
    """A tool without credentials, wherever they may stand; everything else as it is."""
    safe = {name: value for name, value in given.items() if name not in SECRET}
    if isinstance(url := safe.get("server_url"), str):
        safe["server_url"] = address(url)
    if isinstance(environment := safe.get("environment"), Mapping):
        safe["environment"] = _environment(environment)
    return safe


def tools(given: Sequence[Tool]) -> list[dict[str, Any]]:
    """Several at once."""
    return [tool(each) for each in given]


def item(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """An item whose tools, if it holds any, are without secrets."""
    held = given.get("tools")
    if given.get("type") not in HOLDERS or not isinstance(held, list):
        return given
    return {**given, "tools": tools(held)}


def address(url: str) -> str:
    """A URL without user, password, query and fragment, which is where URLs carry keys."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _environment(environment: Mapping[str, Any]) -> Mapping[str, Any]:
    """A shell's container may be given secrets for the domains it reaches."""
    policy = environment.get("network_policy")
    if not isinstance(policy, Mapping) or "domain_secrets" not in policy:
        return environment
    kept = {name: value for name, value in policy.items() if name != "domain_secrets"}
    return {**environment, "network_policy": kept}
