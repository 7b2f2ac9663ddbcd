"""An operation made ready to serve: its row of the route table and the method that serves it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from generated.routes import Route


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route with its handler's bound method."""

    route: Route
    function: Callable[..., Awaitable[Any]]
