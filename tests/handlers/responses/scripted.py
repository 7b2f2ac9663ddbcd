"""A provider that says what a test tells it to, when the test lets it, and remembers what it was told."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from handlers.errors import ApiError


class Scripted:
    """Streams `words`, each after `gate` is open; fails with `error` after `fails_after` words."""

    name = "scripted"

    def __init__(self, words: tuple[str, ...] = ("one ", "two ", "three"), *, gated: bool = False) -> None:
        self.words = words
        self.bodies: list[Mapping[str, Any]] = []
        self.gate = asyncio.Event()
        self.asked = asyncio.Event()
        self.closed = asyncio.Event()
        self.error: ApiError | None = None
        self.fails_after = 0
        self.finish = "stop"
        self.holds_after = 1
        """Words that come before the gate."""
        if not gated:
            self.gate.set()

    async def models(self) -> list[dict[str, Any]]:
        return [{"id": "m", "object": "model", "created": 1, "owned_by": "test"}]

    async def delete_model(self, model: str) -> dict[str, Any]:
        raise NotImplementedError

    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        self.bodies.append(body)
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}

        def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
            return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

        try:
            self.asked.set()
            for index, word in enumerate(self.words):
                if index == self.holds_after:
                    await self.gate.wait()
                if self.error is not None and index == self.fails_after:
                    raise self.error
                yield chunk({"role": "assistant", "content": word})
            yield chunk({}, self.finish)
        finally:
            self.closed.set()

    async def aclose(self) -> None:
        """Nothing is open."""

    def told(self, index: int = -1) -> list[str]:
        """The texts of the messages of a request."""
        return [_text(message["content"]) for message in self.bodies[index]["messages"]]


def _text(content: Any) -> str:
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)
