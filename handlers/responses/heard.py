"""What the events of a stream add up to, for whoever ends a response and has no more than those."""

from collections.abc import Iterator, Mapping
from typing import Any

from handlers.responses.output import event_logprob, item_logprob
from handlers.responses.request import Item
from handlers.responses.steps import abandoned

Event = dict[str, Any]

TEXTS: Mapping[str, str] = {
    "response.output_text": "text",
    "response.refusal": "refusal",
    "response.reasoning_text": "text",
    "response.reasoning_summary_text": "text",
}
"""Stems of events that a part's text grows by, and the field it is in."""
PARTS: Mapping[str, tuple[str, str]] = {
    "response.content_part": ("content", "content_index"),
    "response.reasoning_summary_part": ("summary", "summary_index"),
}
"""Stems of events about a part, the item's field it is in, and the event's field with its place there."""
CALLS: Mapping[str, str] = {
    "response.function_call_arguments": "arguments",
    "response.custom_tool_call_input": "input",
    "response.mcp_call_arguments": "arguments",
}
"""Stems of events that a call grows by, and the item's field."""
TEXT_OF_PART: Mapping[str, str] = {
    "output_text": "response.output_text",
    "refusal": "response.refusal",
    "reasoning_text": "response.reasoning_text",
    "summary_text": "response.reasoning_summary_text",
}


class Heard:
    """Takes events in their order; `end` closes what they left open."""

    def __init__(self) -> None:
        self._items: dict[int, Item] = {}
        self._open: dict[int, dict[tuple[str, str, int], None]] = {}
        """Items that are not done, each with its open parts: stem, index field, place."""
        self._calls: dict[int, str] = {}
        """The stem of the events of a call whose text is not done."""

    def add(self, event: Event) -> None:
        """The next event; those that change no item are passed over."""
        index = event.get("output_index")
        stem, _, what = event["type"].rpartition(".")
        if index is None:
            return
        if event["type"] == "response.output_item.added":
            self._items[index], self._open[index] = event["item"], {}
        elif event["type"] == "response.output_item.done":
            self._items[index] = event["item"]
            self._open.pop(index, None)
            self._calls.pop(index, None)
        elif stem in PARTS:
            self._part(stem, what, event)
        elif stem in TEXTS and what == "delta":
            self._text(stem, event)
        elif stem in CALLS:
            self._call(stem, what, event)
        elif event["type"] == "response.output_text.annotation.added":
            self._at(event, "content", "content_index")["annotations"].append(event["annotation"])

    def items(self) -> list[Item]:
        """Every item as it stands."""
        return [self._items[index] for index in sorted(self._items)]

    def end(self) -> Iterator[Event]:
        """The events that close what is open; items stay as far as they came."""
        for index in sorted(self._open):
            item = self._items[index]
            for stem, field, place in self._open[index]:
                yield from self._end_part(stem, field, place, index)
            if (call := self._calls.pop(index, None)) is not None:
                name = {"name": item["name"]} if item["type"] == "function_call" else {}
                told = {CALLS[call]: item[CALLS[call]], **name}
                yield {"type": f"{call}.done", "item_id": item["id"], "output_index": index, **told}
            item = self._items[index] = abandoned(item)
            yield {"type": "response.output_item.done", "output_index": index, "item": item}
        self._open.clear()

    def _end_part(self, stem: str, field: str, place: int, index: int) -> Iterator[Event]:
        item = self._items[index]
        at = {"item_id": item["id"], "output_index": index, field: place}
        part = item[PARTS[stem][0]][place]
        if (text := TEXT_OF_PART.get(part["type"])) is not None:
            shown = [event_logprob(each) for each in part.get("logprobs", ())]
            logprobs = {"logprobs": shown} if "logprobs" in part else {}
            yield {"type": f"{text}.done", **at, TEXTS[text]: part[TEXTS[text]], **logprobs}
        yield {"type": f"{stem}.done", **at, "part": part}

    def _part(self, stem: str, what: str, event: Event) -> None:
        field, place = PARTS[stem]
        index, key = event["output_index"], (stem, place, event[place])
        parts = self._items[index].setdefault(field, [])
        if what == "added":
            parts.append(event["part"])
            self._open[index][key] = None
        else:
            parts[event[place]] = event["part"]
            self._open[index].pop(key, None)

    def _text(self, stem: str, event: Event) -> None:
        summary = stem == "response.reasoning_summary_text"
        field, place = PARTS["response.reasoning_summary_part" if summary else "response.content_part"]
        part = self._at(event, field, place)
        part[TEXTS[stem]] += event["delta"]
        if event.get("logprobs"):
            part["logprobs"] += [item_logprob(token) for token in event["logprobs"]]

    def _call(self, stem: str, what: str, event: Event) -> None:
        index, field = event["output_index"], CALLS[stem]
        item = self._items[index]
        if what == "delta":
            item[field] += event["delta"]
            self._calls[index] = stem
        else:
            item[field] = event[field]
            self._calls.pop(index, None)

    def _at(self, event: Event, field: str, place: str) -> Item:
        part: Item = self._items[event["output_index"]][field][event[place]]
        return part
