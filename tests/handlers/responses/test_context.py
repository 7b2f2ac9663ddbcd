"""What the model is told: the conversation as it is now, or the whole chain, then the input."""

import pytest

from tests.handlers.responses.conftest import text_of


async def test_a_conversation_is_the_context_in_order_whatever_its_length(talk):
    texts = [f"text {number}" for number in range(450)]
    conversation = await talk.conversation(*texts)
    await talk.make(conversation=conversation, input="last", store=False)
    assert talk.provider.told() == [*texts, "last"]


async def test_what_was_added_counts_and_what_was_deleted_does_not(talk):
    conversation = await talk.conversation("a", "b")
    await talk.make(conversation=conversation, input="c")
    added = await talk.add(conversation, "d", "e")
    await talk.client.delete(f"/conversations/{conversation}/items/{added['first_id']}")
    await talk.make(conversation={"id": conversation}, input="f")
    assert talk.provider.told() == ["a", "b", "c", "one two three", "e", "f"]
    assert await talk.texts(conversation) == ["a", "b", "c", "one two three", "e", "f", "one two three"]


async def test_a_conversation_alone_is_enough(talk):
    conversation = await talk.conversation("a")
    await talk.make(conversation=conversation)
    assert talk.provider.told() == ["a"]
    assert await talk.texts(conversation) == ["a", "one two three"]


async def test_a_chain_is_the_context_without_earlier_instructions(talk):
    previous, told = None, []
    for number in range(12):
        response = await talk.make(
            input=f"in {number}", previous_response_id=previous, instructions=f"be {number}"
        )
        assert response["previous_response_id"] == previous
        assert talk.provider.told() == [f"be {number}", *told, f"in {number}"]
        told += [f"in {number}", text_of(response)]
        previous = response["id"]


async def test_a_chain_goes_over_what_was_deleted(talk):
    ids = []
    for number in range(4):
        previous = {"previous_response_id": ids[-1]} if ids else {}
        ids.append((await talk.make(input=f"in {number}", **previous))["id"])
    for gone in ids[1:3]:
        await talk.client.delete(f"/responses/{gone}")
    await talk.make(input="end", previous_response_id=ids[3])
    assert talk.provider.told() == ["in 0", "one two three", "in 3", "one two three", "end"]
    assert talk.traces("in 1") == []


async def test_a_chain_may_begin_in_a_conversation(talk):
    conversation = await talk.conversation("a")
    first = await talk.make(conversation=conversation, input="b")
    await talk.add(conversation, "later")
    second = await talk.make(previous_response_id=first["id"], input="c")
    assert talk.provider.told() == ["a", "b", "one two three", "c"]
    await talk.client.delete(f"/responses/{first['id']}")
    await talk.make(previous_response_id=second["id"], input="d")
    assert talk.provider.told() == ["a", "c", "one two three", "d"]
    await talk.client.delete(f"/conversations/{conversation}")
    await talk.make(previous_response_id=second["id"], input="e")
    assert talk.provider.told() == ["c", "one two three", "e"]


async def test_a_response_that_still_runs_cannot_be_gone_on_from(gated):
    response = await gated.make(input="a", background=True)
    error = await gated.refused(400, previous_response_id=response["id"], input="b")
    assert (error["code"], error["param"]) == ("invalid_value", "previous_response_id")


@pytest.mark.parametrize("form", [{"type": "item_reference"}, {}, {"type": None}])
async def test_references_name_items_of_responses_and_conversations(talk, form):
    response = await talk.make(input="a")
    conversation = await talk.conversation("b")
    elsewhere = (await talk.items(f"/conversations/{conversation}/items"))[0]["id"]
    references = [{**form, "id": response["output"][0]["id"]}, {**form, "id": elsewhere}]
    made = await talk.make(input=[*references, {"role": "user", "content": "c"}])
    assert talk.provider.told() == ["one two three", "b", "c"]
    listed = await talk.items(f"/responses/{made['id']}/input_items")
    assert [item["id"] for item in listed][:2] == [reference["id"] for reference in references]


async def test_a_reference_to_what_the_context_holds_adds_nothing(talk):
    conversation = await talk.conversation("a")
    item = (await talk.items(f"/conversations/{conversation}/items"))[0]["id"]
    made = await talk.make(conversation=conversation, input=[{"id": item}, {"role": "user", "content": "b"}])
    assert talk.provider.told() == ["a", "b"]
    assert await talk.texts(conversation) == ["a", "b", "one two three"]
    assert len(await talk.items(f"/responses/{made['id']}/input_items")) == 2


async def test_an_item_that_the_conversation_has_cannot_be_sent_again(talk):
    conversation = await talk.conversation("a")
    item = (await talk.items(f"/conversations/{conversation}/items"))[0]["id"]
    error = await talk.refused(
        400, conversation=conversation, input=[{"role": "user", "content": "b", "id": item}]
    )
    assert error["param"] == "input[0].id"
    await talk.client.delete(f"/conversations/{conversation}/items/{item}")
    await talk.make(conversation=conversation, input=[{"role": "user", "content": "b", "id": item}])
    assert await talk.texts(conversation) == ["b", "one two three"]


async def test_counting_sees_the_same_context_and_is_not_kept_out_by_a_turn(gated):
    conversation = await gated.conversation("word " * 100)
    await gated.make(conversation=conversation, input="b", background=True)
    body = {"model": "gpt-4o", "conversation": conversation, "input": "c"}
    answer = await gated.client.post("/responses/input_tokens", json=body)
    assert answer.json()["input_tokens"] > 100


async def test_compacting_folds_a_chain(talk):
    first = await talk.make(input="fact: the key is under the mat")
    body = {"model": "m", "previous_response_id": first["id"], "input": "more"}
    talk.provider.complete = _summary
    answer = await talk.client.post("/responses/compact", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["output"][-1]["type"] == "compaction"


async def _summary(body):
    said = " ".join(str(message["content"]) for message in body["messages"])
    message = {"role": "assistant", "content": said[-200:]}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }
