"""The rules of docs/echo.md, one by one."""

import json
from typing import Any

import jsonschema_rs
import pytest

from handlers.echo_replies import PREFACE, QUOTED, Reply, pieces, prompt_tokens, replies, tokens
from handlers.errors import BadRequestError

PARAMETERS = {
    "type": "object",
    "required": ["city", "days", "unit"],
    "properties": {
        "city": {"type": "string", "minLength": 6},
        "days": {"type": "integer", "minimum": 1},
        "unit": {"enum": ["c", "f"]},
    },
}


def function(name: str, parameters: Any = None) -> dict[str, Any]:
    inner = {"name": name} if parameters is None else {"name": name, "parameters": parameters}
    return {"type": "function", "function": inner}


WEATHER = function("get_weather", PARAMETERS)
TIME = function("get-time")
CODE = {"type": "custom", "custom": {"name": "run_code"}}
ALL = [WEATHER, TIME, CODE]


def reply(content: Any = "hi", *more: dict[str, Any], **fields: Any) -> Reply:
    return replies({"messages": [{"role": "user", "content": content}, *more], **fields})[0]


def called(content: str = "hi", *more: dict[str, Any], **fields: Any) -> list[str]:
    return [call.tool.name for call in reply(content, *more, **fields).calls]


def test_it_says_what_it_is_and_what_it_heard() -> None:
    assert reply("hello") == Reply(PREFACE + "hello", (), "stop")
    assert "no model" in PREFACE


def test_the_last_message_counts_in_all_its_parts() -> None:
    parts = [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "x"}}]
    assert reply("first", {"role": "user", "content": parts}).text == PREFACE + "look [image_url]"


def test_a_tools_answer_is_heard_as_one() -> None:
    assert (
        reply("x", {"role": "tool", "content": "42", "tool_call_id": "c"}).text
        == PREFACE + "the tool answered: 42"
    )


def test_a_long_message_is_not_repeated_whole() -> None:
    text = reply("x" * (QUOTED + 5)).text
    assert text == PREFACE + "x" * QUOTED + "... (5 more characters)"


def test_choices_differ() -> None:
    texts = [one.text for one in replies({"messages": [{"role": "user", "content": "hi"}], "n": 3})]
    assert texts == [PREFACE + "hi", PREFACE + "hi [choice 2]", PREFACE + "hi [choice 3]"]


def test_audio_is_declined_in_words() -> None:
    assert (
        reply("hi", modalities=["text", "audio"]).text
        == PREFACE + "hi [audio was asked for; there is only text]"
    )


@pytest.mark.parametrize("stop", ["model", ["zzz", "model", "this"], ["", "model"]])
def test_stop_cuts_before_its_first_occurrence(stop: Any) -> None:
    assert reply(stop=stop) == Reply("Echo (no ", (), "stop")


@pytest.mark.parametrize(
    ("fields", "text", "finish"),
    [
        ({"max_tokens": 1}, "Echo", "length"),
        ({"max_completion_tokens": 2}, "Echo (no", "length"),
        ({"max_completion_tokens": 1, "max_tokens": 5}, "Echo", "length"),
        ({"max_tokens": 0}, "", "length"),
        ({"max_tokens": -1}, "", "length"),
        ({"max_tokens": 8}, PREFACE + "hi", "stop"),
        ({"max_tokens": None}, PREFACE + "hi", "stop"),
        ({"max_tokens": 1, "stop": "Echo"}, "", "stop"),
    ],
)
def test_the_budget_of_tokens_cuts(fields: Any, text: str, finish: str) -> None:
    assert reply(**fields) == Reply(text, (), finish)


def test_it_thinks_where_effort_is_asked_for() -> None:
    assert reply("hi", reasoning_effort="low").thought == "I was told: hi"
    assert reply("hi", reasoning_effort="none").thought == reply("hi").thought == ""


def test_json_is_json() -> None:
    assert json.loads(reply("hi", response_format={"type": "json_object"}).text or "") == {"echo": "hi"}


def test_a_schema_is_satisfied() -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": PARAMETERS}}
    jsonschema_rs.validate(PARAMETERS, json.loads(reply("hi", response_format=wanted).text or ""))
    assert reply("hi", response_format={"type": "json_schema", "json_schema": {"name": "x"}}).text == "{}"


