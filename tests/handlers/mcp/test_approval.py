"""Which tools are meant."""

import pytest

from handlers.mcp.approval import Filter, needs_approval

READS = {"name": "read", "annotations": {"readOnlyHint": True}}
WRITES = {"name": "write", "annotations": {"readOnlyHint": False}}
SILENT = {"name": "silent", "annotations": None}
ALL = [READS, WRITES, SILENT]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (None, ["read", "write", "silent"]),
        ([], []),
        (["write"], ["write"]),
        ({}, ["read", "write", "silent"]),
        ({"tool_names": []}, []),
        ({"tool_names": ["read", "write"]}, ["read", "write"]),
        ({"read_only": True}, ["read"]),
        ({"read_only": False}, ["write", "silent"]),
        ({"tool_names": ["read", "write"], "read_only": True}, ["read"]),
    ],
)
def test_allowed_tools(given, names):
    assert [tool["name"] for tool in ALL if Filter.read(given).matches(tool)] == names


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (None, ["read", "write", "silent"]),
        ("always", ["read", "write", "silent"]),
        ("never", []),
        ({}, ["read", "write", "silent"]),
        ({"never": {"tool_names": ["read"]}}, ["write", "silent"]),
        ({"never": {"read_only": True}}, ["write", "silent"]),
        ({"always": {"tool_names": ["write"]}}, ["read", "write", "silent"]),
        ({"always": {"tool_names": ["write"]}, "never": {}}, ["write"]),
        ({"always": None, "never": {"tool_names": ["read", "write"]}}, ["silent"]),
    ],
)
def test_require_approval(rule, names):
    assert [tool["name"] for tool in ALL if needs_approval(rule, tool)] == names
