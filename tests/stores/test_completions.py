"""Stored chat completions, on every store."""

import pytest

from handlers.errors import BadRequestError, ConflictError, NotFoundError
from handlers.stores import Completion, Conversation, Page

P = "default"


def completion(name: str, model: str = "echo", metadata: bytes = b"{}") -> Completion:
    return Completion(name, 1_790_000_000, model, metadata, b'{"choices":[]}')


async def ids(store, **arguments) -> list[str]:
    arguments = {"after": None, "limit": 100, "order": "asc", "model": None, "metadata": {}} | arguments
    return [row.id for row in (await store.completions.list(P, **arguments)).rows]


async def bodies(store, name, **arguments) -> Page[bytes]:
    arguments = {"after": None, "limit": 100, "order": "asc"} | arguments
    return await store.completions.messages(P, name, **arguments)


@pytest.fixture
async def filled(store):
    await store.completions.add(P, completion("a", "echo", b'{"k":"1"}'), [b"a0", b"a1", b"a2", b"a3"])
    await store.completions.add(P, completion("b", "llama", b'{"k":"1","l":"2"}'), [b"b0"])
    await store.completions.add(P, completion("c", "echo", b'{"l":"2"}'), [])
    return store


async def test_a_completion_comes_back_as_it_was_added(filled):
    assert await filled.completions.get(P, "a") == completion("a", "echo", b'{"k":"1"}')


async def test_an_id_is_taken_once(filled):
    with pytest.raises(ConflictError):
        await filled.completions.add(P, completion("a"), [])


async def test_update_replaces_metadata_and_keeps_the_model(filled):
    updated = await filled.completions.update(P, "a", b'{"n":"4"}')
    assert updated == await filled.completions.get(P, "a") == completion("a", "echo", b'{"n":"4"}')
    assert await ids(filled, metadata={"n": "4"}, model="echo") == ["a"]
    assert await ids(filled, metadata={"k": "1"}) == ["b"]


async def test_filters_by_model_and_metadata(filled):
    assert await ids(filled) == ["a", "b", "c"]
    assert await ids(filled, model="echo") == ["a", "c"]
    assert await ids(filled, model="echo", order="desc", limit=1) == ["c"]
    assert await ids(filled, model="echo", after="a") == ["c"]
    assert await ids(filled, model="echo", after="b") == ["c"]
    assert await ids(filled, model="none") == []
    assert await ids(filled, metadata={"k": "1"}, model="llama") == ["b"]
    assert await ids(filled, metadata={"k": "1", "l": "2"}, model="llama") == ["b"]
    assert await ids(filled, metadata={"model": "echo"}) == []


async def test_delete_leaves_nothing_but_the_cursors_place(filled):
    await filled.completions.delete(P, "b")
    for call in (
        filled.completions.get(P, "b"),
        filled.completions.update(P, "b", b"{}"),
        filled.completions.delete(P, "b"),
        bodies(filled, "b"),
    ):
        with pytest.raises(NotFoundError, match="Chat completion with id 'b' not found"):
            await call
    assert await ids(filled, after="b") == ["c"]
    assert await ids(filled, after="b", order="desc") == ["a"]
    assert await ids(filled, metadata={"k": "1"}) == ["a"]


async def test_another_project_sees_nothing(filled):
    for call in (
        filled.completions.get("other", "a"),
        filled.completions.update("other", "a", b"{}"),
        filled.completions.delete("other", "a"),
        filled.completions.messages("other", "a", after=None, limit=1, order="asc"),
    ):
        with pytest.raises(NotFoundError):
            await call
    page = await filled.completions.list("other", after=None, limit=9, order="asc", model="echo", metadata={})
    assert page == Page([], has_more=False)


@pytest.mark.parametrize("after", ["x", "", "conv_1", "\0"])
async def test_an_unknown_cursor_is_refused(filled, after):
    with pytest.raises(BadRequestError) as refused:
        await ids(filled, after=after, model="echo")
    assert refused.value.param == "after"


async def test_a_conversations_cursor_is_none_of_completions(filled):
    await filled.conversations.create(P, Conversation("conv", 1, b"{}"), ())
    await filled.conversations.delete(P, "conv")
    with pytest.raises(BadRequestError):
        await ids(filled, after="conv")


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 3, 4, 5])
async def test_pages_visit_every_message_once(filled, order, limit):
    seen: list[bytes] = []
    after, more = None, True
    while more:
        page = await bodies(filled, "a", after=after, limit=limit, order=order)
        seen += page.rows
        after, more = "a-" + seen[-1][1:].decode(), page.has_more
    expected = [b"a0", b"a1", b"a2", b"a3"]
    assert seen == (expected if order == "asc" else expected[::-1])


async def test_a_completion_without_messages_has_an_empty_list(filled):
    assert await bodies(filled, "c") == Page([], has_more=False)


@pytest.mark.parametrize(
    "after", ["a-4", "a-01", "a--1", "a-1 ", "a-", "b-0", "a", "1", "", "a-\u0661", "a-99999999999999999999"]
)
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_a_messages_cursor_must_be_one_of_this_completion(filled, after, order):
    with pytest.raises(BadRequestError) as refused:
        await bodies(filled, "a", after=after, order=order)
    assert refused.value.param == "after"


async def test_the_end_of_messages_is_no_error(filled):
    assert await bodies(filled, "a", after="a-3") == Page([], has_more=False)


async def test_a_model_that_cannot_be_stored_is_refused(store):
    with pytest.raises(BadRequestError) as refused:
        await store.completions.add(P, completion("a", "nul\0"), [])
    assert refused.value.param == "model"
    assert await ids(store, model="nul\0") == []
