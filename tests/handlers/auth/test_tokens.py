"""Tokens: whose they are, what they allow, and each way in which they are refused."""

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.api_jws import PyJWS

from handlers import auth
from handlers.auth.issuer import PAUSE, Issuer
from handlers.auth.tokens import LONGEST, Tokens, rules
from handlers.errors import AuthenticationError, PermissionDeniedError, ServiceUnavailableError
from handlers.settings import Settings
from tests.issuer import AUDIENCE, KINDS, SigningKey


@pytest.fixture
async def make_tokens(issuer, clock):
    made = []

    def make(**settings):
        chosen = rules(
            Settings(_env_file=None, oidc_issuer=issuer.url, **({"oidc_audience": AUDIENCE} | settings))
        )
        made.append(
            Tokens(chosen, Issuer(issuer.url, chosen.algorithms, refresh=300, clock=clock), now=clock)
        )
        return made[-1]

    yield make
    for each in made:
        await each.aclose()


@pytest.fixture
def tokens(make_tokens):
    return make_tokens()


async def verified(tokens, token):
    caller, _ = await tokens.verify(token if isinstance(token, bytes) else token.encode())
    return caller


async def test_a_token_stands_for_its_subject(issuer, tokens, clock):
    caller = await verified(tokens, issuer.token(clock.at))
    assert caller == auth.Caller("user-1", f"{issuer.url} user-1", frozenset({"read", "write"}))


@pytest.mark.parametrize("algorithm", KINDS)
async def test_every_kind_of_key_is_taken_where_it_is_allowed(issuer, make_tokens, clock, algorithm):
    issuer.rotate(SigningKey("k", algorithm))
    token = issuer.token(clock.at)
    assert (await verified(make_tokens(oidc_algorithms=algorithm), token)).project == "user-1"
    other = "RS512" if algorithm != "RS512" else "ES512"
    with pytest.raises(AuthenticationError, match="algorithm that this server does not take"):
        await verified(make_tokens(oidc_algorithms=other), token)


REFUSED = {
    "of another issuer": ({"iss": "https://other.example"}, "another issuer"),
    "of no issuer": ({"iss": None}, "another issuer"),
    "for another service": ({"aud": "mail"}, "another service"),
    "for other services": ({"aud": ["mail", "calendar"]}, "another service"),
    "for a part of our name": ({"aud": AUDIENCE[:-1]}, "another service"),
    "for an odd audience": ({"aud": [{"name": AUDIENCE}]}, "another service"),
    "for nobody": ({"aud": None}, "another service"),
    "expired": ({"exp": -31}, "has expired"),
    "without an end": ({"exp": None}, "does not say when it expires"),
    "not begun": ({"nbf": 31}, "not valid yet"),
    "of the future": ({"iat": 31}, "not valid yet"),
    "without a subject": ({"sub": None}, "names no subject"),
    "with an empty subject": ({"sub": ""}, "names no subject"),
    "with a subject that breaks lines": ({"sub": "a\nb"}, "names no subject"),
    "with a subject without end": ({"sub": "a" * 256}, "names no subject"),
}


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED.keys())
async def test_tokens_that_are_not_for_us_or_not_for_now_are_refused(issuer, tokens, clock, changes, reason):
    at = {name: clock.at + value for name, value in changes.items() if isinstance(value, int)}
    token = issuer.token(clock.at, **(changes | at))
    with pytest.raises(AuthenticationError, match=f"^Invalid token: .*{reason}.$") as refused:
        await verified(tokens, token)
    assert refused.value.headers == {"www-authenticate": 'Bearer error="invalid_token"'}
    assert refused.value.code == "invalid_api_key"
    told = refused.value.message
    assert not any(str(word) in told for word in (issuer.url, AUDIENCE, "user-1", "k1", token))


async def test_only_a_token_that_was_right_once_is_no_guess(issuer, tokens, clock):
    with pytest.raises(auth.NotGuessedError, match="expired"):
        await verified(tokens, issuer.token(clock.at, exp=clock.at - 31))
    for wrong in ({"aud": "mail"}, {"exp": clock.at - 31, "key": SigningKey("k1")}):
        with pytest.raises(AuthenticationError) as refused:
            await verified(tokens, issuer.token(clock.at, **wrong))
        assert not isinstance(refused.value, auth.NotGuessedError)


