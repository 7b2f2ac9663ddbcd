"""No secret in logs, errors, answers, recordings, the store, or what operators print.

A real server is given marked secrets of every kind and led through good and failing requests, once with logs
for people on SQLite and once with logs for machines on PostgreSQL; then all that it left is searched.
"""

import asyncio
import json
import time
from urllib.parse import quote, urlsplit

import httpx
import pytest

from handlers.settings import Settings
from tests.handlers import commands
from tests.issuer import AUDIENCE, LoopbackIssuer, SigningKey
from tests.postgresql import databases
from tests.providers.fake_upstream import Act, FakeUpstream, answer, echoed, event, stream

__all__ = ["databases"]

MARKED = {
    "own key": "sk-own-M4rk3d-6b2f90c1d7e8",
    "wrong key": "sk-wrong-M4rk3d-77aa01c2d3e4",
    "key in an address": "sk-query-M4rk3d-19c8b7a6f5e4",
    "upstream key": "sk-upstream-M4rk3d-5e4d3c2b1a09",
    "encryption key": "encryption-M4rk3d-0123456789abcdef0123456789abcdef",
    "metrics token": "metrics-M4rk3d-a1b2c3d4e5f60718",
    "tool header": "header-M4rk3d-ffee01ddccbb",
    "tool address": "address-M4rk3d-00aa11bb22cc",
    "other tool": "other-tool-M4rk3d-99aa88bb77cc",
    "cookie": "cookie-M4rk3d-12ab34cd56ef",
    "search address": "search-M4rk3d-0f1e2d3c4b5a",
    "basic": "YmFzaWMtTTRyazNkOnNlY3JldA",
}
"""Each stands for itself: none is part of another, or of what anybody says on purpose."""


class Indiscreet(FakeUpstream):
    """A model endpoint that repeats in its failures the key it was sent."""

    async def next_act(self, request) -> Act:
        key = request.headers["authorization"]
        said = {"error": {"message": f"Incorrect API key provided: {key}", "type": "x", "code": key}}
        model = request.json().get("model") if request.body else None
        ways = {
            "unauthorized": lambda: answer(401, said),
            "refusing": lambda: answer(400, said),
            "failing": lambda: answer(500, said),
            "talking": lambda: answer(500, f"<html>{key}</html>".encode(), {"content-type": "text/html"}),
            "nonsense": lambda: answer(200, f"{{{key}".encode()),
            "breaking": lambda: stream([event({"choices": []}), event(said)], then="cut"),
            "gone": lambda: Act([], "cut"),
        }
        return ways[model]() if model in ways else await echoed(self.echo, request)


@pytest.fixture
def issuer():
    running = LoopbackIssuer()
    yield running
    running.close()


@pytest.fixture
async def upstream():
    made = Indiscreet()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    yield made
    server.close()


def settings_of(folder, upstream, issuer, **more):
    """Variables with a secret wherever one can be."""
    return {
        "LOCKSTEP_API_KEY": MARKED["own key"],
        "LOCKSTEP_PROVIDER": "replay",
        "LOCKSTEP_REPLAY_MODE": "record",
        "LOCKSTEP_REPLAY_PROVIDER": "openai",
        "LOCKSTEP_REPLAY_DIR": str(folder / "recordings"),
        "LOCKSTEP_UPSTREAM_URL": upstream.url,
        "LOCKSTEP_UPSTREAM_API_KEY": MARKED["upstream key"],
        "LOCKSTEP_UPSTREAM_RETRIES": "0",
        "LOCKSTEP_ENCRYPTION_KEY": MARKED["encryption key"],
        "LOCKSTEP_METRICS_TOKEN": MARKED["metrics token"],
        "LOCKSTEP_SEARCH_PROVIDER": "searxng",
        "LOCKSTEP_SEARCH_URL": f"http://searcher:{MARKED['search address']}@127.0.0.1:9/",
        "LOCKSTEP_OIDC_ISSUER": issuer.url,
        "LOCKSTEP_OIDC_AUDIENCE": AUDIENCE,
        "LOCKSTEP_ALLOW_PRIVATE_URLS": "1",
        "LOCKSTEP_ACCESS_LOG": "1",
    } | more


