"""Rate limits as the official SDK meets them, and as several processes share them."""

import asyncio
import json
import time
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from tests.postgresql import databases

__all__ = ["databases"]
PER_MINUTE = 30
"""A request comes back in two seconds."""
SHORT = {"model": "echo", "messages": [{"role": "user", "content": "hi"}]}


class Heard(httpx.Client):
    """Remembers statuses."""

    def __init__(self, **options):
        super().__init__(**options)
        self.statuses = []
        self.event_hooks["response"] = [lambda answer: self.statuses.append(answer.status_code)]


@pytest.fixture
def client():
    """Make clients of the SDK, each with the statuses that it hears."""
    made = []

    def make(server, **options):
        http = Heard()
        made.append(
            openai.OpenAI(base_url=server.base_url, api_key=server.api_key, http_client=http, **options)
        )
        return made[-1], http.statuses

    yield make
    for one in made:
        one.close()


def exhausted(call, *, at_most):
    """Ask until it is refused; the refusal."""
    for _ in range(at_most):
        try:
            call()
        except openai.RateLimitError as error:
            return error
    raise AssertionError(f"{at_most} calls were not refused")


def test_the_sdk_waits_as_long_as_it_is_told_and_then_succeeds(start_server, client):
    server = start_server(env={"LOCKSTEP_REQUESTS_PER_MINUTE": str(PER_MINUTE)})
    hasty, _ = client(server, max_retries=0)
    patient, heard = client(server, max_retries=2)
    refusal = exhausted(hasty.models.list, at_most=3 * PER_MINUTE)
    assert (refusal.status_code, refusal.type, refusal.code) == (429, "requests", "rate_limit_exceeded")
    wait = int(refusal.response.headers["retry-after-ms"]) / 1000
    assert 1 < wait <= 2
    assert refusal.response.headers["retry-after"] == "2"
    begun = time.monotonic()
    raw = patient.models.with_raw_response.list()
    assert raw.headers["x-ratelimit-limit-requests"] == str(PER_MINUTE)
    assert raw.headers["x-ratelimit-remaining-requests"] == "0"
    assert heard == [429, 200]
    # Its own backoff would be half a second at most.
    assert time.monotonic() - begun > 1


def test_the_sdk_waits_for_tokens_too(start_server, client):
    server = start_server(env={"LOCKSTEP_TOKENS_PER_MINUTE": "6000"})
    hasty, _ = client(server, max_retries=0)
    patient, heard = client(server, max_retries=2)
    long = {"model": "echo/slow", "messages": [{"role": "user", "content": "word " * 400}], "stream": True}
    with hasty.chat.completions.create(**long, max_completion_tokens=5950):
        refusal = exhausted(
            lambda: hasty.chat.completions.create(**SHORT, max_completion_tokens=250), at_most=1
        )
        answer = patient.chat.completions.create(**SHORT, max_completion_tokens=250)
    assert (refusal.type, refusal.code) == ("tokens", "rate_limit_exceeded")
    assert int(refusal.response.headers["retry-after-ms"]) <= 2500
    assert heard == [429, 200]
    assert answer.usage.total_tokens < 250


def test_the_sdk_does_not_retry_what_never_fits(start_server, client):
    server = start_server(env={"LOCKSTEP_TOKENS_PER_MINUTE": "1000"})
    patient, heard = client(server, max_retries=3)
    with pytest.raises(openai.RateLimitError, match="too large"):
        patient.responses.create(model="echo", input="word " * 1000)
    assert heard == [429]


async def asked(servers, count):
    """So many requests, over connections of their own so that all processes get some; the statuses."""

    async def one(number):
        server = servers[number % len(servers)]
        where = urlsplit(server.base_url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(
            b"GET /v1/version HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %b\r\n\r\n"
            % server.api_key.encode()
        )
        answer = await reader.read()
        writer.close()
        return int(answer.split()[1])

    return [await one(number) for number in range(count)]


@pytest.mark.parametrize("shared", [True, False])
async def test_workers_share_a_limit_by_the_database(start_server, shared):
    limit = 40
    server = start_server(
        args=["--workers", "2"],
        env={"LOCKSTEP_REQUESTS_PER_MINUTE": str(limit)}
        | ({} if shared else {"LOCKSTEP_SHARED_LIMITS": "false"}),
    )
    begun = time.monotonic()
    statuses = await asked([server], 3 * limit)
    seconds = time.monotonic() - begun
    given = statuses.count(200)
    assert set(statuses) == {200, 429}
    assert limit - 2 <= given
    if shared:
        assert given <= limit + seconds * limit / 60 + 1
    else:
        assert given > 1.5 * limit  # which shows that two workers did answer


async def test_replicas_share_a_limit_by_postgresql(start_server, databases):
    limit = 128
    url = databases.new()
    servers = [
        start_server(env={"LOCKSTEP_DATABASE_URL": url, "LOCKSTEP_REQUESTS_PER_MINUTE": str(limit)})
        for _ in range(2)
    ]
    begun = time.monotonic()
    statuses = await asked(servers, 2 * limit)
    seconds = time.monotonic() - begun
    assert limit - 4 <= statuses.count(200) <= limit + seconds * limit / 60 + 1


def test_a_refusal_is_in_the_one_shape(start_server):
    server = start_server(env={"LOCKSTEP_REQUESTS_PER_MINUTE": "1"})
    headers = {"authorization": f"Bearer {server.api_key}"}
    answers = [httpx.get(f"{server.base_url}/conversations", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    error = json.loads(answers[1].content)["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert answers[1].headers["x-ratelimit-reset-requests"].startswith("5")
