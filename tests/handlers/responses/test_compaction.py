"""Folding a conversation: what the answer holds, and that a model that gets it back still knows."""

import random
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import pytest
from typing_extensions import override

from handlers.providers.echo import Echo
from handlers.tokens import count_items

FACT = "The spare key hangs behind the third tile."
PLACES = ["beginning", "middle", "end"]
WORDS = (
    "river bridge market tower harbour winter morning letter paper garden window yellow quiet slowly "
    "behind between walked talked answered thought stone water boat train street house people evening"
)


class Listening(Echo):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Mapping[str, Any]] = []

    @override
    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self.heard.append(body)
        return await super().complete(body)

    @override
    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        self.heard.append(body)
        async for chunk in super().stream(body):
            yield chunk

    def told(self) -> str:
        """All that it was told last."""
        return "\n".join(str(message.get("content")) for message in self.heard[-1]["messages"])


class Silent(Echo):
    @override
    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {"choices": [{"message": {"role": "assistant", "content": " "}}]}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "output_text", "text": text}]}


def sentences(number: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS.split(), k=9)).capitalize() + "." for _ in range(number)]


def turns(place: str) -> list[dict[str, Any]]:
    """Fifty turns, the fact in one of them."""
    told = sentences(200)
    told[{"beginning": 0, "middle": 101, "end": 197}[place]] += " " + FACT
    spoken = [" ".join(told[start : start + 2]) for start in range(0, len(told), 2)]
    return [(assistant if index % 2 else user)(text) for index, text in enumerate(spoken)]


def one_message(place: str) -> list[dict[str, Any]]:
    told = sentences(300, 2)
    told[{"beginning": 0, "middle": 150, "end": 299}[place]] = FACT
    return [user(" ".join(told))]


def tool_output(place: str) -> list[dict[str, Any]]:
    lines = [
        f"2026-11-20 12:{index // 60:02}:{index % 60:02} INFO worker {index} is idle" for index in range(200)
    ]
    lines[{"beginning": 0, "middle": 100, "end": 199}[place]] = FACT
    call = {"type": "function_call", "call_id": "call_1", "name": "read_log", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "\n".join(lines)}
    return [user("What does the log say?"), call, output, assistant("Let me see.")]


async def folded(api, status=200, **body):
    answer = await api.post("/responses/compact", json={"model": "echo", **body})
    assert answer.status_code == status, answer.text
    return answer.json()


async def counted(api, items):
    answer = await api.post("/responses/input_tokens", json={"model": "echo", "input": items})
    assert answer.status_code == 200, answer.text
    return answer.json()["input_tokens"]


@pytest.fixture
def echo():
    return Listening()


@pytest.fixture
async def api(make_api, echo):
    return await make_api(provider=echo)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("conversation", [turns, one_message, tool_output])
async def test_half_is_left_and_the_fact_still_reaches_the_model(api, echo, conversation, place):
    items = conversation(place)
    before = await counted(api, items)
    assert before > 2000
    answer = await folded(api, input=items)
    after = await counted(api, answer["output"])
    assert after < before / 2
    assert answer["usage"]["output_tokens"] < answer["usage"]["input_tokens"] / 2
    made = await api.post(
        "/responses", json={"model": "echo", "input": [*answer["output"], user("Where is it?")]}
    )
    assert made.status_code == 200, made.text
    assert FACT in echo.told()
    assert "Where is it?" in echo.told()


async def test_a_short_conversation_keeps_every_message_but_the_model_s(api):
    items = [user("Which rivers meet at Koblenz?"), assistant("The Rhine and the Moselle."), user("Thanks.")]
    answer = await folded(api, input=[{"role": "developer", "content": "Be brief."}, *items])
    assert [item["type"] for item in answer["output"]] == ["message"] * 3 + ["compaction"]
    assert [item["role"] for item in answer["output"][:3]] == ["developer", "user", "user"]
    assert answer["output"][1]["content"] == [{"type": "input_text", "text": items[0]["content"]}]
    assert answer["object"] == "response.compaction"
    assert "Moselle" not in str(answer["output"])


async def test_of_a_long_one_the_newest_messages_stay_within_their_share(api):
    items = turns("middle")
    answer = await folded(api, input=items)
    kept = [item["content"][0]["text"] for item in answer["output"][:-1]]
    said = [item["content"] for item in items if item["role"] == "user"]
    assert 0 < len(kept) < len(said)
    assert kept == said[-len(kept) :]
    share = count_items(answer["output"][:-1], "echo") / count_items(items, "echo")
    assert 0.05 < share <= 0.15


