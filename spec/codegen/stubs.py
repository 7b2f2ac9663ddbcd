"""Writes the stubs: a class per group, an asynchronous method per operation that does nothing yet."""

import textwrap
from itertools import groupby

from spec.codegen.models import HEADER
from spec.codegen.names import Schema, pascal
from spec.codegen.operations import Operation, Parameter
from spec.codegen.unions import CONSTRAINTS, hint

_OPENING = f'''{HEADER}
"""One class per group, one method per operation: override what is served, the rest answers 501."""

from collections.abc import AsyncIterator
from typing import Any, Generic, Literal, TypeVar

from . import schemas

CallT = TypeVar("CallT")


class NotImplementedOperation(Exception):
    """The contract has the operation, its group's class does not override it."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"{{operation_id}} is not implemented")
        self.operation_id = operation_id
'''


def stubs(operations: list[Operation]) -> str:
    """The module of all stubs."""
    ordered = sorted(operations, key=lambda operation: operation.group)
    groups = groupby(ordered, key=lambda operation: operation.group)
    return "\n\n".join([_OPENING, *(_group(group, list(members)) for group, members in groups)])


def _group(group: str, operations: list[Operation]) -> str:
    head = f'class {pascal(group)}(Generic[CallT]):\n    """Operations below `/{group}`."""\n\n'
    return head + "\n".join(textwrap.indent(_method(operation), "    ") for operation in operations)


def _method(operation: Operation) -> str:
    arguments = [*map(_argument, operation.parameters)]
    if operation.body:
        optional = "" if operation.body_required else " | None = None"
        arguments.append(f"body: schemas.{operation.body}{optional}")
    # What must be given comes first; keyword-only arguments may stand in any order, readers like this one.
    arguments.sort(key=lambda argument: " = " in argument)
    given = ["self", "call: CallT", *(["*", *arguments] if arguments else [])]
    lines = [
        f"async def {operation.function}(",
        *(f"    {argument}," for argument in given),
        f") -> {_answer(operation)}:",
        f'    """{_sentence(operation.summary)}: `{operation.method.upper()} {operation.path}`."""',
        f'    raise NotImplementedOperation("{operation.operation_id}")',
        "",
    ]
    return "\n".join(lines)


def _sentence(text: str) -> str:
    return text.replace("\\", "").replace('"', "'").rstrip(".") or "An operation"


def _answer(operation: Operation) -> str:
    answers = [f"schemas.{name}" for name in operation.answers]
    return " | ".join([*answers, "bytes", *(["AsyncIterator[Any]"] if operation.streaming else [])])


def _argument(parameter: Parameter) -> str:
    schema = parameter.schema
    kind = hint(_unlimited(schema), lambda name: f"schemas.{name}").replace("Number", "float")
    if parameter.required:
        return f"{parameter.argument}: {kind}"
    if "default" in schema:
        return f"{parameter.argument}: {kind} = {schema['default']!r}"
    return f"{parameter.argument}: {kind} | None = None"


def _unlimited(schema: Schema) -> Schema:
    """The schema without bounds: they were checked before, and would only be noise here."""
    return {key: value for key, value in schema.items() if key not in CONSTRAINTS}
