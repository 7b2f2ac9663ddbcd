"""A server within this process over a scripted provider, and ways to talk with it."""

import asyncio
import json
import sqlite3

import pytest

from generated import schemas
from handlers.responses import Responses
from handlers.services import Call
from tests.handlers.responses.scripted import Scripted


class Talk:
    """A client of one server, with its provider and its database."""

    def __init__(self, client, provider):
        self.client = client
        self.provider = provider
        self.responses = Responses(client.server.services)
        """Like another process on the same store."""
        self.path = client.server.services.settings.data_dir / "lockstep.db"

    async def make(self, status=200, **body):
        """Create a response; answers its JSON."""
        answer = await self.client.post("/responses", json={"model": "m", **body})
        assert answer.status_code == status, answer.text
        return answer.json()

    me = Call("default", "req_1")

    @staticmethod
    def given(**body):
        """A body as handlers get it."""
        return schemas.CreateResponse.model_validate({"model": "m", **body})

    async def call(self, **body):
        """Create a response by a plain call of the other process."""
        return await self.responses.create_response(self.me, body=self.given(**body))

    async def refused(self, status, **body):
        return (await self.make(status, **body))["error"]

    async def conversation(self, *texts):
        items = [{"role": "user", "content": text} for text in texts[:20]]
        made = (await self.client.post("/conversations", json={"items": items})).json()["id"]
        for start in range(20, len(texts), 20):
            await self.add(made, *texts[start : start + 20])
        return made

    async def add(self, conversation, *texts, status=200):
        items = [{"role": "user", "content": text} for text in texts]
        answer = await self.client.post(f"/conversations/{conversation}/items", json={"items": items})
        assert answer.status_code == status, answer.text
        return answer.json()

    async def items(self, path):
        """All items of a list, oldest first."""
        found, after = [], {}
        while True:
            page = (await self.client.get(path, params={"order": "asc", "limit": 100, **after})).json()
            found += page["data"]
            if not page["has_more"]:
                return found
            after = {"after": page["last_id"]}

    async def texts(self, conversation):
        found = await self.items(f"/conversations/{conversation}/items")
        return [item["content"][0]["text"] for item in found]

    async def get(self, response_id, status=200, **params):
        answer = await self.client.get(f"/responses/{response_id}", params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def until(self, response_id, *statuses, seconds=10):
        """Wait until it has one of these statuses."""
        async with asyncio.timeout(seconds):
            while (found := await self.get(response_id))["status"] not in statuses:  # noqa: ASYNC110 - it is waited for over HTTP
                await asyncio.sleep(0.01)
        return found

    async def events(self, response_id, **params):
        answer = await self.client.get(f"/responses/{response_id}", params={"stream": "true", **params})
        assert answer.status_code == 200, answer.text
        return parse(answer.text)

    async def streamed(self, **body):
        answer = await self.client.post("/responses", json={"model": "m", "stream": True, **body})
        assert answer.status_code == 200, answer.text
        return parse(answer.text)

    def rows(self, table):
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(f"SELECT * FROM {table}").fetchall()
        finally:
            connection.close()

    def traces(self, text):
        """Tables in which the text is found."""
        tables = ("conversation", "item", "response", "response_item", "response_event")
        return [table for table in tables if text in repr(self.rows(table))]


def parse(text):
    """The events of a stream; the `event:` line must name the type."""
    events = []
    for block in text.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        if lines:
            name, data = lines
            event = json.loads(data.removeprefix("data: "))
            assert name == f"event: {event['type']}"
            events.append(event)
    return events


def text_of(response):
    return "".join(part["text"] for item in response["output"] for part in item.get("content", ()))


@pytest.fixture
async def make_talk(make_api):
    made = []

    async def make(provider=None, **settings):
        provider = provider or Scripted()
        made.append(Talk(await make_api(provider=provider, shutdown_seconds=0, **settings), provider))
        await made[-1].responses.open()
        return made[-1]

    yield make
    for talk in made:
        await talk.responses.aclose()


@pytest.fixture
async def talk(make_talk):
    return await make_talk()


@pytest.fixture
async def gated(make_talk):
    """Its provider says one word, then waits until the test opens the gate."""
    return await make_talk(Scripted(gated=True))
