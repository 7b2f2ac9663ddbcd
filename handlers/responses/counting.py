"""How many tokens an input would take: what the model would be told is put together, and counted."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.responses.messages import Reading, units
from handlers.responses.request import Item
from handlers.tokens import count_chat, count_offers

ASSUMED = "gpt-4o"
"""The model whose vocabulary counts where none is named and there is no default."""


async def count(
    body: Mapping[str, Any], context: Sequence[Item], given: Sequence[Item], reading: Reading
) -> dict[str, Any]:
    """A `TokenCountsResource`. `body` is the validated request; its model, if any, as the provider calls it.

    `context` holds the items before the input, `given` the input, both normalised. Tools count as they are
    written; what an MCP server would offer is not asked for. Raises BadRequestError for what cannot be told.
    """
    model = body.get("model") or ASSUMED
    told = [{"role": "system", "content": body["instructions"]}] if body.get("instructions") else []
    told += [message for unit in units(context, given, reading) for message in unit.messages]
    if not told and not body.get("tools"):
        return {"object": "response.input_tokens", "input_tokens": 0}
    # In a thread: ten megabytes take a third of a second, and the vocabulary its time to load.
    tokens = await asyncio.to_thread(_count, model, told, body)
    return {"object": "response.input_tokens", "input_tokens": tokens}


def _count(model: str, told: Sequence[Mapping[str, Any]], body: Mapping[str, Any]) -> int:
    return count_chat({"model": model, "messages": told}) + count_offers(body, model)
