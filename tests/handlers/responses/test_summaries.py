from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.responses.summaries import cut, parts, transcript
from handlers.tokens import count_text

MODEL = "gpt-4o"
TEXT = st.text("abc \nß你😀.", max_size=300)


@given(TEXT, st.integers(1, 40))
def test_a_cut_text_fits_and_is_the_beginning(text, tokens):
    kept = cut(text, tokens, MODEL)
    assert count_text(kept, MODEL) <= tokens
    assert text.startswith(kept)


def test_a_text_that_fits_is_not_cut():
    assert cut("hello world", 2, MODEL) == "hello world"
    assert cut("hello world again", 2, MODEL) == "hello world"


@given(TEXT, st.integers(1, 40))
def test_parts_are_the_whole_and_nearly_fit(text, tokens):
    """Tokens of a part are counted line by line; put together they are rarely more."""
    made = list(parts(text, tokens, MODEL))
    assert "".join(made) == text
    assert all(count_text(part, MODEL) <= tokens + 2 for part in made)


TOLD: list[tuple[dict[str, Any], str]] = [
    ({"role": "user", "content": "hi"}, "user: hi"),
    ({"role": "tool", "tool_call_id": "c", "content": "42"}, "tool: 42"),
    ({"role": "assistant", "content": None}, "assistant: "),
    (
        {
            "role": "assistant",
            "content": "so",
            "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}],
        },
        "assistant: so\n(calls f: {})",
    ),
    (
        {"role": "assistant", "content": None, "tool_calls": [{"custom": {"name": "g", "input": "x"}}]},
        "assistant: (calls g: x)",
    ),
    (
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "see"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                {
                    "type": "file",
                    "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"},
                },
            ],
        },
        "user: see\n[image_url]\n[file a.pdf]",
    ),
]


@pytest.mark.parametrize(("message", "text"), TOLD)
def test_a_message_is_told_under_its_role(message, text):
    assert transcript([message]) == text
    assert transcript([message, message]) == f"{text}\n\n{text}"
