"""Limits as clients meet them: headers, refusals, and what is never refused."""

import asyncio
import time
from dataclasses import replace

import httpx
import pytest

from generated.routes import ROUTES
from handlers import auth
from handlers.shell.endpoint import Endpoint
from handlers.shell.exchange import Exchange
from tests.conftest import API_KEY

HEADERS = {
    f"x-ratelimit-{what}-{kind}"
    for what in ("limit", "remaining", "reset")
    for kind in ("requests", "tokens")
}
CHAT = {"model": "echo", "messages": [{"role": "user", "content": "How many tokens is this?"}]}
SLOW = CHAT | {"model": "echo/slow"}
FAR = "203.0.113.7"


def told(answer):
    """The limits that an answer tells of."""
    return {name: value for name, value in answer.headers.items() if name.startswith("x-ratelimit-")}


def refused(answer, status, kind, code="rate_limit_exceeded"):
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["code"], error["param"]) == (status, kind, code, None)
    return error["message"]


async def left(api, kind="tokens"):
    """What is left, by an answer that takes no tokens."""
    return int((await api.get("/version")).headers[f"x-ratelimit-remaining-{kind}"])


# --- a minute's worth ------------------------------------------------------------------------------


async def test_without_limits_nothing_is_said_of_them(api):
    assert told(await api.get("/conversations")) == {}


async def test_every_answer_to_a_limited_caller_says_how_things_stand(make_api):
    api = await make_api(requests_per_minute=60, tokens_per_minute=10_000)
    answers = [
        await api.get("/conversations"),
        await api.post("/chat/completions", json=CHAT),
        await api.get("/conversations/conv_none"),
        await api.post("/conversations", content=b"{"),
    ]
    for answer in answers:
        assert told(answer).keys() == HEADERS
    assert told(answer)["x-ratelimit-limit-requests"] == "60"
    assert told(answer)["x-ratelimit-limit-tokens"] == "10000"
    assert 56 <= int(told(answer)["x-ratelimit-remaining-requests"]) <= 59
    assert told(answer)["x-ratelimit-reset-requests"].endswith("s")


async def test_a_stream_says_it_too(make_api):
    api = await make_api(requests_per_minute=600, tokens_per_minute=10_000)
    async with api.stream("POST", "/chat/completions", json=CHAT | {"stream": True}) as answer:
        assert told(answer).keys() == HEADERS
        await answer.aread()


async def test_one_request_too_many_is_429_with_upstreams_code_and_the_wait(make_api):
    api = await make_api(requests_per_minute=6)
    for _ in range(6):
        assert (await api.get("/conversations")).status_code == 200
    answer = await api.get("/conversations")
    assert "6 requests a minute" in refused(answer, 429, "requests")
    assert told(answer)["x-ratelimit-remaining-requests"] == "0"
    assert told(answer)["x-ratelimit-reset-requests"].startswith("5")
    assert answer.headers["retry-after"] == "10"
    assert 9000 < int(answer.headers["retry-after-ms"]) <= 10_000


async def test_a_key_has_its_own_limits(make_api):
    api = await make_api(requests_per_minute=1)
    key = auth.new_key("sk-own", project="default", name="own", now=1, requests_per_minute=3)
    await api.server.services.store.keys.add(key)
    statuses = [
        (await api.get("/version", headers={"authorization": "Bearer sk-own"})).status_code for _ in range(4)
    ]
    assert statuses == [200, 200, 200, 429]
    assert [(await api.get("/version")).status_code for _ in range(2)] == [200, 429]


async def test_what_needs_no_key_is_not_limited(make_api):
    api = await make_api(requests_per_minute=1)
    assert [(await api.get("/version")).status_code for _ in range(2)] == [200, 429]
    for _ in range(3):
        assert (await api.get("/health")).status_code == 200
        assert (await api.get("http://lockstep.test/livez")).status_code == 200
        assert (await api.get("http://lockstep.test/readyz")).status_code == 200


# --- tokens ----------------------------------------------------------------------------------------


async def test_tokens_are_those_that_the_answer_used(make_api):
    api = await make_api(tokens_per_minute=100_000)
    answer = await api.post("/chat/completions", json=CHAT | {"max_completion_tokens": 50_000})
    used = answer.json()["usage"]["total_tokens"]
    assert 100_000 - used <= await left(api) <= 100_000 - used + 300
    assert used < 100


