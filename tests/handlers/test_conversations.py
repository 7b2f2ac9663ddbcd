"""The Conversations group on a real store: plain calls, no web framework."""

import asyncio
import json
import re
from itertools import count
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from generated import schemas
from handlers.conversations import Conversations
from handlers.errors import ApiError, BadRequestError, NotFoundError
from handlers.providers.echo import Echo
from handlers.services import Call, Services
from handlers.settings import Settings
from handlers.stores import open_store

ME = Call(project="mine", request_id="req_1")
YOU = Call(project="yours", request_id="req_2")
CASES = [
    pytest.param(case["input"], case["stored"], id=f"{path.stem}: {case['why']}")
    for path in sorted((Path(__file__).parent / "fixtures" / "items").glob("*.yaml"))
    for case in yaml.safe_load_all(path.read_text())
]


@pytest.fixture
async def group(tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path)
    store = await open_store(settings)
    hexes, seconds = count(1), count(1_750_000_000)
    services = Services(
        settings=settings,
        store=store,
        provider=Echo(),
        now=lambda: next(seconds) + 0.75,
        hex=lambda: f"{next(hexes):048x}",
    )
    yield Conversations(services)
    await store.aclose()


def validated(model, body):
    """As the shell hands it on."""
    return model.model_validate_json(json.dumps(body), strict=True)


async def create(group, call=ME, **body):
    return json.loads(
        await group.create_conversation(call, body=validated(schemas.CreateConversationBody, body))
    )


async def add(group, conversation, *items, call=ME):
    body = validated(schemas.CreateConversationItemsBody, {"items": items})
    return json.loads(
        await group.create_conversation_items(call, conversation_id=conversation["id"], body=body)
    )


async def listed(group, conversation, **parameters):
    page = await group.list_conversation_items(ME, conversation_id=conversation["id"], **parameters)
    return json.loads(page)


def text(words, **fields):
    return {"role": "user", "content": words, **fields}


def ids(page):
    return [entry["id"] for entry in page["data"]]


async def test_a_conversation_without_a_body(group):
    created = json.loads(await group.create_conversation(ME, body=None))
    assert re.fullmatch("conv_[0-9a-f]{48}", created.pop("id"))
    assert created == {"object": "conversation", "created_at": 1_750_000_000, "metadata": {}}


@pytest.mark.parametrize("body", [{}, {"items": None, "metadata": None}, {"items": [], "metadata": {}}])
async def test_nothing_in_a_body_is_as_no_body(group, body):
    created = await create(group, **body)
    assert created["metadata"] == {}
    assert (await listed(group, created))["data"] == []


async def test_a_conversation_is_read_back_as_created(group):
    metadata = {"topic": 'say "x"', "ü": "🙂\n"}
    created = await create(group, metadata=metadata, items=[text("one"), text("two")])
    assert created["metadata"] == metadata
    assert json.loads(await group.get_conversation(ME, conversation_id=created["id"])) == created
    page = await listed(group, created, order="asc")
    assert [item["content"][0]["text"] for item in page["data"]] == ["one", "two"]


async def test_an_update_replaces_the_metadata(group):
    created = await create(group, metadata={"a": "1", "b": "2"})
    body = validated(schemas.UpdateConversationBody, {"metadata": {"c": "3"}})
    updated = await group.update_conversation(ME, conversation_id=created["id"], body=body)
    assert json.loads(updated) == created | {"metadata": {"c": "3"}}
    assert await group.get_conversation(ME, conversation_id=created["id"]) == updated
    cleared = validated(schemas.UpdateConversationBody, {"metadata": {}})
    emptied = await group.update_conversation(ME, conversation_id=created["id"], body=cleared)
    assert json.loads(emptied)["metadata"] == {}


@pytest.mark.parametrize("body", [{}, {"metadata": None}])
def test_an_update_without_metadata_is_refused(body):
    with pytest.raises(ValidationError):
        validated(schemas.UpdateConversationBody, body)


async def test_a_deleted_conversation_is_gone_with_its_items(group):
    created = await create(group, items=[text("x", id="a")])
    answer = await group.delete_conversation(ME, conversation_id=created["id"])
    assert json.loads(answer) == {"id": created["id"], "object": "conversation.deleted", "deleted": True}
    for call in reads(group, created["id"], "a"):
        with pytest.raises(NotFoundError):
            await call(ME)
    other = await create(group)
    with pytest.raises(NotFoundError):
        await add(group, other, {"id": "a"})


def reads(group, conversation_id, item_id):
    """Every operation on what exists, ready to be called."""
    here = {"conversation_id": conversation_id}
    update = validated(schemas.UpdateConversationBody, {"metadata": {}})
    append = validated(schemas.CreateConversationItemsBody, {"items": [text("y")]})
    nothing = validated(schemas.CreateConversationItemsBody, {"items": []})
    return [
        lambda call: group.get_conversation(call, **here),
        lambda call: group.update_conversation(call, body=update, **here),
        lambda call: group.list_conversation_items(call, **here),
        lambda call: group.create_conversation_items(call, body=append, **here),
        lambda call: group.create_conversation_items(call, body=nothing, **here),
        lambda call: group.get_conversation_item(call, item_id=item_id, **here),
        lambda call: group.delete_conversation_item(call, item_id=item_id, **here),
        lambda call: group.delete_conversation(call, **here),
    ]


