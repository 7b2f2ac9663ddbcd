"""Inference behind the server: one module per provider, found by its name (`LOCKSTEP_PROVIDER`)."""

import pkgutil
from collections.abc import AsyncGenerator, Mapping
from importlib import import_module
from typing import Any, Protocol

from handlers.settings import Settings


class Provider(Protocol):
    """A model endpoint that speaks chat completions.

    Requests are the validated body as the client sent it, unknown fields included; answers are decoded
    JSON objects of the same API. An adapter turns its own failures into `handlers.errors.ApiError`.
    Closing the generator of `stream`, or cancelling a call, ends the work upstream.
    """

    name: str
    """The provider's type, as route inspection shows it."""

    async def models(self) -> list[dict[str, Any]]:
        """Every model on offer, as `Model` objects."""

    async def delete_model(self, model: str) -> dict[str, Any]:
        """Delete a fine-tuned model; the answer is a `DeleteModelResponse`."""

    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """One `CreateChatCompletionResponse`."""

    def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """`CreateChatCompletionStreamResponse` chunks as they come; the first `__anext__` opens the call."""

    async def aclose(self) -> None:
        """Release connections."""


def names() -> list[str]:
    """Every provider there is: the modules of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(settings: Settings) -> Provider:
    """The provider that `LOCKSTEP_PROVIDER` names, built by its module's `connect(settings)`.

    Raises ValueError when there is no such provider or it lacks a setting; nothing is connected yet.
    """
    if settings.provider not in names():
        known = ", ".join(names())
        raise ValueError(f"LOCKSTEP_PROVIDER: there is no provider {settings.provider!r}; known are {known}.")
    provider: Provider = import_module(f"{__name__}.{settings.provider}").connect(settings)
    return provider
