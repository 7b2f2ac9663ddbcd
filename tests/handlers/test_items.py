"""Input items become what is stored and read back. The cases are data: `fixtures/items/*.yaml`."""

import json
import re
from pathlib import Path

import pytest
import yaml

from handlers import items, stores
from handlers.errors import BadRequestError
from handlers.items.kinds import KINDS, PARTS

FOLDER = Path(__file__).parent / "fixtures" / "items"
DOCUMENT = Path(__file__).parents[2] / "docs" / "items.md"


def new_id(prefix):
    return f"{prefix}new"


def read_cases():
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load_all(path.read_text()):
            yield pytest.param(case["input"], case["stored"], id=f"{path.stem}: {case['why']}")


CASES = list(read_cases())


@pytest.mark.parametrize(("given", "stored"), CASES)
def test_an_item_is_stored_as_the_table_says(given, stored):
    before = json.dumps(given)
    (row,) = items.prepare([given], new_id)
    assert isinstance(row, stores.Item)
    assert json.loads(row.body) == stored
    assert (row.id, row.type) == (stored["id"], stored["type"])
    assert json.dumps(given) == before


@pytest.mark.parametrize(("given", "stored"), CASES)
def test_normalising_twice_changes_nothing_more(given, stored):
    once = items.normalise(given, new_id, "items[0]")
    assert items.normalise(once, new_id, "items[0]") == once


def test_every_type_has_cases():
    told = {case.values[1]["type"] for case in CASES}
    assert told == set(KINDS)


def test_every_type_has_a_prefix_of_its_own():
    prefixes = [kind.prefix for kind in KINDS.values()]
    assert len(prefixes) == len(set(prefixes)) == 28
    assert all(prefix.endswith("_") for prefix in prefixes)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.unnamed])
@pytest.mark.parametrize("nothing", [{}, {"id": None}])
def test_a_type_that_names_itself_is_refused_without_an_id(name, nothing):
    with pytest.raises(BadRequestError) as caught:
        items.prepare([{"role": "user", "content": "x"}, {"type": name, **nothing}], new_id)
    assert caught.value.param == "items[1].id"
    expected = "invalid_item" if name == "reasoning" else "missing_required_parameter"
    assert caught.value.code == expected


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"type": "compaction_trigger"}, "input[0].type"),
        ({"id": "", "role": "user", "content": "x"}, "input[0].id"),
        (
            {"type": "computer_call_output", "call_id": "c", "output": {}, "status": "in_progress"},
            "input[0].status",
        ),
        (
            {"type": "shell_call", "call_id": "c", "action": {"commands": []}, "created_by": 1},
            "input[0].created_by",
        ),
        (
            {
                "type": "shell_call_output",
                "call_id": "c",
                "output": [{"stdout": ""}, {"stdout": "", "created_by": None}],
            },
            "input[0].output[1].created_by",
        ),
        ({"role": "user", "content": "x", "deep": [{"a": [0, float("inf")]}]}, "input[0].deep[0].a[1]"),
        ({"role": "user", "content": "x", "n": float("nan")}, "input[0].n"),
        (
            {"role": "user", "content": [{"type": "input_text", "text": "a\ud800"}]},
            "input[0].content[0].text",
        ),
    ],
)
def test_what_could_not_be_read_back_is_refused_by_its_place(given, place):
    with pytest.raises(BadRequestError) as caught:
        items.prepare([given], new_id, place="input")
    assert caught.value.param == place
    assert caught.value.code == ("invalid_type" if "created_by" in place else "invalid_value")
    assert place in caught.value.message


def test_a_key_that_is_no_text_is_refused_without_echoing_it_at_length():
    with pytest.raises(BadRequestError) as caught:
        items.prepare([{"role": "user", "content": "x", "k" * 10_000: {"\ud800": 1}}], new_id)
    assert len(caught.value.message) < 1000
    assert caught.value.param is not None
    caught.value.param.encode()


@pytest.mark.parametrize(
    "value",
    [
        "nul \0 and \x1f",
        "🙂 \u2028 \uffff \U0001d518",
        "null",
        2**63,
        -(2**70),
        10**4000,
        0.1,
        -0.0,
        1e308,
        5e-324,
        True,
        None,
        {"": {"\0": []}},
    ],
    ids=lambda value: str(value)[:12],
)
def test_any_value_comes_back_exactly(value):
    (row,) = items.prepare([{"role": "user", "content": "x", "unknown": value}], new_id)
    assert isinstance(row, stores.Item)
    read = json.loads(row.body)["unknown"]
    assert read == value
    assert type(read) is type(value)


def test_nesting_deeper_than_the_quick_encoder_goes_comes_back():
    deep: object = []
    for _ in range(300):
        deep = [deep]
    (row,) = items.prepare([{"role": "user", "content": "x", "unknown": deep}], new_id)
    assert isinstance(row, stores.Item)
    assert json.loads(row.body)["unknown"] == deep


@pytest.mark.parametrize(
    "given",
    [{"type": "item_reference", "id": "a"}, {"id": "a"}, {"type": None, "id": "a"}, {"id": "a", "x": 1}],
)
def test_a_reference_points_at_an_item(given):
    assert items.prepare([given], new_id) == [stores.ItemReference(id="a")]


def test_a_batch_keeps_its_order():
    batch = [{"role": "user", "content": "x"}, {"id": "a"}, {"type": "compaction", "encrypted_content": "e"}]
    counter = iter(range(10))
    rows = items.prepare(batch, lambda prefix: f"{prefix}{next(counter)}")
    assert [row.id for row in rows] == ["msg_0", "a", "cmp_1"]


def test_completed_parts_do_not_share_their_lists():
    one = items.normalise({"role": "assistant", "content": "x"}, new_id, "items[0]")
    part = {"role": "assistant", "content": [{"type": "output_text", "text": "x"}]}
    two = items.normalise(part, new_id, "items[0]")
    one["content"][0]["annotations"].append(1)
    two["content"][0]["logprobs"].append(1)
    three = items.normalise(part, new_id, "items[0]")
    assert three["content"][0] == {"type": "output_text", "text": "x", "annotations": [], "logprobs": []}


def rows_of(heading):
    section = DOCUMENT.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def in_ticks(fields):
    return [f"`{field}`" for field in fields]


def test_the_documented_table_of_types_is_the_one_in_force():
    rows = rows_of("The types")
    assert [row[0] for row in rows] == in_ticks(KINDS)
    for (_, prefix, own, filled, left_out), kind in zip(rows, KINDS.values(), strict=True):
        assert prefix == f"`{kind.prefix}`" + ("" if kind.example else " *")
        assert own.startswith("required" if kind.unnamed else "given or made")
        inner = [f"`{field}.{name}`" for field, fills in kind.inner.items() for name in fills]
        assert re.findall(r"(`[^`]+`): ", filled) == [*in_ticks(kind.fills), *inner]
        assert re.findall(r"`[^`]+`", left_out) == in_ticks(kind.never_null)


def test_the_documented_table_of_parts_is_the_one_in_force():
    rows = rows_of("The content parts")
    assert [row[0] for row in rows] == in_ticks(PARTS)
    for (_, filled, left_out), kind in zip(rows, PARTS.values(), strict=True):
        assert re.findall(r"(`[^`]+`): ", filled) == in_ticks(kind.fills)
        assert re.findall(r"`[^`]+`", left_out) == in_ticks(kind.never_null)
