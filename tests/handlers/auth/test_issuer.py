"""The issuer's keys: found by discovery, fetched anew at a bounded rate, kept while it is down."""

import asyncio
import json

import httpx
import pytest

from handlers.auth import issuer as issuers
from handlers.auth.issuer import OLDEST, PAUSE, Issuer, IssuerError, KeySet
from tests.issuer import SigningKey

ALGORITHMS = ("RS256", "ES256", "EdDSA")
DISCOVERY, KEYS = "/.well-known/openid-configuration", "/keys"


@pytest.fixture
async def client(issuer, clock):
    made = Issuer(issuer.url, ALGORITHMS, refresh=300, clock=clock)
    yield made
    await made.aclose()


async def ids(client, key_id, algorithm="ES256"):
    return [key.key_id for key in await client.keys(algorithm, key_id)]


async def test_keys_are_fetched_once_and_found_by_id_and_algorithm(issuer, client):
    assert await ids(client, "k1") == ["k1"]
    assert await ids(client, "k1") == ["k1"]
    assert len(issuer.asked) == 2
    assert await ids(client, "k1", "RS256") == []


async def test_an_unknown_key_is_asked_for_at_once_and_then_not_for_a_while(issuer, client, clock):
    await client.keys("ES256", "k1")
    clock.at += PAUSE
    issuer.rotate(SigningKey("k2"))
    assert await ids(client, "k2") == ["k2"]
    asked = len(issuer.asked)
    for number in range(100):
        assert await ids(client, f"made-up-{number}") == []
    assert len(issuer.asked) == asked
    clock.at += PAUSE
    assert await ids(client, "made-up") == []
    assert len(issuer.asked) == asked + 2


async def test_many_at_once_ask_once(issuer, client):
    found = await asyncio.gather(*(ids(client, "k1") for _ in range(20)))
    assert found == [["k1"]] * 20
    assert len(issuer.asked) == 2


async def settle(client):
    if client._behind is not None:
        await client._behind


async def test_keys_that_are_no_longer_new_are_used_while_they_are_fetched_behind(issuer, client, clock):
    await client.keys("ES256", "k1")
    issuer.rotate(SigningKey("k2"))
    clock.at += 301
    assert await ids(client, "k1") == ["k1"]
    await settle(client)
    assert await ids(client, "k1") == []
    assert client.seconds_fresh() == 300


async def test_an_issuer_that_is_down_leaves_its_keys_for_a_day(issuer, client, clock):
    await client.keys("ES256", "k1")
    issuer.answers[DISCOVERY] = (503, b"")
    for _ in range(3):
        clock.at += 301
        assert await ids(client, "k1") == ["k1"]
        await settle(client)
    clock.at += OLDEST
    with pytest.raises(IssuerError):
        await client.keys("ES256", "k1")
    del issuer.answers[DISCOVERY]
    clock.at += PAUSE
    assert await ids(client, "k1") == ["k1"]


async def test_an_issuer_that_never_answered_is_asked_again_after_a_pause(issuer, client, clock):
    issuer.answers[KEYS] = (500, b"")
    for _ in range(5):
        with pytest.raises(IssuerError):
            await client.keys("ES256", "k1")
    assert len(issuer.asked) == 2
    issuer.answers.clear()
    clock.at += PAUSE
    assert await ids(client, "k1") == ["k1"]


def described(**fields):
    return 200, json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({DISCOVERY: (404, b"{}")}, "openid-configuration answers 404"),
        ({DISCOVERY: (302, b"")}, "answers 302"),
        ({DISCOVERY: (200, b"<html>")}, "is no JSON"),
        ({DISCOVERY: (200, b"[" * 100_000)}, "is no JSON"),
        ({DISCOVERY: (200, b"[]")}, "is no JSON object"),
        ({DISCOVERY: (200, b" " * (issuers.LONGEST + 1))}, "says more than"),
        ({DISCOVERY: described(issuer="SELF/")}, "another issuer's: it says 'http://"),
        ({DISCOVERY: described()}, "another issuer's: it says None"),
        ({DISCOVERY: described(issuer="SELF")}, "no 'jwks_uri'"),
        ({DISCOVERY: described(issuer="SELF", jwks_uri="file:///etc/passwd")}, "no 'jwks_uri'"),
        ({DISCOVERY: described(issuer="SELF", jwks_uri=7)}, "no 'jwks_uri'"),
        ({DISCOVERY: described(issuer="SELF", jwks_uri="http://[")}, "cannot be reached"),
        ({KEYS: (200, b'{"keys": {}}')}, "no list 'keys'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_wrong_with_an_issuer_is_said(issuer, client, answers, reason):
    issuer.answers = {
        path: (status, body.replace(b"SELF", issuer.url.encode())) for path, (status, body) in answers.items()
    }
    with pytest.raises(IssuerError, match=reason):
        await client.fetch()


async def test_an_issuer_that_hangs_is_given_up(issuer, client, monkeypatch):
    monkeypatch.setattr(issuers, "FETCH_SECONDS", 0.05)
    issuer.pause = 0.5
    with pytest.raises(IssuerError, match=r"has not answered for 0.05 seconds"):
        await client.fetch()


async def test_an_issuer_that_is_gone_is_told_by_its_address(issuer, client):
    issuer.close()
    with pytest.raises(IssuerError, match="cannot be reached"):
        await client.fetch()


async def test_keys_of_a_safe_issuer_are_not_fetched_over_an_open_line():
    said = {"issuer": "https://login.example", "jwks_uri": "http://login.example/keys"}
    body = httpx.ByteStream(json.dumps(said).encode())
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, stream=body))
    async with httpx.AsyncClient(transport=transport) as client:
        made = Issuer("https://login.example", ALGORITHMS, refresh=300, client=client)
        with pytest.raises(IssuerError, match="jwks_uri"):
            await made.fetch()


EC = SigningKey("e").published
RSA = SigningKey("r", "RS256").published
UNFIT = {
    "symmetric": {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "kid": "x", "alg": "HS256"},
    "for encryption": EC | {"use": "enc"},
    "for signing only": EC | {"key_ops": ["sign"]},
    "private": EC | {"d": "AAAA"},
    "of another algorithm": EC | {"alg": "ES384"},
    "of an algorithm that is not allowed": SigningKey("p", "PS256").published,
    "of no kind": {"kid": "x"},
    "of an odd kind": {"kty": ["EC"], "crv": {}},
    "broken": EC | {"x": "!"},
    "off the curve": EC | {"y": EC["x"]},
    "not an object": "key",
}


@pytest.mark.parametrize("entry", UNFIT.values(), ids=UNFIT.keys())
def test_keys_that_cannot_check_our_signatures_are_passed_over(entry):
    assert len(KeySet([entry], ALGORITHMS)) == 0
    assert len(KeySet([entry, EC], ALGORITHMS)) == 1


def test_a_token_that_names_no_key_must_leave_no_choice():
    assert len(KeySet([EC, RSA], ALGORITHMS).find("ES256", None)) == 1
    assert KeySet([EC, EC | {"kid": "f"}], ALGORITHMS).find("ES256", None) == ()


def test_only_so_many_keys_are_looked_at():
    assert len(KeySet([EC] * 10_000, ALGORITHMS)) == issuers.MOST
