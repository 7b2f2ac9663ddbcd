"""What is measured: one request each, against objects made beforehand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load import Requests

MESSAGE = {"type": "message", "role": "user", "content": "What is the weather like in Paris today?"}
CHAT = {
    "model": "echo",
    "store": True,
    "messages": [{"role": "user", "content": "What is the weather like?"}],
}
RESPONSE = {"model": "echo", "input": "What is the weather like?"}
CONVERSATIONS = 1024
"""Enough that 256 clients which go round them never meet in one."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`template` is the contract's path; there and in `body`, `{conversation_id}` becomes one made for it."""

    name: str
    method: str
    template: str
    body: str | None = None
    query: str = ""
    fresh: bool = False
    """Every round gets conversations of its own: what it adds to them would make the next one slower."""

    def requests(self, ids: Sequence[str]) -> Requests:
        """One for each conversation, or a single one where they do not matter."""
        path = f"/v1{self.template}{self.query}"
        paths = dict.fromkeys(path.replace("{conversation_id}", one) for one in ids)
        bodies = dict.fromkeys((self.body or "").replace("{conversation_id}", one) for one in ids)
        return Requests(self.method, list(paths), list(bodies) if self.body else ())


SCENARIOS = (
    Scenario("create", "POST", "/conversations", json.dumps({"metadata": {"topic": "bench"}})),
    Scenario("append", "POST", "/conversations/{conversation_id}/items", json.dumps({"items": [MESSAGE]})),
    Scenario("list", "GET", "/conversations/{conversation_id}/items", query="?limit=20"),
    Scenario("retrieve", "GET", "/conversations/{conversation_id}"),
    Scenario("chat", "POST", "/chat/completions", json.dumps(CHAT)),
    Scenario(
        "response",
        "POST",
        "/responses",
        json.dumps({**RESPONSE, "conversation": "{conversation_id}"}),
        fresh=True,
    ),
)
NAMES = [scenario.name for scenario in SCENARIOS]
TITLES = {
    "create": "create a conversation",
    "append": "append an item",
    "list": "list 20 items",
    "retrieve": "retrieve a conversation",
    "chat": "stored chat completion",
    "response": "response in a conversation",
}


def chosen(names: Sequence[str]) -> list[Scenario]:
    """Those named, in the order of the table."""
    return [scenario for scenario in SCENARIOS if scenario.name in names]
