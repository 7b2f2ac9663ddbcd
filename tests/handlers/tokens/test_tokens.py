"""What requests count, by the rules of `docs/tokens.md`."""

from typing import Any

import pytest

from handlers.tokens import count_chat, count_item, count_items, count_request, count_text

MODEL = "gpt-4o"
FRAME = 4
"""Of a message: three tokens and its role."""


def said(text: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "id": "msg_1",
        "status": "completed",
        "role": "user",
        "content": text,
        **fields,
    }


def test_a_message_counts_its_frame_and_its_text():
    assert count_item(said("hello world"), MODEL) == FRAME + 2
    assert count_item(said(""), MODEL) == FRAME


@pytest.mark.parametrize("kind", ["input_text", "output_text", "text", "summary_text", "reasoning_text"])
def test_parts_count_as_their_text(kind):
    parts = [{"type": kind, "text": "hello world", "annotations": [{"type": "x", "title": "uncounted"}]}]
    assert count_item(said("", content=parts), MODEL) == FRAME + 2
    assert count_item(said("", content=parts * 2), MODEL) == FRAME + 4


def test_a_name_counts_one_more():
    assert count_item(said("hi", name="alice"), MODEL) == count_item(said("hi"), MODEL) + 1 + count_text(
        "alice", MODEL
    )


def test_calls_and_outputs_count_their_text_but_not_their_ids():
    call = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": "get_weather",
        "arguments": '{"a":1}',
        "status": "completed",
    }
    assert count_item(call, MODEL) == FRAME + count_text("get_weather", MODEL) + count_text('{"a":1}', MODEL)
    output = {"type": "function_call_output", "id": "fco_1", "call_id": "call_1", "output": "hello world"}
    assert count_item(output, MODEL) == FRAME + 2


def test_numbers_within_items_count_as_they_are_written():
    action = {
        "type": "computer_call",
        "call_id": "c",
        "action": {"type": "click", "x": 12, "y": 345, "held": True},
    }
    assert count_item(action, MODEL) == FRAME + count_text("12", MODEL) + count_text("345", MODEL)


def test_what_is_encrypted_counts_nothing():
    assert count_item({"type": "compaction", "id": "cmp_1", "encrypted_content": "x" * 9000}, MODEL) == FRAME


def test_a_request_counts_instructions_items_and_the_answer_s_beginning():
    body = {"model": MODEL, "instructions": "hello world", "input": "not looked at"}
    assert count_request(body, [said("hello world")]) == (FRAME + 2) * 2 + 3
    assert count_request({"model": MODEL}, []) == 3


def test_a_chat_request_counts_like_the_items_it_was_made_of():
    messages = [{"role": "system", "content": "hello world"}, {"role": "user", "content": "hello world"}]
    assert count_chat({"model": MODEL, "messages": messages}) == (FRAME + 2) * 2 + 3
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    assert count_items([{"role": "assistant", "content": None, "tool_calls": [call]}], MODEL) == FRAME + 2


FUNCTION = {
    "name": "book_table",
    "description": "Books a table.",
    "parameters": {
        "type": "object",
        "properties": {
            "guests": {"type": "integer", "description": "How many."},
            "place": {"type": "string", "enum": ["inside", "terrace"]},
        },
    },
}


@pytest.mark.parametrize(("model", "function"), [("gpt-4o", 7), ("gpt-4", 10)])
def test_a_function_counts_as_the_cookbook_says(model, function):
    texts = ["book_table:Books a table", "guests:integer:How many", "place:string:", "inside", "terrace"]
    expected = 12 + function + 3 + 3 + 3 - 3 + 3 + 3 + sum(count_text(text, model) for text in texts)
    assert count_request({"model": model, "tools": [{"type": "function", **FUNCTION}]}, []) == expected + 3
    chat = {"model": model, "messages": [], "tools": [{"type": "function", "function": FUNCTION}]}
    assert count_chat(chat) == expected + 3


def test_deeper_properties_count_too():
    def tool(inner: dict[str, Any]) -> dict[str, Any]:
        return {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {"a": inner}}}

    def counted(inner: dict[str, Any]) -> int:
        return count_request({"model": MODEL, "tools": [tool(inner)]}, [])

    deep = {"properties": {"b": {"type": "string"}}}
    further = 6 + count_text("b:string:", MODEL)
    assert counted({"type": "object", **deep}) == counted({"type": "object"}) + further
    assert counted({"type": "array", "items": deep}) == counted({"type": "array"}) + further
    assert counted({"type": "object", "anyOf": [deep, {}]}) == counted({"type": "object"}) + further
    assert counted(True) > 0


def test_other_tools_and_formats_count_as_their_json():
    tool = {"type": "mcp", "server_label": "x", "server_url": "https://x.org"}
    with_secret = {**tool, "authorization": "secret " * 50, "headers": {"a": "b" * 90}}
    plain, secret = (count_request({"model": MODEL, "tools": [one]}, []) for one in (tool, with_secret))
    assert plain == secret > 3 + 12 + 7
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    text = {"format": {"type": "json_schema", "name": "n", "schema": schema}}
    expected = 3 + count_text('{"type":"object","properties":{"a":{"type":"string"}}}', MODEL)
    assert count_request({"model": MODEL, "text": text}, []) == expected
    response_format = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    assert count_chat({"model": MODEL, "messages": [], "response_format": response_format}) == expected


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("data:text/plain;base64,aGVsbG8gd29ybGQ=", "a.txt\nhello world"),
        ("data:application/json,{}", "a.txt\n{}"),
        ("data:application/pdf;base64,JVBERi0=", "a.txt"),
        ("data:text/plain;base64,!", "a.txt\n"),
        (None, "a.txt"),
    ],
)
def test_files_count_as_the_text_in_them(data, text):
    expected = FRAME + count_text(text, MODEL)
    part = {"type": "input_file", "filename": "a.txt", "file_data": data}
    assert count_item(said("", content=[part]), MODEL) == expected
    assert count_item({"role": "user", "content": [{"type": "file", "file": part}]}, MODEL) == expected


def test_audio_counts_nothing():
    part = {"type": "input_audio", "input_audio": {"data": "A" * 4000, "format": "wav"}}
    assert count_item(said("", content=[part]), MODEL) == FRAME
