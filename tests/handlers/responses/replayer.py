"""A client that knows nothing but the events: it rebuilds the response, and finds fault with their order.

`replayed(events)` checks a whole stream and returns the response that its deltas add up to; it must equal
the one that the last event carries. `parse(text)` reads the events from the wire.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

DOCUMENT = Path(__file__).parents[3] / "generated" / "openapi.json"
TERMINAL = {
    "response.completed": {"completed"},
    "response.incomplete": {"incomplete"},
    "response.failed": {"failed", "cancelled"},
}
GROWING = {
    # event stem: (list of the item that holds parts, index of the part in the event, its text's field)
    "response.output_text": ("content", "content_index", "text"),
    "response.refusal": ("content", "content_index", "refusal"),
    "response.reasoning_text": ("content", "content_index", "text"),
    "response.reasoning_summary_text": ("summary", "summary_index", "text"),
}
CALLS = {
    "response.function_call_arguments": "arguments",
    "response.custom_tool_call_input": "input",
    "response.mcp_call_arguments": "arguments",
}
PARTS = {
    "response.content_part": ("content", "content_index"),
    "response.reasoning_summary_part": ("summary", "summary_index"),
}


LEAP = 100
"""Fewer numbers than are left out there, and more than would be lost by mistake."""


@cache
def _validator(schema: str) -> Any:
    components = json.loads(DOCUMENT.read_bytes())["components"]
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": components}, validate_formats=False
    )


def parse(text: str) -> list[dict[str, Any]]:
    """The events of an event stream as it stands on the wire; `event:` must say what `type` says."""
    events = []
    for block in text.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        if not lines:
            continue
        name = next(line[6:].strip() for line in lines if line.startswith("event:"))
        event = json.loads("".join(line[5:] for line in lines if line.startswith("data:")))
        assert event["type"] == name
        events.append(event)
    return events


def begun(events: list[dict[str, Any]], first_sequence: int = 0) -> "Replayer":
    """A stream that may have no end yet. Raises AssertionError for whatever is wrong so far."""
    replayer = Replayer(first_sequence)
    for event in events:
        replayer.add(json.loads(json.dumps(event)))
    return replayer


def continued(events: list[dict[str, Any]], first_sequence: int) -> None:
    """A stream taken up in its middle: valid events, numbered on without a hole, at most one end."""
    for number, event in enumerate(events, first_sequence):
        valid(event)
        follows(event, number)
        assert event["type"] not in TERMINAL or event is events[-1], f"{event['type']} is not the last event"


def valid(event: dict[str, Any]) -> None:
    """An event of the contract."""
    error = next(_validator("ResponseStreamEvent").iter_errors(event), None)
    assert error is None, (
        f"{event['type']}: {error.message} at {error.instance_path}: {json.dumps(event)[:2000]}"
    )


def follows(event: dict[str, Any], number: int) -> None:
    """An event of that number. Whoever ends the stream of a process that is gone leaps before its own."""
    found = event["sequence_number"]
    closes = event["type"].endswith(".done") or event["type"] == "response.failed"
    assert found == number or (closes and found > number + LEAP), f"{event['type']} is number {found}"


def replayed(events: list[dict[str, Any]], first_sequence: int = 0) -> dict[str, Any]:
    """The final response, rebuilt. Raises AssertionError for whatever is wrong with the stream."""
    return begun(events, first_sequence).end()


class Replayer:
    """Takes one event after the other."""

    def __init__(self, first_sequence: int = 0) -> None:
        self.next = first_sequence
        self.items: dict[int, dict[str, Any]] = {}
        self.open: set[tuple[Any, ...]] = set()
        self.closed: set[int] = set()
        self.final: dict[str, Any] | None = None

    def add(self, event: dict[str, Any]) -> None:
        valid(event)
        follows(event, self.next)
        assert self.final is None, f"{event['type']} after the last event"
        event.pop("obfuscation", None)
        self.next = event["sequence_number"] + 1
        kind = event["type"]
        if kind in TERMINAL:
            self.final = event["response"]
            assert self.final["status"] in TERMINAL[kind]
        elif kind in {"response.created", "response.in_progress", "response.queued"}:
            assert not self.items, f"{kind} after output"
            assert event["response"]["output"] == []
        elif kind == "response.output_item.added":
            self._item_added(event)
        elif kind == "response.output_item.done":
            self._item_done(event)
        else:
            self._inside(kind, event)

    def end(self) -> dict[str, Any]:
        assert self.final is not None, "the stream has no end"
        assert not self.open, f"never closed: {self.open}"
        assert sorted(self.items) == list(range(len(self.items))), "output indexes have gaps"
        rebuilt = {**self.final, "output": [self.items[index] for index in sorted(self.items)]}
        assert rebuilt == self.final
        return rebuilt

    def cut_off(self) -> None:
        """It was ended from outside: what was open stays open, and the response has at least what was heard.

        One whose process died has nothing.
        """
        assert self.final is not None, "the stream has no end"
        assert self.final["status"] in TERMINAL["response.failed"], "only these end with open items"
        for index, item in enumerate(self.final["output"][: len(self.items)]):
            assert _goes_on(self.items[index], item), f"not what was heard: {item}"

    def _item_added(self, event):
        index = event["output_index"]
        assert index == len(self.items), f"item {index} added as number {len(self.items)}"
        assert event["item"]["id"] not in {item["id"] for item in self.items.values()}
        self.items[index] = event["item"]
        self.open.add(("item", index))

    def _item_done(self, event):
        index, item = event["output_index"], event["item"]
        self.open.remove(("item", index))
        assert not [each for each in self.open if each[1] == index], f"item {index} done before its parts"
        mine = {**self.items[index], "status": item.get("status")}
        mine = mine if "status" in item else {name: value for name, value in mine.items() if name != "status"}
        if item["type"] in {"message", "function_call", "custom_tool_call", "reasoning"}:
            sealed = {"encrypted_content": item["encrypted_content"]} if "encrypted_content" in item else {}
            assert {**mine, **sealed} == item, "deltas do not add up to the item"
        self.items[index] = item
        self.closed.add(index)

    def _inside(self, kind: str, event: dict[str, Any]) -> None:
        index = event["output_index"]
        assert ("item", index) in self.open, f"{kind} outside its item"
        item = self.items[index]
        if "item_id" in event:
            assert event["item_id"] == item["id"]
        stem, _, what = kind.rpartition(".")
        if stem in PARTS:
            self._part(stem, what, event, item)
        elif stem in GROWING:
            self._grow(stem, what, event, item)
        elif stem in CALLS:
            self._call(CALLS[stem], what, event, item)
        elif kind == "response.output_text.annotation.added":
            notes = item["content"][event["content_index"]]["annotations"]
            assert event["annotation_index"] == len(notes)
            notes.append(event["annotation"])
        elif stem == "response.shell_call_command":
            self._command(what, event, item)

    def _part(self, stem, what, event, item):
        field, index = PARTS[stem]
        parts, place = item.setdefault(field, []), event[index]
        key = (field, event["output_index"], place)
        if what == "added":
            assert place == len(parts)
            parts.append(event["part"])
            self.open.add(key)
        else:
            self.open.remove(key)
            assert parts[place] == event["part"], "deltas do not add up to the part"

    def _grow(self, stem, what, event, item):
        field, index, text = GROWING[stem]
        part = item[field][event[index]]
        assert (field, event["output_index"], event[index]) in self.open, f"{stem} outside its part"
        if what == "delta":
            part[text] += event["delta"]
            if "logprobs" in part:
                part["logprobs"] += [_with_bytes(token) for token in event["logprobs"]]
        else:
            assert part[text] == event[text], "deltas do not add up to the text"

    def _call(self, field, what, event, item):
        if what == "delta":
            item[field] += event["delta"]
        else:
            assert item[field] == event[field], "deltas do not add up to the call"
            if "name" in event:
                assert event["name"] == item["name"]

    def _command(self, what, event, item):
        commands, place = item["action"]["commands"], event["command_index"]
        if what == "added":
            assert place == len(commands)
            commands.append(event["command"])
        elif what == "delta":
            commands[place] += event["delta"]
        else:
            assert commands[place] == event["command"]


def _goes_on(heard, told):
    """Whether what is told is what was heard, or more of it; `status` is the one thing that may change."""
    if isinstance(heard, dict):
        return all(name == "status" or _goes_on(value, told[name]) for name, value in heard.items())
    if isinstance(heard, list):
        return len(heard) <= len(told) and all(map(_goes_on, heard, told))
    return told.startswith(heard) if isinstance(heard, str) else told == heard


def _with_bytes(token):
    """Events leave bytes out; items have them."""
    return {**_bytes(token), "top_logprobs": [_bytes(each) for each in token["top_logprobs"]]}


def _bytes(token):
    return {"token": token["token"], "logprob": token["logprob"], "bytes": list(token["token"].encode())}
