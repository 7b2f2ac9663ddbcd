"""Our server within the process of the test, as the judge asks for it, with a fake model behind.

`httpx.ASGITransport` hands an answer over when it is whole; here it comes as it is made, so that a client can
leave.
"""

import asyncio
import contextlib
import time
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from conformance.wire.examine import Plan, examine
from conformance.wire.fake_model import MODEL, FakeModel
from handlers import logs
from handlers.app import build
from handlers.auth import new_key
from handlers.settings import Settings

BASE_URL = "http://lockstep.test/v1"
KEY, SECOND_KEY = "sk-within-first", "sk-within-second"


class Streaming(httpx.AsyncBaseTransport):
    """Runs an ASGI application for each request; leaving an answer disconnects it."""

    def __init__(self, app):
        self.app = app

    async def handle_async_request(self, request):
        run = _Run(request, await request.aread())
        run.task = asyncio.create_task(run.serve(self.app))
        try:
            await run.started.wait()
        except asyncio.CancelledError:
            run.left.set()
            raise
        if run.failure is not None:
            raise httpx.ReadError(repr(run.failure))
        return httpx.Response(run.status, headers=run.headers, stream=run)


class _Run(httpx.AsyncByteStream):
    def __init__(self, request, body):
        self.request, self.body = request, body
        self.status, self.headers, self.failure = 0, [], None
        self.started, self.left = asyncio.Event(), asyncio.Event()
        self.pieces = asyncio.Queue(maxsize=1)  # a connection holds little: the server waits for its client
        self.asked = False

    async def serve(self, app):
        try:
            await app(self._scope(), self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - the client sees a broken connection, as over TCP
            self.failure = error
        finally:
            self.started.set()
            await self._put(None)

    def _scope(self):
        url = self.request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": self.request.method,
            "scheme": url.scheme,
            "path": httpx.URL(url).path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in self.request.headers.raw],
            "client": ("127.0.0.1", 50000),
            "server": (url.host, 80),
            "state": {},
        }

    async def _receive(self):
        if self.asked:
            await self.left.wait()
            return {"type": "http.disconnect"}
        self.asked = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def _send(self, message):
        if self.left.is_set():
            raise OSError("the client is gone")
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
            self.started.set()
        elif message.get("body"):
            await self._put(message["body"])

    async def _put(self, piece):
        putting, leaving = (
            asyncio.ensure_future(self.pieces.put(piece)),
            asyncio.ensure_future(self.left.wait()),
        )
        await asyncio.wait({putting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        putting.cancel()
        leaving.cancel()

    async def __aiter__(self):
        while (piece := await self.pieces.get()) is not None:
            yield piece

    async def aclose(self):
        self.left.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.task), 5)


class Within:
    """A server that can be started anew on the same data; it stands in for one that was launched."""

    base_url = BASE_URL
    output = ""

    def __init__(self, data_dir, model):
        self.model = model
        self.starts = 0
        self._data_dir = data_dir
        self._stack = AsyncExitStack()
        self.transport = Streaming(self._answer)

    async def start(self):
        self.starts += 1
        settings = Settings(
            data_dir=self._data_dir,
            api_key=KEY,
            provider="openai",
            upstream_url=self.model.url,
            upstream_retries=0,
            lease_seconds=1.0,
            _env_file=None,
        )
        server = build(settings)
        await self._stack.enter_async_context(server.lifespan())
        keys = server.services.store.keys
        if self.starts == 1:
            await keys.add(new_key(SECOND_KEY, project="other", name="second", now=time.time()))
        self._app = server.app

    async def kill(self):
        await self._stack.aclose()

    stop = kill

    async def restart(self):
        await self.kill()
        await self.start()

    async def _answer(self, scope, receive, send):
        await self._app(scope, receive, send)

    async def examine(self, probes, transport=None, *, launched=True, **plan):
        plan = Plan(BASE_URL, api_key=KEY, second_key=SECOND_KEY, model=MODEL, **plan)
        return await examine(
            plan, probes, launched=self if launched else None, transport=transport or self.transport
        )


@asynccontextmanager
async def within(data_dir):
    """A server of ours, its data there."""
    logs.configure(as_json=False)
    model = FakeModel()
    await model.start()
    server = Within(data_dir, model)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
        await model.stop()
