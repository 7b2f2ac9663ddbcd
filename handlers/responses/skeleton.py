"""The Response object before it has any output: every field of the contract, from the request."""

from collections.abc import Mapping
from typing import Any

from handlers import redaction

Body = Mapping[str, Any]

DEFAULTS: Mapping[str, Any] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "service_tier": "auto",
    "store": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
}
"""Fields that are echoed, and what counts where the request says nothing or null."""
OPTIONAL = ("prompt", "prompt_cache_retention", "user")
"""Fields that are echoed only where the request has them: null is no value of theirs, or says nothing."""


def skeleton(
    body: Body, *, identity: str, created: int, conversation: str | None, status: str = "in_progress"
) -> dict[str, Any]:
    """A `Response` for the validated create body; `model` must be in it. Secrets of tools are not."""
    echoed = {name: default if body.get(name) is None else body[name] for name, default in DEFAULTS.items()}
    return {
        "id": identity,
        "object": "response",
        "created_at": created,
        "status": status,
        "completed_at": None,
        "conversation": None if conversation is None else {"id": conversation},
        "error": None,
        "incomplete_details": None,
        "model": body["model"],
        "output": [],
        **echoed,
        "moderation": None,
        "metadata": body.get("metadata") or {},
        "reasoning": {"effort": None, "summary": None, **(body.get("reasoning") or {})},
        "text": text(body),
        "tools": [_shown(tool) for tool in redaction.tools(body.get("tools") or ())],
        **{name: body[name] for name in OPTIONAL if body.get(name) is not None},
        **_cache_options(body),
    }


def _shown(tool: Body) -> Body:
    """Requests may leave `strict` out, answers may not."""
    return {**tool, "strict": tool.get("strict")} if tool["type"] == "function" else tool


def text(body: Body) -> dict[str, Any]:
    """How the answer's text is to be, completed."""
    wanted = {name: value for name, value in (body.get("text") or {}).items() if value is not None}
    return {"format": {"type": "text"}, "verbosity": "medium", **wanted}


def _cache_options(body: Body) -> dict[str, Any]:
    """The response has both fields or none."""
    options = body.get("prompt_cache_options") or {}
    return {"prompt_cache_options": options} if {"ttl", "mode"} <= options.keys() else {}
