"""The model of a turn: its budget over all rounds, endpoints without limits, and those that tell no usage."""

from handlers.responses.model import Brake
from handlers.tokens import count_text
from tests.handlers.responses.replayer import replayed
from tests.handlers.responses.turning import Scripted, called, events, said, turn, used

SHELL = {"tools": [{"type": "shell"}]}
WRONG = [called(0, "{}", id="call_a", name="shell"), said(finish="tool_calls"), used(10, 70)]
DONE = [said("Done."), said(finish="stop"), used(20, 6)]


async def test_rounds_share_the_output_tokens():
    provider = Scripted(WRONG, DONE)
    response = replayed(await events(turn(provider, max_output_tokens=100, **SHELL)))
    assert [asked["max_completion_tokens"] for asked in provider.asked] == [100, 30]
    assert response["usage"]["output_tokens"] == 76


async def test_a_round_has_one_token_at_least():
    provider = Scripted(WRONG, DONE)
    replayed(await events(turn(provider, max_output_tokens=50, **SHELL)))
    assert provider.asked[1]["max_completion_tokens"] == 1


async def test_an_endpoint_that_knows_no_limit_is_stopped():
    provider = Scripted([said(" word") for _ in range(1000)])
    response = replayed(await events(turn(provider, max_output_tokens=16)))
    assert response["status"] == "incomplete"
    assert response["incomplete_details"] == {"reason": "max_output_tokens"}
    assert 16 < response["usage"]["output_tokens"] < 40
    assert provider.closed == 1


async def test_an_answer_within_the_limit_in_many_chunks_is_not():
    provider = Scripted([*(said(letter) for letter in "incomprehensibilities" * 3), said(finish="stop")])
    response = replayed(await events(turn(provider, max_output_tokens=20)))
    assert response["status"] == "completed"


async def test_thoughts_and_calls_count_as_well():
    thoughts = [said(reasoning=" word") for _ in range(100)]
    assert replayed(await events(turn(Scripted(thoughts), max_output_tokens=16)))["status"] == "incomplete"
    arguments = [called(0, "", id="a", name="mine"), *(called(0, " word") for _ in range(100))]
    assert replayed(await events(turn(Scripted(arguments), max_output_tokens=16)))["status"] == "incomplete"


async def test_usage_that_is_not_told_is_counted():
    chunks = [said(reasoning="Let me think."), said("Two words"), said(finish="stop")]
    usage = replayed(await events(turn(Scripted(chunks))))["usage"]
    assert usage["output_tokens_details"]["reasoning_tokens"] == count_text("Let me think.", "echo")
    assert usage["output_tokens"] > usage["output_tokens_details"]["reasoning_tokens"]
    assert usage["input_tokens"] > 0
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_without_a_limit_nothing_is_counted():
    brake = Brake(None, "echo")
    assert not any(brake.passed(None) for _ in range(100))