@pytest.mark.parametrize("changes", [{"exp": -29}, {"nbf": 29}, {"iat": 29}, {"exp": 0.5}])
async def test_clocks_may_differ_by_the_leeway(issuer, tokens, clock, changes):
    at = {name: clock.at + value for name, value in changes.items()}
    assert await verified(tokens, issuer.token(clock.at, **at))


@pytest.mark.parametrize("value", ["tomorrow", True, [1], 10**400, 1e400])
async def test_times_that_are_none_are_refused(issuer, tokens, clock, value):
    claims = issuer.claims(clock.at, exp=value)
    payload = json.dumps(claims).replace("Infinity", "1e400")
    with pytest.raises(AuthenticationError, match="malformed"):
        await verified(tokens, signed(issuer, payload.encode()))


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signed(issuer, payload, **head):
    """Any bytes, signed in earnest."""
    headers = {"kid": issuer.key.id} | head
    return PyJWS().encode(payload, issuer.key.private, issuer.key.algorithm, headers=headers).encode()


def assembled(head, claims, signature=b"x"):
    """A token that nobody signed."""
    parts = (json.dumps(head).encode(), json.dumps(claims).encode(), signature)
    return b".".join(map(encoded, parts))


async def test_nobody_signs_by_saying_so(issuer, tokens, clock):
    for algorithm in ("none", "None", "NONE", "", None, "HS256", "HS512", "ES256K"):
        for signature in (b"", b"x"):
            forged = assembled({"alg": algorithm, "kid": "k1"}, issuer.claims(clock.at), signature)
            with pytest.raises(AuthenticationError):
                await verified(tokens, forged)


async def test_a_public_key_is_no_shared_secret(issuer, make_tokens, clock):
    """The classic confusion: HS256 with the published key as its secret."""
    issuer.rotate(SigningKey("k1", "RS256"))
    tokens = make_tokens()
    await verified(tokens, issuer.token(clock.at))
    public = issuer.key.private.public_key()
    secrets = [
        public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        json.dumps(issuer.key.published).encode(),
    ]
    for secret in secrets:
        text = assembled({"alg": "HS256", "kid": "k1"}, issuer.claims(clock.at)).rpartition(b".")[0]
        forged = text + b"." + encoded(hmac.new(secret, text, hashlib.sha256).digest())
        with pytest.raises(AuthenticationError, match="algorithm"):
            await verified(tokens, forged)
    with pytest.raises(ValueError, match="Known are"):
        make_tokens(oidc_algorithms="RS256,HS256")


async def test_the_key_decides_on_the_algorithm_and_not_the_token(issuer, make_tokens, clock):
    """An RSA key published for RS256 does not check PS256, though both are allowed."""
    pair = SigningKey("k1", "RS256")
    issuer.rotate(pair)
    other = SigningKey("k1", "PS256", private=pair.private)
    with pytest.raises(AuthenticationError, match="does not fit"):
        await verified(make_tokens(), issuer.token(clock.at, key=other))


async def test_keys_that_tokens_bring_along_are_not_believed(issuer, tokens, clock):
    thief = SigningKey("k1")
    head = {"jwk": thief.published, "jku": "http://127.0.0.1:9/keys", "x5c": ["AAAA"]}
    with pytest.raises(AuthenticationError, match="does not fit"):
        await verified(tokens, issuer.token(clock.at, key=thief, head=head))
    assert all("9/keys" not in path for path in issuer.asked)


async def test_a_changed_token_does_not_fit_its_signature(issuer, tokens, clock):
    head, claims, signature = issuer.token(clock.at).split(".")
    other = encoded(json.dumps(issuer.claims(clock.at, sub="root")).encode()).decode()
    for token in (
        f"{head}.{other}.{signature}",
        f"{head}.{claims}.{signature[:-8]}AAAAAAAA",
        f"{head}.{claims}.",
    ):
        with pytest.raises(AuthenticationError):
            await verified(tokens, token)


