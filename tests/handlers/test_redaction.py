"""Tools lose their secrets and nothing else; so do items that hold tools, wherever they are stored."""

import json

from handlers import items, redaction

TOOL = {
    "type": "mcp",
    "server_label": "a",
    "server_url": "https://user:s3cret@a.test:8443/mcp?key=s3cret#s3cret",
    "authorization": "s3cret",
    "headers": {"x-key": "s3cret"},
    "unknown": [1],
}
SAFE = {
    "type": "mcp",
    "server_label": "a",
    "server_url": "https://a.test:8443/mcp",
    "unknown": [1],
}


def test_a_tool_keeps_what_is_no_secret():
    assert redaction.tool(TOOL) == SAFE
    assert redaction.tool(SAFE) == SAFE
    function = {"type": "function", "name": "f", "parameters": {"properties": {"headers": {}}}}
    assert redaction.tool(function) == function


def test_an_address_that_cannot_be_read_is_left_out():
    assert redaction.address("http://[s3cret") == ""


def test_items_that_hold_tools_are_stored_without_secrets():
    for kind in ("additional_tools", "tool_search_output"):
        given = {"type": kind, "role": "developer", "call_id": None, "tools": [TOOL]}
        (row,) = items.prepare([given], lambda prefix: prefix + "1")
        assert json.loads(row.body)["tools"] == [SAFE]


def test_other_items_are_as_they_were():
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"headers": 1}'}
    assert redaction.item(call) is call
