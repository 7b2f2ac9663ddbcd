"""The tokens that a turn cost, summed over all its calls of the model."""

from collections.abc import Mapping
from typing import Any

Counts = Mapping[str, Any]


class Usage:
    """Takes the `usage` of chat completions, gives a `ResponseUsage`."""

    def __init__(self) -> None:
        self._input = self._output = self._cached = self._written = self._reasoning = 0
        self._told = False

    def add(self, counts: Counts | None) -> None:
        """One call's; None where the endpoint does not tell."""
        if counts is None:
            return
        self._told = True
        prompt = counts.get("prompt_tokens_details") or {}
        completion = counts.get("completion_tokens_details") or {}
        self._input += counts["prompt_tokens"]
        self._output += counts["completion_tokens"]
        self._cached += prompt.get("cached_tokens") or 0
        self._written += prompt.get("cache_write_tokens") or 0
        self._reasoning += completion.get("reasoning_tokens") or 0

    @property
    def output(self) -> int:
        """The tokens that the model made."""
        return self._output

    def render(self) -> dict[str, Any] | None:
        """The sum; None where no endpoint told anything, for null is no value of `usage`."""
        if not self._told:
            return None
        return {
            "input_tokens": self._input,
            "input_tokens_details": {"cached_tokens": self._cached, "cache_write_tokens": self._written},
            "output_tokens": self._output,
            "output_tokens_details": {"reasoning_tokens": self._reasoning},
            "total_tokens": self._input + self._output,
        }
