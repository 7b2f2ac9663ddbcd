"""Chat completion chunks as the events and items of a response, indexes and numbers right."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.responses.output import CallWriter, MessageWriter, Output, ReasoningWriter

Event = dict[str, Any]
Chunk = Mapping[str, Any]

REASONING = ("reasoning_content", "reasoning")
"""Where endpoints put what the model thinks: DeepSeek and vLLM, and Ollama, OpenRouter and later vLLM."""
KINDS = {"function": "arguments", "custom": "input"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a response shows of its model's answer."""

    logprobs: bool
    """`include: message.output_text.logprobs`."""
    summaries: bool
    """Whether reasoning is told as summary (`reasoning.summary` was asked for) or as text."""
    namespaces: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Namespace and name of the functions that the model knows under both in one."""
    seal: Callable[[str], str] | None = None
    """Encrypts reasoning where `include` has `reasoning.encrypted_content`."""
    annotate: Callable[[str], Sequence[Mapping[str, Any]]] = field(default=lambda _text: ())
    """What server tools add to a finished text."""


@dataclass(slots=True)
class _Call:
    """One call, as far as it was streamed. Without a writer it is a server tool's, and hidden."""

    kind: str
    given: str | None = None
    """The endpoint's id for it."""
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    writer: CallWriter | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class HiddenCall:
    """A call of a tool that this server runs or translates, complete."""

    id: str
    name: str
    arguments: str


