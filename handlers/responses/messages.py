"""Items as chat messages: every type of item, calls together with their outputs.

A `Unit` is what is kept or dropped as one when the context is too long: a message, or a model's answer with
its calls and all their outputs. `docs/turns.md` has the table of what becomes of each type.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from handlers.errors import BadRequestError
from handlers.responses.calls import ANSWERED, CALLS, OUTPUTS, ChatCall
from handlers.responses.content import Part, Place, chat_parts, simplest, text_of
from handlers.responses.request import Item

Message = dict[str, Any]

NO_OUTPUT = "There is no output of this call."
"""What the model is told of a call that nobody answered; chat completions demand an answer to each."""
FOLLOWS = "The output follows as a message."
ROLES = {"system": "system", "developer": "system", "assistant": "assistant"}
"""`system` is what every endpoint knows; other roles are the user's."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How some items are read."""

    expand: Callable[[Item, str], Sequence[Message]]
    """A compaction item's messages, by the item and the place of its `encrypted_content`."""
    unseal: Callable[[str, str], str]
    """The text behind a reasoning item's `encrypted_content`, by that and its place."""
    all_thoughts: bool
    """Whether the model sees what it thought in earlier turns too (`reasoning.context: all_turns`)."""


@dataclass(slots=True)
class Unit:
    """Messages that belong together."""

    messages: list[Message]


@dataclass(slots=True)
class _Call:
    chat: ChatCall
    answer: list[Part] | None = None


@dataclass(slots=True)
class _Answer:
    """What the model said in one go."""

    text: str | None = None
    thought: Callable[[], str] | None = None
    present: bool = False
    """Whether it belongs to the present turn, or all turns count as such."""
    calls: list[_Call] = field(default_factory=list)
    answered: bool = False
    """Whether an output has come: then further calls are of another go."""

    def unit(self) -> Unit:
        message: Message = {"role": "assistant", "content": self.text}
        # DeepSeek wants to see again what led to calls, in later turns too; others leave out what they like.
        if self.thought and (self.present or self.calls) and (thought := self.thought()):
            message["reasoning_content"] = thought
        if self.calls:
            message["tool_calls"] = [call.chat.render() for call in self.calls]
        return Unit([message, *answers([(call.chat, call.answer) for call in self.calls])])


def answers(calls: Iterable[tuple[ChatCall, Sequence[Part] | None]]) -> list[Message]:
    """A tool's message for each call; what it cannot carry (images, files) as a user's message after all."""
    told: list[Message] = []
    shown: list[Part] = []
    for call, answer in calls:
        parts = [{"type": "text", "text": NO_OUTPUT}] if answer is None else answer
        others = [part for part in parts if part["type"] != "text"]
        text = "\n".join(part["text"] for part in parts if part["type"] == "text")
        if others:
            text = f"{text}\n{FOLLOWS}" if text else FOLLOWS
            shown += [{"type": "text", "text": f"Output of {call.name} ({call.id}):"}, *others]
        told.append({"role": "tool", "tool_call_id": call.id, "content": text})
    return [*told, {"role": "user", "content": shown}] if shown else told


def units(
    context: Sequence[Item], given: Sequence[Item], reading: Reading, done: Sequence[Item] = ()
) -> list[Unit]:
    """The items of earlier turns, those of this request, and those this turn made before it asked the model.

    Raises BadRequestError for what cannot be told.
    """
    places = [
        *(Place(None, f"item {item.get('id')}") for item in context),
        *(Place(f"input[{index}]", f"input[{index}]") for index in range(len(given))),
        *(Place(None, f"item {item.get('id')}") for item in done),
    ]
    reader = _Reader(reading)
    items = [*context, *given, *done]
    present_from = 0 if reading.all_thoughts else _after_last_message(items)
    for index, (item, place) in enumerate(zip(items, places, strict=True)):
        reader.read(item, place, present=index >= present_from)
    return reader.end()


