"""Conversations themselves, on every store."""

import pytest

from handlers.errors import BadRequestError, ConflictError, NotFoundError
from handlers.stores import Conversation, Item, Page

P = "default"


def conversation(name: str, metadata: bytes = b"{}") -> Conversation:
    return Conversation(name, 1_790_000_000, metadata)


async def ids(store, project=P, **filters) -> list[str]:
    arguments = {"after": None, "limit": 100, "order": "asc", "metadata": {}} | filters
    page = await store.conversations.list(project, **arguments)
    return [row.id for row in page.rows]


@pytest.fixture
async def five(store):
    for name in "abcde":
        await store.conversations.create(P, conversation(name), ())
    return store


async def test_a_conversation_comes_back_as_it_was_made(store):
    made = conversation("conv_1", '{"ключ":"значение \\u0000 \U0001f600"}'.encode())
    await store.conversations.create(P, made, ())
    assert await store.conversations.get(P, "conv_1") == made


async def test_creating_answers_the_first_items(store):
    items = [Item("a", "message", b"1"), Item("b", "message", b"2")]
    assert list(await store.conversations.create(P, conversation("c"), items)) == items


async def test_an_id_is_taken_once_in_a_project(store):
    await store.conversations.create(P, conversation("c"), ())
    await store.conversations.create("other", conversation("c"), ())
    with pytest.raises(ConflictError):
        await store.conversations.create(P, conversation("c"), ())


async def test_a_failed_creation_leaves_nothing(store):
    with pytest.raises(BadRequestError):
        await store.conversations.create(P, conversation("c"), [Item("x", "message", b"1")] * 2)
    with pytest.raises(NotFoundError):
        await store.conversations.get(P, "c")


async def test_update_replaces_metadata_and_what_it_is_found_by(store):
    await store.conversations.create(P, conversation("c", b'{"a":"1","b":"2"}'), ())
    updated = await store.conversations.update(P, "c", b'{"a":"3"}')
    assert updated == await store.conversations.get(P, "c") == conversation("c", b'{"a":"3"}')
    assert await ids(store, metadata={"a": "3"}) == ["c"]
    assert await ids(store, metadata={"a": "1"}) == []
    assert await ids(store, metadata={"b": "2"}) == []


async def test_what_is_missing_is_404_everywhere(store):
    calls = store.conversations
    for call in (
        calls.get(P, "no"),
        calls.update(P, "no", b"{}"),
        calls.delete(P, "no"),
        calls.append(P, "no", ()),
        calls.item(P, "no", "x"),
        calls.items(P, "no", after=None, limit=1, order="asc"),
        calls.items(P, "no", after="x", limit=1, order="asc"),
        calls.remove_item(P, "no", "x"),
    ):
        with pytest.raises(NotFoundError, match="Conversation with id 'no' not found"):
            await call


async def test_another_project_sees_nothing(store):
    await store.conversations.create(P, conversation("c", b'{"a":"1"}'), [Item("x", "message", b"1")])
    calls = store.conversations
    for call in (
        calls.get("other", "c"),
        calls.update("other", "c", b"{}"),
        calls.delete("other", "c"),
        calls.append("other", "c", [Item("y", "message", b"1")]),
        calls.item("other", "c", "x"),
        calls.items("other", "c", after=None, limit=1, order="asc"),
        calls.remove_item("other", "c", "x"),
    ):
        with pytest.raises(NotFoundError):
            await call
    assert await ids(store, project="other") == []
    with pytest.raises(BadRequestError) as refused:
        await calls.list("other", after="c", limit=1, order="asc", metadata={})
    assert refused.value.param == "after"


async def test_delete_leaves_nothing_and_frees_the_id(store):
    await store.conversations.create(P, conversation("c", b'{"a":"1"}'), [Item("x", "message", b"old")])
    await store.conversations.delete(P, "c")
    with pytest.raises(NotFoundError):
        await store.conversations.get(P, "c")
    assert await ids(store, metadata={"a": "1"}) == []
    await store.conversations.create(P, conversation("c"), ())
    assert await store.conversations.items(P, "c", after=None, limit=9, order="asc") == Page(
        [], has_more=False
    )
    await store.conversations.delete(P, "c")


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 2, 5, 6])
async def test_pages_visit_every_conversation_once(five, order, limit):
    seen, after, more = [], None, True
    while more:
        page = await five.conversations.list(P, after=after, limit=limit, order=order, metadata={})
        seen += [row.id for row in page.rows]
        after, more = seen[-1], page.has_more
    assert seen == (list("abcde") if order == "asc" else list("edcba"))


async def test_a_cursor_that_was_deleted_still_marks_its_place(five):
    for name in "bc":
        await five.conversations.delete(P, name)
    assert await ids(five, after="b") == ["d", "e"]
    assert await ids(five, after="c", order="desc") == ["a"]


async def test_the_place_of_a_deleted_conversation_is_never_given_away(five):
    await five.conversations.delete(P, "e")
    await five.conversations.create(P, conversation("f"), ())
    assert await ids(five, after="e") == ["f"]
    assert await ids(five, after="e", order="desc") == ["d", "c", "b", "a"]


async def test_deleting_what_is_paged_through_reaches_everything(five):
    after, more = None, True
    while more:
        page = await five.conversations.list(P, after=after, limit=2, order="desc", metadata={})
        for row in page.rows:
            await five.conversations.delete(P, row.id)
        after, more = page.rows[-1].id, page.has_more
    assert await ids(five) == []


@pytest.mark.parametrize("after", ["nowhere", "", "\0", "\ud800", "x" * 100_000])
async def test_an_unknown_cursor_is_refused_shortly(five, after):
    with pytest.raises(BadRequestError) as refused:
        await ids(five, after=after)
    assert refused.value.param == "after"
    assert len(refused.value.message) < 1000


async def test_the_end_of_a_list_is_no_error(five):
    assert await ids(five, after="e") == []
    assert await ids(five, after="a", order="desc") == []


async def test_all_pairs_of_a_filter_must_match(store):
    await store.conversations.create(P, conversation("a", b'{"k":"v","l":"w"}'), ())
    await store.conversations.create(P, conversation("b", b'{"k":"v"}'), ())
    await store.conversations.create(P, conversation("c", b'{"l":"w","k":"v"}'), ())
    await store.conversations.create("other", conversation("d", b'{"k":"v"}'), ())
    assert await ids(store, metadata={"k": "v"}) == ["a", "b", "c"]
    assert await ids(store, metadata={"k": "v"}, after="a", order="asc") == ["b", "c"]
    assert await ids(store, metadata={"k": "v"}, order="desc", limit=2) == ["c", "b"]
    assert await ids(store, metadata={"k": "v", "l": "w"}) == ["a", "c"]
    assert await ids(store, metadata={"l": "w", "k": "v"}, after="a") == ["c"]
    assert await ids(store, metadata={"k": "w"}) == []
    assert await ids(store, metadata={"kv": ""}) == []


async def test_metadata_of_any_characters_is_found(store):
    await store.conversations.create(
        P, conversation("a", b'{"\\u0000":"\\u0000x","":"\xf0\x9f\x98\x80"}'), ()
    )
    assert await ids(store, metadata={"\0": "\0x", "": "\U0001f600"}) == ["a"]


@pytest.mark.parametrize("bad", ["nul\0", "surrogate\udfff"])
async def test_ids_that_cannot_be_stored_are_not_found(store, bad):
    with pytest.raises(NotFoundError):
        await store.conversations.get(P, bad)
    with pytest.raises(BadRequestError) as refused:
        await store.conversations.create(P, conversation(bad), ())
    assert refused.value.param == "id"
