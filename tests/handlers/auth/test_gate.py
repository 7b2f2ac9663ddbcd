"""The gate: callers by keys, remembered for a moment and not longer than they are valid."""

import asyncio

import pytest

from handlers import auth
from handlers.auth import gate as gates
from handlers.errors import AuthenticationError, ServiceUnavailableError
from handlers.settings import Settings


def bearer(secret):
    return {b"authorization": b"Bearer " + secret.encode()}


@pytest.fixture
def gate(memory, clock):
    return auth.Authenticator(memory, fresh=2.0, clock=clock, now=clock)


async def add(memory, secret, **fields):
    key = auth.new_key(secret, **({"project": "p", "name": "", "now": 0} | fields))
    await memory.add(key)
    return key


async def test_the_caller_is_what_the_key_says(memory, gate):
    key = await add(
        memory, "sk-a", scopes=frozenset({"read"}), requests_per_minute=60, tokens_per_minute=1000
    )
    assert await gate.caller(bearer("sk-a")) == auth.Caller("p", key.id, frozenset({"read"}), 60, 1000)


async def test_revocation_shows_within_the_time_a_key_counts_as_known(memory, gate, clock):
    await add(memory, "sk-a")
    assert [(await gate.caller(bearer("sk-a"))).project for _ in range(3)] == ["p"] * 3
    assert memory.asked == 1
    memory.change(0, revoked_at=1)
    clock.at += 1.9
    await gate.caller(bearer("sk-a"))
    clock.at += 0.1
    with pytest.raises(AuthenticationError, match="revoked"):
        await gate.caller(bearer("sk-a"))


async def behind(gate):
    await asyncio.gather(*gate._renewing)


async def test_a_key_in_steady_use_is_looked_up_behind_the_requests(memory, gate, clock):
    await add(memory, "sk-a")
    await gate.caller(bearer("sk-a"))
    memory.answers.clear()  # whoever asks from now on waits
    clock.at += 1
    for _ in range(10):
        assert (await gate.caller(bearer("sk-a"))).project == "p"
    assert (memory.asked, len(gate._renewing)) == (1, 1)
    memory.answers.set()
    await behind(gate)
    assert (memory.asked, len(gate._renewing)) == (2, 0)
    clock.at += 1.9  # later than the first look-up is good for
    await gate.caller(bearer("sk-a"))
    await behind(gate)
    assert memory.asked == 3


async def test_what_was_revoked_is_noticed_behind_the_requests(memory, gate, clock):
    await add(memory, "sk-a")
    await gate.caller(bearer("sk-a"))
    memory.change(0, revoked_at=1)
    clock.at += 1
    await gate.caller(bearer("sk-a"))
    await behind(gate)
    with pytest.raises(AuthenticationError, match="revoked"):
        await gate.caller(bearer("sk-a"))


async def test_a_store_that_fails_meanwhile_prolongs_nothing(memory, gate, clock):
    await add(memory, "sk-a")
    await gate.caller(bearer("sk-a"))
    memory.failure = ServiceUnavailableError("The store is gone.")
    clock.at += 1
    await gate.caller(bearer("sk-a"))
    await behind(gate)
    clock.at += 0.9
    await gate.caller(bearer("sk-a"))
    clock.at += 0.1
    with pytest.raises(ServiceUnavailableError):
        await gate.caller(bearer("sk-a"))


async def test_a_slow_store_does_not_make_a_revoked_key_live_longer(memory, gate, clock):
    await add(memory, "sk-a")
    memory.takes = lambda: setattr(clock, "at", clock.at + 1.5)
    await gate.caller(bearer("sk-a"))
    memory.change(0, revoked_at=1)
    memory.takes = None
    clock.at += 0.5
    with pytest.raises(AuthenticationError, match="revoked"):
        await gate.caller(bearer("sk-a"))


