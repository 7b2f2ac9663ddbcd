"""`python -m benchmarks.limits`: what limits cost a request, in microseconds on the processor, in-process."""

import asyncio
import gc
import json
import logging
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console

from handlers import logs
from handlers.app import build
from handlers.settings import Settings
from handlers.shell.exchange import Application, Message

KEY = "sk-benchmark-of-the-limits"
TASKS, ROUNDS = 32, 7
MANY = 100_000_000
MODES: Mapping[str, Mapping[str, Any]] = {
    "as it comes": {},
    "requests a minute": {"requests_per_minute": MANY},
    "requests and tokens a minute": {"requests_per_minute": MANY, "tokens_per_minute": MANY},
    "the same, shared": {"requests_per_minute": MANY, "tokens_per_minute": MANY, "shared_limits": True},
}


def scope(method: str, path: str) -> dict[str, Any]:
    """A request's head, as uvicorn hands it on."""
    headers = [(b"host", b"127.0.0.1"), (b"authorization", b"Bearer " + KEY.encode())]
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "client": ("127.0.0.1", 50_000),
        "headers": [*headers, (b"content-type", b"application/json")],
    }


async def ask(app: Application, head: Mapping[str, Any], body: bytes) -> bytes:
    """One request; the answer's body."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(dict(head), receive, send)
    if sent[0]["status"] != 200:  # noqa: PLR2004 - all is well
        raise RuntimeError(f"{head['method']} {head['path']} answered {sent}")
    answer: bytes = sent[1]["body"]
    return answer


async def microseconds(app: Application, head: Mapping[str, Any], body: bytes, count: int) -> float:
    """A request's share of the processor's time."""

    async def work() -> None:
        for _ in range(count // TASKS):
            await ask(app, head, body)

    begun = time.process_time()
    await asyncio.gather(*(work() for _ in range(TASKS)))
    return (time.process_time() - begun) / count * 1e6


async def measure(settings: Mapping[str, Any]) -> tuple[float, float]:
    """The least of several rounds: a read, a create."""
    with tempfile.TemporaryDirectory() as folder:
        own: dict[str, Any] = {"data_dir": Path(folder), "api_key": KEY, "_env_file": None}
        server = build(Settings(**own, **settings))
        async with server.lifespan():
            gc.collect()
            gc.freeze()
            create = scope("POST", "/v1/conversations")
            made = json.loads(await ask(server.app, create, b"{}"))["id"]
            read = scope("GET", f"/v1/conversations/{made}")
            rounds = [
                (
                    await microseconds(server.app, read, b"", 200 * TASKS),
                    await microseconds(server.app, create, b"{}", 50 * TASKS),
                )
                for _ in range(ROUNDS)
            ]
    reads, creates = zip(*rounds, strict=True)
    return min(reads), min(creates)


def main() -> None:
    """Print a table."""
    logs.configure(as_json=False)
    logging.disable(logging.CRITICAL)
    console = Console(highlight=False)
    console.print(f"{'':32}{'GET':>8}{'create':>8}")
    for name, settings in MODES.items():
        read, create = uvloop.run(measure(settings))
        console.print(f"{name:32}{read:8.1f}{create:8.1f}")


if __name__ == "__main__":
    main()
