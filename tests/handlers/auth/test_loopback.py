"""Servers without keys: which names are this machine's."""

import pytest

from handlers import auth
from handlers.errors import PermissionDeniedError


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "x.localhost"])
def test_loopback(host):
    assert auth.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com", "localhost.example.com", ""])
def test_not_loopback(host):
    assert not auth.is_loopback(host)


async def test_anybody_may_read_and_write_and_no_more():
    caller = await auth.OpenGate().caller({b"host": b"localhost:8080"})
    assert (caller.project, caller.scopes) == (auth.DEFAULT_PROJECT, {"read", "write"})
    with pytest.raises(PermissionDeniedError):
        await auth.OpenGate().caller({b"host": b"rebound.example"})
