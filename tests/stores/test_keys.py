"""API keys, on every store."""

from dataclasses import replace

import pytest

from handlers.errors import ConflictError, NotFoundError
from handlers.stores import Key


def key(name: str, project: str = "default") -> Key:
    return Key(
        id=f"key_{name}",
        project=project,
        name=name,
        digest=name.encode().ljust(32, b"\0"),
        hint=name[-2:],
        created_at=1_790_000_000,
        revoked_at=None,
    )


async def test_a_key_is_found_by_its_digest_only(store):
    await store.keys.add(key("one"))
    assert await store.keys.find(key("one").digest) == key("one")
    assert await store.keys.find(b"one") is None


async def test_keys_are_listed_oldest_first(store):
    for made in (key("b"), key("a"), key("c", "other")):
        await store.keys.add(made)
    assert list(await store.keys.list(None)) == [key("b"), key("a"), key("c", "other")]
    assert list(await store.keys.list("default")) == [key("b"), key("a")]
    assert list(await store.keys.list("nobody's")) == []


async def test_a_revoked_key_is_found_as_such_and_the_first_time_counts(store):
    await store.keys.add(key("one"))
    revoked = replace(key("one"), revoked_at=5)
    assert await store.keys.revoke("key_one", 5) == revoked
    assert await store.keys.revoke("key_one", 6) == revoked
    assert await store.keys.find(key("one").digest) == revoked


async def test_an_unknown_key_cannot_be_revoked(store):
    with pytest.raises(NotFoundError, match="'key_no'"):
        await store.keys.revoke("key_no", 5)


@pytest.mark.parametrize("change", [{"id": "key_new"}, {"digest": b"new"}])
async def test_ids_and_digests_are_unique_across_projects(store, change):
    await store.keys.add(key("one"))
    with pytest.raises(ConflictError):
        await store.keys.add(replace(key("one", "other"), **change))
    assert list(await store.keys.list(None)) == [key("one")]