class Assembly:
    """One answer of the model, chunk by chunk; the items go to `output`."""

    def __init__(self, output: Output, shown: Shown, hidden: Callable[[str], bool]) -> None:
        self._output = output
        self._shown = shown
        self._hidden = hidden
        self._message: MessageWriter | None = None
        self._reasoning: ReasoningWriter | None = None
        self._spoke = False
        self._space = ""
        self._thoughts: list[str] = []
        self._said: list[str] = []
        self._calls: list[_Call] = []
        self._at: dict[int, _Call] = {}
        self.heard = self.refused = False
        self.finish_reason: str | None = None
        self.usage: Mapping[str, Any] | None = None
        self.service_tier: str | None = None

    def add(self, chunk: Chunk) -> Iterator[Event]:
        """The events of the next chunk. Only the first choice counts: no other was asked for."""
        self.usage = chunk.get("usage") or self.usage
        self.service_tier = chunk.get("service_tier") or self.service_tier
        for choice in chunk["choices"]:
            if choice["index"] == 0:
                self.heard = True
                yield from self._delta(choice["delta"], choice.get("logprobs"))
                self.finish_reason = choice["finish_reason"] or self.finish_reason

    def end(self, status: str) -> Iterator[Event]:
        """Close what is open with this status. A model that said nothing at all said an empty text."""
        if self._space and not self._calls:
            space, self._space = self._space, ""
            yield from self._text(space, None, solid=True)
        if status == "completed" and not (self._calls or self._spoke):
            yield from self._close_reasoning()
            yield from self._open_message().empty()
        yield from self._close_message(status)
        yield from self._close_reasoning(status)
        for call in self._calls:
            yield from self._close_call(call, status)

    @property
    def text(self) -> str:
        """All that was said aloud."""
        return "".join(self._said)

    @property
    def thoughts(self) -> str:
        """All that was thought."""
        return "".join(self._thoughts)

    @property
    def written(self) -> str:
        """All that the model made, in no order."""
        return "".join([*self._thoughts, *self._said, *(call.name + call.text for call in self._calls)])

    @property
    def visible_calls(self) -> bool:
        """Whether the client has calls to answer."""
        return any(call.writer for call in self._calls)

    def hidden_calls(self) -> list[HiddenCall]:
        """The calls that are the turn's to run, in order."""
        return [HiddenCall(call.id, call.name, call.text or "{}") for call in self._calls if not call.writer]

    def message(self) -> dict[str, Any]:
        """The answer as the chat message that a further request repeats; only hidden calls are in it."""
        calls = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in self.hidden_calls()
        ]
        thoughts = {"reasoning_content": self.thoughts} if self._thoughts else {}
        return {"role": "assistant", "content": self.text or None, "tool_calls": calls, **thoughts}

    # --- what a delta may hold --------------------------------------------------------------------

    def _delta(self, delta: Mapping[str, Any], logprobs: Mapping[str, Any] | None) -> Iterator[Event]:
        for name in REASONING:
            if (thought := delta.get(name)) and isinstance(thought, str):
                yield from self._think(thought)
                break
        if content := delta.get("content"):
            tokens = (logprobs or {}).get("content") if self._shown.logprobs else None
            yield from self._text(content, tokens)
        if refusal := delta.get("refusal"):
            self.refused = True
            yield from self._close_reasoning()
            yield from self._open_message().refuse(refusal)
        if annotations := delta.get("annotations"):
            yield from self._annotate(annotations)
        if calls := delta.get("tool_calls"):
            for call in calls:
                yield from self._call(call)
        if function := delta.get("function_call"):
            yield from self._call({"index": 0, "function": function})

    def _think(self, thought: str) -> Iterator[Event]:
        yield from self._close_message()
        if self._reasoning is None:
            self._reasoning = ReasoningWriter(
                self._output, summary=self._shown.summaries, seal=self._shown.seal
            )
        self._thoughts.append(thought)
        yield from self._reasoning.add(thought)

    def _text(self, text: str, tokens: Any, *, solid: bool = False) -> Iterator[Event]:
        """Blank text makes no message of its own: models put line breaks before and between calls."""
        if self._message is None and not solid:
            if not text.strip():
                self._space += text
                return
            text, self._space = self._space + text, ""
        yield from self._close_reasoning()
        self._said.append(text)
        yield from self._open_message().add(text, tokens)

    def _annotate(self, annotations: Any) -> Iterator[Event]:
        if self._message is not None and isinstance(annotations, list):
            for each in annotations:
                if isinstance(each, dict) and isinstance(citation := each.get("url_citation"), dict):
                    yield from self._message.annotate({"type": "url_citation", **citation})

    def _open_message(self) -> MessageWriter:
        if self._message is None:
            self._spoke = True
            self._message = MessageWriter(self._output, self._shown.annotate)
        return self._message

    def _close_message(self, status: str = "completed") -> Iterator[Event]:
        if self._message is not None:
            yield from self._message.end(status)
            self._message = None

    def _close_reasoning(self, status: str = "completed") -> Iterator[Event]:
        if self._reasoning is not None:
            yield from self._reasoning.end(status)
            self._reasoning = None

    # --- calls ------------------------------------------------------------------------------------

    def _call(self, delta: Mapping[str, Any]) -> Iterator[Event]:
        kind = "custom" if delta.get("custom") else "function"
        inner = delta.get(kind) or {}
        text = inner.get(KINDS[kind]) or ""
        call = self._at.get(delta["index"])
        if call is None or _is_another(call, delta.get("id"), inner.get("name"), text):
            yield from self._close_message()
            yield from self._close_reasoning()
            yield from self._close_complete()
            self._space = ""
            call = self._at[delta["index"]] = _Call(kind)
            self._calls.append(call)
        call.given = call.given or delta.get("id") or None
        if not call.name and (name := inner.get("name")):
            call.name = name
            yield from self._begin(call)
        if text:
            call.pieces.append(text)
            if call.writer:
                yield from call.writer.add(text)

    def _begin(self, call: _Call) -> Iterator[Event]:
        """A call is shown from when its name is known: that tells whose it is."""
        call.id = call.given or self._output.new_id("call_")
        if call.kind == "function" and self._hidden(call.name):
            return
        namespace, name = self._shown.namespaces.get(call.name, (None, call.name))
        call.writer = CallWriter(self._output, call.kind, call.id, name, namespace)
        yield from call.writer.begin()
        if call.pieces:
            yield from call.writer.add(call.text)

    def _close_complete(self) -> Iterator[Event]:
        """Calls whose arguments are whole JSON are done: nothing could be added to them."""
        for call in self._calls:
            if call.writer and call.writer.open and call.kind == "function" and _is_json(call.text):
                yield from call.writer.end("completed")

    def _close_call(self, call: _Call, status: str) -> Iterator[Event]:
        if not call.name:
            call.name = "unknown"
            yield from self._begin(call)
        if call.writer and call.writer.open:
            whole = call.kind == "function" and _is_json(call.text)
            yield from call.writer.end("completed" if whole else status)


def _is_another(call: _Call, identity: Any, name: Any, text: str) -> bool:
    """Whether a delta begins another call at the index of this one: some gateways number all calls 0.

    Ids tell. Where an endpoint sends none, a name after complete arguments does.
    """
    if identity and call.given:
        return bool(identity != call.given)
    return bool(name and text.lstrip().startswith("{") and _is_json(call.text))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
