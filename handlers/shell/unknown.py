"""Unknown fields of a request, refused when `LOCKSTEP_STRICT_FIELDS` says so, as the live API does."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from handlers.errors import BadRequestError
from handlers.shell.validation import dotted, quote

Path = tuple[str | int, ...]


def unknown_fields(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where a validated value holds fields that its model does not declare."""
    if isinstance(value, BaseModel):
        yield from (((*path, name)) for name in value.__pydantic_extra__ or ())
        names = {name: field.alias or name for name, field in type(value).model_fields.items()}
        for name in value.model_fields_set & names.keys():
            inner = () if names[name] == "root" and _is_root(value) else (names[name],)
            yield from unknown_fields(getattr(value, name), (*path, *inner))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from unknown_fields(member, (*path, index))
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from unknown_fields(member, (*path, name))


def _is_root(value: BaseModel) -> bool:
    return bool(getattr(type(value), "__pydantic_root_model__", False))


def refuse_unknown(body: Any) -> None:
    """Raise for the first unknown field."""
    for path in unknown_fields(body):
        raise unknown(dotted(path))


def unknown(param: str) -> BadRequestError:
    """The error for one unknown field or query parameter."""
    return BadRequestError(f"Unknown parameter: {quote(param)}.", param=param, code="unknown_parameter")
