"""The chat request that a response's request becomes: fields, tools, choices."""

import json

import pytest

from handlers.errors import BadRequestError
from handlers.responses import prompting
from handlers.responses.tools.local import KINDS, LocalTool
from tests.handlers.contract import judged
from tests.handlers.responses.turning import Scripted, events, item, said, services, turn

LOGPROBS = "message.output_text.logprobs"


async def asked(**body):
    """What the provider is asked, which must be a request of the contract."""
    provider = Scripted([said("Hi"), said(finish="stop")])
    found = await events(turn(provider, **body))
    assert found[-1]["type"] == "response.completed", found[-1]["response"]["error"]
    (request,) = provider.asked
    judged("CreateChatCompletionRequest", json.dumps(request).encode())
    return request


async def test_a_bare_request_asks_for_no_more_than_it_must():
    assert await asked() == {
        "model": "echo",
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "Hello"}],
    }


@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        ({"max_output_tokens": 100}, {"max_completion_tokens": 100}),
        ({"reasoning": {"effort": "low", "summary": "auto"}}, {"reasoning_effort": "low"}),
        ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
        ({"temperature": 0, "top_p": 0.5}, {"temperature": 0, "top_p": 0.5}),
        ({"service_tier": "flex", "user": "u"}, {"service_tier": "flex", "user": "u"}),
        ({"safety_identifier": "s"}, {"safety_identifier": "s"}),
        ({"prompt_cache_key": "k"}, {"prompt_cache_key": "k"}),
        ({"prompt_cache_retention": "24h"}, {"prompt_cache_retention": "24h"}),
        ({"include": [LOGPROBS]}, {"logprobs": True}),
        ({"include": [LOGPROBS], "top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}),
        ({"top_logprobs": 2}, {}),
        ({"top_k": 4, "seed": 3, "options": {"x": 1}}, {"top_k": 4, "seed": 3, "options": {"x": 1}}),
        ({"n": 3}, {}),
        ({"text": {"format": {"type": "text"}}}, {}),
        ({"metadata": {"a": "b"}, "store": False, "background": False, "truncation": "auto"}, {}),
        ({"temperature": None, "max_output_tokens": None, "unknown": None, "reasoning": None}, {}),
        ({"model": "echo", "parallel_tool_calls": False}, {}),
    ],
)  # fmt: skip
async def test_fields_become_those_of_chat(given, becomes):
    request = await asked(**given)
    bare = {"model", "stream_options", "messages"}
    assert {name: value for name, value in request.items() if name not in bare} == becomes


async def test_endpoints_that_know_the_older_name_only_are_asked_by_it():
    request = await asked(max_output_tokens=100, settings={"max_tokens_field": "max_tokens"})
    assert request["max_tokens"] == 100
    assert "max_completion_tokens" not in request


async def test_unknown_fields_replace_nothing_of_ours():
    request = await asked(messages=[], stream_options={"include_obfuscation": False})
    assert request["messages"] == [{"role": "user", "content": "Hello"}]
    assert request["stream_options"] == {"include_usage": True}


async def test_a_format_becomes_a_response_format():
    form = {"type": "json_schema", "name": "x", "schema": {}, "strict": False, "description": "d"}
    inner = {name: form[name] for name in ("name", "schema", "strict", "description")}
    assert (await asked(text={"format": form}))["response_format"] == {
        "type": "json_schema",
        "json_schema": inner,
    }


async def test_instructions_are_the_first_message():
    request = await asked(instructions="Be brief.", input=[{"role": "user", "content": "Hi"}])
    assert request["messages"][0] == {"role": "system", "content": "Be brief."}


async def test_instructions_alone_are_enough_and_nothing_is_not():
    assert len((await asked(instructions="Say hello.", input=[]))["messages"]) == 1
    with pytest.raises(BadRequestError) as caught:
        await turn(input=[]).open()
    assert caught.value.param == "input"


# --- tools ----------------------------------------------------------------------------------------


def function(name, **more):
    return {"type": "function", "name": name, "parameters": {"type": "object"}, "strict": False, **more}


ONE, TWO = function("one", description="First."), function("two")
SQL = {
    "type": "custom",
    "name": "sql",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: /x/"},
}
CRM = {
    "type": "namespace",
    "name": "crm",
    "description": "Customers.",
    "tools": [{"type": "function", "name": "find"}],
}