async def test_a_call_that_waits_for_its_output_stays(api, echo):
    call = {"type": "function_call", "call_id": "call_2", "name": "look", "arguments": "{}"}
    answer = await folded(api, input=[*tool_output("middle"), call])
    assert [item["type"] for item in answer["output"]][-2:] == ["function_call", "compaction"]
    output = {"type": "function_call_output", "call_id": "call_2", "output": "seen"}
    made = await api.post("/responses", json={"model": "echo", "input": [*answer["output"], output]})
    assert made.status_code == 200, made.text


async def test_an_earlier_response_s_turns_are_folded_too(api, echo):
    first = (await api.post("/responses", json={"model": "echo", "input": FACT})).json()
    answer = await folded(
        api, previous_response_id=first["id"], input="And now?", instructions="Talk like a pirate."
    )
    assert FACT in echo.told()
    assert "system: Talk like a pirate." in echo.told()
    assert [item["content"][0]["text"] for item in answer["output"][:-1]] == [FACT, "And now?"]
    unknown = await folded(api, 400, previous_response_id="resp_none")
    assert unknown["error"]["code"] == "previous_response_not_found"


@pytest.mark.parametrize("body", [{}, {"input": None}, {"input": []}])
async def test_nothing_to_fold_is_refused(api, body):
    error = (await folded(api, 400, **body))["error"]
    assert (error["code"], error["param"]) == ("missing_required_parameter", "input")


async def test_what_was_folded_can_be_folded_again(api, echo):
    once = await folded(api, input=turns("middle"))
    twice = await folded(api, input=[*once["output"], *one_message("end"), user("Go on.")])
    assert [item["type"] for item in twice["output"]].count("compaction") == 1
    assert FACT in echo.told()


async def test_it_lives_in_conversations(api, echo):
    answer = await folded(api, input=one_message("middle"))
    conversation = (await api.post("/conversations", json={"items": answer["output"]})).json()["id"]
    made = await api.post(
        "/responses", json={"model": "echo", "conversation": conversation, "input": "Well?"}
    )
    assert made.status_code == 200, made.text
    assert FACT in echo.told()


async def test_a_changed_or_foreign_item_is_refused_by_its_place(api, make_api):
    item = (await folded(api, input=one_message("middle")))["output"][-1]
    sealed = item["encrypted_content"]
    changed = {**item, "encrypted_content": sealed[:-9] + ("A" if sealed[-9] != "A" else "B") + sealed[-8:]}
    for client, given in (
        (api, changed),
        (api, {**item, "encrypted_content": "opaque"}),
        (await make_api(), item),
    ):
        for path in ("/responses", "/responses/input_tokens", "/responses/compact"):
            answer = await client.post(path, json={"model": "echo", "input": [user("hi"), given]})
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == (400, "invalid_encrypted_content")
            assert error["param"] == "input[1].encrypted_content"


async def test_the_key_outlives_the_server_and_can_be_replaced(make_api, tmp_path):
    items = one_message("middle")
    item = (await folded(await make_api(data_dir=tmp_path / "kept"), input=items))["output"][-1]
    again = await make_api(data_dir=tmp_path / "kept")
    assert await counted(again, [item]) > 100
    old, new = "o" * 32, "n" * 32
    item = (await folded(await make_api(encryption_key=old), input=items))["output"][-1]
    assert await counted(await make_api(encryption_key=f"{new},{old}"), [item]) > 100


async def test_what_does_not_fit_the_window_is_folded_part_by_part(make_api):
    echo = Listening()
    api = await make_api(provider=echo, context_limits="echo=3000")
    items = turns("beginning")
    answer = await folded(api, input=items)
    assert len(echo.heard) > 1
    assert all(count_items(body["messages"], "echo") < 3000 for body in echo.heard)
    assert "Summary of what came earlier:" in echo.told()
    assert await counted(api, answer["output"]) < await counted(api, items) / 2
    assert answer["usage"]["input_tokens"] > 2000


@pytest.mark.parametrize("name", ["max_completion_tokens", "max_tokens"])
async def test_the_answer_is_limited_by_the_field_that_the_endpoint_knows(make_api, name):
    echo = Listening()
    await folded(await make_api(provider=echo, max_tokens_field=name), input="hi")
    assert [key for key in echo.heard[0] if key.startswith("max_")] == [name]


@pytest.mark.parametrize("settings", [{"encryption_key": "short"}, {"context_limits": "llama3"}])
async def test_settings_that_make_no_sense_keep_the_server_from_starting(make_api, settings):
    with pytest.raises(ValueError, match="LOCKSTEP_"):
        await make_api(**settings)


async def test_a_model_that_says_nothing_is_an_error(make_api):
    answer = await folded(await make_api(provider=Silent()), 502, input="hi")
    assert "no summary" in answer["error"]["message"]


async def test_a_failing_model_is_its_own_error(api):
    assert (await folded(api, 502, input="hi", model="echo/broken"))["error"]["type"] == "server_error"
    assert (await folded(api, 404, input="hi", model="nobody"))["error"]["code"] == "model_not_found"
