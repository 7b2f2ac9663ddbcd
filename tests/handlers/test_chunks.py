from typing import Any

import pytest

from handlers.chunks import Assembly
from handlers.errors import BadGatewayError


def chunk(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "a", "created": 1, "model": "m", "choices": list(choices), **fields}


def choice(
    delta: dict[str, Any], *, index: int = 0, finish: str | None = None, **fields: Any
) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": finish, **fields}


def assembled(*chunks: dict[str, Any]) -> dict[str, Any]:
    assembly = Assembly()
    for one in chunks:
        assembly.add(one)
    return assembly.completion()


def message(*deltas: dict[str, Any]) -> Any:
    return assembled(*(chunk(choice(delta)) for delta in deltas))["choices"][0]["message"]


def test_the_head_is_the_first_ones_and_the_rest_the_last_that_is_said() -> None:
    made = assembled(
        chunk(choice({}), service_tier=None, system_fingerprint="f1", usage=None, obfuscation="xx"),
        chunk(choice({}, finish="stop"), service_tier="default", system_fingerprint="f2"),
        {**chunk(usage={"total_tokens": 3}), "id": "b", "created": 2},
    )
    assert made == {
        "object": "chat.completion",
        "id": "a",
        "created": 1,
        "model": "m",
        "service_tier": "default",
        "system_fingerprint": "f2",
        "usage": {"total_tokens": 3},
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": None, "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
    }


def test_text_refusal_and_fields_of_their_own_are_joined() -> None:
    made = message(
        {"role": "assistant", "content": "", "refusal": None, "reasoning_content": "h"},
        {"content": "a", "reasoning_content": "m", "extra": {"x": 1}},
        {"content": "b", "role": "assistant"},
        {"refusal": "n"},
        {"refusal": "o"},
    )
    assert made == {
        "role": "assistant",
        "content": "ab",
        "refusal": "no",
        "reasoning_content": "hm",
        "extra": {"x": 1},
    }


def test_parallel_calls_are_kept_apart_by_index_whatever_order_they_come_in() -> None:
    made = message(
        {
            "content": "",
            "tool_calls": [{"index": 1, "id": "c1", "type": "function", "function": {"name": "g"}}],
        },
        {
            "tool_calls": [
                {"index": 0, "id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"'}}
            ]
        },
        {
            "tool_calls": [
                {"index": 1, "function": {"arguments": "{}"}},
                {"index": 0, "function": {"arguments": 'a":1}'}},
            ]
        },
        {"tool_calls": [{"index": 2, "id": "c2", "type": "custom", "custom": {"name": "h", "input": "x"}}]},
        {"tool_calls": [{"index": 2, "custom": {"input": "y"}}]},
    )
    assert made["content"] is None
    assert made["tool_calls"] == [
        {"id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
        {"id": "c1", "type": "function", "function": {"name": "g", "arguments": "{}"}},
        {"id": "c2", "type": "custom", "custom": {"name": "h", "input": "xy"}},
    ]


def test_names_and_ids_that_are_repeated_are_not_doubled() -> None:
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{"}}
    made = message(
        {"tool_calls": [call]}, {"tool_calls": [{**call, "function": {"name": "f", "arguments": "}"}}]}
    )
    assert made["tool_calls"] == [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    ]


def test_a_function_call_of_old_is_joined() -> None:
    made = message({"function_call": {"name": "f", "arguments": ""}}, {"function_call": {"arguments": "{}"}})
    assert made["function_call"] == {"name": "f", "arguments": "{}"}


def test_log_probabilities_are_lined_up() -> None:
    made = assembled(
        chunk(choice({}, logprobs={"content": [1], "refusal": None})),
        chunk(choice({}, logprobs=None)),
        chunk(choice({}, logprobs={"content": [2, 3], "refusal": None})),
    )
    assert made["choices"][0]["logprobs"] == {"content": [1, 2, 3], "refusal": None}


def test_choices_come_in_order_of_their_index() -> None:
    made = assembled(chunk(choice({"content": "b"}, index=1)), chunk(choice({"content": "a"})))
    assert [(one["index"], one["message"]["content"]) for one in made["choices"]] == [(0, "a"), (1, "b")]


def test_it_is_finished_when_every_choice_seen_is() -> None:
    assembly = Assembly()
    assert not assembly.finished
    assembly.add(chunk(choice({}, finish="stop")))
    assert assembly.finished
    assembly.add(chunk(choice({}, index=1)))
    assert not assembly.finished
    assembly.add(chunk(choice({}, index=1, finish="length")))
    assert assembly.finished
    assert assembly.closing() is None


def test_choices_that_never_said_why_they_ended_get_a_reason() -> None:
    assembly = Assembly()
    assembly.add(chunk(choice({"content": "a"}), choice({}, index=1, finish="length")))
    assembly.add(chunk(choice({"tool_calls": [{"index": 0, "id": "c"}]}, index=2)))
    closing = assembly.closing()
    assert closing is not None
    assert closing["choices"] == [
        {"index": 0, "delta": {}, "finish_reason": "stop"},
        {"index": 2, "delta": {}, "finish_reason": "tool_calls"},
    ]
    assert assembly.finished


def test_a_stream_without_a_choice_is_no_answer() -> None:
    assembly = Assembly()
    assembly.add(chunk())
    with pytest.raises(BadGatewayError):
        assembly.closing()
