"""The contract's shape of what chat completion endpoints answer, for those that keep it only roughly.

Ollama, llama.cpp, vLLM and their like leave out what the contract requires and send nulls it forbids. What
is required and missing is filled in, what has the wrong type is mended or left out, and every field the
contract does not know stays.
"""

from handlers.encoding import encode
from handlers.mending import (
    ABSENT,
    Field,
    Place,
    Shape,
    Value,
    always,
    are_bytes,
    are_objects,
    are_some_objects,
    empty_list,
    empty_object,
    has,
    is_filled_object,
    is_integer,
    is_number,
    is_object,
    is_text,
    null,
    one_of,
    or_null,
    position,
)

# --- what fits ------------------------------------------------------------------------------------


def _annotation(value: Value) -> bool:
    return (
        isinstance(value, dict)
        and value.get("type") == "url_citation"
        and _citation(value.get("url_citation"))
    )


def _metadata(value: Value) -> bool:
    return isinstance(value, dict) and len(value) <= 16 and all(map(_pair, value.items()))  # noqa: PLR2004 - the contract's


def _pair(pair: tuple[str, Value]) -> bool:
    key, value = pair
    return len(key) <= 64 and isinstance(value, str) and len(value) <= 512  # noqa: PLR2004 - the contract's


_citation = has(start_index=is_integer, end_index=is_integer, url=is_text, title=is_text)
_finish_reason = one_of("stop", "length", "tool_calls", "content_filter", "function_call")


# --- how it is mended -----------------------------------------------------------------------------


def _whole(_place: Place, held: Value) -> Value:
    return int(held) if isinstance(held, float) and held.is_integer() else 0


def _created(place: Place, held: Value) -> Value:
    return int(held) if isinstance(held, float) and abs(held) < 1e12 else place.facts.created  # noqa: PLR2004 - a time


def _joined(_place: Place, held: Value) -> Value:
    """Content written as parts becomes text."""
    if not isinstance(held, list):
        return None
    return "".join(part["text"] for part in held if isinstance(part, dict) and is_text(part.get("text")))


def _as_text(_place: Place, held: Value) -> Value:
    """Arguments written as an object become the JSON text they should have been."""
    return encode(held).decode() if isinstance(held, dict) else ""


def _as_text_if_any(place: Place, held: Value) -> Value:
    return _as_text(place, held) if isinstance(held, dict) else ABSENT


def _citations(_place: Place, held: Value) -> Value:
    return [entry for entry in held if _annotation(entry)] if isinstance(held, list) else ABSENT


OTHER_REASONS = {"max_tokens": "length", "model_length": "length", "tool_use": "tool_calls", "eos": "stop"}


def _ended(place: Place, held: Value) -> Value:
    """Why a whole answer ended, when the endpoint uses words of its own or none."""
    message = place.owner.get("message")
    called = isinstance(message, dict) and message.get("tool_calls")
    return OTHER_REASONS.get(str(held), "tool_calls" if called else "stop")


def _may_have_ended(_place: Place, held: Value) -> Value:
    return OTHER_REASONS.get(held, "stop") if isinstance(held, str) and held else None


def _kind(place: Place, _held: Value) -> Value:
    return (
        "custom"
        if is_filled_object(place.owner.get("custom")) and not place.owner.get("function")
        else "function"
    )


def _function(place: Place, _held: Value) -> Value:
    return {} if place.owner.get("type") == "function" else ABSENT


def _sum(place: Place, _held: Value) -> Value:
    return place.owner["prompt_tokens"] + place.owner["completion_tokens"]


# --- the shapes -----------------------------------------------------------------------------------

OPTIONAL_TEXT = Field(is_text)
TEXT_OR_NULL = Field(or_null(is_text), null)
COUNT = Field(is_integer, _whole)