@pytest.mark.parametrize("extra", [{}, {"stream_options": {"include_usage": True}}, {"store": True}], ids=str)
async def test_streams_are_settled_too_and_show_no_usage_that_nobody_wanted(make_api, extra):
    api = await make_api(tokens_per_minute=60_000)
    body = CHAT | extra | {"stream": True, "max_completion_tokens": 50_000}
    async with api.stream("POST", "/chat/completions", json=body) as answer:
        assert int(answer.headers["x-ratelimit-remaining-tokens"]) < 20_000
        text = (await answer.aread()).decode()
    assert ('"usage":{' in text) == ("stream_options" in extra)
    assert await left(api) > 59_000


@pytest.mark.parametrize(
    "extra", [{}, {"stream": True}, {"background": True}, {"background": True, "stream": True}], ids=str
)
async def test_responses_are_settled_in_the_foreground_and_in_the_background(make_api, extra):
    api = await make_api(tokens_per_minute=60_000)
    body = {"model": "echo", "input": "hello " * 3000, "max_output_tokens": 50_000} | extra
    made = await api.post("/responses", json=body)
    assert made.status_code == 200
    for _ in range(200):
        remaining = await left(api)
        if remaining > 50_000:  # in the background the model is asked after the answer
            break
        await asyncio.sleep(0.02)
    assert 50_000 < remaining < 59_000


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/chat/completions", CHAT | {"model": "nobody's", "max_completion_tokens": 50_000}),
        ("/responses", {"model": "echo", "input": "hi", "previous_response_id": "resp_none"}),
        ("/conversations", {"metadata": {"a": "b"}}),
        ("/responses/input_tokens", {"model": "echo", "input": "hi"}),
    ],
)
async def test_nothing_is_taken_where_no_model_is_asked(make_api, path, body):
    api = await make_api(tokens_per_minute=60_000)
    await api.post(path, json=body)
    assert await left(api) == 60_000


async def test_too_many_tokens_are_429_of_their_own_type(make_api):
    api = await make_api(tokens_per_minute=1000)
    body = SLOW | {"max_completion_tokens": 900}
    first, second = await asyncio.gather(*(api.post("/chat/completions", json=body) for _ in range(2)))
    assert first.status_code == 200
    assert "needs about 900" in refused(second, 429, "tokens")
    assert 40_000 < int(second.headers["retry-after-ms"]) <= 48_000


async def test_a_request_that_can_never_fit_is_not_to_be_retried(make_api):
    api = await make_api(tokens_per_minute=1000)
    answer = await api.post("/chat/completions", json=CHAT | {"max_completion_tokens": 1001})
    assert "too large: about 1001 tokens" in refused(answer, 429, "tokens")
    assert answer.headers["x-should-retry"] == "false"
    assert "retry-after" not in answer.headers


# --- at once ---------------------------------------------------------------------------------------


async def test_a_full_process_is_503_and_still_says_that_it_lives(make_api):
    api = await make_api(concurrent_requests=1)
    running = asyncio.create_task(api.post("/chat/completions", json=SLOW))
    await asyncio.sleep(0.1)
    answer = await api.get("/conversations")
    refused(answer, 503, "server_error", None)
    assert answer.headers["retry-after"] == "1"
    assert (await api.get("http://lockstep.test/livez")).status_code == 200
    assert (await api.get("http://lockstep.test/readyz")).status_code == 200
    assert (await api.get("/health")).status_code == 200
    assert (await running).status_code == 200
    assert (await api.get("/conversations")).status_code == 200


async def test_one_callers_many_requests_at_once_are_429(make_api):
    api = await make_api(concurrent_requests_per_key=1)
    key = auth.new_key("sk-other", project="default", name="other", now=1)
    await api.server.services.store.keys.add(key)
    running = asyncio.create_task(api.post("/chat/completions", json=SLOW | {"stream": True}))
    await asyncio.sleep(0.1)
    refused(await api.get("/conversations"), 429, "requests")
    other = await api.get("/conversations", headers={"authorization": "Bearer sk-other"})
    assert other.status_code == 200
    assert (await running).status_code == 200
    assert (await api.get("/conversations")).status_code == 200


# --- time ------------------------------------------------------------------------------------------


async def test_a_handler_that_hangs_is_504(make_api, monkeypatch):
    api = await make_api(request_seconds=0.3)
    cancelled = asyncio.Event()

    async def hang(*_arguments):
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    monkeypatch.setattr(api.server.services.store.conversations, "get", hang)
    begun = time.monotonic()
    answer = await api.get("/conversations/conv_1")
    assert "longer than 0.3 seconds" in refused(answer, 504, "server_error", None)
    assert 0.3 <= time.monotonic() - begun < 3
    assert cancelled.is_set()
    assert (await api.post("/conversations")).status_code == 200


