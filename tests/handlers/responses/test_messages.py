"""Items become chat messages. The cases are data: `fixtures/prompting/*.yaml`."""

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from handlers.errors import BadRequestError
from handlers.items.kinds import KINDS
from handlers.responses import calls
from handlers.responses.messages import Reading, leading_system, units
from tests.handlers.contract import judged
from tests.handlers.responses.turning import item
from tests.handlers.test_items import CASES as STORED
from tests.handlers.test_items_properties import INPUT, SCHEMAS, Instances

FOLDER = Path(__file__).parent / "fixtures" / "prompting"


def read_cases():
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load_all(path.read_text()):
            yield pytest.param(case, id=f"{path.stem}: {case['why']}")


CASES = list(read_cases())


def reading(*, all_thoughts=False):
    return Reading(
        expand=lambda item, _place: [{"role": "user", "content": f"expanded {item['encrypted_content']}"}],
        unseal=lambda text, _place: f"opened {text}",
        all_thoughts=all_thoughts,
    )


def told(context, given=(), **options):
    found = units(context, given, reading(**options))
    return leading_system(message for unit in found for message in unit.messages)


def is_chat(found):
    """Whether chat completions take the messages, and each call has its one answer behind it."""
    if not found:
        return
    body = {"model": "m", "messages": found}
    judged("CreateChatCompletionRequest", json.dumps(body).encode("utf-8", "surrogatepass"))
    for index, message in enumerate(found):
        asked = [call["id"] for call in message.get("tool_calls", ())]
        answered = [each.get("tool_call_id") for each in found[index + 1 : index + 1 + len(asked)]]
        assert asked == answered
    asked = sum(len(message.get("tool_calls", ())) for message in found)
    assert asked == sum(message["role"] == "tool" for message in found)


def refusal(context):
    """Why items cannot be told; the refusals of parts all say what to send instead."""
    try:
        is_chat(told(context))
    except BadRequestError as error:
        return error.message
    return "Send as they are"


@pytest.mark.parametrize("case", CASES)
def test_items_are_told_as_the_table_says(case):
    found = told(case["items"], all_thoughts=case.get("all_thoughts", False))
    assert found == case["messages"]
    is_chat(found)


def test_every_type_has_a_case():
    seen = {item["type"] for case in CASES for item in case.values[0]["items"]}
    assert set(KINDS) - seen == calls.SILENT - {"mcp_list_tools", "compaction_trigger"}


def test_every_type_is_somewhere_in_the_tables():
    known = {"message", "reasoning", "compaction", "mcp_approval_request", "mcp_approval_response"}
    known |= {*calls.CALLS, *calls.OUTPUTS, *calls.ANSWERED, *calls.SILENT}
    assert set(KINDS) <= known


@pytest.mark.parametrize(("_given", "stored"), STORED)
def test_every_stored_item_can_be_told_as_chat(_given, stored):
    assert "Send" in refusal([stored])


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_any_conversation_can_be_told_as_chat(seed, length):
    made = Instances(seed)
    context = []
    for _ in range(length):
        one = made.of(SCHEMAS["InputItem"])
        assume(INPUT.is_valid(one))
        try:
            context.append(item(one))
        except BadRequestError:
            continue
        except KeyError:
            assume(condition=False)
    assert "Send" in refusal(context)


def test_an_output_without_a_call_in_this_request_is_a_mistake():
    output = {"type": "function_call_output", "id": "o1", "call_id": "a", "output": "A"}
    with pytest.raises(BadRequestError, match="No tool call found") as caught:
        told([], [output])
    assert caught.value.param == "input[0]"


def test_an_output_in_this_request_finds_its_call_in_an_earlier_turn():
    call = {"type": "function_call", "id": "f1", "call_id": "a", "name": "one", "arguments": "{}"}
    output = {"type": "function_call_output", "id": "o1", "call_id": "a", "output": "A"}
    assert told([call], [output])[-1]["content"] == "A"


UNTELLABLE = {
    "an image by id": ({"type": "input_image", "file_id": "file_1", "detail": "auto"}, "input_image"),
    "no image at all": ({"type": "input_image", "detail": "auto"}, "there is no image"),
    "a file by id": ({"type": "input_file", "file_id": "file_1"}, "`file_id` cannot be fetched"),
    "a file by URL": (
        {"type": "input_file", "file_url": "https://a.example/"},
        "`file_url` cannot be fetched",
    ),
}


@pytest.mark.parametrize("name", UNTELLABLE)
def test_what_chat_cannot_carry_is_refused_with_its_place(name):
    part, _why = UNTELLABLE[name]
    with pytest.raises(BadRequestError, match="Send") as caught:
        told(
            [],
            [
                {
                    "type": "message",
                    "id": "m1",
                    "role": "user",
                    "content": [{"type": "input_text", "text": "See"}, part],
                }
            ],
        )
    assert caught.value.param == "input[0].content[1]"
    assert caught.value.code == "invalid_value"


def test_a_turn_of_500_items_keeps_its_order():
    context = [
        item({"role": "user" if index % 2 else "assistant", "content": str(index)}) for index in range(500)
    ]
    assert [message["content"] for message in told(context)] == [str(index) for index in range(500)]


def test_units_never_part_a_call_from_its_output():
    context = [
        {"type": "function_call", "id": "f1", "call_id": "a", "name": "one", "arguments": "{}"},
        {"type": "function_call_output", "id": "o1", "call_id": "a", "output": "A"},
    ]
    (unit,) = units(context, (), reading())
    assert [message["role"] for message in unit.messages] == ["assistant", "tool"]


def test_the_documentation_has_every_type():
    table = (Path(__file__).parents[3] / "docs" / "turns.md").read_text()
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == {*KINDS, "compaction_trigger"}
