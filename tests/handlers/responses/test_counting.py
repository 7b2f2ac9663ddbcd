"""The operation that counts, over HTTP: the sum of what `docs/tokens.md` says."""

import pytest

from handlers.tokens import count_text

HI = {"role": "user", "content": "hello world"}
FRAME, END = 4, 3


async def counted(api, **body):
    answer = await api.post("/responses/input_tokens", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["object"] == "response.input_tokens"
    return answer.json()["input_tokens"]


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        ({}, 0),
        ({"input": None, "model": None}, 0),
        ({"input": "hello world"}, FRAME + 2 + END),
        ({"input": "お誕生日おめでとう", "model": "gpt-4o"}, FRAME + 8 + END),
        ({"input": "お誕生日おめでとう", "model": "gpt-4"}, FRAME + 9 + END),
        ({"input": [HI, HI]}, 2 * (FRAME + 2) + END),
        ({"input": [HI], "instructions": "hello world"}, 2 * (FRAME + 2) + END),
        (
            {
                "input": [HI],
                "tools": [{"type": "function", "name": "f", "parameters": None, "strict": False}],
            },
            FRAME + 2 + 12 + 7 + 2 + END,
        ),
    ],
)
async def test_the_count_is_the_sum_of_its_parts(api, body, tokens):
    assert await counted(api, **body) == tokens


async def test_no_body_counts_nothing(api):
    answer = await api.post("/responses/input_tokens")
    assert (answer.status_code, answer.json()["input_tokens"]) == (200, 0)


async def test_aliases_count_as_their_model(make_api):
    api = await make_api(model_aliases="mine=gpt-4")
    assert await counted(api, model="mine", input="お誕生日おめでとう") == FRAME + 9 + END


async def test_earlier_turns_count(api):
    conversation = (await api.post("/conversations", json={"items": [HI]})).json()["id"]
    assert await counted(api, conversation=conversation, input="hello world") == 2 * (FRAME + 2) + END
    first = (await api.post("/responses", json={"model": "echo", "input": [HI]})).json()
    answered = count_text(first["output"][0]["content"][0]["text"], "echo")
    expected = 2 * (FRAME + 2) + FRAME + answered + END
    assert await counted(api, previous_response_id=first["id"], input=[HI]) == expected


async def test_both_at_once_are_refused(api):
    body = {"conversation": "conv_1", "previous_response_id": "resp_1", "input": "hi"}
    assert (await api.post("/responses/input_tokens", json=body)).status_code == 400


async def test_ten_megabytes_are_counted_while_others_are_served(api):
    """The longest text that the contract takes."""
    text = ("word " * (10 * 1024 * 1024 // 5))[: 10 * 1024 * 1024 - 1]
    tokens = await counted(api, input=text)
    assert tokens == count_text(text, "gpt-4o") + FRAME + END > 2_000_000
