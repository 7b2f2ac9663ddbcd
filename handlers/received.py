"""A validated body as the client sent it: plain values, unknown fields kept, what was not sent left out."""

from typing import Any

from pydantic import BaseModel


def plain(body: BaseModel) -> Any:
    """The JSON value behind a model; dictionaries and lists in it are the caller's to change."""
    # `model_dump` does the same after 0.5 µs of looking at its twelve options.
    return body.__pydantic_serializer__.to_python(body, by_alias=True, exclude_unset=True)
