"""A provider's answers as the client is to see them: in shape, under one id, with the usage asked for."""

from collections.abc import Mapping
from typing import Any

from handlers.chat_shapes import CHUNK, RESPONSE
from handlers.errors import BadGatewayError
from handlers.mending import Facts, shape

Answer = dict[str, Any]


class Answers:
    """The answer to one request, whole or in chunks.

    `stored` answers carry our id: endpoints make theirs as unique as they please (Ollama counts to 1000).
    `renamed` ones carry the model's name as it was asked for, because an alias stands between.
    """

    def __init__(self, facts: Facts, *, stored: bool, renamed: bool) -> None:
        self._facts = facts
        self._id = facts.id if stored else None
        self._model = facts.model if renamed else None

    def whole(self, raw: Answer) -> Answer:
        """A `CreateChatCompletionResponse`; BadGatewayError for what is none."""
        if not isinstance(raw.get("choices"), list):
            raise BadGatewayError("The model endpoint's answer is no chat completion: it has no `choices`.")
        return self._named(shape(RESPONSE, raw, self._facts))

    def chunk(self, raw: Answer) -> Answer:
        """A `CreateChatCompletionStreamResponse`; all of a stream carry the first one's id."""
        chunk = self._named(shape(CHUNK, raw, self._facts))
        self._id = chunk["id"]
        return chunk

    def _named(self, answer: Answer) -> Answer:
        answer["id"] = self._id or answer["id"]
        answer["model"] = self._model or answer["model"]
        return answer


def with_usage(asked: Mapping[str, Any]) -> Answer:
    """The request with `stream_options.include_usage`: what is stored has its usage, whoever asked for it."""
    return {**asked, "stream_options": {**(asked.get("stream_options") or {}), "include_usage": True}}


def wants_usage(asked: Mapping[str, Any]) -> bool:
    """Whether the client asked for usage in its stream."""
    return bool((asked.get("stream_options") or {}).get("include_usage"))


def shown(chunk: Answer, *, usage: bool) -> Answer | None:
    """The chunk with usage (or null for it) only if the client asked for it; None where nothing is left."""
    if usage:
        return {"usage": None, **chunk}
    told = chunk.pop("usage", None)
    return None if told is not None and not chunk["choices"] else chunk
