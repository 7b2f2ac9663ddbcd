"""Streams as they leave the server, over the echo: each adds up to its last event, and to what is stored."""

import pytest

from tests.handlers.responses.replayer import parse, replayed
from tests.handlers.responses.turning import Scripted, said

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
    "strict": True,
}
TIME = {"type": "function", "name": "get_time", "parameters": None, "strict": None}
SQL = {"type": "custom", "name": "run_sql"}
FORM = {"format": {"type": "json_schema", "name": "answer", "schema": WEATHER["parameters"], "strict": True}}

BARE = {"model": "echo", "input": "Hi"}
LOW = {"effort": "low"}
SUMMED_UP = {"reasoning": {**LOW, "summary": "auto"}, "include": ["reasoning.encrypted_content"]}
LOGPROBS = {"include": ["message.output_text.logprobs"], "top_logprobs": 1}
FORCED = {"tools": [SQL], "tool_choice": {"type": "custom", "name": "run_sql"}}
LONG = "A question that is longer than sixteen tokens. " * 3

REQUESTS = {
    "a text": ({"input": "Which rivers meet at Koblenz?"}, ["message"]),
    "calls": ({"input": "get_weather and get_time", "tools": [WEATHER, TIME]}, ["function_call"] * 2),
    "a custom tool": (FORCED, ["custom_tool_call"]),
    "thoughts": ({"reasoning": LOW}, ["reasoning", "message"]),
    "thoughts as summary": (SUMMED_UP, ["reasoning", "message"]),
    "log probabilities": (LOGPROBS, ["message"]),
    "a form": ({"text": FORM}, ["message"]),
    "cut off": ({"input": LONG, "max_output_tokens": 16}, ["message"]),
    "a failure midway": ({"model": "echo/broken", "input": LONG}, ["message"]),
    "without obfuscation": ({"stream_options": {"include_obfuscation": False}}, ["message"]),
    "in the background": ({"background": True}, ["message"]),
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_stream_adds_up(api, name):
    body, types = REQUESTS[name]
    answer = await api.post("/responses", json={**BARE, **body, "stream": True})
    assert answer.status_code == 200, answer.text
    response = replayed(parse(answer.text))
    assert [item["type"] for item in response["output"]] == types
    stored = await api.get(f"/responses/{response['id']}")
    if response["status"] != "failed":
        assert stored.json()["output"] == response["output"]


@pytest.mark.parametrize("name", ["a text", "calls", "thoughts", "cut off", "log probabilities"])
async def test_without_a_stream_the_answer_is_the_same(api, name):
    body, types = REQUESTS[name]
    answer = await api.post("/responses", json={**BARE, **body})
    assert answer.status_code == 200, answer.text
    assert [item["type"] for item in answer.json()["output"]] == types


async def test_a_loop_of_tools_ends_with_their_outputs_told(api):
    first = (
        await api.post("/responses", json={"model": "echo", "input": "get_weather", "tools": [WEATHER]})
    ).json()
    (call,) = first["output"]
    output = {"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"}
    body = {"model": "echo", "previous_response_id": first["id"], "input": [output], "tools": [WEATHER]}
    second = (await api.post("/responses", json=body)).json()
    assert second["output"][0]["content"][0]["text"].endswith("the tool answered: sunny")


async def test_a_form_that_the_endpoint_does_not_keep_to_is_a_bad_gateway(make_api):
    api = await make_api(provider=Scripted([said("no JSON"), said(finish="stop")]))
    answer = await api.post("/responses", json={"model": "m", "input": "Hi", "text": FORM})
    assert answer.status_code == 502
    assert "text.format" in answer.json()["error"]["message"]
