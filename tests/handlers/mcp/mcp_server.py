"""A server of the official SDK, and servers with faults, as a process of its own: prints its port.

`/mcp` is Streamable HTTP, `/json/mcp` the same without streams and sessions, `/old/sse` the older transport;
`/private/mcp` wants `Authorization: Bearer <TOKEN>`. `/calls` tells how often each tool was called.
"""

import asyncio
import collections
import contextlib
import gzip
import json
import socket
import sys

import uvicorn
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations

TOKEN = "tok-9e107d9d372bb682"
OPEN = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""A test calls it by another name."""
calls = collections.Counter()
heard = []


def build():
    server = MCPServer("fixture", log_level="ERROR")

    @server.tool(annotations=ToolAnnotations(readOnlyHint=True))
    def add(a: int, b: int) -> int:
        """The sum of two numbers."""
        calls["add"] += 1
        return a + b

    @server.tool()
    def write(text: str) -> str:
        """Write something down."""
        calls["write"] += 1
        return f"written: {text}"

    @server.tool()
    def fail(why: str) -> str:
        """Always fails."""
        calls["fail"] += 1
        raise ToolError(why)

    @server.tool()
    async def nap(seconds: float) -> str:
        """Sleeps."""
        calls["nap"] += 1
        await asyncio.sleep(seconds)
        return "awake"

    @server.tool()
    def picture() -> Image:
        """A picture."""
        return Image(data=b"\x89PNG", format="png")

    @server.tool()
    def big(size: int) -> str:
        """A long text."""
        return "x" * size

    @server.tool()
    def whoami(context: Context) -> str:
        """What the caller sent in confidence."""
        headers = context.request_context.request.headers
        return json.dumps({name: headers.get(name) for name in ("authorization", "x-secret")})

    return server


async def answer(send, status, body=b"", headers=()):
    headers = [(b"content-type", b"application/json"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def hang(receive, send):
    await asyncio.sleep(3600)


async def half(receive, send):
    """Begins to answer, and stops."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    await asyncio.sleep(3600)


async def huge(receive, send):
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for _ in range(10_000):
        await send({"type": "http.response.body", "body": b" " * 65536, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def garbage(receive, send):
    await answer(send, 200, b"<html>no protocol here</html>")


async def unwell(receive, send):
    await answer(send, 503, b"secret details")


async def zipped(receive, send):
    await answer(send, 200, gzip.compress(b" " * 10_000_000), [(b"content-encoding", b"gzip")])


async def elsewhere(receive, send):
    await answer(send, 307, b"", [(b"location", b"http://localhost:9/stolen")])


async def tell(receive, send):
    await answer(send, 200, json.dumps({"calls": calls, "heard": heard}).encode())


FAULTS = {
    "/hang": hang,
    "/half": half,
    "/huge": huge,
    "/garbage": garbage,
    "/unwell": unwell,
    "/zipped": zipped,
    "/elsewhere": elsewhere,
    "/calls": tell,
}


def application(stack):
    """Everything under one roof; the SDK's applications are told apart by their prefix."""
    streamed = build().streamable_http_app(transport_security=OPEN)
    private = build().streamable_http_app(transport_security=OPEN)
    plain = build().streamable_http_app(json_response=True, stateless_http=True, transport_security=OPEN)
    old = build().sse_app(transport_security=OPEN)
    mounts = {"/json": plain, "/old": old, "/private": private}

    async def start():
        for app in (streamed, private, plain):
            await stack.enter_async_context(app.router.lifespan_context(app))

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        path, headers = scope["path"], dict(scope["headers"])
        if path in FAULTS:
            await FAULTS[path](receive, send)
            return
        heard.append([scope["method"], path])
        prefix = next((prefix for prefix in mounts if path.startswith(prefix + "/")), "")
        if prefix == "/private" and headers.get(b"authorization") != f"Bearer {TOKEN}".encode():
            await answer(send, 401, b'{"error": "who are you?"}')
            return
        inner = {**scope, "path": path.removeprefix(prefix), "root_path": scope.get("root_path", "") + prefix}
        if prefix == "/old":
            inner["path"] = path  # Starlette takes the root path off by itself
        await mounts.get(prefix, streamed)(inner, receive, send)

    return start, app


async def main():
    async with contextlib.AsyncExitStack() as stack:
        start, app = application(stack)
        await start()
        # With its protocol named, asyncio switches Nagle's algorithm off, which costs 40 ms a request.
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, lifespan="off", log_level="error", timeout_graceful_shutdown=1)
        print(bound.getsockname()[1], flush=True)
        await uvicorn.Server(config).serve(sockets=[bound])


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
