"""Scopes on the wire: every operation asks for the one that its method needs, for keys and tokens alike."""

import time

import httpx
import openai
import pytest

from generated.routes import ROUTES
from handlers import auth
from tests.issuer import AUDIENCE, SigningKey

GUARDED = [route for route in ROUTES if not route.public]
SECRETS = {"read": "sk-reads", "write": "sk-writes", "admin": "sk-administers"}


def bearer(secret):
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture
async def scoped(make_api):
    """A server with a key for each scope."""
    api = await make_api()
    for scope, secret in SECRETS.items():
        key = auth.new_key(secret, project="p", name=scope, now=0, scopes=frozenset({scope}))
        await api.server.services.store.keys.add(key)
    return api


async def test_every_operation_asks_for_the_scope_of_its_method(scoped):
    assert {route.method for route in GUARDED} >= {"get", "post", "delete"}
    for route in GUARDED:
        needed = "read" if route.method == "get" else "write"
        for scope, secret in SECRETS.items():
            answer = await scoped.request(route.method.upper(), route.path, headers=bearer(secret))
            if scope in {needed, "admin"}:
                assert answer.status_code not in {401, 403}, (route, scope, answer.text)
                continue
            error = answer.json()["error"]
            assert (answer.status_code, error["code"], error["param"]) == (403, "missing_scope", None), route
            assert f"'{needed}'" in error["message"]
            challenge = f'Bearer error="insufficient_scope", scope="{needed}"'
            assert answer.headers["www-authenticate"] == challenge


async def test_head_reads(scoped):
    assert (await scoped.head("/models", headers=bearer("sk-reads"))).status_code == 200
    assert (await scoped.head("/models", headers=bearer("sk-writes"))).status_code == 403


async def test_a_refused_write_leaves_nothing(scoped):
    body = {"metadata": {"a": "b"}}
    refused = await scoped.post("/conversations", json=body, headers=bearer("sk-reads"))
    assert refused.status_code == 403
    listed = await scoped.get("/conversations", headers=bearer("sk-reads"))
    assert listed.json()["data"] == []


async def test_a_token_opens_its_project_and_what_its_scopes_allow(make_api, issuer):
    api = await make_api(oidc_issuer=issuer.url, oidc_audience=AUDIENCE, oidc_project_claim="org")
    now = time.time()
    writer = bearer(issuer.token(now, org="acme", scope="write"))
    reader = bearer(issuer.token(now, org="acme", scope="read"))
    other = bearer(issuer.token(now, org="globex"))
    made = (await api.post("/conversations", headers=writer)).json()["id"]
    assert (await api.get(f"/conversations/{made}", headers=reader)).status_code == 200
    assert (await api.get(f"/conversations/{made}", headers=other)).status_code == 404
    assert (await api.get(f"/conversations/{made}", headers=writer)).status_code == 403
    assert (await api.get(f"/conversations/{made}")).status_code == 404  # the key's project


async def test_tokens_of_others_are_401_in_the_one_shape(make_api, issuer):
    api = await make_api(oidc_issuer=issuer.url, oidc_audience=AUDIENCE)
    thief = SigningKey("k1")
    answer = await api.get("/models", headers=bearer(issuer.token(time.time(), key=thief)))
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_an_issuer_that_is_down_is_503_and_keys_go_on(make_api, issuer):
    issuer.close()
    api = await make_api(oidc_issuer=issuer.url, oidc_audience=AUDIENCE)
    answer = await api.get("/models", headers=bearer(issuer.token(time.time())))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert (await api.get("/models")).status_code == 200


def test_a_server_for_tokens_makes_no_key_and_says_so(start_server, issuer):
    env = {"LOCKSTEP_OIDC_ISSUER": issuer.url, "LOCKSTEP_OIDC_AUDIENCE": AUDIENCE}
    running = start_server(api_key=None, env=env)
    printed = running.output.read_text()
    assert f"none made, tokens of {issuer.url} do" in printed
    assert "sk-lockstep-" not in printed
    answer = httpx.get(f"{running.base_url}/models", headers=bearer(issuer.token(time.time())))
    assert answer.status_code == 200


async def test_the_official_sdk_takes_tokens_and_names_what_is_refused(make_api, issuer):
    api = await make_api(oidc_issuer=issuer.url, oidc_audience=AUDIENCE)
    transport = httpx.ASGITransport(app=api.server.app)

    def client(**claims):
        http = httpx.AsyncClient(transport=transport)
        token = issuer.token(time.time(), **claims)
        return openai.AsyncOpenAI(base_url=str(api.base_url), api_key=token, http_client=http, max_retries=0)

    async with client() as writer, client(scope="read") as reader, client(exp=1) as late:
        made = await writer.conversations.create(metadata={"a": "b"})
        assert (await reader.conversations.retrieve(made.id)).id == made.id
        with pytest.raises(openai.PermissionDeniedError) as refused:
            await reader.conversations.delete(made.id)
        assert refused.value.code == "missing_scope"
        with pytest.raises(openai.AuthenticationError, match="Invalid token: it has expired"):
            await late.conversations.retrieve(made.id)
