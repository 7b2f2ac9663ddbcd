"""A model without a mind: it streams chat completions at a pace that the request names.

`pace` is `[seconds to the first chunk, chunks, seconds between them]`: a field outside the contract, which
the server hands on as it is.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "mindless"}


def line(delta: dict[str, str], finish: str | None = None) -> bytes:
    """One chunk as it goes on the wire."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({**HEAD, "choices": [choice]}).encode() + b"\n\n"


WORD = line({"content": "word "})
END = line({}, "stop") + b"data: [DONE]\n\n"


async def chunks(first: float, count: int, gap: float) -> AsyncIterator[bytes]:
    """The stream of one answer."""
    await asyncio.sleep(first)
    for number in range(count):
        if number:
            await asyncio.sleep(gap)
        yield WORD
    yield END


async def complete(request: Request) -> Response:
    """Any request is answered at its own pace."""
    pace = json.loads(await request.body())["pace"]
    return StreamingResponse(chunks(*pace), media_type="text/event-stream")


async def models(_request: Request) -> Response:
    """One."""
    facts = {"id": "mindless", "object": "model", "created": 1, "owned_by": "bench"}
    return JSONResponse({"object": "list", "data": [facts]})


app = Starlette(
    routes=[Route("/v1/chat/completions", complete, methods=["POST"]), Route("/v1/models", models)]
)