CHOICES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("nothing is called unasked", {}, []),
    ("auto calls what the user names", {"content": "please get_weather"}, ["get_weather"]),
    (
        "several are called in the order they are named",
        {"content": "run_code, get_weather"},
        ["run_code", "get_weather"],
    ),
    ("a part of a word is no name", {"content": "get_weather2 xget-time get-time-now"}, []),
    ("punctuation ends a name", {"content": "`get-time`?"}, ["get-time"]),
    ("none calls nothing", {"content": "get_weather", "tool_choice": "none"}, []),
    ("required calls the first", {"tool_choice": "required"}, ["get_weather"]),
    ("required calls the one named", {"content": "get-time", "tool_choice": "required"}, ["get-time"]),
    (
        "a function forced",
        {"tool_choice": {"type": "function", "function": {"name": "get-time"}}},
        ["get-time"],
    ),
    (
        "a custom tool forced",
        {"tool_choice": {"type": "custom", "custom": {"name": "run_code"}}},
        ["run_code"],
    ),
    ("one at a time", {"content": "run_code get_weather", "parallel_tool_calls": False}, ["run_code"]),
    (
        "only allowed ones",
        {
            "content": "run_code get-time",
            "tool_choice": {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [TIME, WEATHER]},
            },
        },
        ["get-time"],
    ),
    (
        "one of the allowed ones",
        {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [CODE]}}},
        ["run_code"],
    ),
]


@pytest.mark.parametrize(("why", "fields", "names"), CHOICES, ids=[case[0] for case in CHOICES])
def test_tools(why: str, fields: dict[str, Any], names: list[str]) -> None:
    assert called(tools=ALL, **fields) == names


def test_after_a_tools_answer_auto_calls_nothing_more() -> None:
    answer = {"role": "tool", "content": "get_weather", "tool_call_id": "c"}
    assert called("get_weather", answer, tools=ALL) == []
    assert called("get_weather", answer, tools=ALL, tool_choice="required") == ["get_weather"]


def test_arguments_satisfy_the_functions_schema_and_input_is_what_was_heard() -> None:
    weather, code = reply("get_weather run_code", tools=ALL).calls
    jsonschema_rs.validate(PARAMETERS, json.loads(weather.text))
    assert code.text == "get_weather run_code"
    assert json.loads(reply("get-time", tools=ALL).calls[0].text) == {}


def test_functions_of_old_are_called_as_functions_of_old() -> None:
    made = reply(functions=[{"name": "f", "parameters": PARAMETERS}], function_call={"name": "f"})
    assert (made.finish, [call.tool.kind for call in made.calls]) == ("function_call", ["legacy"])
    assert called("f", functions=[{"name": "f"}], function_call="none") == []


def test_calls_are_the_same_every_time_and_have_ids_of_their_own() -> None:
    body = {"messages": [{"role": "user", "content": "get_weather get-time"}], "tools": ALL, "n": 2}
    ids = [call.id for one in replies(body) for call in one.calls]
    assert len(set(ids)) == 4
    assert replies(body) == replies(body)


def test_calls_are_cut_by_the_budget_too() -> None:
    made = reply("run_code get_weather", tools=ALL, max_tokens=5)
    assert made.finish == "length"
    assert [call.text for call in made.calls] == ["run_code get_weather"[:20]] + [""] * (len(made.calls) - 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": ALL, "tool_choice": {"type": "function", "function": {"name": "nobody"}}},
        {"tool_choice": {"type": "function", "function": {"name": "nobody"}}},
        {"tool_choice": "required"},
        {
            "tools": ALL,
            "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}},
        },
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError) as caught:
        reply(**fields)
    assert (caught.value.param, caught.value.code) == ("tool_choice", "invalid_value")


@pytest.mark.parametrize(("text", "count"), [(None, 0), ("", 0), ("a", 1), ("abcd", 1), ("abcde", 2)])
def test_four_characters_are_a_token(text: str | None, count: int) -> None:
    assert tokens(text) == count == len(list(pieces(text or "")))


def test_the_prompt_counts_all_text_of_all_messages() -> None:
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    rows = [{"role": "user", "content": "12345"}, {"role": "assistant", "content": None, "tool_calls": calls}]
    assert prompt_tokens({"messages": rows}) == 2 + 1
