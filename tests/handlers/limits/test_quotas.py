"""A caller's quota: what the key says of itself counts before what the settings say."""

import pytest

from handlers.auth import Caller
from handlers.errors import RateLimitError
from handlers.limits import quotas
from handlers.limits.buckets import Local
from handlers.limits.quotas import Quotas


@pytest.fixture
def make(clock):
    return lambda **settings: Quotas(lambda _caller, _kind, limit: Local(limit, clock), **settings)


def caller(name="key_1", **limits):
    return Caller("default", name, **limits)


def test_nobody_is_limited_unless_somebody_says_so(make):
    assert make().of(caller()) is None


@pytest.mark.parametrize(
    ("settings", "own", "requests", "tokens"),
    [
        ({"requests": 5}, {}, 5, None),
        ({"requests": 5, "tokens": 6}, {"requests_per_minute": 50}, 50, 6),
        ({}, {"tokens_per_minute": 7}, None, 7),
        ({"at_once": 2}, {}, None, None),
    ],
)
def test_the_keys_own_counts_first(make, settings, own, requests, tokens):
    quota = make(**settings).of(caller(**own))
    assert getattr(quota.requests, "limit", None) == requests
    assert getattr(quota.tokens, "limit", None) == tokens


async def test_callers_are_apart(make):
    limits = make(requests=1)
    await limits.of(caller("a")).enter()
    await limits.of(caller("b")).enter()
    with pytest.raises(RateLimitError):
        await limits.of(caller("a")).enter()


async def test_what_was_taken_stays_when_the_key_is_changed(make, clock):
    limits = make()
    await limits.of(caller(requests_per_minute=2)).enter()
    quota = limits.of(caller(requests_per_minute=4))
    assert quota.requests.left() == 2
    assert limits.of(caller()) is None


async def test_too_many_requests_are_429_with_the_wait(make):
    quota = make(requests=60).of(caller())
    for _ in range(60):
        await quota.enter()
    with pytest.raises(RateLimitError, match="60 requests a minute") as refused:
        await quota.enter()
    error = refused.value
    assert (error.status, error.kind, error.code) == (429, "requests", "rate_limit_exceeded")
    assert error.headers == {"retry-after": "1", "retry-after-ms": "1000"}
    assert quota.running == 60


async def test_too_many_at_once_are_429_until_one_has_ended(make):
    quota = make(at_once=2).of(caller())
    await quota.enter()
    await quota.enter()
    with pytest.raises(RateLimitError, match="2 of this API key's are running"):
        await quota.enter()
    quota.leave()
    await quota.enter()


async def test_too_many_tokens_are_429_with_the_wait(make):
    quota = make(tokens=600).of(caller())
    await quota.spend(500)
    with pytest.raises(RateLimitError, match="100 are left, and the request needs about 200") as refused:
        await quota.spend(200)
    assert refused.value.kind == "tokens"
    assert refused.value.headers["retry-after-ms"] == "10000"


async def test_a_request_that_never_fits_is_not_to_be_retried(make):
    quota = make(tokens=600).of(caller())
    with pytest.raises(RateLimitError, match="too large: about 601 tokens") as refused:
        await quota.spend(601)
    assert refused.value.kind == "tokens"
    assert refused.value.headers == {"x-should-retry": "false"}
    assert quota.tokens.left() == 600


async def test_idle_callers_are_forgotten_when_there_are_many(make, clock, monkeypatch):
    monkeypatch.setattr(quotas, "REMEMBERED", 10)
    limits = make(requests=60)
    for number in range(10):
        quota = limits.of(caller(f"key_{number}"))
        await quota.enter()
        if number:
            quota.leave()
    clock.now += 0.5
    busy = limits.of(caller("key_0"))
    assert limits.of(caller("key_10")).requests.left() == 60  # nobody is idle: those without a request go
    assert limits.of(caller("key_0")) is busy
    assert limits.of(caller("key_1")).requests.left() == 60
