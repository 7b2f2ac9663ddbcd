"""Who serves what: handlers found by the names of the groups in the route table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from generated import stubs
from generated.routes import ROUTES, Route
from handlers.services import Services

REACHES_PROVIDER = "reaches_provider"
"""A group's class names here the methods that call the provider (a set of strings)."""


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one first path segment: the stub, and the class that overrides it if there is one."""

    name: str
    stub: type[Any]
    handler: type[Any]

    def overrides(self, function: str) -> bool:
        """Whether somebody wrote the method."""
        return getattr(self.handler, function, None) is not getattr(self.stub, function, None)

    def reaches_provider(self, function: str) -> bool:
        """Whether the method calls the provider."""
        return function in getattr(self.handler, REACHES_PROVIDER, frozenset())


def class_name(group: str) -> str:
    """`vector_stores` and `vector-stores` are served by VectorStores."""
    return "".join(part.capitalize() for part in group.replace("-", "_").split("_"))


@cache
def group(name: str) -> Group:
    """One group by its name."""
    stub: type[Any] = getattr(stubs, class_name(name))
    module = f"handlers.{name.replace('-', '_')}"
    if find_spec(module) is None:
        return Group(name, stub, stub)
    handler: type[Any] = getattr(import_module(module), class_name(name))
    if not issubclass(handler, stub):
        raise TypeError(f"{module}.{handler.__name__} must subclass generated.stubs.{stub.__name__}")
    return Group(name, stub, handler)


def handlers(services: Services, routes: Iterable[Route] = ROUTES) -> Mapping[str, Any]:
    """One handler for each group; a group that nobody wrote is its stub, which answers 501."""
    names = dict.fromkeys(route.group for route in routes)
    return {name: _build(group(name), services) for name in names}


def _build(found: Group, services: Services) -> Any:
    return found.handler() if found.handler is found.stub else found.handler(services)


def served(routes: Iterable[Route] = ROUTES) -> list[Route]:
    """The operations that somebody wrote."""
    return [route for route in routes if group(route.group).overrides(route.function)]
