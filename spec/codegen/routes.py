"""Writes the route table: what the shell needs to know of each operation."""

from spec.codegen.models import HEADER
from spec.codegen.operations import Operation

_OPENING = f'''{HEADER}
"""Every operation of the contract, in the document's order."""

from dataclasses import dataclass
from typing import Literal

from . import schemas
from .base import JsonObject, ParameterSet


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `path` is below the server's URL; `function` is the method of the group's class."""

    method: Literal["get", "put", "post", "delete", "options", "head", "patch", "trace"]
    path: str
    operation_id: str
    group: str
    function: str
    parameters: type[ParameterSet] | None
    """Path and query parameters; its fields are the method's arguments."""
    body: type[JsonObject] | None
    """The JSON body's model."""
    body_required: bool
    media_types: tuple[str, ...]
    """What a request's body may be."""
    status: int
    """The status of success."""
    streaming: bool
    """Whether the answer may be server-sent events."""
    extension: bool
    """Whether upstream has no such operation."""
    public: bool
    """Whether it is served without a key."""


ROUTES: tuple[Route, ...] = (
'''


def routes(operations: list[Operation]) -> str:
    """The module of the route table."""
    return _OPENING + "".join(_route(operation) for operation in operations) + ")\n"


def _route(operation: Operation) -> str:
    def model(name: str | None) -> str:
        return f"schemas.{name}" if name else "None"

    values = {
        "method": repr(operation.method),
        "path": repr(operation.path),
        "operation_id": repr(operation.operation_id),
        "group": repr(operation.group),
        "function": repr(operation.function),
        "parameters": model(operation.parameters_model),
        "body": model(operation.body),
        "body_required": repr(operation.body_required),
        "media_types": repr(operation.media_types),
        "status": repr(operation.status),
        "streaming": repr(operation.streaming),
        "extension": repr(operation.extension),
        "public": repr(operation.public),
    }
    return "    Route(\n" + "".join(f"        {key}={value},\n" for key, value in values.items()) + "    ),\n"