@pytest.mark.parametrize("extra", [{}, {"stream": True}], ids=str)
async def test_a_model_may_take_its_time(make_api, extra):
    api = await make_api(request_seconds=0.1)
    begun = time.monotonic()
    answer = await api.post("/chat/completions", json=SLOW | extra)
    assert answer.status_code == 200
    assert time.monotonic() - begun > 0.3


@pytest.mark.parametrize(
    ("operation", "asks_model", "parameters", "endless"),
    [
        ("createResponse", True, {}, True),
        ("getResponse", False, {"stream": True}, True),
        ("getResponse", False, {"stream": False}, False),
        ("getConversation", False, {}, False),
    ],
)
def test_what_lasts_as_long_as_it_lasts(operation, asks_model, parameters, endless):
    exchange = Exchange({"headers": []}, None)
    route = next(route for route in ROUTES if route.operation_id == operation)
    exchange.endpoint = Endpoint(route, None, asks_model=asks_model)
    exchange.parameters = parameters
    assert exchange.endless is endless


async def test_a_body_that_does_not_come_is_408(make_api):
    api = await make_api(body_seconds=0.3)

    async def dripping():
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.1)

    answer = await api.post("/conversations", content=dripping())
    assert "did not arrive within 0.3 seconds" in refused(answer, 408, "invalid_request_error", None)
    assert answer.headers["connection"] == "close"


async def test_time_is_without_limit_where_it_is_off(make_api, monkeypatch):
    api = await make_api(request_seconds=0, body_seconds=0)
    store = api.server.services.store.conversations
    get = store.get

    async def slowly(*arguments):
        await asyncio.sleep(0.3)
        return await get(*arguments)

    monkeypatch.setattr(store, "get", slowly)
    assert (await api.get("/conversations/conv_1")).status_code == 404


# --- wrong keys ------------------------------------------------------------------------------------


def from_afar(api):
    transport = httpx.ASGITransport(app=api.server.app, client=(FAR, 5))
    return httpx.AsyncClient(transport=transport, base_url=api.base_url)


async def try_keys(client, keys):
    headers = [{"authorization": f"Bearer {key}"} for key in keys]
    return [(await client.get("/version", headers=each)).status_code for each in headers]


async def test_who_tries_keys_is_slowed_down_and_the_store_not_asked(make_api, monkeypatch):
    api = await make_api(wrong_keys_per_minute=3)
    async with from_afar(api) as client:
        assert await try_keys(client, ["sk-1", API_KEY, "sk-2", "sk-3"]) == [401, 200, 401, 401]
        monkeypatch.setattr(api.server.services.store.keys, "find", None)
        assert await try_keys(client, ["sk-4", "sk-5", API_KEY]) == [429, 429, 200]
        answer = await client.get("/version", headers={"authorization": "Bearer sk-6"})
    assert "Too many wrong API keys" in refused(answer, 429, "requests")
    assert 0 < int(answer.headers["retry-after"]) <= 20


@pytest.mark.parametrize("ended", [{"revoked_at": 1}, {"expires_at": 1}])
async def test_keys_that_have_ended_are_no_guesses(make_api, ended):
    api = await make_api(wrong_keys_per_minute=3)
    key = auth.new_key("sk-ended", project="default", name="", now=0)
    await api.server.services.store.keys.add(replace(key, **ended))
    async with from_afar(api) as client:
        assert await try_keys(client, ["sk-ended"] * 5) == [401] * 5
        # Where others guess, it is told no more than theirs.
        assert await try_keys(client, ["sk-1", "sk-2", "sk-3", "sk-ended"]) == [401, 401, 401, 429]


async def test_from_this_machine_keys_may_be_tried(make_api):
    api = await make_api(wrong_keys_per_minute=1)
    assert await try_keys(api, [f"sk-{n}" for n in range(5)]) == [401] * 5


async def test_browsers_may_read_how_things_stand(make_api):
    api = await make_api(requests_per_minute=1, tokens_per_minute=1000, cors_origins="https://app.example")
    answer = await api.get("/version", headers={"origin": "https://app.example"})
    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    assert exposed > HEADERS | {"retry-after", "retry-after-ms", "x-should-retry"}
