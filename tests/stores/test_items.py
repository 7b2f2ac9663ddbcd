"""Items of conversations, on every store."""

import asyncio
import random

import pytest

from handlers.errors import BadRequestError, NotFoundError
from handlers.stores import Conversation, Item, ItemReference

P = "default"


def item(name: str, body: bytes = b"{}") -> Item:
    return Item(name, "message", body)


def conversation(name: str) -> Conversation:
    return Conversation(name, 1, b"{}")


async def ids(store, name="c", **arguments) -> list[str]:
    arguments = {"after": None, "limit": 1000, "order": "asc"} | arguments
    return [row.id for row in (await store.conversations.items(P, name, **arguments)).rows]


@pytest.fixture
async def filled(store):
    await store.conversations.create(P, conversation("c"), [item(name) for name in "abcde"])
    return store


@pytest.mark.parametrize("body", [b"", b"\x00\xff", '"\U0001f600"'.encode(), b"9" * 3_000_000])
async def test_a_body_comes_back_byte_for_byte(store, body):
    await store.conversations.create(P, conversation("c"), [item("x", body)])
    assert await store.conversations.item(P, "c", "x") == item("x", body)


async def test_appended_items_come_after_the_first(filled):
    assert list(await filled.conversations.append(P, "c", [item("f"), item("g")])) == [item("f"), item("g")]
    assert await ids(filled) == list("abcdefg")


async def test_appending_nothing_is_nothing(filled):
    assert list(await filled.conversations.append(P, "c", ())) == []
    assert await ids(filled) == list("abcde")


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 2, 5, 6])
async def test_pages_visit_every_item_once(filled, order, limit):
    seen, after, more = [], None, True
    while more:
        page = await filled.conversations.items(P, "c", after=after, limit=limit, order=order)
        assert len(page.rows) <= limit
        seen += [row.id for row in page.rows]
        after, more = seen[-1], page.has_more
    assert seen == (list("abcde") if order == "asc" else list("edcba"))


async def test_a_batch_of_any_size_is_one_transaction(filled):
    many = [item(f"m{number}") for number in range(2_345)]
    await filled.conversations.append(P, "c", many)
    assert await ids(filled, limit=5000) == [*"abcde", *(row.id for row in many)]
    with pytest.raises(BadRequestError) as refused:
        await filled.conversations.append(P, "c", [*(item(f"n{number}") for number in range(777)), item("c")])
    assert refused.value.param == "items[777].id"
    assert len(await ids(filled, limit=5000)) == 2_350


@pytest.mark.parametrize(
    ("batch", "place"),
    [
        ([item("x"), item("c")], 1),
        ([item("x"), item("y"), item("x")], 2),
        ([ItemReference("a")], 0),
        ([item("x"), ItemReference("x")], 1),
    ],
)
async def test_an_id_twice_is_refused_with_its_place(filled, batch, place):
    with pytest.raises(BadRequestError) as refused:
        await filled.conversations.append(P, "c", batch)
    assert refused.value.param == f"items[{place}].id"
    assert await ids(filled) == list("abcde")


async def test_the_same_id_lives_in_many_conversations(filled):
    await filled.conversations.create(P, conversation("d"), [item("a", b"other")])
    assert (await filled.conversations.item(P, "c", "a")).body == b"{}"
    assert (await filled.conversations.item(P, "d", "a")).body == b"other"


async def test_a_reference_copies_from_the_project(filled):
    await filled.conversations.create(P, conversation("d"), [item("far", b"far away")])
    answered = await filled.conversations.append(P, "c", [item("f"), ItemReference("far"), item("g")])
    assert list(answered) == [item("f"), item("far", b"far away"), item("g")]
    await filled.conversations.delete(P, "d")
    assert await ids(filled) == [*"abcdef", "far", "g"]
    assert (await filled.conversations.item(P, "c", "far")).body == b"far away"


async def test_a_new_conversation_may_refer_too(filled):
    answered = await filled.conversations.create(P, conversation("d"), [ItemReference("b")])
    assert list(answered) == [item("b")]


async def test_a_reference_finds_nothing_deleted_foreign_or_unknown(filled):
    await filled.conversations.create("other", conversation("o"), [item("foreign")])
    await filled.conversations.create(P, conversation("d"), [item("gone")])
    await filled.conversations.remove_item(P, "d", "gone")
    for name in ("foreign", "gone", "unknown"):
        with pytest.raises(NotFoundError) as refused:
            await filled.conversations.append(P, "c", [item("x"), ItemReference(name)])
        assert refused.value.param == "items[1].id"
    assert await ids(filled) == list("abcde")


async def test_a_deleted_item_is_gone_but_marks_its_place(filled):
    assert await filled.conversations.remove_item(P, "c", "c") == conversation("c")
    assert await ids(filled) == list("abde")
    assert await ids(filled, after="c") == list("de")
    assert await ids(filled, after="c", order="desc") == list("ba")
    for call in (filled.conversations.item, filled.conversations.remove_item):
        with pytest.raises(NotFoundError, match="Item with id 'c' not found"):
            await call(P, "c", "c")


async def test_an_item_added_again_takes_a_new_place(filled):
    await filled.conversations.remove_item(P, "c", "b")
    await filled.conversations.append(P, "c", [item("x"), item("b", b"again")])
    assert await ids(filled) == [*"acde", "x", "b"]
    assert (await filled.conversations.item(P, "c", "b")).body == b"again"


async def test_a_conversation_of_tombstones_is_empty(filled):
    for name in "abcde":
        await filled.conversations.remove_item(P, "c", name)
    assert await ids(filled) == []
    assert await ids(filled, after="e") == []


@pytest.mark.parametrize("after", ["nowhere", "elsewhere", "", "\0", "\ud800"])
async def test_a_cursor_of_another_list_is_refused(filled, after):
    await filled.conversations.create(P, conversation("d"), [item("elsewhere")])
    for order in ("asc", "desc"):
        with pytest.raises(BadRequestError) as refused:
            await ids(filled, after=after, order=order)
        assert refused.value.param == "after"


@pytest.mark.parametrize("bad", ["nul\0", "surrogate\udfff"])
async def test_ids_that_cannot_be_stored_are_refused_with_their_place(filled, bad):
    with pytest.raises(BadRequestError) as refused:
        await filled.conversations.append(P, "c", [item("x"), item(bad)])
    assert refused.value.param == "items[1].id"
    with pytest.raises(NotFoundError):
        await filled.conversations.item(P, "c", bad)


async def test_parallel_appends_stand_in_the_order_of_acknowledgement(store):
    """Positions are unique, and what was acknowledged first stands first, among failures and other work."""
    await store.conversations.create(P, conversation("c"), ())
    acknowledged: list[str] = []

    async def work(worker: int) -> None:
        choice = random.Random(worker)
        for turn in range(25):
            if choice.random() < 0.2 and acknowledged:
                with pytest.raises(BadRequestError):
                    await store.conversations.append(P, "c", [item("new"), item(acknowledged[0])])
                continue
            batch = [item(f"{worker}-{turn}-{part}") for part in range(choice.randrange(1, 4))]
            await store.conversations.append(P, "c", batch)
            acknowledged.extend(row.id for row in batch)

    await asyncio.gather(*(work(worker) for worker in range(16)))
    assert await ids(store, limit=10_000) == acknowledged
