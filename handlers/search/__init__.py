"""Searching the web: one module per provider, found by its name (`LOCKSTEP_SEARCH_PROVIDER`)."""

import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol

from handlers.settings import Settings


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for."""

    text: str
    domains: Sequence[str] = ()
    """Pages of these only, subdomains included; all when empty. Other hits are dropped by whoever asks."""
    location: Mapping[str, str] = field(default_factory=dict)
    """Where the user roughly is: `country`, `region`, `city`, `timezone`, as far as known."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that was found. `text` is what the provider shows of it."""

    url: str
    title: str
    text: str


class SearchError(Exception):
    """A search that failed with the provider. The text is for the model, and names no secrets."""


class Search(Protocol):
    """A search engine. An adapter turns its own failures into SearchError."""

    name: str

    async def find(self, query: Query) -> Sequence[Hit]:
        """Pages, best first. Raises SearchError."""

    async def aclose(self) -> None:
        """Release connections."""


def names() -> list[str]:
    """Every provider there is: the modules of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(settings: Settings) -> Search | None:
    """The provider that the settings name, built by its module's `connect(settings)`; None without one.

    Raises ValueError when there is no such provider or it lacks a setting; nothing is connected yet.
    """
    name = settings.search_provider
    if not name:
        return None
    if name not in names():
        known = ", ".join(names())
        raise ValueError(f"LOCKSTEP_SEARCH_PROVIDER: there is no provider {name!r}; known are {known}.")
    search: Search = import_module(f"{__name__}.{name}").connect(settings)
    return search
