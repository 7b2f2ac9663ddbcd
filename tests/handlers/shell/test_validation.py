"""What is refused is refused with code, place and words a person can act on: one case a fault, as data."""

import json
from pathlib import Path

import pytest
import yaml

LONG = "x" * 600
CASES = yaml.safe_load(Path(__file__).with_name("refusals.yaml").read_text())


def lengthened(value):
    return json.loads(json.dumps(value).replace("{long}", LONG))


async def send(api, request):
    path = request["path"].replace("{long}", LONG)
    if "text" in request:
        return await api.request(request["method"], path, content=request["text"])
    if "json" in request:
        body = lengthened(request["json"])
        if "repeat" in request:
            body = {name: value * request["repeat"] for name, value in body.items()}
        return await api.request(request["method"], path, json=body)
    return await api.request(request.get("method", "GET"), path)


def matches(found, expected):
    """`...` in what is expected stands for any text."""
    if expected is None or "..." not in expected:
        return found == expected
    first, *rest = expected.split("...")
    place = found.find(first)
    for part in rest:
        place = found.find(part, place) if place >= 0 else -1
    return place >= 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
async def test_refusal(api, case):
    answer = await send(api, case["request"])
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    found = {key: error[key] for key in ("param", "code", "message")}
    expected = case["error"]
    assert all(matches(found[key], expected[key]) for key in expected), found


async def test_no_error_echoes_more_than_a_hundred_characters(api):
    huge = "y" * 1_000_000
    item = {"type": "message", "role": huge, "content": "hi"}
    bodies = [
        {"items": [{"type": huge}]},
        {"items": [item]},
        {"metadata": {huge: "v"}},
        {"metadata": {"k": huge}},
        {huge: 1, "items": 5},
    ]
    for body in bodies:
        answer = await api.post("/conversations", json=body)
        assert answer.status_code == 400
        assert "y" * 101 not in answer.text
        assert len(answer.content) < 3000


async def test_control_characters_are_escaped_in_messages(api):
    answer = await api.post("/conversations", json={"items": [{"type": "a\nb\u202e"}]})
    assert "'a\\nb\\u202e'" in answer.json()["error"]["message"]
