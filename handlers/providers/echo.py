"""A provider without a model: it repeats what it was told, calls the tools it was told of, and says so.

Everything it answers follows from the request by the rules of `docs/echo.md`; it needs no network.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from typing import Any

from handlers.echo_replies import Reply, ToolCall, pieces, prompt_tokens, replies, tokens
from handlers.errors import BadGatewayError, PermissionDeniedError, model_not_found
from handlers.providers import Provider
from handlers.settings import Settings

STRIDE = 4
"""Tokens in one streamed chunk."""
PLAIN, SLOW, BROKEN, TUNED = "echo", "echo/slow", "echo/broken", "ft:echo:lockstep::sample"
PACE = {SLOW: 0.1}
"""Seconds before each chunk, by model; a whole answer waits ten times as long."""
BREAKS_AFTER = 3
"""Chunks that `echo/broken` sends before it fails."""
CREATED = 1767225600  # 2026-01-01T00:00:00Z: the list is the same every day, as the answers are
FINGERPRINT = "fp_echo"


class Echo:
    """Holds nothing but which of its models are left."""

    name = "echo"

    def __init__(self) -> None:
        self._models = [PLAIN, SLOW, BROKEN, TUNED]

    async def models(self) -> list[dict[str, Any]]:
        """Four, each for something that a client must be able to try."""
        facts = {"object": "model", "created": CREATED, "owned_by": "lockstep"}
        return [{"id": model, **facts} for model in self._models]

    async def delete_model(self, model: str) -> dict[str, Any]:
        """Delete the fine-tuned one, until the next start."""
        self._check(model)
        if model != TUNED:
            raise PermissionDeniedError(f"The model `{model}` is not fine-tuned and stays.", param="model")
        self._models.remove(model)
        return {"id": model, "object": "model", "deleted": True}

    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """All choices at once."""
        model = self._check(body["model"])
        made = replies(body)
        await asyncio.sleep(PACE.get(model, 0) * 10)
        if model == BROKEN:
            raise BadGatewayError("The model `echo/broken` fails whenever it is asked.")
        return {
            "object": "chat.completion",
            "model": model,
            "choices": [_choice(index, reply, body) for index, reply in enumerate(made)],
            "usage": _usage(body, made),
            "service_tier": "default",
            "system_fingerprint": FINGERPRINT,
        }

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """The same choices one after the other, in small chunks."""
        model = self._check(body["model"])
        made = replies(body)
        counted = (body.get("stream_options") or {}).get("include_usage")
        usage: dict[str, Any] = {"usage": None} if counted else {}
        head = {"object": "chat.completion.chunk", "model": model, "system_fingerprint": FINGERPRINT}
        choices = (choice for index, reply in enumerate(made) for choice in _deltas(index, reply, body))
        for sent, choice in enumerate(choices):
            if model == BROKEN and sent == BREAKS_AFTER:
                raise BadGatewayError("The model `echo/broken` fails midway whenever it is asked to stream.")
            await asyncio.sleep(PACE.get(model, 0))
            yield {**head, "choices": [choice], **usage}
        if counted:
            yield {**head, "choices": [], "usage": _usage(body, made)}

    async def aclose(self) -> None:
        """Nothing is open."""

    def _check(self, model: str) -> str:
        if model not in self._models:
            raise model_not_found(model)
        return model


def connect(_settings: Settings) -> Provider:
    """Needs no setting."""
    return Echo()


def _choice(index: int, reply: Reply, body: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": None, "annotations": []}
    if reply.thought:
        message["reasoning_content"] = reply.thought
    if any(call.tool.kind == "legacy" for call in reply.calls):
        message["function_call"] = _render(reply.calls[0])["function"]
    elif reply.calls:
        message["tool_calls"] = [_render(call) for call in reply.calls]
    return {
        "index": index,
        "message": message,
        "logprobs": _logprobs(reply.text, body),
        "finish_reason": reply.finish,
    }


def _render(call: ToolCall) -> dict[str, Any]:
    kind, field = _fields(call)
    return {"id": call.id, "type": kind, kind: {"name": call.tool.name, field: call.text}}


def _fields(call: ToolCall) -> tuple[str, str]:
    return ("custom", "input") if call.tool.kind == "custom" else ("function", "arguments")


def _deltas(index: int, reply: Reply, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The choices of one reply's chunks: the role, thought and content in strides, the reason it ended."""

    def choice(delta: dict[str, Any], logprobs: Any = None, finish: str | None = None) -> dict[str, Any]:
        return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}

    content = None if reply.text is None else ""
    yield choice({"role": "assistant", "content": content, "refusal": None})
    for piece in pieces(reply.thought, STRIDE):
        yield choice({"reasoning_content": piece})
    for piece in pieces(reply.text or "", STRIDE):
        yield choice({"content": piece}, _logprobs(piece, body))
    for place, call in enumerate(reply.calls):
        yield from (choice(delta) for delta in _call_deltas(place, call))
    yield choice({}, finish=reply.finish)


def _call_deltas(place: int, call: ToolCall) -> Iterator[dict[str, Any]]:
    """A call opens with its id and name and no text; the text follows in strides."""
    kind, field = _fields(call)
    name = call.tool.name
    if call.tool.kind == "legacy":
        yield {"function_call": {"name": name, "arguments": ""}}
    else:
        yield {"tool_calls": [{"index": place, "id": call.id, "type": kind, kind: {"name": name, field: ""}}]}
    for piece in pieces(call.text, STRIDE):
        if call.tool.kind == "legacy":
            yield {"function_call": {"arguments": piece}}
        else:
            yield {"tool_calls": [{"index": place, kind: {field: piece}}]}


def _logprobs(text: str | None, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Every token is certain: nothing else could have been said, so there are no alternatives."""
    if not body.get("logprobs"):
        return None
    shown = bool(body.get("top_logprobs"))
    content = None if text is None else [_logprob(token, shown=shown) for token in pieces(text)]
    return {"content": content, "refusal": None}


def _logprob(token: str, *, shown: bool) -> dict[str, Any]:
    facts = {"token": token, "logprob": 0.0, "bytes": list(token.encode("utf-8", "surrogatepass"))}
    return {**facts, "top_logprobs": [facts] if shown else []}


def _usage(body: Mapping[str, Any], made: Sequence[Reply]) -> dict[str, Any]:
    prompt = prompt_tokens(body)
    thought = sum(tokens(reply.thought) for reply in made)
    answer = sum(tokens(reply.text) + sum(tokens(call.text) for call in reply.calls) for reply in made)
    answer += thought
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "total_tokens": prompt + answer,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": thought,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
