"""What is dropped, and what is refused, when a context does not fit."""

import pytest

from handlers.errors import BadRequestError
from handlers.responses.messages import Unit
from handlers.responses.truncation import Window
from handlers.tokens import count_chat

HEAD = [{"role": "system", "content": "Be brief."}]


def units(*texts):
    return [Unit([{"role": "user", "content": text}]) for text in texts]


def size(found):
    messages = [*HEAD, *(message for unit in found for message in unit.messages)]
    return count_chat({"model": "gpt-4o", "messages": messages})


MANY = units(*(f"Number {index} " + "of many words " * 20 for index in range(30)))


@pytest.mark.parametrize("limit", [100, 250, 500, 1000, size(MANY) - 1])
def test_auto_drops_as_little_as_it_must(limit):
    kept = Window("gpt-4o", limit, auto=True).fit(HEAD, MANY, {}, 0)
    assert kept == MANY[-len(kept) :]
    assert size(kept) <= limit < size(MANY[-len(kept) - 1 :])


@pytest.mark.parametrize("auto", [True, False])
def test_what_just_fits_is_kept_whole(auto):
    assert Window("gpt-4o", size(MANY), auto=auto).fit(HEAD, MANY, {}, 0) == MANY


def test_disabled_names_both_figures():
    with pytest.raises(BadRequestError, match="takes 100 tokens") as caught:
        Window("gpt-4o", 100, auto=False).fit(HEAD, MANY, {}, 0)
    assert str(size(MANY)) in caught.value.message
    assert caught.value.code == "context_length_exceeded"


def test_tools_and_the_answer_take_room():
    tools = [
        {"type": "function", "function": {"name": f"f{index}", "parameters": {"type": "object"}}}
        for index in range(20)
    ]
    window = Window("gpt-4o", 400, auto=True)
    bare = len(window.fit(HEAD, MANY, {}, 0))
    assert len(window.fit(HEAD, MANY, {"tools": tools}, 0)) < bare
    assert len(window.fit(HEAD, MANY, {}, 200)) < bare


def test_images_are_counted_though_their_text_is_short():
    image = {"type": "image_url", "image_url": {"url": "https://a.example/a.png", "detail": "high"}}
    with pytest.raises(BadRequestError):
        Window("gpt-4o", 300, auto=False).fit([], [Unit([{"role": "user", "content": [image]}])], {}, 0)


def test_a_model_nobody_knows_takes_all():
    assert Window("echo", None, auto=False).fit(HEAD, MANY, {}, 0) == MANY
