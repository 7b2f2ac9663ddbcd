"""A context that fits the model: `truncation: auto` drops the oldest items, `disabled` refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.encoding import encode
from handlers.errors import BadRequestError
from handlers.responses.messages import Message, Unit
from handlers.tokens import ANSWER, count_items, count_offers


@dataclass(frozen=True, slots=True)
class Window:
    """How much the model can take: `limit` tokens, input and answer together; None where nobody knows."""

    model: str
    limit: int | None
    auto: bool

    def fit(
        self, head: Sequence[Message], units: Sequence[Unit], asked: Mapping[str, Any], answer: int
    ) -> list[Unit]:
        """The units that go to the model, the newest always among them.

        `head` are the instructions, `asked` all else of the chat request, `answer` the tokens kept for it.
        A unit (calls and their outputs) is never split. Raises BadRequestError `context_length_exceeded`.
        """
        if self.limit is None or _is_small(head, units, asked, self.limit - answer):
            return list(units)
        sizes = [count_items(unit.messages, self.model) for unit in units]
        reserved = count_items(head, self.model) + count_offers(asked, self.model) + ANSWER
        room = self.limit - reserved - answer
        first = self._first(sizes, room)
        if sum(sizes[first:]) > room:
            raise self._exceeded(sum(sizes) + reserved, answer)
        return list(units[first:])

    def _first(self, sizes: Sequence[int], room: int) -> int:
        """The oldest unit that stays."""
        first, total = 0, sum(sizes)
        while self.auto and total > room and first < len(sizes) - 1:
            total -= sizes[first]
            first += 1
        return first

    def _exceeded(self, needed: int, answer: int) -> BadRequestError:
        both = f" and up to {answer} for the answer" if answer else ""
        advice = "Shorten the input." if self.auto else "Shorten the input, or send `truncation: auto`."
        return BadRequestError(
            f"Your input exceeds the context window of this model: it takes {self.limit} tokens, "
            f"and the request has {needed}{both}. {advice}",
            param="input",
            code="context_length_exceeded",
        )


def _is_small(head: Sequence[Message], units: Sequence[Unit], asked: Mapping[str, Any], room: int) -> bool:
    """Whether the request fits whatever its tokens are: none is shorter than a byte.

    Images count by size, not by bytes, so that a request with any is counted.
    """
    messages = [*head, *(message for unit in units for message in unit.messages)]
    if any(not isinstance(message.get("content") or "", str) for message in messages):
        return False
    others = {name: asked[name] for name in ("tools", "response_format") if name in asked}
    frames = 16 * len(messages) + 64 * len(asked.get("tools") or ())
    return len(encode(messages)) + 2 * len(encode(others)) + frames <= room
