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
    asks_model: bool = False
    """Whether it may call the model's endpoint, whose own limits of time then count."""
