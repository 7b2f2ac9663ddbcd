"""A chat completion put together from the chunks it was streamed in."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.errors import BadGatewayError

KEPT = ("service_tier", "system_fingerprint", "usage", "moderation")
"""Fields of chunks that are the completion's own too: the last value that is not null counts."""
LOGPROBS = ("content", "refusal")


class Assembly:
    """Takes chunks in the contract's shape. Fields of a delta that it does not know are joined as well."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, _Choice] = {}

    def add(self, chunk: Mapping[str, Any]) -> None:
        """The next chunk."""
        if not self._head:
            self._head = {name: chunk[name] for name in ("id", "created", "model")}
        self._head |= {name: chunk[name] for name in KEPT if chunk.get(name) is not None}
        for choice in chunk["choices"]:
            self._choices.setdefault(choice["index"], _Choice()).add(choice)

    @property
    def finished(self) -> bool:
        """Whether every choice seen so far has said why it ended."""
        return bool(self._choices) and all(choice.finish_reason for choice in self._choices.values())

    def closing(self) -> dict[str, Any] | None:
        """The chunk that an endpoint which forgot to say why its choices ended should have sent last.

        Raises BadGatewayError for a stream that had no choice at all.
        """
        if not self._choices:
            raise BadGatewayError("The model endpoint's stream ended before it said anything.")
        choices = [
            {"index": index, "delta": {}, "finish_reason": choice.end()}
            for index, choice in sorted(self._choices.items())
            if not choice.finish_reason
        ]
        return {"object": "chat.completion.chunk", **self._head, "choices": choices} if choices else None

    def completion(self) -> dict[str, Any]:
        """The whole."""
        choices = [choice.render(index) for index, choice in sorted(self._choices.items())]
        return {"object": "chat.completion", **self._head, "choices": choices}


@dataclass(slots=True)
class _Texts:
    """Texts that grow by pieces, and values that do not; joined once, at the end."""

    pieces: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, delta: Mapping[str, Any], *, whole: frozenset[str] = frozenset()) -> None:
        for name, value in delta.items():
            if isinstance(value, str) and name not in whole:
                self.pieces[name].append(value)
            elif value is not None:
                self.values.setdefault(name, value)

    def render(self) -> dict[str, Any]:
        return {**self.values, **{name: "".join(pieces) for name, pieces in self.pieces.items()}}


WHOLE = frozenset({"id", "type", "name", "role"})
"""Texts that are sent once; some endpoints repeat them."""
INNER = ("function", "custom")


@dataclass(slots=True)
class _ToolCall:
    own: _Texts = field(default_factory=_Texts)
    inner: dict[str, _Texts] = field(default_factory=lambda: defaultdict(_Texts))

    def add(self, delta: Mapping[str, Any]) -> None:
        self.own.add({name: delta[name] for name in delta if name not in (*INNER, "index")}, whole=WHOLE)
        for kind in INNER:
            if kind in delta:
                self.inner[kind].add(delta[kind], whole=WHOLE)

    def render(self) -> dict[str, Any]:
        return {**self.own.render(), **{kind: texts.render() for kind, texts in self.inner.items()}}


@dataclass(slots=True)
class _Choice:
    message: _Texts = field(default_factory=_Texts)
    calls: dict[int, _ToolCall] = field(default_factory=lambda: defaultdict(_ToolCall))
    function_call: _Texts = field(default_factory=_Texts)
    logprobs: dict[str, list[Any]] = field(default_factory=dict)
    finish_reason: str | None = None

    def add(self, choice: Mapping[str, Any]) -> None:
        delta = dict(choice["delta"])
        for call in delta.pop("tool_calls", ()):
            self.calls[call["index"]].add(call)
        self.function_call.add(delta.pop("function_call", {}), whole=WHOLE)
        self.message.add(delta, whole=WHOLE)
        for name in LOGPROBS:
            if (tokens := (choice.get("logprobs") or {}).get(name)) is not None:
                self.logprobs.setdefault(name, []).extend(tokens)
        self.finish_reason = choice["finish_reason"] or self.finish_reason

    def end(self) -> str:
        """The reason that fits what was sent, where none was given; it counts from now on."""
        self.finish_reason = "tool_calls" if self.calls else "stop"
        return self.finish_reason

    def render(self, index: int) -> dict[str, Any]:
        message = {"role": "assistant", "content": None, "refusal": None, **self.message.render()}
        if self.calls:
            message["tool_calls"] = [call.render() for _, call in sorted(self.calls.items())]
            message["content"] = message["content"] or None
        if function_call := self.function_call.render():
            message["function_call"] = function_call
            message["content"] = message["content"] or None
        logprobs = {name: self.logprobs.get(name) for name in LOGPROBS} if self.logprobs else None
        return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": self.finish_reason}
