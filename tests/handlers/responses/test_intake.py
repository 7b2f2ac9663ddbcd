"""What is refused before the model is asked, and how."""

import hashlib
import json

import pytest

from handlers.errors import RateLimitError
from handlers.settings import Settings
from handlers.stores import Key

REFUSED = {
    "both": (
        {"conversation": "conv_x", "previous_response_id": "resp_x", "input": "a"},
        (400, "mutually_exclusive_parameters", "previous_response_id"),
    ),
    "unknown conversation": ({"conversation": "conv_x", "input": "a"}, (404, None, None)),
    "unknown conversation, as object": ({"conversation": {"id": "conv_x"}, "input": "a"}, (404, None, None)),
    "unknown previous response": (
        {"previous_response_id": "resp_x", "input": "a"},
        (400, "previous_response_not_found", "previous_response_id"),
    ),
    "unknown item": ({"input": [{"id": "msg_x"}]}, (404, None, "input[0].id")),
    "unknown item behind another": (
        {"input": [{"role": "user", "content": "a"}, {"type": "item_reference", "id": "msg_x"}]},
        (404, None, "input[1].id"),
    ),
    "no input": ({}, (400, "missing_required_parameter", "input")),
    "empty input": ({"input": []}, (400, "missing_required_parameter", "input")),
    "background without store": (
        {"background": True, "store": False, "input": "a"},
        (400, "invalid_value", "background"),
    ),
    "an id twice": (
        {"input": [{"role": "user", "content": "a", "id": "msg_1"}] * 2},
        (400, "invalid_value", "input[1].id"),
    ),
    "an id that cannot be stored": (
        {"input": [{"role": "user", "content": "a", "id": "msg_\0"}]},
        (400, "invalid_value", "input[0].id"),
    ),
    "an empty id": (
        {"input": [{"role": "user", "content": "a", "id": ""}]},
        (400, "invalid_value", "input[0].id"),
    ),
    "a number that JSON cannot say": (
        {
            "input": "a",
            "tools": [{"type": "function", "name": "f", "strict": False, "parameters": {"x": "INF"}}],
        },
        (400, "invalid_value", "tools[0].parameters.x"),
    ),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", REFUSED)
async def test_bad_requests_are_refused_before_the_model_is_asked(talk, name, stream):
    body, expected = REFUSED[name]
    text = json.dumps({"model": "m", "stream": stream, **body}).replace('"INF"', "1e400")
    answer = await talk.client.post("/responses", content=text, headers={"content-type": "application/json"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == expected, error["message"]
    assert talk.provider.bodies == []
    assert talk.rows("response") == []


async def test_an_absent_model_is_the_default_model(make_talk):
    talk = await make_talk(default_model="m")
    answer = await talk.client.post("/responses", json={"input": "a"})
    assert answer.json()["model"] == "m"
    assert Settings(_env_file=None).default_model is None


async def test_without_default_an_absent_model_is_missing(talk):
    answer = await talk.client.post("/responses", json={"input": "a"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, "missing_required_parameter", "model")


async def test_a_refused_turn_leaves_the_conversation_free(talk):
    conversation = await talk.conversation("a")
    await talk.refused(404, conversation=conversation, input=[{"id": "msg_x"}])
    assert (await talk.make(conversation=conversation, input="b"))["status"] == "completed"


async def test_an_empty_conversation_and_no_input_is_nothing_to_answer(talk):
    error = await talk.refused(400, conversation=await talk.conversation())
    assert (error["code"], error["param"]) == ("missing_required_parameter", "input")


async def test_an_early_failure_of_the_model_is_an_http_error_and_leaves_nothing(talk):
    talk.provider.error = RateLimitError("slow down")
    conversation = await talk.conversation("a")
    for stream in (False, True):
        error = await talk.refused(429, conversation=conversation, input="b", stream=stream)
        assert error["message"] == "slow down"
    talk.provider.error = None
    assert await talk.texts(conversation) == ["a"]
    assert talk.rows("response") == []
    await talk.make(conversation=conversation, input="b")


async def test_other_projects_see_nothing(make_talk, tmp_path):
    talk = await make_talk()
    response = await talk.make(input="a", background=True, stream=False)
    digest = hashlib.sha256(b"other-key").digest()
    await talk.client.server.services.store.keys.add(Key("key_1", "other", "n", digest, "h", 1, None))
    talk.client.headers["authorization"] = "Bearer other-key"
    path = f"/responses/{response['id']}"
    for method, where in (
        ("get", path),
        ("delete", path),
        ("post", f"{path}/cancel"),
        ("get", f"{path}/input_items"),
    ):
        assert (await getattr(talk.client, method)(where)).status_code == 404
    error = await talk.refused(400, previous_response_id=response["id"], input="b")
    assert error["code"] == "previous_response_not_found"
    item = (await talk.make(input="mine"))["output"][0]["id"]
    assert (await talk.make(input=[{"id": item}]))["status"] == "completed"