async def test_another_project_sees_nothing(group):
    created = await create(group, items=[text("x", id="a")])
    for call in reads(group, created["id"], "a"):
        with pytest.raises(NotFoundError):
            await call(YOU)
    assert json.loads(await group.list_conversations(YOU))["data"] == []
    theirs = await create(group, call=YOU)
    with pytest.raises(NotFoundError):
        await add(group, theirs, {"id": "a"}, call=YOU)
    assert ids(await listed(group, created)) == ["a"]


async def test_what_does_not_exist_is_404(group):
    for call in reads(group, 'conv_"\0', "a\0"):
        with pytest.raises(NotFoundError):
            await call(ME)


@pytest.mark.parametrize(("given", "stored"), CASES)
async def test_an_item_comes_back_as_the_table_says(group, given, stored):
    created = await create(group, items=[given])
    (item,) = (await listed(group, created))["data"]
    if stored["id"].endswith("_new"):
        assert re.fullmatch(stored["id"].removesuffix("new") + "[0-9a-f]{48}", item["id"])
        stored = stored | {"id": item["id"]}
    assert item == stored
    read = await group.get_conversation_item(ME, conversation_id=created["id"], item_id=item["id"])
    assert json.loads(read) == stored


async def test_items_are_answered_in_the_order_sent(group):
    created = await create(group, items=[text("zero", id="first")])
    answer = await add(group, created, text("one"), text("two", id="b"), text("three"))
    assert [item["content"][0]["text"] for item in answer["data"]] == ["one", "two", "three"]
    first, second, last = ids(answer)
    assert second == "b"
    assert {**answer, "data": []} == {
        "object": "list",
        "data": [],
        "first_id": first,
        "last_id": last,
        "has_more": False,
    }
    assert ids(await listed(group, created)) == [last, "b", first, "first"]


async def test_nothing_added_is_an_empty_list(group):
    answer = await add(group, await create(group))
    assert answer == {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 3, 20])
async def test_pages_visit_every_item_once(group, order, limit):
    names = [f"item {number}" for number in range(7)]
    created = await create(group, items=[text(name, id=name) for name in names])
    seen, after = [], None
    while True:
        page = await listed(group, created, order=order, limit=limit, after=after)
        seen += ids(page)
        assert (page["first_id"], page["last_id"]) == (ids(page)[0], ids(page)[-1])
        after = page["last_id"]
        if not page["has_more"]:
            break
    assert seen == (names if order == "asc" else names[::-1])


async def test_a_list_has_the_latest_20_first(group):
    created = await create(group, items=[text("x", id=f"a{n}") for n in range(20)])
    await add(group, created, text("x", id="a20"))
    page = await listed(group, created)
    assert (page["first_id"], page["last_id"], page["has_more"]) == ("a20", "a1", True)


async def test_the_end_of_a_list_has_empty_ids(group):
    created = await create(group, items=[text("x", id="a")])
    page = await listed(group, created, after="a")
    assert page == {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}


async def test_a_deleted_item_is_gone_and_still_marks_its_place(group):
    created = await create(group, metadata={"k": "v"}, items=[text(name, id=name) for name in "abcd"])
    answer = await group.delete_conversation_item(ME, conversation_id=created["id"], item_id="b")
    assert json.loads(answer) == created
    assert ids(await listed(group, created, order="asc")) == ["a", "c", "d"]
    assert ids(await listed(group, created, order="asc", after="b")) == ["c", "d"]
    assert ids(await listed(group, created, order="desc", after="b")) == ["a"]
    for again in (group.get_conversation_item, group.delete_conversation_item):
        with pytest.raises(NotFoundError):
            await again(ME, conversation_id=created["id"], item_id="b")


async def test_a_cursor_that_was_never_in_the_list_is_refused(group):
    created = await create(group, items=[text("x", id="a")])
    await create(group, items=[text("x", id="elsewhere")])
    for after in ("never", "elsewhere", created["id"]):
        with pytest.raises(BadRequestError) as caught:
            await listed(group, created, after=after)
        assert caught.value.param == "after"


async def test_the_same_id_may_live_in_many_conversations(group):
    one = await create(group, items=[text("x", id="same")])
    two = await create(group, items=[text("y", id="same")])
    assert ids(await listed(group, one)) == ids(await listed(group, two)) == ["same"]


