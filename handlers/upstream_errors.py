"""A model endpoint's failures as ours: what the client did wrong stays the client's, the rest is 502 or 504.

Endpoints write errors in many ways; understood are `{"error": {...}}` (OpenAI, llama.cpp),
`{"error": "text"}` (Ollama), `{"object": "error", "message"}` (vLLM of old) and `{"detail"}` (FastAPI).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.encoding import decode, encode
from handlers.errors import (
    ApiError,
    BadGatewayError,
    BadRequestError,
    ConflictError,
    GatewayTimeoutError,
    NotFoundError,
    PayloadTooLargeError,
    RateLimitError,
)

SHOWN = 500
"""Characters of an endpoint's own message that are passed on."""
HIDDEN = "[hidden]"
"""Stands for the key, which endpoints like to quote: it is the operator's, and no client's to see."""
KINDS_OF_LIMITS = {"requests", "tokens"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What an endpoint said: `structured` tells whether it was an error object at all."""

    status: int | None
    message: str
    param: str | None
    code: str | None
    kind: str | None
    structured: bool
    headers: Mapping[str, str]


def failure(status: int, body: bytes, headers: Mapping[str, str], secret: str = "") -> ApiError:
    """The error that a status of 300 or more, with its body, stands for. It does not repeat the secret."""
    try:
        payload = decode(body)
    except ValueError:
        payload = None
    return _mapped(_fault(status, payload, headers, secret))


def failure_in_answer(payload: Mapping[str, Any], secret: str = "") -> ApiError:
    """The error that `{"error": ...}` stands for where the status was 200; a numeric `code` is the real."""
    inner = payload.get("error")
    code = inner.get("code") if isinstance(inner, Mapping) else None
    status = code if isinstance(code, int) and code in MAPPED else None
    return _mapped(_fault(status, payload, {}, secret))


def _fault(status: int | None, payload: Any, headers: Mapping[str, str], secret: str) -> Fault:
    inner = payload.get("error", payload) if isinstance(payload, Mapping) else {}
    if isinstance(inner, str):
        inner = {"message": inner}
    if not isinstance(inner, Mapping):
        inner = {}
    message, detail = inner.get("message"), inner.get("detail")
    shown = message if isinstance(message, str) else encode(detail).decode() if detail else "no message"
    return Fault(
        status=status,
        message=_discreet(shown, secret),
        param=_text(inner.get("param"), secret),
        code=_text(inner.get("code"), secret),
        kind=_text(inner.get("type"), secret),
        structured=isinstance(message, str),
        headers=headers,
    )


def _text(value: Any, secret: str) -> str | None:
    return _discreet(value, secret) if isinstance(value, str) else None


def _discreet(text: str, secret: str) -> str:
    """Hide first and cut then, so that no half of it stays."""
    return (text.replace(secret, HIDDEN) if secret else text)[:SHOWN]


def _mapped(fault: Fault) -> ApiError:
    if mapping := MAPPED.get(fault.status or 0):
        return mapping(fault)
    status = f" with status {fault.status}" if fault.status else ""
    return BadGatewayError(f"The model endpoint failed{status}: {fault.message}")


def _bad_request(fault: Fault) -> ApiError:
    return BadRequestError(fault.message, param=fault.param, code=fault.code)


def _refused(fault: Fault) -> ApiError:
    """Its words stay out: they tend to quote the key."""
    return BadGatewayError(
        f"The model endpoint refused this server's credentials (status {fault.status}). "
        "Its operator should check LOCKSTEP_UPSTREAM_API_KEY."
    )


def _not_found(fault: Fault) -> ApiError:
    if fault.structured:
        return NotFoundError(fault.message, param=fault.param or "model", code="model_not_found")
    return BadGatewayError(
        "The model endpoint does not know this operation (status 404). "
        "Its operator should check LOCKSTEP_UPSTREAM_URL, which ends in `/v1` as a rule."
    )


def _rate_limit(fault: Fault) -> ApiError:
    kept = {name: fault.headers[name] for name in ("retry-after", "retry-after-ms") if name in fault.headers}
    kind = fault.kind if fault.kind in KINDS_OF_LIMITS else None
    return RateLimitError(fault.message, param=fault.param, code=fault.code, kind=kind, headers=kept)


def _too_slow(fault: Fault) -> ApiError:
    return GatewayTimeoutError(f"The model endpoint took too long (status {fault.status}): {fault.message}")


MAPPED: dict[int, Callable[[Fault], ApiError]] = {
    400: _bad_request,
    401: _refused,
    403: _refused,
    404: _not_found,
    408: _too_slow,
    409: lambda fault: ConflictError(fault.message, param=fault.param, code=fault.code),
    413: lambda fault: PayloadTooLargeError(fault.message, param=fault.param, code=fault.code),
    422: _bad_request,
    429: _rate_limit,
    504: _too_slow,
}
