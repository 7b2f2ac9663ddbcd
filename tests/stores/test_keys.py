"""API keys, on every store."""

from dataclasses import replace

import pytest

from handlers import auth, stores
from handlers.errors import AuthenticationError, BadRequestError, ConflictError, NotFoundError
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


LIMITED = {
    "scopes": frozenset({"read"}),
    "expires_at": 1_800_000_000,
    "last_used_at": None,
    "requests_per_minute": 60,
    "tokens_per_minute": 100_000,
}


async def test_limits_come_back_as_they_were_put_in(store):
    await store.keys.add(replace(key("one"), **LIMITED))
    assert await store.keys.find(key("one").digest) == replace(key("one"), **LIMITED)


async def test_an_update_changes_what_it_names_and_nothing_else(store):
    await store.keys.add(replace(key("one"), **LIMITED))
    await store.keys.add(key("two"))
    changed = replace(key("one"), **LIMITED | {"name": "new", "scopes": frozenset({"admin"})})
    assert await store.keys.update("key_one", {"name": "new", "scopes": frozenset({"admin"})}) == changed
    changed = replace(changed, expires_at=None, requests_per_minute=None)
    assert await store.keys.update("key_one", {"expires_at": None, "requests_per_minute": None}) == changed
    assert await store.keys.update("key_one", {}) == changed
    assert list(await store.keys.list(None)) == [changed, key("two")]


async def test_rotation_ends_the_old_key_and_begins_the_new_at_once_or_does_neither(store):
    await store.keys.add(key("old"))
    assert await store.keys.rotate("key_old", 50, key("new")) == replace(key("old"), expires_at=50)
    assert list(await store.keys.list(None)) == [replace(key("old"), expires_at=50), key("new")]
    with pytest.raises(ConflictError):
        await store.keys.rotate("key_new", 60, key("old"))  # an id that is taken
    assert await store.keys.find(key("new").digest) == key("new")


async def test_a_key_that_ends_sooner_than_the_overlap_ends_as_it_was_to(store):
    await store.keys.add(replace(key("old"), expires_at=1_790_000_100))
    ended = await store.keys.rotate("key_old", 1_790_009_999, key("new"))
    assert ended.expires_at == 1_790_000_100


async def test_ended_keys_are_neither_rotated_nor_changed(store):
    await store.keys.add(replace(key("revoked"), revoked_at=5))
    await store.keys.add(replace(key("expired"), expires_at=key("new").created_at))
    for name in ("revoked", "expired"):
        with pytest.raises(ConflictError, match=name):
            await store.keys.rotate(f"key_{name}", 9, key("new"))
    with pytest.raises(ConflictError, match="revoked"):
        await store.keys.update("key_revoked", {"name": "new"})
    for change in (store.keys.rotate("key_no", 9, key("new")), store.keys.update("key_no", {"name": "new"})):
        with pytest.raises(NotFoundError, match="'key_no'"):
            await change
    assert len(await store.keys.list(None)) == 2


async def test_last_use_moves_forward_only_and_not_by_small_steps(store):
    await store.keys.add(key("one"))
    await store.keys.add(key("two"))
    seen = []
    for at in (100, 159, 160, 90):
        await store.keys.used({"key_one": at, "key_gone": at}, 60)
        seen.append((await store.keys.find(key("one").digest)).last_used_at)
    assert seen == [100, 100, 160, 160]
    assert (await store.keys.find(key("two").digest)).last_used_at is None


async def test_names_that_cannot_be_stored_are_refused(store):
    await store.keys.add(key("one"))
    with pytest.raises(BadRequestError, match="name"):
        await store.keys.update("key_one", {"name": "nul\0"})


async def test_what_one_process_revokes_ends_in_another_within_seconds(store, settings, store_name):
    clock = [1_800_000_000.0]
    made = auth.new_key("sk-two", project="p", name="", now=1)
    other = await stores.open_store(settings, store_name)
    try:
        await other.keys.add(made)
        gates = [
            auth.Authenticator(each.keys, clock=lambda: clock[0], now=lambda: clock[0])
            for each in (store, other)
        ]
        for gate in gates:
            assert (await gate.caller({b"authorization": b"Bearer sk-two"})).id == made.id
        for gate in gates:  # both write the same minute's use: the second finds it done
            await gate.aclose()
        assert (await store.keys.list("p"))[0].last_used_at == int(clock[0])
        await other.keys.revoke(made.id, int(clock[0]))
        clock[0] += gates[0]._fresh
        with pytest.raises(AuthenticationError, match="revoked"):
            await gates[0].caller({b"authorization": b"Bearer sk-two"})
    finally:
        await other.aclose()
