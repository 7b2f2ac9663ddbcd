"""Keys: hashed, found, revoked within seconds, never shown again."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from handlers import auth
from handlers.errors import AuthenticationError


class Memory:
    """A key store in a list."""

    def __init__(self):
        self.keys = []
        self.asked = 0

    async def add(self, key):
        self.keys.append(key)

    async def find(self, digest):
        self.asked += 1
        return next((key for key in self.keys if key.digest == digest), None)

    async def list(self, project):
        return [key for key in self.keys if project in (None, key.project)]


def bearer(secret):
    return {b"authorization": b"Bearer " + secret.encode()}


async def test_first_start_makes_a_key_and_stores_its_hash_only():
    keys = Memory()
    first = await auth.first_key(keys, None, 7)
    assert first.secret.startswith(auth.PREFIX)
    assert first.secret not in repr(keys.keys)
    assert keys.keys[0].hint == f"sk-...{first.secret[-4:]}"
    assert (await auth.first_key(keys, None, 8)).secret is None
    assert len(keys.keys) == 1


async def test_own_key_is_taken_once_and_never_shown():
    keys = Memory()
    own = SecretStr("sk-own")
    for _ in range(2):
        assert (await auth.first_key(keys, own, 7)).secret is None
    assert [key.hint for key in keys.keys] == ["..."]
    assert await auth.Authenticator(keys).caller(bearer("sk-own")) == auth.Caller(
        auth.DEFAULT_PROJECT, keys.keys[0].id
    )


async def test_revocation_shows_within_the_time_a_key_counts_as_known():
    keys, now = Memory(), 0.0
    gate = auth.Authenticator(keys, fresh=2.0, clock=lambda: now)
    await keys.add(auth.new_key("sk-a", project="p", name="", now=0))
    assert [(await gate.caller(bearer("sk-a"))).project for _ in range(3)] == ["p"] * 3
    assert keys.asked == 1
    keys.keys[0] = replace(keys.keys[0], revoked_at=1)
    now = 2.1
    with pytest.raises(AuthenticationError, match="revoked"):
        await gate.caller(bearer("sk-a"))


async def test_unknown_keys_are_asked_for_each_time():
    """A key made by another process works at once."""
    keys = Memory()
    gate = auth.Authenticator(keys)
    with pytest.raises(AuthenticationError):
        await gate.caller(bearer("sk-b"))
    await keys.add(auth.new_key("sk-b", project="q", name="", now=0))
    assert (await gate.caller(bearer("sk-b"))).project == "q"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "x.localhost"])
def test_loopback(host):
    assert auth.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com", "localhost.example.com", ""])
def test_not_loopback(host):
    assert not auth.is_loopback(host)