def _after_last_message(items: Sequence[Item]) -> int:
    """Where the present turn of the model begins: behind the last message that is not its own."""
    for index in range(len(items), 0, -1):
        item = items[index - 1]
        if item["type"] == "message" and item["role"] != "assistant":
            return index
    return 0


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._parts: list[Unit | _Answer] = []
        self._answer: _Answer | None = None
        self._thought: Callable[[], str] | None = None
        self._present = False
        self._unanswered: list[_Call] = []
        self._approvals: dict[str, ChatCall] = {}

    def read(self, item: Item, place: Place, *, present: bool) -> None:
        self._present = present
        kind = item["type"]
        if kind == "message":
            self._message(item, place)
        elif kind == "reasoning":
            self._thought = partial(self._thought_of, item, place)
        elif kind in CALLS:
            self._call(CALLS[kind](item), incomplete=item.get("status") == "incomplete")
        elif kind in OUTPUTS:
            self._output(item, place)
        elif kind in ANSWERED:
            chat, answer = ANSWERED[kind](item)
            self._call(chat, answer=answer)
        elif kind == "compaction":
            self._answer = None
            self._parts.append(Unit(list(self._reading.expand(item, f"{place.name}.encrypted_content"))))
        elif kind == "mcp_approval_request":
            self._approvals[item["id"]] = ANSWERED["mcp_call"](item)[0]
        elif kind == "mcp_approval_response":
            self._refusal(item)

    def end(self) -> list[Unit]:
        found = (part.unit() if isinstance(part, _Answer) else part for part in self._parts)
        return [unit for unit in found if unit.messages]

    def _message(self, item: Item, place: Place) -> None:
        role = ROLES.get(item["role"], "user")
        if role == "assistant":
            self._open().text = text_of(item["content"])
            return
        self._answer = None
        parts = chat_parts(item["content"], place, "content")
        if role == "system" and any(part["type"] != "text" for part in parts):
            role = "user"  # what only users may say in chat
        content = simplest(parts)
        self._parts.append(Unit([{"role": role, "content": content}]))

    def _open(self) -> _Answer:
        """A new answer of the model, with what it thought before."""
        self._answer = _Answer(thought=self._thought, present=self._present)
        self._thought = None
        self._parts.append(self._answer)
        return self._answer

    def _call(
        self, chat: ChatCall, *, answer: list[Part] | None = None, incomplete: bool = False
    ) -> _Call | None:
        if incomplete:
            return None
        group = self._answer
        if group is None or group.answered or self._thought:
            group = self._open()
        call = _Call(chat, answer)
        group.calls.append(call)
        if answer is None:
            self._unanswered.append(call)
        return call

    def _output(self, item: Item, place: Place) -> None:
        call = self._asked(item)
        if call is None:
            call = self._orphan(item, place)
        call.answer = OUTPUTS[item["type"]](item, place)
        if self._answer is not None:
            self._answer.answered = True

    def _asked(self, item: Item) -> _Call | None:
        """The latest call that this output answers; without a call id (or name) it is the latest of all."""
        ids = (item.get("call_id"), item["id"])  # a local shell's output carries the call's id as its own
        name = item.get("name")
        for index in range(len(self._unanswered) - 1, -1, -1):
            chat = self._unanswered[index].chat
            if chat.id in ids or (item.get("call_id") is None and name in {None, chat.name}):
                return self._unanswered.pop(index)
        return None

    def _orphan(self, item: Item, place: Place) -> _Call:
        """The call of an output whose call is gone. In this request it is a mistake; earlier, a deletion."""
        if place.param is not None:
            named = f" with call_id '{item['call_id']}'" if item.get("call_id") is not None else ""
            message = f"No tool call found for {item['type']}{named}."
            raise BadRequestError(message, param=place.param)
        call = _Call(ChatCall(str(item.get("call_id") or item["id"]), item.get("name") or "unknown", "{}"))
        self._open().calls.append(call)
        return call

    def _thought_of(self, item: Item, place: Place) -> str:
        for parts in (item.get("content"), item.get("summary")):
            if parts:
                return text_of(parts)
        sealed = item.get("encrypted_content")
        return self._reading.unseal(sealed, f"{place.name}.encrypted_content") if sealed else ""

    def _refusal(self, item: Item) -> None:
        """A call that was not approved; one that was is told by the `mcp_call` that followed."""
        chat = self._approvals.get(item["approval_request_id"])
        if chat is not None and not item["approve"]:
            reason = f": {item['reason']}" if item.get("reason") else "."
            self._call(chat, answer=[{"type": "text", "text": f"The user did not approve this call{reason}"}])


def leading_system(messages: Iterable[Message]) -> list[Message]:
    """Messages with the system messages at their head as one: many chat templates take no second."""
    rest = list(messages)
    texts: list[str] = []
    while rest and rest[0]["role"] == "system" and isinstance(rest[0]["content"], str):
        texts.append(rest.pop(0)["content"])
    return [{"role": "system", "content": "\n\n".join(texts)}, *rest] if texts else rest
