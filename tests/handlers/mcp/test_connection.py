"""A connection to a real server of the official SDK, and to servers that fail in every way."""

import asyncio
import logging
import socket
import time

import pytest

from handlers.mcp import Bounds, Server, ServerFailure
from handlers.mcp.connection import Connection

SECRET = "s3cret-5f4dcc3b5aa7"


@pytest.fixture
async def connect():
    made = []

    def make(url, headers=None, *, connect_seconds=5.0, call_seconds=5.0, max_bytes=1 << 20, private=True):
        bounds = Bounds(connect_seconds, call_seconds, max_bytes, private)
        made.append(Connection(Server("desk", url, headers or {}), bounds))
        return made[-1]

    yield make
    for connection in made:
        await connection.aclose()
    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("mcp")] == []


@pytest.mark.parametrize("path", ["/mcp", "/json/mcp", "/old/sse"])
async def test_tools_are_listed_and_called(mcp_server, connect, path):
    connection = connect(mcp_server.url(path))
    tools = {tool["name"]: tool for tool in await connection.tools()}
    assert tools["add"]["description"] == "The sum of two numbers."
    assert set(tools["add"]["input_schema"]["properties"]) == {"a", "b"}
    assert tools["add"]["annotations"]["readOnlyHint"] is True
    assert tools["write"]["annotations"] is None
    results = await asyncio.gather(*(connection.call("add", {"a": 2, "b": each}) for each in range(5)))
    assert [(result.text, result.failed) for result in results] == [
        (str(2 + each), False) for each in range(5)
    ]


async def test_a_tool_that_fails_says_so(mcp_server, connect):
    result = await connect(mcp_server.url()).call("fail", {"why": "no more paper"})
    assert (result.text, result.failed) == ("Error executing tool fail: no more paper", True)
    assert result.content == [{"type": "text", "text": result.text}]


async def test_what_is_no_text_is_named(mcp_server, connect):
    result = await connect(mcp_server.url()).call("picture", {})
    assert result.text == "[image, image/png, 8 characters of base64]"


@pytest.mark.parametrize(
    ("path", "kind", "code"),
    [
        ("/hang", "http_error", 504),
        ("/half", "http_error", 504),
        ("/huge", "http_error", 502),
        ("/zipped", "http_error", 502),
        ("/unwell", "http_error", 503),
        ("/elsewhere", "http_error", 307),
        ("/private/mcp", "http_error", 401),
        ("/nowhere", "http_error", 404),
        ("/garbage", "mcp_protocol_error", -32603),
    ],
)
async def test_a_server_with_a_fault_fails_in_time(mcp_server, connect, path, kind, code):
    before = time.monotonic()
    with pytest.raises(ServerFailure) as raised:
        await connect(mcp_server.url(path), connect_seconds=0.5).tools()
    assert time.monotonic() - before < 3
    assert (raised.value.error["type"], raised.value.error["code"]) == (kind, code)
    assert "secret details" not in raised.value.error["message"]


async def test_a_call_that_hangs_is_given_up_and_the_next_one_works(mcp_server, connect):
    connection = connect(mcp_server.url(), call_seconds=1.0)
    with pytest.raises(ServerFailure) as raised:
        await connection.call("nap", {"seconds": 60})
    assert raised.value.error["code"] == 504
    assert (await connection.call("add", {"a": 1, "b": 1})).text == "2"


async def test_a_result_that_is_too_large_is_an_error(mcp_server, connect):
    for path in ("/mcp", "/json/mcp"):
        with pytest.raises(ServerFailure):
            await connect(mcp_server.url(path), max_bytes=100_000).call("big", {"size": 200_000})


async def test_nobody_there(connect):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ServerFailure) as raised:
        await connect(f"http://127.0.0.1:{port}/mcp").tools()
    assert raised.value.error["code"] == 502


async def test_private_addresses_are_refused_where_they_are_not_allowed(mcp_server, connect):
    heard = len(mcp_server.told()["heard"])
    for url in (mcp_server.url(), mcp_server.url().replace("127.0.0.1", "localhost")):
        with pytest.raises(ServerFailure, match="not public"):
            await connect(url, private=False).tools()
    assert len(mcp_server.told()["heard"]) == heard


async def test_each_request_goes_to_an_address_that_was_checked(mcp_server, connect, monkeypatch):
    """A name that leads to a public address first and to a private one then (DNS rebinding)."""
    asked = []

    def found(host, port, *_args, **_options):
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    url = mcp_server.url().replace("127.0.0.1", "rebind.test")
    with pytest.raises(ServerFailure, match="not public"):
        await connect(url, private=False).tools()
    assert asked == ["rebind.test"]
    assert await connect(url).tools()
    assert set(asked) == {"rebind.test"}, "the connection itself asks for no name"


async def test_what_was_told_in_confidence_does_not_come_back(mcp_server, connect, caplog):
    caplog.set_level(logging.DEBUG)
    headers = {"authorization": f"Bearer {mcp_server.token}", "x-secret": SECRET}
    connection = connect(mcp_server.url("/private/mcp") + "?key=query-secret", headers)
    await connection.tools()
    result = await connection.call("whoami", {})
    assert "[hidden]" in result.text
    shown = f"{result} {connection!r} {vars(connection)!r} {caplog.text}"
    for secret in (mcp_server.token, SECRET, "query-secret"):
        assert secret not in shown
