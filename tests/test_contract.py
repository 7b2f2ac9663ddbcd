"""The judge of all other tests: it finds what is wrong with a stream of a response."""

import json
import re

import pytest

from tests import contract


@pytest.fixture
async def stream(api):
    """A whole stream, as text."""
    body = {"model": "echo", "input": "hello there", "stream": True}
    return (await api.post("/responses", json=body)).text


def judged(text, *, query="", whole=True):
    headers = {"x-request-id": "req_1", "content-type": "text/event-stream; charset=utf-8"}
    return contract.judge("POST", f"/v1/responses{query}", 200, headers, text.encode(), whole=whole)


def without(text, kind):
    """The stream without the first event of a kind, numbered anew."""
    blocks = [block for block in text.split("\n\n") if block]
    blocks.remove(next(block for block in blocks if block.startswith(f"event: {kind}\n")))
    return "".join(
        re.sub(r'"sequence_number":\d+', f'"sequence_number":{number}', block) + "\n\n"
        for number, block in enumerate(blocks)
    )


def test_a_whole_stream_and_each_beginning_of_it_are_fine(stream):
    assert judged(stream) is None
    assert all(judged(stream[:end], whole=False) is None for end in range(0, len(stream), 97))


def test_a_stream_without_its_end_is_not_whole(stream):
    assert judged(stream.rpartition("event: ")[0]) is not None


KINDS = (
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_event_is_found(stream, kind):
    assert judged(without(stream, kind)) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"sequence_number":3', '"sequence_number":4'),
        ("event: response.output_text.delta", "event: response.output_text.done"),
        ('"delta":"', '"delta":"x'),
        ('"output_index":0', '"output_index":1'),
        ('"logprobs":[]', '"logprobs":null'),
    ],
)
def test_a_wrong_event_is_found(stream, old, new):
    assert judged(stream.replace(old, new, 1)) is not None


def test_a_stream_taken_up_goes_on_with_the_next_number(stream):
    rest = stream[stream.index("event: response.output_item.added") :]
    first = json.loads(rest.split("\n")[1].removeprefix("data: "))["sequence_number"]
    assert judged(rest, query=f"/resp_1?stream=true&starting_after={first - 1}") is None
    assert judged(rest, query=f"/resp_1?stream=true&starting_after={first}") is not None