async def test_tools_become_those_of_chat():
    request = await asked(tools=[ONE, SQL, CRM, {"type": "shell"}], parallel_tool_calls=False)
    assert request["tools"][0] == {
        "type": "function",
        "function": {
            "name": "one",
            "description": "First.",
            "parameters": {"type": "object"},
            "strict": False,
        },
    }
    assert request["tools"][1] == {
        "type": "custom",
        "custom": {
            "name": "sql",
            "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: /x/"}},
        },
    }
    assert request["tools"][2]["function"]["name"] == "crm__find"
    assert request["tools"][3]["function"]["name"] == "shell"
    assert request["parallel_tool_calls"] is False


async def test_tools_that_items_add_are_on_offer():
    added = {"type": "additional_tools", "role": "developer", "tools": [ONE]}
    request = await asked(input=[{"role": "user", "content": "Hi"}, added])
    assert [each["function"]["name"] for each in request["tools"]] == ["one"]


async def test_a_tool_offered_twice_is_offered_once():
    added = {"type": "additional_tools", "role": "developer", "tools": [ONE]}
    request = await asked(input=[{"role": "user", "content": "Hi"}, added, added], tools=[ONE])
    assert len(request["tools"]) == 1


async def test_a_function_with_the_name_of_a_server_tool_is_refused():
    with pytest.raises(BadRequestError, match="'shell'"):
        await turn(tools=[function("shell"), {"type": "shell"}]).open()


CHOICES = {
    "none": ("none", "none", ["one", "two", "sql", "shell"]),
    "auto": ("auto", "auto", ["one", "two", "sql", "shell"]),
    "required": ("required", "required", ["one", "two", "sql", "shell"]),
    "a function": (
        {"type": "function", "name": "two"},
        {"type": "function", "function": {"name": "two"}},
        ["one", "two", "sql", "shell"],
    ),
    "a custom tool": (
        {"type": "custom", "name": "sql"},
        {"type": "custom", "custom": {"name": "sql"}},
        ["one", "two", "sql", "shell"],
    ),
    "a shell": (
        {"type": "shell"},
        {"type": "function", "function": {"name": "shell"}},
        ["one", "two", "sql", "shell"],
    ),
    "some": (
        {"type": "allowed_tools", "mode": "auto", "tools": [{**TWO, "strict": True}, {"type": "shell"}]},
        "auto",
        ["two", "shell"],
    ),
    "one of some": (
        {"type": "allowed_tools", "mode": "required", "tools": [{"type": "custom", "name": "sql"}]},
        "required",
        ["sql"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHOICES)
async def test_a_choice_becomes_one_that_every_endpoint_knows(name):
    given, becomes, offered = CHOICES[name]
    request = await asked(tools=[ONE, TWO, SQL, {"type": "shell"}], tool_choice=given)
    assert request["tool_choice"] == becomes
    assert [prompting.name_of(each) for each in request["tools"]] == offered


@pytest.mark.parametrize(
    ("choice", "tools"),
    [
        ({"type": "function", "name": "three"}, [ONE]),
        ({"type": "custom", "name": "three"}, [ONE]),
        ({"type": "apply_patch"}, [ONE]),
        ({"type": "mcp", "server_label": "clock"}, [ONE]),
        ({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "three"}]}, [ONE]),
        ("required", []),
    ],
)
async def test_a_choice_of_what_is_not_there_is_refused(choice, tools):
    with pytest.raises(BadRequestError) as caught:
        await turn(tools=tools, tool_choice=choice).open()
    assert (caught.value.param, caught.value.code) == ("tool_choice", "invalid_value")


@pytest.mark.parametrize("choice", ["none", "auto"])
async def test_without_tools_a_choice_is_not_passed_on(choice):
    assert "tool_choice" not in await asked(tool_choice=choice)


async def test_calls_of_a_namespace_tell_it_apart_again():
    from tests.handlers.responses.replayer import replayed  # noqa: PLC0415
    from tests.handlers.responses.turning import called  # noqa: PLC0415

    provider = Scripted([called(0, "{}", id="call_a", name="crm__find"), said(finish="tool_calls")])
    (call,) = replayed(await events(turn(provider, tools=[CRM])))["output"]
    assert (call["namespace"], call["name"]) == ("crm", "find")


def test_an_offer_without_server_tools_keeps_the_clients():
    local = LocalTool(KINDS["shell"], "shell", services())
    found = prompting.offer({"tools": [ONE, {"type": "shell"}]}, [], [local])
    assert [prompting.name_of(each) for each in found.without([local]).tools] == ["one"]


def test_approval_is_seen():
    response = item({"type": "mcp_approval_response", "approval_request_id": "r", "approve": True})
    assert prompting.approves([response])
    assert not prompting.approves([{**response, "approve": False}])
