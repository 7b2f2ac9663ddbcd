"""What clients of a server do all day, by weights; every answer that is not the expected one is an error."""

import asyncio
import itertools
import json
import random
import re
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.proof.soak.http import BrokenError, Connection

CLIENTS = 16
SHARED = 16
"""Conversations that all clients append to and list."""
OWN = 50
"""Conversations and completions that a client keeps; older ones it deletes."""
TURNS = 40
"""Turns in one conversation, before the client begins another."""
MESSAGE = {"type": "message", "role": "user", "content": "The quick brown fox jumps over the lazy dog."}
ID = re.compile(rb'"id":"((?:conv|resp)_\w+|chatcmpl-\w+)"')
ENDED = re.compile(rb'"status":"(completed|failed|cancelled|incomplete)"')
CREATE = json.dumps({"metadata": {"topic": "soak"}}).encode()
APPEND = json.dumps({"items": [MESSAGE]}).encode()
CHAT = json.dumps(
    {"model": "echo", "store": True, "messages": [{"role": "user", "content": MESSAGE["content"]}]}
).encode()
BACKGROUND = json.dumps({"model": "echo", "input": "later", "background": True}).encode()
EXAMPLES = 20
"""Errors of which the text is kept."""


@dataclass(slots=True)
class Tally:
    """What happened since it was last taken: seconds by operation, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def note(self, name: str, seconds: float) -> None:
        """One answered request."""
        self.seconds.setdefault(name, []).append(seconds)

    def fail(self, name: str, what: str) -> None:
        """One that was not answered as it should be."""
        self.errors[name] += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(f"{name}: {what[:300]}")

    def take(self) -> dict[str, list[float]]:
        """The seconds so far; from now on there are new ones."""
        taken, self.seconds = self.seconds, {}
        return taken


class Pace:
    """Hands out moments, evenly spread; without a rate, each at once."""

    def __init__(self, rate: float | None) -> None:
        self._apart = 1 / rate if rate else 0.0
        self._next = time.perf_counter()

    async def turn(self) -> float:
        """Wait for the next moment, and answer when it was: waiting in line counts as latency."""
        now = time.perf_counter()
        if not self._apart:
            return now
        due, self._next = self._next, self._next + self._apart
        if due > now:
            await asyncio.sleep(due - now)
        return due


class Client:
    """One of them. What it deletes is its own, so that no answer depends on another client's luck."""

    def __init__(self, number: int, port: int, key: str, shared: list[str], tally: Tally) -> None:
        self.connection = Connection(port, key)
        self.random = random.Random(number)
        self.shared = shared
        self.tally = tally
        self.conversations: deque[str] = deque()
        self.completions: deque[str] = deque()
        self.waiting: deque[str] = deque()
        self.turning = ""
        self.turns = itertools.count()

    async def run(self, pace: Pace, stop: asyncio.Event) -> None:
        """Until told to stop."""
        names = list(DEEDS)
        weights = [weight for _, weight in DEEDS.values()]
        while not stop.is_set():
            name = self.random.choices(names, weights)[0]
            began = await pace.turn()
            try:
                await DEEDS[name][0](self)
            except (BrokenError, OSError) as error:
                self.tally.fail(name, repr(error))
            else:
                self.tally.note(name, time.perf_counter() - began)
        self.connection.close()

    async def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        """An answer of 200, or an error is counted."""
        status, answer = await self.connection.ask(method, path, body)
        if status != 200:
            self.tally.fail(f"{method} {status}", f"{path} {answer.decode(errors='replace')}")
        return answer

    async def made(self, path: str, body: bytes) -> str:
        """The id of what was made; empty if it was not."""
        found = ID.search(await self.ask("POST", path, body))
        return found[1].decode() if found else ""

    async def create(self) -> None:
        if made := await self.made("/conversations", CREATE):
            self.conversations.append(made)

    async def append(self) -> None:
        where = self.random.choice([*self.shared, *itertools.islice(self.conversations, 4)])
        await self.ask("POST", f"/conversations/{where}/items", APPEND)

    async def list(self) -> None:
        await self.ask("GET", f"/conversations/{self.random.choice(self.shared)}/items?limit=20")

    async def retrieve(self) -> None:
        await self.ask("GET", f"/conversations/{self.random.choice(self.shared)}")

    async def chat(self) -> None:
        if made := await self.made("/chat/completions", CHAT):
            self.completions.append(made)

    async def respond(self) -> None:
        await self.ask("POST", "/responses", await self.turn())

    async def stream(self) -> None:
        events = await self.ask("POST", "/responses", await self.turn(b',"stream":true'))
        if b"event: response.completed" not in events:
            self.tally.fail("stream", events.decode(errors="replace")[-300:])

    async def turn(self, more: bytes = b"") -> bytes:
        """The body of a turn in this client's conversation."""
        if next(self.turns) % TURNS == 0:
            self.turning = await self.made("/conversations", CREATE)
        return b'{"model":"echo","input":"hello","conversation":"%s"%s}' % (self.turning.encode(), more)

    async def background(self) -> None:
        """One more, and a look at the oldest: by then it must have ended."""
        if made := await self.made("/responses", BACKGROUND):
            self.waiting.append(made)
        if len(self.waiting) > OWN:
            oldest = self.waiting.popleft()
            if not ENDED.search(await self.ask("GET", f"/responses/{oldest}")):
                self.tally.fail("background", f"{oldest} has not ended after {OWN} others")

    async def delete(self) -> None:
        """The oldest of what there is more of than one keeps."""
        if len(self.conversations) > OWN:
            await self.ask("DELETE", f"/conversations/{self.conversations.popleft()}")
        elif len(self.completions) > OWN:
            await self.ask("DELETE", f"/chat/completions/{self.completions.popleft()}")
        else:
            await self.retrieve()


DEEDS: dict[str, tuple[Callable[[Client], Awaitable[None]], int]] = {
    "create": (Client.create, 14),
    "append": (Client.append, 20),
    "list": (Client.list, 20),
    "retrieve": (Client.retrieve, 18),
    "chat": (Client.chat, 6),
    "respond": (Client.respond, 4),
    "stream": (Client.stream, 2),
    "background": (Client.background, 2),
    "delete": (Client.delete, 14),
}


async def shared(port: int, key: str) -> list[str]:
    """Conversations for all clients, with a page of items each."""
    connection, made = Connection(port, key), []
    body = json.dumps({"items": [MESSAGE] * 20}).encode()
    for _ in range(SHARED):
        status, answer = await connection.ask("POST", "/conversations", body)
        assert status == 200, answer
        made.append(json.loads(answer)["id"])
    connection.close()
    return made
