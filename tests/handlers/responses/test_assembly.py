"""Chunks of all kinds of endpoints, as events that a client can rebuild the response from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.handlers.responses.replayer import replayed
from tests.handlers.responses.turning import Scripted, called, events, said, turn, used


async def told(*chunks, **body):
    """The response, rebuilt from the events."""
    made = turn(Scripted(chunks), **body)
    found = await events(made)
    response = replayed(found)
    assert response == made.response
    return response


def kinds(found):
    return [event["type"].removeprefix("response.") for event in found]


async def test_a_text_is_one_message_of_one_part():
    found = await events(
        turn(
            Scripted(
                [said(role="assistant", content=""), said("Hel"), said("lo"), said(finish="stop"), used()]
            )
        )
    )
    assert kinds(found) == [
        "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta",
        "output_text.delta", "output_text.done", "content_part.done", "output_item.done", "completed",
    ]  # fmt: skip
    response = replayed(found)
    assert [part["text"] for part in response["output"][0]["content"]] == ["Hello"]
    assert response["status"] == "completed"


CALLS_OUT_OF_STEP = {
    "one after the other": [
        called(0, "", id="call_a", name="one"), called(0, '{"a":'), called(0, "1}"),
        called(1, "", id="call_b", name="two"), called(1, '{"b":2}'),
    ],
    "interleaved": [
        called(0, "", id="call_a", name="one"), called(1, "", id="call_b", name="two"),
        called(0, '{"a":'), called(1, '{"b":'), called(0, "1}"), called(1, "2}"),
    ],
    "all at index 0, told apart by id": [
        called(0, '{"a":', id="call_a", name="one"), called(0, "1}", id="call_a"),
        called(0, '{"b":2}', id="call_b", name="two"),
    ],
    "whole, all at index 0, in one chunk": [
        said(tool_calls=[
            {"index": 0, "id": "call_a", "function": {"name": "one", "arguments": '{"a":1}'}},
            {"index": 0, "id": "call_b", "function": {"name": "two", "arguments": '{"b":2}'}},
        ])
    ],
    "without index": [
        said(tool_calls=[
            {"id": "call_a", "function": {"name": "one", "arguments": '{"a":1}'}},
            {"id": "call_b", "function": {"name": "two", "arguments": '{"b":2}'}},
        ])
    ],
    "name and id repeated": [
        called(0, '{"a":', id="call_a", name="one"), called(0, "1}", id="call_a", name="one"),
        called(1, '{"b":', id="call_b", name="two"), called(1, "2}", id="call_b", name="two"),
    ],
    "arguments as an object": [
        called(0, {"a": 1}, id="call_a", name="one"), called(1, {"b": 2}, id="call_b", name="two"),
    ],
    "blank text between": [
        said("\n\n"), called(0, '{"a":1}', id="call_a", name="one"), said("\n"),
        called(1, '{"b":2}', id="call_b", name="two"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("chunks", CALLS_OUT_OF_STEP.values(), ids=CALLS_OUT_OF_STEP)
async def test_parallel_calls_are_items_of_their_own_however_they_come(chunks):
    response = await told(*chunks, said(finish="tool_calls"))
    first, second = response["output"]
    assert (first["call_id"], first["name"], first["arguments"].replace(" ", "")) == (
        "call_a",
        "one",
        '{"a":1}',
    )
    assert (second["call_id"], second["name"], second["arguments"].replace(" ", "")) == (
        "call_b",
        "two",
        '{"b":2}',
    )
    assert [first["status"], second["status"]] == ["completed", "completed"]


async def test_calls_without_ids_at_one_index_are_told_apart_by_their_names():
    response = await told(
        called(0, '{"a":1}', name="one"), called(0, '{"b":2}', name="two"), said(finish="tool_calls")
    )
    first, second = response["output"]
    assert (first["name"], second["name"]) == ("one", "two")
    assert first["call_id"].startswith("call_")
    assert first["call_id"] != second["call_id"]


async def test_a_call_is_done_as_soon_as_the_next_begins_where_it_is_whole():
    found = await events(turn(Scripted([
        called(0, '{"a":1}', id="call_a", name="one"), called(1, "", id="call_b", name="two"),
        called(1, "{}"), said(finish="tool_calls"),
    ])))  # fmt: skip
    replayed(found)
    ends = [(event["type"], event["output_index"]) for event in found if "output_item" in event["type"]]
    assert [index for _type, index in ends] == [0, 0, 1, 1]


async def test_empty_arguments_are_an_empty_object():
    response = await told(called(0, "", id="call_a", name="now"), said(finish="tool_calls"))
    assert response["output"][0]["arguments"] == "{}"


async def test_the_deprecated_function_call_is_a_call():
    response = await told(
        said(function_call={"name": "one", "arguments": '{"a"'}), said(function_call={"arguments": ":1}"}),
        said(finish="function_call"),
    )  # fmt: skip
    assert [(each["type"], each["arguments"]) for each in response["output"]] == [
        ("function_call", '{"a":1}')
    ]


async def test_custom_tools_have_input():
    first = {"index": 0, "id": "call_a", "type": "custom", "custom": {"name": "sql", "input": ""}}
    more = [{"index": 0, "custom": {"input": text}} for text in ("SELECT ", "1")]
    found = await events(
        turn(Scripted([*(said(tool_calls=[each]) for each in (first, *more)), said(finish="tool_calls")]))
    )
    response = replayed(found)
    assert response["output"][0]["type"] == "custom_tool_call"
    assert response["output"][0]["input"] == "SELECT 1"
    assert "custom_tool_call_input.done" in kinds(found)


async def test_text_before_calls_is_closed_before_they_begin():
    response = await told(
        said("Let me look. "), called(0, "{}", id="call_a", name="one"), said(finish="tool_calls")
    )
    assert [(each["type"], each["status"]) for each in response["output"]] == [
        ("message", "completed"), ("function_call", "completed"),
    ]  # fmt: skip


async def test_blank_text_at_the_head_belongs_to_the_text():
    response = await told(said("\n"), said(" Hi"), said(finish="stop"))
    assert response["output"][0]["content"][0]["text"] == "\n Hi"


@pytest.mark.parametrize("chunks", [[said(finish="stop")], [said(content=""), said(finish="stop")]])
async def test_a_model_that_says_nothing_says_an_empty_text(chunks):
    response = await told(*chunks)
    assert response["output"][0]["content"][0]["text"] == ""


async def test_only_blank_text_is_text():
    assert (await told(said("\n"), said(finish="stop")))["output"][0]["content"][0]["text"] == "\n"


async def test_a_refusal_is_a_part():
    found = await events(turn(Scripted([said(refusal="I will "), said(refusal="not."), said(finish="stop")])))
    assert replayed(found)["output"][0]["content"] == [{"type": "refusal", "refusal": "I will not."}]
    assert "refusal.done" in kinds(found)


async def test_text_and_then_a_refusal_are_two_parts():
    parts = (await told(said("Well, "), said(refusal="no."), said(finish="stop")))["output"][0]["content"]
    assert [part["type"] for part in parts] == ["output_text", "refusal"]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_is_an_item_before_the_answer(field):
    found = await events(turn(Scripted([
        said(**{field: "Hmm"}), said(**{field: ", so"}), said("42"), said(finish="stop"),
    ])))  # fmt: skip
    reasoning, message = replayed(found)["output"]
    assert reasoning["content"] == [{"type": "reasoning_text", "text": "Hmm, so"}]
    assert reasoning["summary"] == []
    assert "encrypted_content" not in reasoning
    assert message["content"][0]["text"] == "42"
    assert kinds(found).count("reasoning_text.delta") == 2


async def test_endpoints_that_send_reasoning_under_both_names_are_heard_once():
    reasoning, _ = (await told(said(reasoning="A", reasoning_content="A"), said("B"), said(finish="stop")))[
        "output"
    ]
    assert reasoning["content"][0]["text"] == "A"


async def test_reasoning_is_told_as_summary_where_one_was_asked_for():
    found = await events(
        turn(
            Scripted([said(reasoning_content="Hmm"), said("42"), said(finish="stop")]),
            reasoning={"summary": "auto"},
        )
    )
    reasoning, _ = replayed(found)["output"]
    assert reasoning["summary"] == [{"type": "summary_text", "text": "Hmm"}]
    assert "content" not in reasoning
    assert "reasoning_summary_text.done" in kinds(found)


async def test_reasoning_between_calls_and_answer_is_one_item_each():
    response = await told(said(reasoning="A"), said("b"), said(reasoning="C"), said("d"), said(finish="stop"))
    assert [each["type"] for each in response["output"]] == ["reasoning", "message", "reasoning", "message"]


async def test_log_probabilities_are_shown_where_included():
    token = {
        "token": "Hé",
        "logprob": -0.5,
        "bytes": None,
        "top_logprobs": [{"token": "Hé", "logprob": -0.5}],
    }
    chunks = [said("Hé", logprobs={"content": [token], "refusal": None}), said(finish="stop")]
    shown = await told(*chunks, include=["message.output_text.logprobs"], top_logprobs=1)
    (logprob,) = shown["output"][0]["content"][0]["logprobs"]
    assert logprob["bytes"] == [72, 195, 169]
    assert logprob["top_logprobs"][0]["bytes"] == [72, 195, 169]
    hidden = await told(*chunks)
    assert hidden["output"][0]["content"][0]["logprobs"] == []


async def test_citations_of_the_endpoint_are_annotations():
    citation = {
        "type": "url_citation",
        "url_citation": {"start_index": 0, "end_index": 2, "url": "https://a.example/", "title": "A"},
    }
    found = await events(
        turn(Scripted([said("Hi", annotations=[citation, {"type": "other"}]), said(finish="stop")]))
    )
    part = replayed(found)["output"][0]["content"][0]
    assert part["annotations"] == [{"type": "url_citation", **citation["url_citation"]}]


@pytest.mark.parametrize(
    ("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")]
)
async def test_an_answer_cut_off_is_incomplete(finish, reason):
    response = await told(said("Hel"), said(finish=finish))
    assert response["status"] == "incomplete"
    assert response["incomplete_details"] == {"reason": reason}
    assert response["completed_at"] is None
    assert response["output"][0]["status"] == "incomplete"


async def test_a_call_cut_off_is_incomplete_and_the_whole_one_before_is_not():
    response = await told(
        called(0, '{"a":1}', id="call_a", name="one"), called(1, '{"b"', id="call_b", name="two"),
        said(finish="length"),
    )  # fmt: skip
    assert [each["status"] for each in response["output"]] == ["completed", "incomplete"]
    assert response["output"][1]["arguments"] == '{"b"'


async def test_usage_has_every_detail():
    details = {
        "prompt_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 4},
    }
    response = await told(said("Hi"), said(finish="stop"), used(10, 5, **details))
    assert response["usage"] == {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 2},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 4},
        "total_tokens": 15,
    }


async def test_other_choices_are_not_heard():
    other = {"choices": [{"index": 1, "delta": {"content": "no"}, "finish_reason": None}]}
    response = await told(said("yes"), other, said(finish="stop"))
    assert [each["content"][0]["text"] for each in response["output"]] == ["yes"]


async def test_numbers_go_on_from_where_they_are_told_to():
    found = await events(turn(Scripted([said("Hi"), said(finish="stop")]), first_sequence=7))
    replayed(found, first_sequence=7)


async def test_chunks_as_sloppy_as_they_come_are_still_valid_events():
    response = await told(
        {"choices": None}, {"choices": [{"delta": {"content": [{"type": "text", "text": "Hi"}]}}]},
        {"choices": [{"delta": None, "finish_reason": "eos"}], "usage": {"prompt_tokens": 3.0}},
    )  # fmt: skip
    assert response["output"][0]["content"][0]["text"] == "Hi"
    assert response["usage"]["input_tokens"] == 3


WORDS = st.sampled_from(["", " ", "\n", "a", "{", "}", '{"a":1}', "call_a", "call_b", "one", "two"])
SCALARS = st.none() | st.booleans() | st.integers(-2, 3) | WORDS
CALL = st.fixed_dictionaries(
    {},
    optional={
        "index": SCALARS,
        "id": SCALARS,
        "type": SCALARS,
        "function": st.fixed_dictionaries({}, optional={"name": SCALARS, "arguments": SCALARS}) | SCALARS,
        "custom": st.fixed_dictionaries({}, optional={"name": SCALARS, "input": SCALARS}) | SCALARS,
    },
)
DELTA = st.fixed_dictionaries(
    {},
    optional={
        "content": SCALARS,
        "refusal": SCALARS,
        "reasoning": SCALARS,
        "reasoning_content": SCALARS,
        "annotations": st.lists(st.fixed_dictionaries({"url_citation": SCALARS})) | SCALARS,
        "tool_calls": st.lists(CALL, max_size=3) | SCALARS,
        "function_call": st.fixed_dictionaries({}, optional={"name": SCALARS, "arguments": SCALARS})
        | SCALARS,
    },
)
LOGPROBS = st.fixed_dictionaries(
    {"content": st.lists(st.fixed_dictionaries({}, optional={"token": SCALARS})) | SCALARS}
)
CHOICE = st.fixed_dictionaries(
    {},
    optional={
        "index": SCALARS,
        "delta": DELTA | SCALARS,
        "finish_reason": st.sampled_from([None, "stop", "length", "tool_calls", "nonsense", 1]),
        "logprobs": LOGPROBS | SCALARS,
    },
)
CHUNK = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(CHOICE, max_size=2) | SCALARS,
        "usage": st.dictionaries(st.sampled_from(["prompt_tokens", "total_tokens"]), SCALARS) | SCALARS,
        "service_tier": SCALARS,
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CHUNK, max_size=8))
async def test_whatever_an_endpoint_sends_the_stream_adds_up(chunks):
    response = await told(*chunks, include=["message.output_text.logprobs"])
    assert response["status"] in {"completed", "incomplete", "failed"}
    assert "request id" not in ((response["error"] or {}).get("message") or "")
