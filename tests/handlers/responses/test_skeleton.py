"""The Response object at its beginning is one of the contract, whatever the request left out."""

import json

import pytest

from handlers.responses.skeleton import skeleton
from tests.handlers.contract import judged

FULL = {
    "background": True,
    "instructions": "Be brief.",
    "max_output_tokens": 100,
    "max_tool_calls": 3,
    "metadata": {"a": "b"},
    "model": "echo",
    "parallel_tool_calls": False,
    "previous_response_id": "resp_0",
    "prompt_cache_key": "k",
    "prompt_cache_options": {"ttl": "30m", "mode": "explicit"},
    "prompt_cache_retention": "24h",
    "reasoning": {"effort": "low", "summary": "auto"},
    "safety_identifier": "s",
    "service_tier": "flex",
    "store": False,
    "temperature": 0,
    "text": {"format": {"type": "json_schema", "name": "x", "schema": {}}, "verbosity": "low"},
    "tool_choice": "required",
    "tools": [{"type": "function", "name": "f", "parameters": None, "strict": None}],
    "top_logprobs": 2,
    "top_p": 0.5,
    "truncation": "auto",
    "user": "u",
}
NULLS = dict.fromkeys({*FULL, "conversation", "include", "moderation", "prompt"} - {"model"})
REQUIRED = {
    "id", "object", "created_at", "error", "incomplete_details", "instructions", "model", "tools", "output",
    "parallel_tool_calls", "metadata", "tool_choice", "temperature", "top_p",
}  # fmt: skip


def made(body, **options):
    options = {"identity": "resp_1", "created": 1_767_225_600, "conversation": None, **options}
    return judged("Response", json.dumps(skeleton(body, **options)).encode())


@pytest.mark.parametrize(
    "body", [{"model": "echo"}, {"model": "echo", **NULLS}, FULL], ids=["bare", "nulls", "full"]
)
def test_a_response_has_every_required_field(body):
    assert set(made(body)) >= REQUIRED


def test_what_was_asked_is_echoed():
    response = made(FULL)
    assert {name: response[name] for name in FULL} == FULL


def test_what_was_not_asked_has_its_default():
    response = made({"model": "echo"})
    assert (response["temperature"], response["top_p"], response["truncation"]) == (1, 1, "disabled")
    assert response["text"] == {"format": {"type": "text"}, "verbosity": "medium"}
    assert response["reasoning"] == {"effort": None, "summary": None}
    assert (response["tool_choice"], response["tools"], response["metadata"]) == ("auto", [], {})
    assert "usage" not in response
    assert "user" not in response


def test_a_conversation_is_an_object():
    assert made({"model": "echo"}, conversation="conv_1")["conversation"] == {"id": "conv_1"}


def test_secrets_of_tools_are_not_echoed():
    tool = {
        "type": "mcp",
        "server_label": "clock",
        "server_url": "https://user:hunter2@clock.example/mcp?key=hunter2",
        "authorization": "hunter2",
        "headers": {"x-key": "hunter2"},
    }
    response = made({"model": "echo", "tools": [tool]})
    assert "hunter2" not in json.dumps(response)
    assert response["tools"][0]["server_url"] == "https://clock.example/mcp"
    assert tool["authorization"] == "hunter2"


def test_a_zero_is_no_null():
    assert made({"model": "echo", "temperature": 0, "top_p": 0})["temperature"] == 0
