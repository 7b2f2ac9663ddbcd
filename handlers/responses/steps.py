"""What tools tell of their work, as events of the response."""

from collections.abc import Iterator

from handlers.responses.output import Event, Output
from handlers.responses.request import Item
from handlers.responses.tools import Added, Finished, Progress, Refused, Step

NAMELESS = "response.shell_call_command."
"""Events of a shell's commands carry no `item_id`."""
ABANDONED = {"web_search_call": "failed", "file_search_call": "incomplete"}
"""What becomes of items that know no `incomplete`; those without a status get none."""


class Steps:
    """One item at a time."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._index = 0
        self._item: Item | None = None
        self.finished: list[Item] = []
        """Every item that came to its end."""

    def events(self, step: Step) -> Iterator[Event]:
        """The event of a step, if it has one."""
        if not isinstance(step, Refused):
            yield self._event(step)

    def _event(self, step: Added | Progress | Finished) -> Event:
        if isinstance(step, Added):
            self._item = step.item
            self._index = self._output.begin(step.item)
            return self._output.added(self._index, step.item)
        if isinstance(step, Finished):
            self._item = None
            self.finished.append(step.item)
            return self._output.done(self._index, step.item)
        place = {"output_index": self._index}
        if self._item is not None and not step.type.startswith(NAMELESS):
            place["item_id"] = self._item["id"]
        return self._output.event(step.type, **place, **step.fields)

    def abandon(self) -> Iterator[Event]:
        """Close the item that is not finished and never will be."""
        if (item := self._item) is not None:
            self._item = None
            yield self._output.done(self._index, abandoned(item))


def abandoned(item: Item) -> Item:
    """The item as it stays when its tool was interrupted."""
    if item.get("status") not in {"in_progress", "searching", "calling"}:
        return item
    return {**item, "status": ABANDONED.get(item["type"], "incomplete")}
