"""The Response object before it has any output: every field of the contract, from the request."""

from collections.abc import Mapping
from typing import Any


def skeleton(
    body: Mapping[str, Any],
    *,
    identity: str,
    created: int,
    conversation: str | None,
    status: str = "in_progress",
) -> dict[str, Any]:
    """A `Response` for the validated create body; `model` must be in it. Secrets of tools are not."""
    raise NotImplementedError
