"""The models on offer and the names they go by: the provider's list, and the operator's aliases.

`LOCKSTEP_MODEL_ALIASES` is a list of `name=model` pairs, separated by commas. A name may hold `*`, which
stands for any text; such a pattern only counts for names that neither are written out nor are real models.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from handlers.chat_shapes import MODEL
from handlers.errors import model_not_found
from handlers.mending import Facts, shape
from handlers.services import Services

Models = Mapping[str, dict[str, Any]]
NO_FACTS = Facts(id="", created=0, model="", call_id=str)


@dataclass(frozen=True, slots=True)
class Aliases:
    """Names written out, and patterns in the order they are tried."""

    names: Mapping[str, str]
    patterns: Mapping[str, str]


def parse_aliases(text: str) -> Aliases:
    """Raises ValueError, naming the pair that is none."""
    pairs = [pair.strip() for pair in text.split(",") if pair.strip()]
    names: dict[str, str] = {}
    for pair in pairs:
        name, equals, model = (part.strip() for part in pair.rpartition("="))
        if not (name and equals and model):
            raise ValueError(
                f"LOCKSTEP_MODEL_ALIASES: {pair!r} is no `name=model` pair, such as gpt-4o=llama3."
            )
        names.setdefault(name, model)
    return Aliases(
        {name: model for name, model in names.items() if "*" not in name},
        {name: model for name, model in names.items() if "*" in name},
    )


class Catalog:
    """One deployment's models. Lists are asked for once per `LOCKSTEP_MODELS_CACHE_SECONDS`."""

    def __init__(self, services: Services) -> None:
        self._provider = services.provider
        self._now = services.now
        self._keep = services.settings.models_cache_seconds
        self._aliases = parse_aliases(services.settings.model_aliases)
        self._models: Models = {}
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    async def models(self) -> Models:
        """The provider's own models by id, in its order."""
        async with self._reading:
            if self._read_at is None or self._now() - self._read_at >= self._keep:
                listed = await self._provider.models()
                self._models = {
                    model["id"]: shape(MODEL, model, NO_FACTS)
                    for model in listed
                    if isinstance(model.get("id"), str)
                }
                self._read_at = self._now()
            return self._models

    async def listed(self) -> list[dict[str, Any]]:
        """All models, and the aliases written out whose model there is, as models of their own."""
        models = await self.models()
        aliases = [
            {**models[model], "id": name}
            for name, model in self._aliases.names.items()
            if model in models and name not in models
        ]
        return [*models.values(), *aliases]

    async def resolve(self, name: str) -> str:
        """What the provider calls the model that a client calls `name`; unknown names stay as they are.

        The provider judges those: endpoints know more names than they list (`llama3` for `llama3:latest`).
        """
        if name in self._aliases.names:
            return self._aliases.names[name]
        if self._aliases.patterns and name not in await self.models():
            for pattern, model in self._aliases.patterns.items():
                if fnmatchcase(name, _escaped(pattern)):
                    return model
        return name

    async def find(self, name: str) -> dict[str, Any]:
        """One model under the name it was asked for; NotFoundError if there is none."""
        models = await self.models()
        model = await self.resolve(name)
        if model not in models:
            raise model_not_found(name)
        return {**models[model], "id": name}

    def forget(self) -> None:
        """Ask anew next time."""
        self._read_at = None


def _escaped(pattern: str) -> str:
    """Only `*` is special, for names hold brackets and question marks too."""
    return pattern.replace("[", "[[]").replace("?", "[?]")