async def test_short_rsa_keys_are_not_taken(issuer, tokens, clock):
    issuer.rotate(SigningKey("k", "RS256", private=rsa.generate_private_key(65537, 1024)))
    with pytest.warns(match="key"):
        token = issuer.token(clock.at)
    with pytest.raises(AuthenticationError, match="does not fit"):
        await verified(tokens, token)


MALFORMED = [
    b"eyJ.e30.c2ln",
    b"eyJhbGciOiJFUzI1NiJ9.e30.",
    b"eyJhbGciOiJFUzI1NiJ9..",
    b"eyJ\xff.e30.c2ln",
    encoded(b'{"alg":' + b"[" * 5000) + b".e30.c2ln",
    encoded(b'{"alg":["ES256"],"kid":"k1"}') + b".e30.c2ln",
    encoded(b'{"alg":"ES256","kid":7}') + b".e30.c2ln",
    encoded(b'{"alg":"ES256","kid":"k1","crit":["exp"]}') + b".e30.c2ln",
    encoded(b'{"alg":"ES256","kid":"k1","b64":false,"crit":["b64"]}') + b"..c2ln",
    b"eyJ" + b"a" * LONGEST + b".e30.c2ln",
]


@pytest.mark.parametrize("token", MALFORMED, ids=range(len(MALFORMED)))
async def test_malformed_tokens_are_refused(issuer, tokens, token):
    assert tokens.is_token(token)
    with pytest.raises(AuthenticationError, match="Invalid token: "):
        await verified(tokens, token)


@pytest.mark.parametrize("payload", [b"[]", b"null", b"{", b"\xff", b'{"exp":NaN}', b"[" * 5000])
async def test_signed_nonsense_is_refused(issuer, tokens, payload):
    with pytest.raises(AuthenticationError, match="malformed"):
        await verified(tokens, signed(issuer, payload))


@pytest.mark.parametrize("secret", [b"sk-lockstep-123", b"a.b.c", b"eyJ.b", b"eyJa.b.c.d", b""])
def test_what_does_not_look_like_a_token_is_a_key(tokens, secret):
    assert not tokens.is_token(secret)


async def test_a_key_that_was_rotated_in_works_at_once_and_the_old_one_ends(issuer, tokens, clock):
    old = issuer.key
    await verified(tokens, issuer.token(clock.at))
    clock.at += PAUSE
    issuer.rotate(SigningKey("k2"))
    assert await verified(tokens, issuer.token(clock.at))
    with pytest.raises(AuthenticationError, match="does not fit"):
        await verified(tokens, issuer.token(clock.at, key=old))


async def test_an_issuer_that_is_down_is_no_fault_of_the_token(issuer, tokens, clock):
    issuer.answers["/keys"] = (503, b"the secret of the house")
    with pytest.raises(ServiceUnavailableError) as failed:
        await verified(tokens, issuer.token(clock.at))
    assert failed.value.headers == {"retry-after": "10"}
    assert issuer.url not in failed.value.message
    assert "secret" not in failed.value.message


@pytest.mark.parametrize(
    ("exp", "seconds"), [(300, 300), (20, 50), (-29, 1)], ids=["keys fresh", "expires", "leeway"]
)
async def test_a_token_is_believed_until_it_expires_or_keys_are_old(issuer, tokens, clock, exp, seconds):
    _, believed = await tokens.verify(issuer.token(clock.at, exp=clock.at + exp).encode())
    assert believed == pytest.approx(seconds)


async def test_the_gate_checks_a_signature_once(issuer, tokens, memory, clock, monkeypatch):
    gate = auth.Authenticator(memory, tokens, clock=clock, now=clock)
    headers = {b"authorization": b"Bearer " + issuer.token(clock.at).encode()}
    verify, times = tokens.verify, []
    monkeypatch.setattr(tokens, "verify", lambda token: times.append(clock.at) or verify(token))
    for _ in range(100):
        assert (await gate.caller(headers)).project == "user-1"
        clock.at += 1
    assert len(times) == 1
    clock.at += 230
    with pytest.raises(AuthenticationError, match="expired"):
        await gate.caller(headers)
    assert memory.asked == 0
    assert memory.written == []


