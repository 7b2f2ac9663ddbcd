"""Folding a conversation: the newest messages as they are, and one item that stands for all of it.

The item holds a summary that the model wrote, sealed for the caller's project. `expand` turns it back into
what the model sees when the item is sent to create.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from handlers.catalog import Catalog
from handlers.encoding import encode
from handlers.errors import BadRequestError
from handlers.responses.messages import Reading, units
from handlers.responses.request import Item
from handlers.responses.summaries import Summariser
from handlers.sealing import Sealer
from handlers.services import Call, Services
from handlers.tokens import count_item, count_items, limit

PURPOSE = "compaction"
PREFACE = "Summary of the conversation so far; what was said before stands here in short:\n\n"
SMALL = 1000
"""Tokens of a conversation of which every message is kept; of twice that, the output is less than half."""
KEPT, SUMMARY = 0.15, 0.3
"""Shares of a longer conversation's tokens: for messages kept as they were, and for the summary."""
SHORTEST, LONGEST = 256, 8192
"""Tokens of a summary."""
ASIDE = frozenset({"user", "developer", "system"})
"""Whose messages are kept."""


def expand(sealer: Sealer, project: str, item: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
    """The chat messages that a compaction item stands for: one, of the user's role.

    Not of the system's: a summary may repeat what a tool or a stranger wrote, and has no more to say than
    they. Raises BadRequestError `invalid_encrypted_content`, naming the place.
    """
    sealed = sealer.open(project, item["encrypted_content"], purpose=PURPOSE, place=place)
    return [{"role": "user", "content": PREFACE + json.loads(sealed)["summary"]}]


async def compact(
    services: Services,
    call: Call,
    *,
    body: Mapping[str, Any],
    context: Sequence[Item],
    given: Sequence[Item],
    reading: Reading,
) -> dict[str, Any]:
    """A `CompactResource`: the turns of an earlier response and the request's input, folded together.

    `body` is the validated request with its model set; items are normalised, with ids. Raises
    BadRequestError when there is nothing to fold.
    """
    items = [*context, *given]
    if not items:
        message = (
            "Missing required parameter: 'input'. Send `input`, or the `previous_response_id` of a response."
        )
        raise BadRequestError(message, param="input", code="missing_required_parameter")
    model = await Catalog(services).resolve(body["model"])
    messages = [message for unit in units(context, given, reading) for message in unit.messages]
    size = count_items(messages, model)
    summariser = Summariser(services.provider, model, services.settings.max_tokens_field)
    told = [{"role": "system", "content": body["instructions"]}] if body.get("instructions") else []
    room = min(max(int(size * SUMMARY), SHORTEST), LONGEST)
    summary = await summariser.summary([*told, *messages], room, limit(model, services.settings))
    folded = {
        "type": "compaction",
        "id": f"cmp_{services.hex()}",
        "encrypted_content": Sealer(services.settings).seal(
            call.project, encode({"summary": summary, "model": model}), purpose=PURPOSE
        ),
    }
    return {
        "id": f"resp_{services.hex()}",
        "object": "response.compaction",
        "created_at": int(services.now()),
        "output": [*kept(items, model, size), folded],
        "usage": summariser.usage.render(),
    }


def kept(items: Sequence[Item], model: str, size: int) -> list[Item]:
    """What stays as it was: messages that are not the model's, as far as there is room, and open calls.

    Of a conversation of more than `SMALL` tokens the newest messages stay, within their share.
    """
    room = size if size <= SMALL else int(size * KEPT)
    stays: set[int] = set(_open_calls(items))
    for place in range(len(items) - 1, -1, -1):
        item = items[place]
        if item["type"] == "message" and item["role"] in ASIDE:
            room -= count_item(item, model)
            if room < 0:
                break
            stays.add(place)
    return [items[place] for place in sorted(stays)]


def _open_calls(items: Sequence[Item]) -> Iterator[int]:
    """Calls that nobody answered yet: their outputs will follow and must find them."""
    answered = {item.get("call_id") for item in items if item["type"].endswith("_output")}
    for place, item in enumerate(items):
        if item["type"].endswith("_call") and item.get("call_id") and item["call_id"] not in answered:
            yield place