class Visit:
    """Requests, good and failing, with every secret in its place; `heard` is all that was answered."""

    def __init__(self, server, issuer, mcp_server):
        self.http = httpx.Client(base_url=server.base_url, timeout=30, cookies={"session": MARKED["cookie"]})
        self.issuer = issuer
        self.mcp = mcp_server
        self.heard: list[bytes] = []
        self.statuses: set[int] = set()

    def ask(self, method, path, *, bearer=MARKED["own key"], **options):
        # With a key, so that answers are kept for retries, which must not hold more than what was answered.
        kept = {"idempotency-key": f"visit-{len(self.heard)}"} if method == "POST" else {}
        headers = {"authorization": f"Bearer {bearer}"} | kept | options.pop("headers", {})
        got = self.http.request(method, path, headers=headers, **options)
        self.statuses.add(got.status_code)
        self.heard.append(str(got.headers.multi_items()).encode() + got.content)
        return got

    def everything(self):
        self.doors()
        self.models()
        self.tools()
        self.sealed()

    def doors(self):
        """Keys and tokens, right and wrong, where they belong and where they do not."""
        now = time.time()
        thief = SigningKey("k1")
        self.tokens = [
            self.issuer.token(now, project="M4rk3d"),
            self.issuer.token(now, exp=now - 999),
            self.issuer.token(now, aud="mail"),
            self.issuer.token(now, scope="none"),
            self.issuer.token(now, key=thief),
            self.issuer.token(now, head={"kid": "unknown"}),
        ]
        assert [self.ask("GET", "/models", bearer=token).status_code for token in self.tokens] == [
            *[200, 401, 401, 403, 401, 401]
        ]
        assert self.ask("GET", "/models", bearer=MARKED["wrong key"]).status_code == 401
        assert (
            self.ask("GET", "/models", headers={"authorization": f"Basic {MARKED['basic']}"}).status_code
            == 401
        )
        self.ask("GET", "/models", headers={"authorization": MARKED["wrong key"]})
        self.ask("GET", f"/models?api_key={MARKED['key in an address']}")
        self.ask("GET", f"/conversations?limit=no&api_key={MARKED['key in an address']}")
        self.ask("GET", "/models", headers={"x-api-key": MARKED["wrong key"]})
        root = str(self.http.base_url).replace("/v1/", "/metrics")
        for bearer in (MARKED["metrics token"], MARKED["metrics token"] + "x"):
            self.ask("GET", root, headers={"x-forwarded-for": "192.0.2.7"}, bearer=bearer)

    def models(self):
        """A model endpoint that answers, and one that fails in each way."""
        say = [{"role": "user", "content": "hello"}]
        assert self.ask(
            "POST", "/chat/completions", json={"model": "echo", "messages": say, "store": True}
        ).is_success
        for model in ("unauthorized", "refusing", "failing", "talking", "nonsense", "breaking", "gone"):
            for streamed in (False, True):
                body = {"model": model, "stream": streamed}
                self.ask("POST", "/chat/completions", json=body | {"messages": say})
                self.ask("POST", "/responses", json=body | {"input": "hello"})
            made = self.ask(
                "POST", "/responses", json={"model": model, "input": "x", "background": True}
            ).json()
            self.until_ended(made["id"])
        self.ask("POST", "/chat/completions", content=b'{"model": ')
        assert {400, 502} <= self.statuses

    def until_ended(self, response_id):
        ends = time.monotonic() + 20
        while self.ask("GET", f"/responses/{response_id}").json()["status"] in {"queued", "in_progress"}:
            assert time.monotonic() < ends
            time.sleep(0.05)

    def tools(self):
        """A tool server that wants a secret and repeats it, one that refuses it, one that is not there."""
        given = {"authorization": self.mcp.token, "headers": {"X-Secret": MARKED["tool header"]}}
        url = self.mcp.url("/private/mcp") + f"?key={MARKED['tool address']}"
        right = self.mcp.tool(server_url=url, **given)
        wrong = right | {"server_label": "wrong", "authorization": MARKED["other tool"]}
        nowhere = wrong | {
            "server_label": "no",
            "server_url": f"http://u:{MARKED['tool address']}@127.0.0.1:9/",
        }
        for tools in ([right], [right, wrong], [nowhere], [right | {"server_label": 7}]):
            body = {"model": "echo", "tools": tools, "input": "desk__whoami please"}
            for more in ({}, {"stream": True}, {"background": True}):
                made = self.ask("POST", "/responses", json=body | more)
                if "background" in more and made.is_success:
                    self.until_ended(made.json()["id"])
        said = {"type": "additional_tools", "role": "developer", "tools": [right]}
        self.ask("POST", "/conversations", json={"items": [said]})

    def sealed(self):
        """What the encryption key seals, and what it did not."""
        made = self.ask("POST", "/responses/compact", json={"model": "echo", "input": "a long story"})
        assert made.is_success, made.text
        item = made.json()["output"][-1]
        assert self.ask("POST", "/responses", json={"model": "echo", "input": [item]}).is_success
        item["encrypted_content"] = item["encrypted_content"][:-8] + "AAAAAAAA"
        assert self.ask("POST", "/responses", json={"model": "echo", "input": [item]}).status_code == 400


