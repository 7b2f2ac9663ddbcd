import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from handlers import errors
from handlers.providers import openai
from handlers.providers.openai import OpenAI, connect
from handlers.settings import Settings
from tests.providers.fake_upstream import Act, FakeUpstream, answer, event, head, running, stream

HERE = Path(__file__).parent
STREAMS = yaml.safe_load((HERE / "streams.yaml").read_text())
FAILURES = yaml.safe_load((HERE / "failures.yaml").read_text())
WHOLE_AND_STREAMED = [
    pytest.param(case, streamed, id=f"{'streamed' if streamed else 'whole'}: {case['why']}")
    for case in FAILURES
    for streamed in (False, True)
    if not (streamed and case["status"] == 200)  # what a stream of status 200 may hold stands in streams.yaml
]
BODY = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
CHUNK = {"choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": None}]}


@asynccontextmanager
async def provider(
    *acts: Act, retries: int = 0, read: float = 0.3
) -> AsyncIterator[tuple[OpenAI, FakeUpstream]]:
    async with running(*acts) as upstream:
        client = httpx.AsyncClient(
            base_url=upstream.url, timeout=httpx.Timeout(5, read=read), trust_env=False
        )
        adapter = OpenAI(client, retries=retries, first_wait=0.01)
        try:
            yield adapter, upstream
        finally:
            await adapter.aclose()


def as_bytes(piece: Any) -> bytes:
    return bytes.fromhex(piece["hex"]) if isinstance(piece, dict) else piece.encode()


def check(error: errors.ApiError, expected: dict[str, Any]) -> None:
    assert type(error).__name__ == expected["class"]
    assert expected["message"] in error.message
    assert len(error.message) < 1000
    assert error.param == expected.get("param")
    if "code" in expected:
        assert error.code == expected["code"]
    assert error.kind == expected.get("kind", error.type)
    assert expected.get("silent", "\0") not in error.message
    assert error.headers == expected.get("headers", {})


@pytest.mark.parametrize("case", STREAMS, ids=lambda case: case["why"])
async def test_a_stream_is_read_as_it_comes(case: dict[str, Any]) -> None:
    act = stream(
        [as_bytes(piece) for piece in case["pieces"]],
        case.get("then", "end"),
        case.get("content_type", "text/event-stream"),
    )
    contents, raised = [], None
    async with provider(act) as (adapter, _):
        try:
            async for chunk in adapter.stream(BODY):
                contents.append(chunk["choices"][0]["delta"]["content"])  # noqa: PERF401 - what came before an error counts
        except errors.ApiError as error:
            raised = error
    assert contents == case["contents"]
    if "error" in case:
        assert raised is not None
        check(raised, case["error"])
    else:
        assert raised is None


@pytest.mark.parametrize(("case", "streamed"), WHOLE_AND_STREAMED)
async def test_a_failure_is_said_as_ours(case: dict[str, Any], streamed: bool) -> None:
    body = case.get("body", b"")
    if body == {"error": {"message": "LONG"}}:
        body = {"error": {"message": "LONG" * 10_000}}
    act = answer(case["status"], case["text"].encode() if "text" in case else body, case.get("headers"))
    async with provider(act) as (adapter, _):
        with pytest.raises(errors.ApiError) as caught:
            await (anext(adapter.stream(BODY)) if streamed else adapter.complete(BODY))
    check(caught.value, case["error"])


async def test_what_the_client_asked_arrives_with_every_unknown_field() -> None:
    asked = {
        **BODY,
        "top_k": 40,
        "seed": 10**30,
        "messages": [{"role": "user", "content": "\ud83d", "x": None}],
    }
    async with provider(answer(200, {"choices": [], "mine": 10**30})) as (adapter, upstream):
        answered = await adapter.complete(asked)
    assert upstream.requests[0].json() == {**asked, "stream": False}
    assert upstream.requests[0].path == "/v1/chat/completions"
    assert answered == {"choices": [], "mine": 10**30}


@pytest.mark.parametrize(
    "setback",
    [answer(429, headers={"retry-after": "0"}), answer(503), answer(500), answer(502), Act(then="cut")],
    ids=["429", "503", "500", "502", "cut before the answer"],
)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_a_passing_failure_is_tried_again(setback: Act, streamed: bool) -> None:
    good = stream([event(CHUNK), b"data: [DONE]\n\n"]) if streamed else answer(200, {"choices": []})
    async with provider(setback, setback, good, retries=2) as (adapter, upstream):
        if streamed:
            assert [chunk async for chunk in adapter.stream(BODY)] == [CHUNK]
        else:
            assert await adapter.complete(BODY) == {"choices": []}
    assert len(upstream.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 404, 501, 504])
