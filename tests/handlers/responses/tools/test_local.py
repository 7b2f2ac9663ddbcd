"""Tools of the client's machine: what the model says becomes an item of the contract, or is refused."""

import json

import pytest

from handlers.responses.tools import Added, Finished, Refused
from handlers.responses.tools.local import KINDS, TYPES, LocalTool
from tests.handlers.contract import judged
from tests.handlers.responses.turning import services

GOOD = {
    "shell": [{"commands": ["ls"]}, {"commands": [], "timeout_ms": 5, "max_output_length": 100}],
    "local_shell": [
        {"command": ["ls"]},
        {"command": ["ls"], "env": {"A": "b"}, "working_directory": "/", "timeout_ms": 5, "user": None},
    ],
    "apply_patch": [
        {"operation": {"type": "create_file", "path": "a", "diff": "+x"}},
        {"operation": {"type": "update_file", "path": "a", "diff": "+x"}},
        {"operation": {"type": "delete_file", "path": "a"}},
    ],
    "computer": [
        {"actions": [{"type": "click", "x": 1, "y": 2, "button": "left"}]},
        {"actions": [{"type": "type", "text": "hi"}, {"type": "screenshot"}, {"type": "wait"}]},
    ],
    "computer_use_preview": [{"actions": [{"type": "move", "x": 1, "y": 2}]}],
}
BAD = {
    "shell": [{}, [], {"commands": "ls"}, {"commands": ["ls"], "timeout_ms": "5"}],
    "local_shell": [{}, {"command": [1]}, {"command": ["ls"], "env": {"A": 1}}],
    "apply_patch": [{}, {"operation": {"type": "eat"}}, {"operation": {"type": "create_file", "path": "a"}}],
    "computer": [{}, {"actions": [{"type": "fly"}]}, {"actions": [{"type": "click"}]}],
    "computer_use_preview": [{}, {"actions": []}, {"actions": [{"type": "click"}]}],
}


def pairs(table):
    return [
        pytest.param(name, given, id=f"{name}-{place}")
        for name in table
        for place, given in enumerate(table[name])
    ]


async def steps(name, text):
    tool = LocalTool(KINDS[name], name, services())
    return [step async for step in tool.call("call_a", KINDS[name].name, text)]


@pytest.mark.parametrize(("name", "arguments"), pairs(GOOD))
async def test_good_arguments_become_an_item(name, arguments):
    found = await steps(name, json.dumps(arguments))
    added, finished = found[0], found[-1]
    assert isinstance(added, Added)
    assert isinstance(finished, Finished)
    assert finished.output is None
    for item in (added.item, finished.item):
        judged("OutputItem", json.dumps(item).encode())
        assert item["call_id"] == "call_a"
    assert (added.item["status"], finished.item["status"]) == ("in_progress", "completed")


@pytest.mark.parametrize(("name", "arguments"), pairs(BAD))
async def test_bad_arguments_are_refused_with_a_reason(name, arguments):
    (refused,) = await steps(name, json.dumps(arguments))
    assert isinstance(refused, Refused)
    assert f"`{KINDS[name].name}`" in refused.output


async def test_what_is_no_json_is_refused():
    (refused,) = await steps("shell", '{"commands')
    assert isinstance(refused, Refused)


def test_every_tool_has_cases():
    assert set(GOOD) == set(BAD) == TYPES


@pytest.mark.parametrize("name", sorted(TYPES))
async def test_a_tool_of_the_clients_has_nothing_open_and_nothing_pending(name):
    tool = LocalTool(KINDS[name], name, services())
    assert list(await tool.open()) == [step async for step in tool.pending()] == []
    assert list(tool.annotations("text")) == []
    await tool.aclose()


def test_a_computer_goes_by_three_names():
    assert LocalTool(KINDS["computer"], "computer", services()).chosen({"type": "computer_use"}) == (
        "computer",
    )