def operated(form):
    """What operators may run, with what they set meanwhile. Some fails, and says why."""
    nowhere = f"postgresql://u:{MARKED['tool address']}@127.0.0.1:9/x"
    yield "config", {}
    if form == "text":
        yield "keys list", {}
        yield "doctor", {"LOCKSTEP_ENCRYPTION_KEY": MARKED["cookie"]}  # too short
        yield "serve --port 0", {"LOCKSTEP_DATABASE_URL": nowhere}
    else:
        yield "doctor", {}
        yield "export --project default", {}
        yield "config", {"LOCKSTEP_API_KEY": f"{MARKED['cookie']} \x01"}
        yield "keys list", {"LOCKSTEP_DATABASE_URL": MARKED["cookie"]}
        yield "config", {"LOCKSTEP_OIDC_ISSUER": f"https://u:{MARKED['cookie']}@login.example/?a=b"}


def printed(folder, env, form):
    """What the commands said."""
    wanted = [(command.split(), more) for command, more in operated(form)]
    for (command, more), (code, said) in zip(wanted, commands.run(folder, wanted, env), strict=True):
        assert code == 1 or (code == 0 and not more), (command, said)
        assert "Traceback" not in said
        yield f"{command} {more}", said


def left(running, folder, data):
    """What the server left on the machine."""
    yield "log", running.output.read_bytes()
    for path in [*data.rglob("*"), *(folder / "recordings").rglob("*")]:
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


@pytest.mark.parametrize("form", ["text", "json"])
async def test_no_secret_is_told_or_left_anywhere(  # noqa: PLR0917 - fixtures
    form, start_server, tmp_path, upstream, issuer, mcp_server, request, monkeypatch
):
    env = settings_of(tmp_path, upstream, issuer)
    secrets = dict(MARKED) | {"tool": mcp_server.token}
    if form == "json":
        url = request.getfixturevalue("databases").empty()
        secrets["database password"] = urlsplit(url).password or MARKED["cookie"]
        env |= {"LOCKSTEP_LOG_JSON": "1", "LOCKSTEP_DATABASE_URL": url}
    data = tmp_path / "data"
    running = start_server(data_dir=data, api_key=None, env=env)
    visit = Visit(running, issuer, mcp_server)
    with visit.http:
        await asyncio.to_thread(visit.everything)
    assert running.stop() == 0
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    told = {
        "answers": b"\n".join(visit.heard),
        "repr of the settings": repr(Settings(_env_file=None)).encode(),
        **await asyncio.to_thread(
            lambda: {place: said.encode() for place, said in printed(tmp_path, env, form)}
        ),
        **dict(left(running, tmp_path, data)),
    }
    log = told["log"].decode()
    assert log.count("request_failed") > 5
    assert len(list((tmp_path / "recordings").rglob("*.*"))) > 2
    if form == "json":
        lines = log[log.index("\n{") :].splitlines()
        assert sum(json.loads(line).get("event") == "request" for line in lines if line.startswith("{")) > 30
    for token in visit.tokens:
        claims, signature = token.split(".")[1:]
        secrets |= {f"claims {claims[-9:]}": claims, f"signature {signature[:9]}": signature}
    found = [
        f"{name} in {place}: ...{text[max(0, text.index(spelling) - 150) : text.index(spelling) + 60]!r}"
        for place, text in told.items()
        for name, secret in secrets.items()
        for spelling in {secret.encode(), quote(secret).encode()}
        if spelling in text
    ]
    assert found == []
