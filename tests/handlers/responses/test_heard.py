"""Streams that break off anywhere, closed by somebody who has read no more than their events."""

import json

import pytest

from handlers.responses.heard import Heard
from tests.handlers.responses.replayer import replayed
from tests.handlers.responses.turning import Scripted, called, events, said, turn

FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object"}}
TOKEN = {"token": "é", "logprob": -0.5, "bytes": [195, 169], "top_logprobs": []}
THOUGHTS = [said(reasoning_content="hm "), said(reasoning_content="so"), said("one", finish="stop")]
STREAMS = {
    "a text": ({}, [said("é", logprobs={"content": [TOKEN]}), said(" two"), said(finish="stop")]),
    "thoughts": (
        {},
        [said(reasoning_content="hm "), said(reasoning_content="so"), said("one", finish="stop")],
    ),
    "thoughts in short": (
        {"reasoning": {"summary": "auto"}},
        [said(reasoning_content="hm "), said(reasoning_content="so"), said("one", finish="stop")],
    ),
    "a refusal": ({}, [said(refusal="I "), said(refusal="will not"), said(finish="stop")]),
    "calls at once": (
        {"tools": [FUNCTION]},
        [
            called(0, '{"a"', id="call_1", name="f"),
            called(1, '{"b"', id="call_2", name="f"),
            called(0, ":1}"),
            called(1, ":2}"),
            said(finish="tool_calls"),
        ],
    ),
    "a shell": (
        {"tools": [{"type": "shell", "environment": {"type": "local"}}]},
        [called(0, '{"commands": ["ls", "pwd"]}', id="call_1", name="shell"), said(finish="tool_calls")],
    ),
}


@pytest.mark.parametrize("name", STREAMS)
async def test_a_stream_that_breaks_off_anywhere_adds_up(name):
    body, chunks = STREAMS[name]
    told = await events(turn(Scripted(chunks), include=["message.output_text.logprobs"], **body))
    assert len(told) > 8
    for length in range(2, len(told)):
        heard = Heard()
        stream = json.loads(json.dumps(told[:length]))
        for event in json.loads(json.dumps(stream)):
            heard.add(event)
        stream += [dict(event, sequence_number=number) for number, event in enumerate(heard.end(), length)]
        response = {**told[0]["response"], "status": "failed", "output": heard.items()}
        end = {"type": "response.failed", "sequence_number": len(stream), "response": response}
        assert all(item["status"] != "in_progress" for item in replayed([*stream, end])["output"])
