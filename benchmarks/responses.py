"""`python -m benchmarks.responses`: what the server adds to the streams of a model.

Time to the first event, one client, beside the first chunk of the model itself; rounds alternate. Then
many streams at once: how long the longest silence within any of them was, beside the model's own.
"""

import argparse
import asyncio
import json
import secrets
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from benchmarks import processes

FIRST = 0.02
"""Seconds that the model thinks before its first chunk."""
PATIENCE = 60
"""Seconds for any one stream."""
DELTA = b"event: response.output_text.delta"


@dataclass(frozen=True, slots=True)
class Stream:
    """When the lines of one stream came, in seconds since the request was sent."""

    started: float
    events: list[float]
    delta: float
    """The first piece of text."""
    whole: bool

    @property
    def silence(self) -> float:
        """The longest wait for the next event, once the first was there."""
        pauses = [after - before for before, after in zip(self.events, self.events[1:], strict=False)]
        return max(pauses, default=0.0)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a stream is asked for: `mark` begins every event, `end` stands in the last one."""

    base: str
    path: str
    body: dict[str, Any]
    key: str
    mark: bytes
    text: bytes
    end: bytes

    async def stream(self, pace: list[float]) -> Stream:
        """Ask for one over a connection of its own and read it to its end."""
        where = urlsplit(self.base)
        body = json.dumps({**self.body, "pace": pace}).encode()
        head = f"POST {self.path} HTTP/1.1\r\nhost: {where.netloc}\r\nauthorization: Bearer {self.key}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=2**20)
        try:
            sent = time.perf_counter()
            writer.write(head.encode() + body)
            events, delta, whole = [], 0.0, False
            async for line in reader:
                if line.startswith(self.mark):
                    events.append(time.perf_counter() - sent)
                    if not delta and line.startswith(self.text):
                        delta = events[-1]
                whole = whole or self.end in line
            return Stream(sent, events, delta, whole)
        finally:
            writer.close()


def model_itself(base: str) -> Target:
    """The model, asked directly."""
    body = {"model": "mindless", "stream": True, "messages": [{"role": "user", "content": "hello"}]}
    return Target(base, "/v1/chat/completions", body, "none", b"data: ", b"data: ", b"[DONE]")


def server(base: str, key: str, **options: Any) -> Target:
    """The same model behind the server."""
    body = {"model": "mindless", "stream": True, "input": "hello", **options}
    return Target(base, "/v1/responses", body, key, b"event: ", DELTA, b'"response.completed"')


async def first_events(targets: dict[str, Target], rounds: int) -> dict[str, tuple[float, float]]:
    """Milliseconds to the first event and to the first text, in the median."""
    seen: dict[str, list[Stream]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name, target in targets.items():
            async with asyncio.timeout(PATIENCE):
                seen[name].append(await target.stream([FIRST, 3, 0.0]))
    return {
        name: (
            statistics.median(stream.events[0] for stream in streams) * 1000,
            statistics.median(stream.delta for stream in streams) * 1000,
        )
        for name, streams in seen.items()
    }


async def at_once(target: Target, count: int, pace: list[float]) -> dict[str, float]:
    """Many streams side by side."""
    async with asyncio.timeout(PATIENCE):
        streams = await asyncio.gather(*(target.stream(pace) for _ in range(count)))
    return {
        "whole": sum(stream.whole for stream in streams),
        "first": statistics.median(stream.delta for stream in streams) * 1000,
        "first_worst": max(stream.delta for stream in streams) * 1000,
        "silence": statistics.median(stream.silence for stream in streams) * 1000,
        "silence_worst": max(stream.silence for stream in streams) * 1000,
        "seconds": max(stream.events[-1] for stream in streams),
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run everything; answers the figures."""
    key = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory() as folder, processes.model() as model:
        settings = {
            "LOCKSTEP_PROVIDER": "openai",
            "LOCKSTEP_UPSTREAM_URL": f"{model.base}/v1",
            "LOCKSTEP_UPSTREAM_CONNECTIONS": "1024",
        }
        with processes.server(Path(folder) / "data", key, settings) as running:
            targets = {
                "the model itself": model_itself(model.base),
                "stored": server(running.base, key),
                "store: false": server(running.base, key, store=False),
                "background": server(running.base, key, background=True),
            }
            asyncio.run(first_events(targets, 5))  # warm
            first = asyncio.run(first_events(targets, options.rounds))
            pace = [FIRST, options.chunks, options.gap]
            many = {
                name: asyncio.run(at_once(target, options.streams, pace)) for name, target in targets.items()
            }
    return {"first": first, "many": many}


def show(result: dict[str, Any], options: argparse.Namespace) -> None:
    """The figures as tables."""
    console = Console(width=120)
    own = result["first"]["the model itself"][0]
    table = Table("one client", "first event ms", "over the model's", "first text ms", "over the model's")
    for name, (event, text) in result["first"].items():
        table.add_row(name, f"{event:.1f}", f"{event - own:+.1f}", f"{text:.1f}", f"{text - own:+.1f}")
    console.print(table)
    title = f"{options.streams} at once"
    table = Table(
        title, "whole", "first text ms", "worst", "longest silence ms", "worst of all", "all done after s"
    )
    for name, row in result["many"].items():
        figures = (row[each] for each in ("first", "first_worst", "silence", "silence_worst"))
        table.add_row(
            name, f"{row['whole']:.0f}", *(f"{each:.0f}" for each in figures), f"{row['seconds']:.1f}"
        )
    console.print(table)
    console.print(f"each {options.chunks} chunks, one every {options.gap * 1000:.0f} ms")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.responses", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--chunks", type=int, default=20)
    parser.add_argument("--gap", type=float, default=0.25, help="seconds between two chunks of a stream")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    result = measure(options)
    show(result, options)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if any(row["whole"] != options.streams for row in result["many"].values()):
        sys.exit("some streams did not reach their end")


if __name__ == "__main__":
    main()