async def test_a_key_that_was_withdrawn_ends_tokens_that_are_remembered(issuer, tokens, memory, clock):
    gate = auth.Authenticator(memory, tokens, clock=clock, now=clock)
    headers = {b"authorization": b"Bearer " + issuer.token(clock.at, exp=clock.at + 9999).encode()}
    await gate.caller(headers)
    issuer.rotate(SigningKey("k2"))
    clock.at += 300
    await gate.caller(headers)  # while the keys are fetched anew
    await tokens._issuer._behind
    clock.at += PAUSE
    with pytest.raises(AuthenticationError, match="does not fit"):
        await gate.caller(headers)


async def test_keys_go_on_working_beside_tokens(issuer, tokens, memory, clock):
    gate = auth.Authenticator(memory, tokens, clock=clock, now=clock)
    await memory.add(auth.new_key("sk-a", project="p", name="", now=0))
    assert (await gate.caller({b"authorization": b"Bearer sk-a"})).project == "p"
    assert issuer.asked == []


@pytest.mark.parametrize(
    ("settings", "claims", "project"),
    [
        ({}, {}, "user-1"),
        ({"oidc_project_claim": "org"}, {"org": "acme"}, "acme"),
        ({"oidc_project_claim": "org.id"}, {"org": {"id": "acme"}}, "acme"),
        ({"oidc_project_claim": "org.id"}, {"org.id": "flat", "org": {"id": "deep"}}, "flat"),
        ({"oidc_project_claim": "acme.example.id"}, {"acme.example": {"id": "x"}, "acme": {"a": 1}}, "x"),
        ({"oidc_project_claim": "https://acme.example/project"}, {"https://acme.example/project": "x"}, "x"),
        ({"oidc_project_prefix": "sso:"}, {}, "sso:user-1"),
    ],
)
async def test_the_project_is_where_the_settings_say(make_tokens, issuer, clock, settings, claims, project):  # noqa: PLR0917 - fixtures and a case
    assert (await verified(make_tokens(**settings), issuer.token(clock.at, **claims))).project == project


@pytest.mark.parametrize("org", [None, "", 7, ["acme"], {"id": 1}, "nul\0", "a" * 256, "line\nbreak"])
async def test_a_token_without_a_project_is_told_which_claim_is_missing(issuer, make_tokens, clock, org):
    with pytest.raises(PermissionDeniedError, match="claim 'org'"):
        await verified(make_tokens(oidc_project_claim="org"), issuer.token(clock.at, org=org))


ALL = {"read", "write", "admin"}


@pytest.mark.parametrize(
    ("settings", "claims", "scopes"),
    [
        ({}, {"scope": "read"}, {"read"}),
        ({}, {"scope": "read email"}, {"read"}),
        ({}, {"scope": "admin"}, ALL),
        ({}, {"scope": "READ"}, set()),
        ({}, {"scope": None}, set()),
        ({}, {"scope": 7}, set()),
        ({"oidc_scopes_claim": "scp"}, {"scp": ["read", 7, "write"]}, {"read", "write"}),
        ({"oidc_scopes_claim": "realm_access.roles"}, {"realm_access": {"roles": ["write"]}}, {"write"}),
        ({"oidc_scopes_prefix": "lockstep:"}, {"scope": "read lockstep:write admin"}, {"write"}),
        ({"oidc_default_scopes": "read,write"}, {"scope": "openid"}, {"read", "write"}),
        ({"oidc_default_scopes": "read"}, {"scope": "write"}, {"write"}),
    ],
)
async def test_scopes_are_what_the_token_says_and_nothing_else(  # noqa: PLR0917 - fixtures and a case
    make_tokens, issuer, clock, settings, claims, scopes
):
    assert (await verified(make_tokens(**settings), issuer.token(clock.at, **claims))).scopes == scopes


async def test_several_audiences_may_be_ours(issuer, make_tokens, clock):
    tokens = make_tokens(oidc_audience="old, new")
    assert await verified(tokens, issuer.token(clock.at, aud=["mail", "new"]))
    with pytest.raises(AuthenticationError, match="another service"):
        await verified(tokens, issuer.token(clock.at, aud="old, new"))
