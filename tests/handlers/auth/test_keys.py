"""Keys: hashed, hinted, never shown again; what comes after one may what it may."""

import asyncio

import pytest
from pydantic import SecretStr

from handlers import auth, stores
from handlers.auth import keys
from handlers.errors import AuthenticationError
from handlers.settings import Settings

DAY = 86400


async def test_first_start_makes_a_key_and_stores_its_hash_only(memory):
    first = await auth.first_key(memory, None, 7)
    assert first.secret.startswith(auth.PREFIX)
    assert first.secret not in repr(memory.keys)
    assert memory.keys[0].hint == f"sk-...{first.secret[-4:]}"
    assert memory.keys[0].scopes == {"read", "write"}
    assert (await auth.first_key(memory, None, 8)).secret is None
    assert len(memory.keys) == 1


async def test_own_key_is_taken_once_and_never_shown(memory):
    own = SecretStr("sk-own")
    for _ in range(2):
        assert (await auth.first_key(memory, own, 7)).secret is None
    assert [key.hint for key in memory.keys] == ["..."]
    assert memory.keys[0].project == auth.DEFAULT_PROJECT


async def test_own_key_is_stored_once_though_replicas_start_together(tmp_path):
    own, settings = SecretStr("sk-own"), Settings(_env_file=None, data_dir=tmp_path)
    first, second = stores.load(settings), stores.load(settings)
    for store in (first, second):
        await store.open()
    try:
        met = asyncio.Barrier(2)
        both = (auth.first_key(Meeting(store.keys, met), own, 7) for store in (first, second))
        found = await asyncio.gather(*both)
        assert found[0] == found[1]
        assert [key.id for key in await first.keys.list(None)] == [found[0].key.id]
    finally:
        for store in (first, second):
            await store.aclose()


class Meeting:
    """Keys that nobody adds before everybody has looked."""

    def __init__(self, keys, met):
        self.find = keys.find
        self._keys = keys
        self._met = met

    async def add(self, key):
        await self._met.wait()
        await self._keys.add(key)


@pytest.mark.parametrize("ended", [{"revoked_at": 5}, {"expires_at": 6}])
async def test_a_start_with_ended_keys_only_makes_one_that_works(memory, ended):
    await auth.first_key(memory, None, 1)
    memory.change(0, **ended)
    assert (await auth.first_key(memory, None, 7)).secret is not None


async def test_own_key_that_ended_stays_ended(memory):
    own = SecretStr("sk-own")
    await auth.first_key(memory, own, 1)
    memory.change(0, expires_at=3)
    assert not auth.is_valid((await auth.first_key(memory, own, 7)).key, 7)
    assert len(memory.keys) == 1


def test_the_successor_may_the_same_and_lives_as_long():
    old = auth.new_key(
        "sk-old",
        project="p",
        name="laptop",
        now=0,
        scopes=frozenset({"read"}),
        expires_at=30 * DAY,
        requests_per_minute=5,
    )
    new = auth.successor(old, "sk-new", now=20 * DAY)
    assert (new.project, new.name, new.scopes) == ("p", "laptop", {"read"})
    assert (new.requests_per_minute, new.tokens_per_minute, new.expires_at) == (5, None, 50 * DAY)
    assert (new.id, new.digest) != (old.id, old.digest)
    assert auth.successor(old, "sk-new", now=0, expires_at=9).expires_at == 9


def test_an_ended_key_is_told_how_it_ended_and_not_which_it_was():
    key = auth.new_key("sk-lockstep-0123456789abcdef", project="p", name="n", now=0, expires_at=60)
    assert keys.caller(key, 59.9).id == key.id
    with pytest.raises(
        AuthenticationError, match=r"^The API key sk-...cdef expired at 1970-01-01 00:01:00 UTC.$"
    ):
        keys.caller(key, 60)
    with pytest.raises(AuthenticationError, match="Incorrect API key provided"):
        keys.caller(None, 0)


def test_admin_brings_the_others_along():
    key = auth.new_key("sk-a", project="p", name="n", now=0, scopes=frozenset({"admin"}))
    assert keys.caller(key, 1).scopes == {"read", "write", "admin"}