async def test_the_same_id_twice_is_refused_and_nothing_of_the_batch_stored(group):
    created = await create(group, items=[text("x", id="same")])
    for batch in (
        [text("y"), text("z", id="same")],
        [text("y", id="new"), text("z", id="new")],
        [text("y"), {"id": "same"}],
        [text("y", id="new"), {"id": "new"}],
    ):
        with pytest.raises(BadRequestError) as caught:
            await add(group, created, *batch)
        assert caught.value.param == "items[1].id"
        assert ids(await listed(group, created)) == ["same"]


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"id": "unknown"}, NotFoundError),
        ({"type": "item_reference", "id": "unknown"}, NotFoundError),
        ({"type": "compaction_trigger"}, BadRequestError),
        (text("x", id="first"), BadRequestError),
        (text("x", id=""), BadRequestError),
    ],
)
async def test_a_bad_item_keeps_the_conversation_from_coming_into_being(group, bad, error):
    with pytest.raises(error) as caught:
        await create(group, items=[text("x", id="first"), bad])
    assert caught.value.param is not None
    assert caught.value.param.startswith("items[1]")
    assert json.loads(await group.list_conversations(ME))["data"] == []


@pytest.mark.parametrize("reference", [{"id": "a"}, {"type": "item_reference", "id": "a"}])
async def test_a_reference_is_copied_under_its_id(group, reference):
    source = await create(group, items=[text("x", id="a", unknown=2**70)])
    target = await create(group)
    answer = await add(group, target, text("before"), reference)
    assert answer["data"][1] == (await listed(group, source))["data"][0]
    await group.delete_conversation(ME, conversation_id=source["id"])
    read = await group.get_conversation_item(ME, conversation_id=target["id"], item_id="a")
    assert json.loads(read)["unknown"] == 2**70


async def test_parallel_appends_lose_nothing(group):
    created = await create(group)
    await asyncio.gather(*(add(group, created, text("x"), text("y")) for _ in range(25)))
    page = await listed(group, created, limit=100)
    assert len(set(ids(page))) == len(page["data"]) == 50


@pytest.mark.parametrize("model", [schemas.CreateConversationBody, schemas.CreateConversationItemsBody])
def test_more_than_20_items_are_refused(model):
    validated(model, {"items": [text("x")] * 20})
    with pytest.raises(ValidationError):
        validated(model, {"items": [text("x")] * 21})


@pytest.mark.parametrize(
    "value",
    ["nul \0", "🙂 \u2028", 2**63, -(10**60), 2**53 + 1, 1.5, -0.0, "null", [None, {"": {}}], "x" * 100_000],
    ids=lambda value: str(value)[:12],
)
async def test_unknown_fields_come_back_exactly(group, value):
    created = await create(group, items=[text("x", unknown=value, phase=None)])
    (item,) = (await listed(group, created))["data"]
    assert item["unknown"] == value
    assert type(item["unknown"]) is type(value)


@pytest.mark.parametrize("number", [2**53 + 1, 10**40, 3, 0.5])
async def test_numbers_of_the_contract_come_back_exactly(group, number):
    call = {"id": "fs_1", "type": "file_search_call", "status": "completed", "queries": []}
    created = await create(
        group, items=[{**call, "results": [{"attributes": {"n": number}, "score": number}]}]
    )
    (item,) = (await listed(group, created))["data"]
    (result,) = item["results"]
    assert result["attributes"]["n"] == number
    assert result["score"] == number


async def test_a_number_beyond_doubles_is_refused_by_its_place(group):
    raw = b'{"items": [{"role": "user", "content": "x", "unknown": [0, 1e400]}]}'
    body = schemas.CreateConversationItemsBody.model_validate_json(raw, strict=True)
    created = await create(group)
    with pytest.raises(BadRequestError) as caught:
        await group.create_conversation_items(ME, conversation_id=created["id"], body=body)
    assert caught.value.param == "items[0].unknown[1]"


async def test_include_hides_nothing(group):
    reasoning = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAA"}
    created = await create(group, items=[reasoning])
    for include in (None, [], ["message.output_text.logprobs"]):
        assert (await listed(group, created, include=include))["data"] == [reasoning]


async def test_conversations_are_listed_newest_first(group):
    created = [await create(group, metadata={"n": str(n)}) for n in range(5)]
    page = json.loads(await group.list_conversations(ME, limit=3))
    assert page["data"] == created[:1:-1]
    assert (page["first_id"], page["last_id"], page["has_more"]) == (
        created[4]["id"],
        created[2]["id"],
        True,
    )
    rest = json.loads(await group.list_conversations(ME, after=page["last_id"]))
    assert ids(rest) == [created[1]["id"], created[0]["id"]]
    assert ids(json.loads(await group.list_conversations(ME, order="asc", limit=2))) == [
        created[0]["id"],
        created[1]["id"],
    ]


async def test_conversations_are_found_by_metadata(group):
    both = await create(group, metadata={"team": "blue", "stage": "test"})
    await create(group, metadata={"team": "blue"})
    await create(group)
    pairs = {"team": "blue", "stage": "test"}
    assert ids(json.loads(await group.list_conversations(ME, metadata=pairs))) == [both["id"]]


async def test_an_unknown_cursor_of_the_conversations_is_refused(group):
    with pytest.raises(ApiError) as caught:
        await group.list_conversations(ME, after="conv_never")
    assert (caught.value.status, caught.value.param) == (400, "after")
