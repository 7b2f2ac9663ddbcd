"""Clients that write all the time, each one after the other, some of them to the same conversations."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx

from tests.proof.crash.journal import ACKNOWLEDGED, REFUSED, UNKNOWN, Journal, Write

CLIENTS = 8
SHARED = 3
"""Conversations that all clients append to, and as many that all take turns in."""
PATIENCE = 20
"""Seconds for an answer: a server that hangs longer than that fails the round by what it left undone."""
ENDED = {"completed", "failed", "cancelled", "incomplete"}

KEYED = 0.5
"""How many of the writes carry an idempotency key, and are retried until they are answered."""

PARTING = (httpx.TransportError, httpx.StreamError)


def message(text: str) -> dict[str, str]:
    """A user's message with a text of its own."""
    return {"type": "message", "role": "user", "content": text}


@contextmanager
def unsent(write: Write) -> Iterator[None]:
    """Where nobody takes the call, not a byte of the write was sent."""
    try:
        yield
    except httpx.ConnectError:
        write.outcome = REFUSED
        raise


class Client:
    """One client. It never has two requests under way, so its own order is the order of acknowledgement."""

    def __init__(self, number: int, journal: Journal, addresses: Sequence[str], key: str, seed: str) -> None:
        self.number = number
        self.journal = journal
        self.random = random.Random(f"{seed}/{number}")
        self.tag = f"{seed}.{number}"
        self.count = 0
        self.key = key
        self.stop = asyncio.Event()
        self.addresses = addresses
        self.shared: list[str] = []
        self.turning: list[str] = []
        self.own: list[str] = []
        self.erasable: list[str] = []
        self.waited: list[str] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Write until told to stop; a server that is gone is asked again soon after."""
        self.stop = stop
        timeout = httpx.Timeout(PATIENCE, connect=2)
        headers = {"authorization": f"Bearer {self.key}"}
        async with httpx.AsyncClient(headers=headers, timeout=timeout) as self.http:
            while not stop.is_set():
                deed = self.random.choices(*DEEDS)[0]
                try:
                    await deed(self)
                except PARTING:
                    await asyncio.sleep(0.1)
                await asyncio.sleep(self.random.uniform(0, 0.01))

    def name(self) -> str:
        """A text that no other write has."""
        self.count += 1
        return f"{self.tag}.{self.count}"

    def url(self, path: str) -> str:
        """At any of the servers: what one acknowledged, all know."""
        return self.random.choice(self.addresses) + path

    async def send(self, write: Write, method: str, path: str, body: object = None) -> bool:
        """Send a write; whether it was acknowledged."""
        self.journal.begin(write)
        if method == "POST" and self.random.random() < KEYED:
            answer = await self.insist(write, path, body)
        else:
            with unsent(write):
                answer = await self.http.request(method, self.url(path), json=body)
        self.journal.end(write, answer.status_code, answer.text)
        return write.outcome == ACKNOWLEDGED

    async def insist(self, write: Write, path: str, body: object) -> httpx.Response:
        """Send it with an idempotency key, again and again until it is answered: it is carried out once."""
        headers, sent = {"idempotency-key": self.name()}, False
        while True:
            try:
                return await self.http.post(self.url(path), json=body, headers=headers)
            except PARTING as error:
                sent = sent or not isinstance(error, httpx.ConnectError)
                write.outcome = UNKNOWN if sent else REFUSED
                write.retried = True
                if self.stop.is_set():
                    raise
            await asyncio.sleep(0.1)

    async def create(self) -> None:
        texts = tuple(self.name() for _ in range(self.random.randrange(4)))
        metadata = {"tag": self.name()}
        body = {"metadata": metadata, "items": [message(text) for text in texts]}
        write = Write("create", self.number, texts=texts, metadata=metadata)
        if await self.send(write, "POST", "/conversations", body):
            write.conversation = json.loads(write.answer)["id"]
            write.path = f"/conversations/{write.conversation}"
            self.own.append(write.conversation)

    async def append(self, conversation: str) -> None:
        texts = tuple(self.name() for _ in range(self.random.choice((1, 1, 2, 5))))
        path = f"/conversations/{conversation}/items"
        write = Write("append", self.number, path, conversation, texts)
        await self.send(write, "POST", path, {"items": [message(text) for text in texts]})

    async def append_together(self) -> None:
        await self.append(self.random.choice(self.shared))

    async def append_alone(self) -> None:
        if self.own:
            await self.append(self.random.choice(self.own))

    async def turn(self) -> None:
        """A response: stored, in a conversation mostly, streamed or in the background or neither."""
        places = [*self.turning, *self.own[-3:], ""]
        conversation = self.random.choice(places)
        texts = tuple(self.name() for _ in range(self.random.choice((1, 1, 3))))
        body: dict[str, object] = {
            "model": self.random.choice(("echo", "echo", "echo/slow")),
            "input": [message(text) for text in texts],
        }
        if conversation:
            body["conversation"] = conversation
        how = self.random.choice(("plain", "streamed", "background"))
        streamed, background = how == "streamed", how == "background"
        write = Write("turn", self.number, "", conversation, texts, background=background, streamed=streamed)
        if streamed:
            await self.stream(write, body | {"stream": True})
        elif await self.send(write, "POST", "/responses", body | {"background": background}):
            made = json.loads(write.answer)
            write.path = f"/responses/{made['id']}"
            if made["status"] == "failed":
                write.outcome = UNKNOWN
            self.waited += [write.path] if background else []
            self.erasable += [] if background or conversation else [write.path]

    async def stream(self, write: Write, body: object) -> None:
        """Acknowledged is a stream whose last event says that the response is completed."""
        self.journal.begin(write)
        with unsent(write):
            request = self.http.build_request("POST", self.url("/responses"), json=body)
            answer = await self.http.send(request, stream=True)
        try:
            await self.listen(write, answer)
        finally:
            await answer.aclose()

    async def listen(self, write: Write, answer: httpx.Response) -> None:
        """Hear a stream to its end, or until it breaks off."""
        if answer.status_code != 200:
            self.journal.end(write, answer.status_code, (await answer.aread()).decode())
            return
        async for line in answer.aiter_lines():
            if not line.startswith("data: {"):
                continue
            event = json.loads(line[6:])
            if event["type"] == "response.created":
                write.path = f"/responses/{event['response']['id']}"
            elif event["type"] == "response.completed":
                self.journal.end(write, 200, json.dumps(event["response"]))

    async def chat(self) -> None:
        text = self.name()
        metadata = {"tag": self.name()}
        body = {"model": "echo", "store": True, "metadata": metadata, "messages": [message_of(text)]}
        write = Write("chat", self.number, "", texts=(text,), metadata=metadata)
        if await self.send(write, "POST", "/chat/completions", body):
            write.path = f"/chat/completions/{json.loads(write.answer)['id']}"
            self.erasable.append(write.path)

    async def update(self) -> None:
        if self.own:
            conversation, metadata = self.random.choice(self.own), {"tag": self.name()}
            path = f"/conversations/{conversation}"
            write = Write("update", self.number, path, conversation, metadata=metadata)
            await self.send(write, "POST", path, {"metadata": metadata})

    async def delete(self) -> None:
        """Delete something of one's own, and never touch it again, whatever the answer."""
        if self.own and self.random.random() < 0.4:
            path = f"/conversations/{self.own.pop(self.random.randrange(len(self.own)))}"
        elif self.erasable:
            path = self.erasable.pop(self.random.randrange(len(self.erasable)))
        else:
            return
        await self.send(Write("delete", self.number, path), "DELETE", path)

    async def look(self) -> None:
        """Ask for a background response; once it has ended it stays what it is."""
        if self.waited:
            path = self.waited.pop(0)
            answer = await self.http.get(self.url(path))
            if answer.status_code != 200 or json.loads(answer.text)["status"] not in ENDED:
                self.waited.append(path)
            else:
                self.journal.see(path, answer.text)


def message_of(text: str) -> dict[str, str]:
    """The same for chat."""
    return {"role": "user", "content": text}


DEEDS: tuple[list[Callable[[Client], Awaitable[None]]], list[int]] = (
    [
        Client.create,
        Client.append_together,
        Client.append_alone,
        Client.turn,
        Client.chat,
        Client.update,
        Client.delete,
        Client.look,
    ],
    [2, 5, 1, 5, 2, 1, 1, 2],
)


async def clients(journal: Journal, addresses: Sequence[str], key: str, seed: str) -> list[Client]:
    """Clients with conversations in common, acknowledged before the load begins."""
    made = [Client(number, journal, addresses, key, seed) for number in range(CLIENTS)]
    first = made[0]
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {key}"}, timeout=PATIENCE) as first.http:
        for _ in range(2 * SHARED):
            await first.create()
    shared, turning = first.own[:SHARED], first.own[SHARED:]
    first.own.clear()
    for each in made:
        each.shared, each.turning = shared, turning
    return made
