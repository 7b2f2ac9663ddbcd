"""How many tokens a request takes and how many a model can take, offline; `docs/tokens.md` has the rules."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from handlers.encoding import encode
from handlers.tokens import images, offers
from handlers.tokens.files import text_of
from handlers.tokens.limits import limit, parse_limits
from handlers.tokens.vocabularies import count as count_text

__all__ = [
    "count_chat",
    "count_item",
    "count_items",
    "count_offers",
    "count_request",
    "count_text",
    "limit",
    "parse_limits",
]

Item = Mapping[str, Any]

MESSAGE = 3
"""What frames a message, beside its role and text."""
NAME = 1
"""What a message's name adds to the name's own tokens."""
ROLE = 1
"""Every role is one token."""
ANSWER = 3
"""What primes the model's answer; once a request."""
UNTOLD = frozenset(
    {
        "type", "id", "status", "role", "phase", "call_id", "tool_call_id", "item_id", "approval_request_id",
        "file_id", "file_url", "file_data", "container_id", "encrypted_content", "created_by", "annotations",
        "logprobs", "detail", "server_label", "environment", "execution", "caller",
        "acknowledged_safety_checks", "pending_safety_checks", "prompt_cache_breakpoint",
    }
)  # fmt: skip
"""Fields that the model is not told, or that count by a rule of their own."""
IMAGES = frozenset({"input_image", "image_url", "computer_screenshot"})
FILES = frozenset({"input_file", "file"})
UNHEARD = frozenset({"input_audio"})


def count_request(body: Mapping[str, Any], items: Iterable[Item]) -> int:
    """The input tokens of a response: `body` is a create body, or one to count.

    `items` are all that the model sees, the request's input too. Compaction items must be expanded
    before, for what is encrypted does not count.
    """
    model = body.get("model") or ""
    instructions = body.get("instructions")
    told = MESSAGE + ROLE + count_text(instructions, model) if isinstance(instructions, str) else 0
    return told + count_items(items, model) + count_offers(body, model) + ANSWER


def count_chat(body: Mapping[str, Any]) -> int:
    """The input tokens of a chat completion: its messages, tools and format."""
    return count_items(body["messages"], body["model"]) + count_offers(body, body["model"]) + ANSWER


def count_offers(body: Mapping[str, Any], model: str) -> int:
    """What the model may call and how it must answer: tools, and the schema of the answer."""
    return offers.count_tools(body.get("tools") or (), model) + offers.count_format(body, model)


def count_items(items: Iterable[Item], model: str) -> int:
    """The sum over items, or chat messages."""
    return sum(count_item(item, model) for item in items)


def count_item(item: Item, model: str) -> int:
    """One item of any type, or one chat message: its frame, its role, and all text in it."""
    named = NAME if "role" in item and item.get("name") else 0
    return MESSAGE + ROLE + named + sum(_counts(item, model))


def _counts(value: Any, model: str) -> Iterator[int]:
    """The tokens of each text, image and file in an item, however deep."""
    if isinstance(value, str):
        yield count_text(value, model)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, Mapping):
        yield from _part_counts(value, model)
    elif isinstance(value, list):
        for entry in value:
            yield from _counts(entry, model)
    else:
        yield count_text(encode(value).decode(), model)


def _part_counts(part: Mapping[str, Any], model: str) -> Iterator[int]:
    kind = part.get("type")
    if kind in IMAGES:
        yield images.count(part, model)
    elif kind in FILES:
        yield count_text(text_of(part), model)
    elif kind not in UNHEARD:
        for name, value in part.items():
            if name not in UNTOLD:
                yield from _counts(value, model)
