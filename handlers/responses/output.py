"""The output of a response while it grows: items, the events that tell of them, and their numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from handlers.responses.request import Item

Event = dict[str, Any]
Tokens = Sequence[Mapping[str, Any]] | None


class Writer(Protocol):
    """An item that still grows."""

    def render(self, status: str) -> Item:
        """The item as it is now."""


class Output:
    """Items in order. Events get consecutive numbers, in the order in which they are made."""

    def __init__(self, first_sequence: int, new_id: Callable[[str], str]) -> None:
        """`new_id` makes an id from its prefix (`msg_`)."""
        self._sequence = first_sequence
        self.new_id = new_id
        self._items: list[Item | Writer] = []
        self._done: dict[int, Item] = {}
        self.open_status = "in_progress"
        """What items that still grow are said to be."""

    def event(self, kind: str, **fields: Any) -> Event:
        """The next event."""
        number = self._sequence
        self._sequence = number + 1
        return {"type": kind, "sequence_number": number, **fields}

    def begin(self, writer: Item | Writer) -> int:
        """A place for an item that grows."""
        self._items.append(writer)
        return len(self._items) - 1

    def added(self, index: int, item: Item) -> Event:
        """`response.output_item.added`."""
        return self.event("response.output_item.added", output_index=index, item=item)

    def done(self, index: int, item: Item) -> Event:
        """`response.output_item.done`: the item stays as it is, also where it is closed again."""
        self._items[index] = item = self._done.setdefault(index, item)
        return self.event("response.output_item.done", output_index=index, item=item)

    def items(self) -> list[Item]:
        """Every item as it is now."""
        return [item if isinstance(item, dict) else item.render(self.open_status) for item in self._items]


class MessageWriter:
    """A message: parts one after the other, each text or refusal."""

    def __init__(self, output: Output, annotate: Callable[[str], Sequence[Mapping[str, Any]]]) -> None:
        self._output = output
        self._annotate = annotate
        self._id = output.new_id("msg_")
        self._index: int | None = None
        self._parts: list[Item] = []
        self._pieces: list[str] | None = None
        self._place: dict[str, Any] = {}

    def add(self, text: str, tokens: Tokens = None) -> Iterator[Event]:
        """Some text, with its tokens' log probabilities if they are to be shown."""
        if self._pieces is None or "text" not in self._parts[-1]:
            yield from self._begin({"type": "output_text", "text": "", "annotations": [], "logprobs": []})
        self._pieces.append(text)  # type: ignore[union-attr]  # _begin made it
        logprobs = []
        if tokens:
            self._parts[-1]["logprobs"] += [item_logprob(token) for token in tokens]
            logprobs = [event_logprob(token) for token in tokens]
        yield self._output.event("response.output_text.delta", **self._place, delta=text, logprobs=logprobs)

    def empty(self) -> Iterator[Event]:
        """A text without any."""
        yield from self._begin({"type": "output_text", "text": "", "annotations": [], "logprobs": []})

    def refuse(self, text: str) -> Iterator[Event]:
        """Some of a refusal."""
        if self._pieces is None or "refusal" not in self._parts[-1]:
            yield from self._begin({"type": "refusal", "refusal": ""})
        self._pieces.append(text)  # type: ignore[union-attr]  # _begin made it
        yield self._output.event("response.refusal.delta", **self._place, delta=text)

    def annotate(self, annotation: Item) -> Iterator[Event]:
        """What the text cites; only text can."""
        if self._pieces is None or "text" not in self._parts[-1]:
            return
        noted = self._parts[-1]["annotations"]
        noted.append(annotation)
        yield self._output.event(
            "response.output_text.annotation.added",
            **self._place,
            annotation_index=len(noted) - 1,
            annotation=annotation,
        )

    def end(self, status: str) -> Iterator[Event]:
        """Nothing more comes."""
        yield from self._end_part()
        if self._index is not None:
            yield self._output.done(self._index, self.render(status))

    def render(self, status: str) -> Item:
        """The message as it is now."""
        parts = list(self._parts)
        if self._pieces is not None:
            parts[-1] = self._part()
        return {
            "id": self._id,
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": parts,
        }

    def _begin(self, part: Item) -> Iterator[Event]:
        yield from self._end_part()
        if self._index is None:
            self._index = self._output.begin(self)
            yield self._output.added(self._index, self.render("in_progress"))
        self._parts.append(part)
        self._pieces = []
        self._place = {
            "item_id": self._id,
            "output_index": self._index,
            "content_index": len(self._parts) - 1,
        }
        yield self._output.event("response.content_part.added", **self._place, part=self._part())

    def _end_part(self) -> Iterator[Event]:
        if self._pieces is None:
            return
        text, part = "".join(self._pieces), self._parts[-1]
        if "text" in part:
            for annotation in self._annotate(text):
                yield from self.annotate(dict(annotation))
            logprobs = [event_logprob(token) for token in part["logprobs"]]
            yield self._output.event("response.output_text.done", **self._place, text=text, logprobs=logprobs)
        else:
            yield self._output.event("response.refusal.done", **self._place, refusal=text)
        self._parts[-1] = part = self._part()
        self._pieces = None
        yield self._output.event("response.content_part.done", **self._place, part=part)

    def _part(self) -> Item:
        """The last part with its text; lists are copies, because events that show them are kept."""
        part = self._parts[-1]
        text = "".join(self._pieces or ())
        if "refusal" in part:
            return {**part, "refusal": text}
        return {
            **part,
            "text": text,
            "annotations": list(part["annotations"]),
            "logprobs": list(part["logprobs"]),
        }


