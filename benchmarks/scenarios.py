"""What is measured: one request each, against objects made beforehand."""

import json
from dataclasses import dataclass

MESSAGE = {"type": "message", "role": "user", "content": "What is the weather like in Paris today?"}
CHAT = {
    "model": "echo",
    "store": True,
    "messages": [{"role": "user", "content": "What is the weather like?"}],
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """`template` is the contract's path; `{conversation_id}` is filled with one made for it."""

    name: str
    method: str
    template: str
    body: str | None = None
    query: str = ""


SCENARIOS = (
    Scenario("create", "POST", "/conversations", json.dumps({"metadata": {"topic": "bench"}})),
    Scenario("append", "POST", "/conversations/{conversation_id}/items", json.dumps({"items": [MESSAGE]})),
    Scenario("list 20", "GET", "/conversations/{conversation_id}/items", query="?limit=20"),
    Scenario("retrieve", "GET", "/conversations/{conversation_id}"),
    Scenario("stored chat completion", "POST", "/chat/completions", json.dumps(CHAT)),
)