ALTERNATIVE: Shape = {
    "token": Field(is_text, always("")),
    "logprob": Field(is_number, always(-9999.0)),
    "bytes": Field(are_bytes, null),
}
LOGPROB: Shape = {**ALTERNATIVE, "top_logprobs": Field(are_objects, empty_list, ALTERNATIVE)}
LOGPROBS: Shape = {
    "content": Field(or_null(are_objects), null, LOGPROB),
    "refusal": Field(or_null(are_objects), null, LOGPROB),
}
DETAILS: Shape = dict.fromkeys(
    (
        "audio_tokens",
        "cached_tokens",
        "text_tokens",
        "image_tokens",
        "cache_write_tokens",
        "reasoning_tokens",
        "accepted_prediction_tokens",
        "rejected_prediction_tokens",
    ),
    Field(is_integer),
)
USAGE: Shape = {
    "prompt_tokens": COUNT,
    "completion_tokens": COUNT,
    "total_tokens": Field(is_integer, _sum),
    "prompt_tokens_details": Field(is_object, inside=DETAILS),
    "completion_tokens_details": Field(is_object, inside=DETAILS),
}
FUNCTION: Shape = {"name": Field(is_text, always("")), "arguments": Field(is_text, _as_text)}
CUSTOM: Shape = {"name": Field(is_text, always("")), "input": Field(is_text, _as_text)}
TOOL_CALL: Shape = {
    "id": Field(is_text, lambda place, _held: place.facts.call_id()),
    "type": Field(one_of("function", "custom"), _kind),
    "function": Field(is_object, _function, FUNCTION),
    "custom": Field(is_filled_object, inside=CUSTOM),
}
MESSAGE: Shape = {
    "role": Field(one_of("assistant"), always("assistant")),
    "content": Field(or_null(is_text), _joined),
    "refusal": TEXT_OR_NULL,
    "tool_calls": Field(are_some_objects, inside=TOOL_CALL),
    "function_call": Field(is_object, inside=FUNCTION),
    "annotations": Field(lambda value: isinstance(value, list) and all(map(_annotation, value)), _citations),
    "audio": Field(or_null(has(id=is_text, expires_at=is_integer, data=is_text, transcript=is_text))),
}
CHOICE: Shape = {
    "index": Field(is_integer, position),
    "message": Field(is_object, empty_object, MESSAGE),
    "logprobs": Field(or_null(is_object), null, LOGPROBS),
    "finish_reason": Field(_finish_reason, _ended),
}
HEAD: Shape = {
    "id": Field(is_text, lambda place, _held: place.facts.id),
    "created": Field(is_integer, _created),
    "model": Field(is_text, lambda place, _held: place.facts.model),
    "service_tier": Field(or_null(one_of("auto", "default", "flex", "scale", "priority", "fast"))),
    "system_fingerprint": OPTIONAL_TEXT,
    "moderation": Field(or_null(is_object)),
}
RESPONSE: Shape = {
    **HEAD,
    "object": Field(one_of("chat.completion"), always("chat.completion")),
    "choices": Field(are_objects, empty_list, CHOICE),
    "usage": Field(is_object, inside=USAGE),
    "metadata": Field(or_null(_metadata)),
}

FUNCTION_DELTA: Shape = {"name": OPTIONAL_TEXT, "arguments": Field(is_text, _as_text_if_any)}
CALL_DELTA: Shape = {
    "index": Field(is_integer, position),
    "id": OPTIONAL_TEXT,
    "type": Field(one_of("function", "custom")),
    "function": Field(is_object, inside=FUNCTION_DELTA),
    "custom": Field(is_filled_object, inside={"name": OPTIONAL_TEXT, "input": OPTIONAL_TEXT}),
}
DELTA: Shape = {
    "role": Field(one_of("developer", "system", "user", "assistant", "tool")),
    "content": Field(or_null(is_text), lambda place, held: _joined(place, held) or ABSENT),
    "refusal": Field(or_null(is_text)),
    "tool_calls": Field(are_some_objects, inside=CALL_DELTA),
    "function_call": Field(is_object, inside=FUNCTION_DELTA),
}
CHUNK: Shape = {
    **HEAD,
    "object": Field(one_of("chat.completion.chunk"), always("chat.completion.chunk")),
    "choices": Field(
        are_objects,
        empty_list,
        {
            "index": Field(is_integer, position),
            "delta": Field(is_object, empty_object, DELTA),
            "logprobs": Field(or_null(is_object), inside=LOGPROBS),
            "finish_reason": Field(or_null(_finish_reason), _may_have_ended),
        },
    ),
    "usage": Field(or_null(is_object), inside=USAGE),
    "obfuscation": OPTIONAL_TEXT,
}
MODEL: Shape = {
    "object": Field(one_of("model"), always("model")),
    "created": COUNT,
    "owned_by": Field(is_text, always("unknown")),
    "shutdown_date": Field(or_null(is_text)),
}
