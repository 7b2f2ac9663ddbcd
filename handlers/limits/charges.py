"""Tokens of a request: guessed before it runs, corrected by what the model's endpoint says they were.

A request's charge travels in a context variable, which tasks inherit from the one that starts them: so the
calls of a response in the background find it as those of a chat completion do. Whoever takes up another
process's work has no charge, and the guess stands.
"""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any

from typing_extensions import override

from handlers.errors import ApiError, InternalServerError
from handlers.limits.buckets import Bucket
from handlers.providers import Provider

BYTES_A_TOKEN = 4
"""Of a request's body, as upstream estimates it."""
OPAQUE = re.compile(rb"[A-Za-z0-9+/_=-]{512,}")
"""What is no text: images, sound and files in base64."""
OPAQUE_TOKENS = 765
"""What an image of 1,024 x 1,024 counts (`docs/tokens.md`)."""
MOST = ("max_completion_tokens", "max_tokens", "max_output_tokens")
"""Fields by which a request bounds its answer."""


class Charge:
    """What one request owes to a bucket of tokens."""

    __slots__ = ("_asked", "_bucket", "_guess")

    def __init__(self, bucket: Bucket, guess: int) -> None:
        """The guess has been taken from the bucket."""
        self._bucket = bucket
        self._guess = guess
        self._asked = False

    def asked(self) -> None:
        """A model was asked: from now on the guess stands until somebody knows better."""
        self._asked = True

    def failed(self, error: BaseException) -> None:
        """The call failed. Refusing a request costs nothing; whatever else happened may have."""
        if not isinstance(error, ApiError) or error.status >= InternalServerError.status:
            self._asked = True

    def cost(self, tokens: int) -> None:
        """What one call cost. The first takes the guess's place, the others add to it."""
        guess, self._guess = self._guess, 0
        self._bucket.settle(tokens - guess)

    def close(self) -> None:
        """The request has its answer; nothing is owed where no model was asked."""
        if not self._asked:
            self.cost(0)


CHARGE: ContextVar[Charge | None] = ContextVar("charge", default=None)


def guess(raw: bytes, body: Any) -> int:
    """The tokens that a request may cost: its text's or the longest answer's that it wants, if that is more.

    `raw` is the body as it came, `body` its model.
    """
    size, opaque = len(raw), 0
    if size > 2 * BYTES_A_TOKEN * OPAQUE_TOKENS:
        found = [len(match.group()) for match in OPAQUE.finditer(raw)]
        size, opaque = size - sum(found), len(found)
    answers = _number(body, "n") or 1
    most = max(_number(body, name) for name in MOST)
    return max(size // BYTES_A_TOKEN + opaque * OPAQUE_TOKENS, most * answers, 1)


def _number(body: Any, name: str) -> int:
    value = getattr(body, name, 0)
    return value if isinstance(value, int) else 0


class Metered(Provider):
    """Any provider, with what its answers cost brought to the charge of whoever asks."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.name = provider.name

    @override
    async def models(self) -> list[dict[str, Any]]:
        return await self._provider.models()

    @override
    async def delete_model(self, model: str) -> dict[str, Any]:
        return await self._provider.delete_model(model)

    @override
    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        charge = CHARGE.get()
        if charge is None:
            return await self._provider.complete(body)
        try:
            answer = await self._provider.complete(body)
        except BaseException as error:
            charge.failed(error)
            raise
        charge.asked()
        tokens = _total(answer)
        if tokens is not None:
            charge.cost(tokens)
        return answer

    @override
    def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        charge = CHARGE.get()
        if charge is None:
            return self._provider.stream(body)
        # Who did not ask for the count is not shown it (`handlers.chat_answers`).
        options = {**(body.get("stream_options") or {}), "include_usage": True}
        return _counted(self._provider.stream({**body, "stream_options": options}), charge)

    @override
    async def aclose(self) -> None:
        await self._provider.aclose()


async def _counted(
    stream: AsyncGenerator[dict[str, Any], None], charge: Charge
) -> AsyncGenerator[dict[str, Any], None]:
    """The stream as it is; the last count that it tells is the one that holds."""
    tokens = None
    try:
        async with aclosing(stream) as chunks:
            async for chunk in chunks:
                charge.asked()
                if chunk.get("usage"):
                    tokens = _total(chunk)
                yield chunk
    except BaseException as error:
        charge.failed(error)
        raise
    finally:
        if tokens is not None:
            charge.cost(tokens)


def _total(answer: Mapping[str, Any]) -> int | None:
    """What an endpoint says that a call cost, if it says so in numbers."""
    usage = answer.get("usage")
    if not isinstance(usage, Mapping):
        return None
    parts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
    counts = [part for part in parts if isinstance(part, int) and part >= 0]
    return sum(counts) if counts else None
