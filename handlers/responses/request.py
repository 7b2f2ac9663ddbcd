"""What one turn starts from: the request, the items before it, and the response it will fill."""

from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]
"""An item in resource shape, ids and all."""


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """Everything a turn may know; nobody changes it while the turn runs."""

    body: dict[str, Any]
    """The validated body of create, decoded. It holds tools' secrets (`authorization`, `headers`)."""
    context: list[Item]
    """The items before this request's input, oldest first."""
    input: list[Item]
    """This request's input, normalised."""
    response: dict[str, Any]
    """The `Response` object without its output, from `handlers.responses.skeleton`."""
