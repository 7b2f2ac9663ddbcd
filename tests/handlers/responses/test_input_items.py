"""Input items of every kind are listed in a shape the contract has; fixtures are those of conversations."""

from pathlib import Path

import yaml

from handlers.items.kinds import KINDS

FOLDER = Path(__file__).parents[1] / "fixtures" / "items"
CASES = [
    (f"{path.stem}: {case['why']}", case["input"])
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load_all(path.read_text())
]
AFTER = {"role": "user", "content": "and now?"}


async def test_every_item_given_is_listed(talk):
    """One server for all of them; the contract judges what it lists."""
    for why, given in CASES:
        asked = len(talk.provider.bodies)
        answer = await talk.client.post("/responses", json={"model": "m", "input": [given, AFTER]})
        if answer.status_code == 400:
            # What cannot be told to a model (an output without its call, a file by id) names its place.
            assert answer.json()["error"]["param"].startswith("input"), why
            assert len(talk.provider.bodies) == asked, why
            continue
        assert answer.status_code == 200, (why, answer.text)
        listed = await talk.items(f"/responses/{answer.json()['id']}/input_items")
        assert [item["type"] for item in listed] == [given.get("type") or "message", "message"], why
        assert all(item["id"] for item in listed), why


def test_every_kind_is_among_them():
    kinds = {given.get("type") or "message" for _, given in CASES}
    assert kinds >= set(KINDS)


async def test_a_conversation_gets_items_of_its_own_shape(talk):
    """A custom tool's call has a status as an item of a response, and none as an item of a conversation."""
    call = {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "x"}
    output = {"type": "custom_tool_call_output", "call_id": "c", "output": "y"}
    conversation = await talk.conversation()
    made = await talk.make(conversation=conversation, input=[call, output])
    listed = await talk.items(f"/responses/{made['id']}/input_items")
    landed = await talk.items(f"/conversations/{conversation}/items")
    assert [item.get("status") for item in listed] == ["completed", "completed"]
    assert [item.get("status") for item in landed] == [None, None, "completed"]