async def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    tries = {504: 3}  # a gateway's impatience may pass
    async with provider(answer(status), retries=2) as (adapter, upstream):
        with pytest.raises(errors.ApiError):
            await adapter.complete(BODY)
    assert len(upstream.requests) == tries.get(status, 1)


@pytest.mark.parametrize("wait", ["60", "Thu, 31 Dec 2099 23:59:59 GMT"])
async def test_more_patience_than_we_have_is_the_clients_to_have(wait: str) -> None:
    async with provider(answer(429, headers={"retry-after": wait}), retries=2) as (adapter, upstream):
        with pytest.raises(errors.RateLimitError) as caught:
            await adapter.complete(BODY)
    assert len(upstream.requests) == 1
    assert caught.value.headers == {"retry-after": wait}


async def test_nothing_is_tried_again_once_the_answer_began() -> None:
    async with provider(stream([event(CHUNK)], "cut"), retries=2) as (adapter, upstream):
        with pytest.raises(errors.BadGatewayError):
            _ = [chunk async for chunk in adapter.stream(BODY)]
    assert len(upstream.requests) == 1


async def test_an_endpoint_that_is_slow_is_504_and_not_asked_twice() -> None:
    async with provider(Act(then="hang"), retries=2, read=0.05) as (adapter, upstream):
        with pytest.raises(errors.GatewayTimeoutError, match="too long"):
            await adapter.complete(BODY)
    assert len(upstream.requests) == 1


async def test_an_endpoint_that_is_down_is_502() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings = Settings(upstream_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1", upstream_retries=0)
        adapter = connect(settings)
        with pytest.raises(errors.BadGatewayError, match="cannot be reached"):
            await adapter.models()
        await adapter.aclose()


async def test_an_endpoint_that_speaks_no_http_is_502() -> None:
    async with provider(Act([b"SSH-2.0-OpenSSH_9.6\r\n"], "cut")) as (adapter, _):
        with pytest.raises(errors.BadGatewayError):
            await adapter.complete(BODY)


@pytest.mark.parametrize("retries", [0, 1])
async def test_a_client_that_leaves_a_stream_closes_it_upstream(retries: int) -> None:
    async with provider(stream([event(CHUNK)], "hang"), retries=retries, read=30) as (adapter, upstream):
        chunks = adapter.stream(BODY)
        assert await anext(chunks) == CHUNK
        await chunks.aclose()
        await asyncio.wait_for(upstream.left.wait(), 5)


async def test_a_cancelled_call_closes_it_upstream() -> None:
    async with provider(Act(then="hang"), read=30) as (adapter, upstream):
        call = asyncio.create_task(adapter.complete(BODY))
        await asyncio.wait_for(upstream.asked.wait(), 5)
        call.cancel()
        await asyncio.wait_for(upstream.left.wait(), 5)
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_connections_are_pooled() -> None:
    async with provider() as (adapter, upstream):
        for _ in range(5):
            await adapter.models()
        assert upstream.connections == 1


async def test_the_key_goes_upstream_and_into_no_repr() -> None:
    async with running() as upstream:
        settings = Settings(upstream_url=upstream.url, upstream_api_key="sk-secret")  # type: ignore[arg-type]  # pydantic makes it a SecretStr
        adapter = connect(settings)
        await adapter.models()
        await adapter.aclose()
        assert upstream.requests[0].headers["authorization"] == "Bearer sk-secret"
        assert "sk-secret" not in repr(settings)


async def test_no_models_may_be_null() -> None:
    async with provider(answer(200, {"object": "list", "data": None})) as (adapter, _):
        assert await adapter.models() == []


async def test_a_model_with_a_slash_is_deleted_by_its_whole_id() -> None:
    async with provider(answer(200, {"id": "ft:a/b", "object": "model", "deleted": True})) as (
        adapter,
        upstream,
    ):
        await adapter.delete_model("ft:a/b")
    assert (upstream.requests[0].method, upstream.requests[0].path) == ("DELETE", "/v1/models/ft:a%2Fb")


async def test_an_error_that_does_not_end_is_read_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai, "LONGEST_ERROR", 10)
    endless = Act([head(500, {"content-type": "text/html", "content-length": "1000000"}), b"x" * 100], "hang")
    async with provider(endless, read=30) as (adapter, _):
        with pytest.raises(errors.BadGatewayError):
            await asyncio.wait_for(adapter.complete(BODY), 5)


@pytest.mark.parametrize("url", [None, "", "localhost:11434"])
def test_a_missing_url_is_said(url: str | None) -> None:
    with pytest.raises(ValueError, match=r"LOCKSTEP_UPSTREAM_URL.*base URL"):
        connect(Settings(upstream_url=url))