class ReasoningWriter:
    """A reasoning item: one part, told as the model's own text or as a summary."""

    def __init__(self, output: Output, *, summary: bool, seal: Callable[[str], str] | None) -> None:
        self._output = output
        self._seal = seal
        self._id = output.new_id("rs_")
        self._index: int | None = None
        self._pieces: list[str] = []
        self._summary = summary
        self._place: dict[str, Any] = {}

    def add(self, text: str) -> Iterator[Event]:
        """Some of what the model thinks."""
        if self._index is None:
            yield from self._begin()
        self._pieces.append(text)
        kind = "response.reasoning_summary_text.delta" if self._summary else "response.reasoning_text.delta"
        yield self._output.event(kind, **self._place, delta=text)

    def end(self, status: str) -> Iterator[Event]:
        """Nothing more comes."""
        if self._index is None:
            return
        text, part = "".join(self._pieces), self._part()
        stem = "response.reasoning_summary" if self._summary else "response.reasoning"
        yield self._output.event(f"{stem}_text.done", **self._place, text=text)
        yield self._output.event(self._part_event("done"), **self._place, part=part)
        item = self.render(status)
        if self._seal is not None:
            item["encrypted_content"] = self._seal(text)
        yield self._output.done(self._index, item)

    def render(self, status: str) -> Item:
        """The item as it is now."""
        parts = [self._part()] if self._place else []
        head: Item = {"id": self._id, "type": "reasoning", "status": status}
        return {**head, "summary": parts} if self._summary else {**head, "summary": [], "content": parts}

    def _begin(self) -> Iterator[Event]:
        index = self._index = self._output.begin(self)
        yield self._output.added(index, self.render("in_progress"))
        part_index = "summary_index" if self._summary else "content_index"
        self._place = {"item_id": self._id, "output_index": index, part_index: 0}
        yield self._output.event(self._part_event("added"), **self._place, part=self._part())

    def _part_event(self, what: str) -> str:
        return f"response.{'reasoning_summary_part' if self._summary else 'content_part'}.{what}"

    def _part(self) -> Item:
        return {
            "type": "summary_text" if self._summary else "reasoning_text",
            "text": "".join(self._pieces),
        }


CALLS: Mapping[str, tuple[str, str, str, str]] = {
    "function": ("function_call", "fc_", "arguments", "response.function_call_arguments"),
    "custom": ("custom_tool_call", "ctc_", "input", "response.custom_tool_call_input"),
}
"""A call's item type, id prefix, the field of its text, and the stem of its events."""


class CallWriter:
    """A call of a function or a custom tool that the client answers."""

    def __init__(
        self, output: Output, kind: str, call_id: str, name: str, namespace: str | None = None
    ) -> None:
        self._output = output
        self._type, prefix, self._field, self._events = CALLS[kind]
        self._id = output.new_id(prefix)
        self._call_id = call_id
        self._name = name
        self._namespace = {} if namespace is None else {"namespace": namespace}
        self._pieces: list[str] = []
        self._place: dict[str, Any] = {}
        self.open = True

    def begin(self) -> Iterator[Event]:
        """Show the call, still without its text."""
        index = self._output.begin(self)
        self._place = {"item_id": self._id, "output_index": index}
        yield self._output.added(index, self.render("in_progress"))

    def add(self, text: str) -> Iterator[Event]:
        """Some of its arguments, or input."""
        self._pieces.append(text)
        yield self._output.event(f"{self._events}.delta", **self._place, delta=text)

    def end(self, status: str) -> Iterator[Event]:
        """Nothing more comes. Complete arguments are JSON: where the endpoint sent nothing, `{}`."""
        self.open = False
        if self._field == "arguments" and status == "completed" and not self._pieces:
            yield from self.add("{}")
        text: dict[str, Any] = {self._field: "".join(self._pieces)}
        if self._field == "arguments":
            text["name"] = self._name
        yield self._output.event(f"{self._events}.done", **self._place, **text)
        yield self._output.done(self._place["output_index"], self.render(status))

    def render(self, status: str) -> Item:
        """The call as it is now."""
        return {
            "id": self._id,
            "type": self._type,
            "status": status,
            "call_id": self._call_id,
            **self._namespace,
            "name": self._name,
            self._field: "".join(self._pieces),
        }


def item_logprob(token: Mapping[str, Any]) -> Item:
    """As items have it: every token with its bytes and alternatives."""
    alternatives = [_with_bytes(each) for each in token.get("top_logprobs") or ()]
    return {**_with_bytes(token), "top_logprobs": alternatives}


def _with_bytes(token: Mapping[str, Any]) -> Item:
    text = token["token"]
    own = token.get("bytes")
    return {
        "token": text,
        "logprob": token["logprob"],
        "bytes": own if own is not None else list(text.encode("utf-8", "surrogatepass")),
    }


def event_logprob(token: Mapping[str, Any]) -> Item:
    """As events have it: without bytes."""
    alternatives = [
        {"token": each["token"], "logprob": each["logprob"]} for each in token.get("top_logprobs") or ()
    ]
    return {"token": token["token"], "logprob": token["logprob"], "top_logprobs": alternatives}