async def test_a_key_expires_to_the_second_though_it_is_remembered(memory, gate, clock):
    await add(memory, "sk-a", expires_at=int(clock.at) + 1)
    await gate.caller(bearer("sk-a"))
    clock.at += 0.9
    await gate.caller(bearer("sk-a"))
    assert memory.asked == 1
    clock.at += 0.1
    with pytest.raises(AuthenticationError, match=r"expired at 2027-01-15 08:00:01 UTC"):
        await gate.caller(bearer("sk-a"))


async def test_changed_scopes_and_limits_count_as_soon_as_revocations(memory, gate, clock):
    await add(memory, "sk-a")
    await gate.caller(bearer("sk-a"))
    memory.change(0, scopes=frozenset({"admin"}), tokens_per_minute=7)
    clock.at += 2
    caller = await gate.caller(bearer("sk-a"))
    assert (caller.scopes, caller.tokens_per_minute) == (auth.SCOPES, 7)


async def test_unknown_keys_are_asked_for_each_time(memory, gate):
    """A key made by another process works at once."""
    with pytest.raises(AuthenticationError):
        await gate.caller(bearer("sk-b"))
    await add(memory, "sk-b", project="q")
    assert (await gate.caller(bearer("sk-b"))).project == "q"


async def test_wrong_keys_are_not_remembered(memory, gate):
    for number in range(50):
        with pytest.raises(AuthenticationError):
            await gate.caller(bearer(f"sk-{number}"))
    assert gate._known == {}


async def test_what_is_remembered_is_bounded(memory, gate, monkeypatch):
    monkeypatch.setattr(gates, "REMEMBERED", 4)
    for number in range(10):
        await add(memory, f"sk-{number}")
        await gate.caller(bearer(f"sk-{number}"))
    assert len(gate._known) == 4
    asked = memory.asked
    for number in range(6, 10):
        await gate.caller(bearer(f"sk-{number}"))
    assert memory.asked == asked  # the newest stayed
    await gate.caller(bearer("sk-5"))
    assert memory.asked == asked + 1


async def test_last_uses_cost_no_write_while_requests_wait(memory, gate, clock):
    key = await add(memory, "sk-a")
    for _ in range(40):
        clock.at += 1
        await gate.caller(bearer("sk-a"))
        await behind(gate)
    assert memory.written == []
    await gate.aclose()
    assert memory.written == [{key.id: int(clock.at)}]


@pytest.mark.parametrize("header", [b"", b"Bearer", b"Bearer  ", b"Basic c2s6", b"sk-a"])
async def test_headers_that_carry_no_key_are_told_what_is_expected(memory, gate, header):
    await add(memory, "sk-a")
    with pytest.raises(AuthenticationError, match="Authorization: Bearer YOUR_KEY") as refused:
        await gate.caller({b"authorization": header})
    assert refused.value.headers == {"www-authenticate": "Bearer"}
    assert memory.asked == 0


async def test_without_an_issuer_a_token_is_a_key_like_any_other(memory, gate):
    await add(memory, "eyJ.a.b")
    assert (await gate.caller(bearer("eyJ.a.b"))).project == "p"


async def test_settings_choose_the_gate(memory):
    def made(**settings):
        return auth.load(Settings(_env_file=None, **settings), memory)

    assert isinstance(made(no_auth=True), auth.OpenGate)
    assert made()._tokens is None
    with pytest.raises(ValueError, match="LOCKSTEP_OIDC_AUDIENCE"):
        made(oidc_issuer="https://login.example")
    both = made(oidc_issuer="https://login.example", oidc_audience="lockstep")
    assert both._tokens.is_token(b"eyJh.e30.c2ln")
    await both.aclose()


async def test_with_an_issuer_nobody_makes_a_first_key_unasked(memory):
    settings = Settings(_env_file=None, oidc_issuer="https://login.example", oidc_audience="lockstep")
    assert await auth.first_in(settings, memory, 7) is None
    assert await auth.first_in(Settings(_env_file=None, no_auth=True), memory, 7) is None
    assert memory.keys == []
    assert (await auth.first_in(Settings(_env_file=None), memory, 7)).key == memory.keys[0]
    assert (await auth.first_in(settings, memory, 8)).key == memory.keys[0]
