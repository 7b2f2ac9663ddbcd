"""Failures as the client sees them: one class per status, named as the official SDK names them.

ApiError
├── BadRequestError              400
├── AuthenticationError          401
├── PermissionDeniedError        403
├── NotFoundError                404
├── MethodNotAllowedError        405
├── RequestTimeoutError          408
├── ConflictError                409
├── PayloadTooLargeError         413
├── UrlTooLongError              414
├── UnsupportedMediaTypeError    415
├── RateLimitError               429
├── HeadersTooLargeError         431
├── InternalServerError          500
├── NotImplementedError_         501
├── BadGatewayError              502
├── ServiceUnavailableError      503
└── GatewayTimeoutError          504

Every body is `{"error": {"message", "type", "param", "code"}}` (upstream's `ErrorResponse`).
"""

import json
from collections.abc import Mapping
from typing import ClassVar


class ApiError(Exception):
    """An answer of status 4xx or 5xx. `param` names the place as `items[0].content[1].text`."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "invalid_request_error"
    default_code: ClassVar[str | None] = None

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`kind` replaces the class's error type (429 uses `requests` or `tokens`)."""
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code if code is not None else self.default_code
        self.kind = kind if kind is not None else self.type
        self.headers = dict(headers or {})


class BadRequestError(ApiError):
    """The request cannot be taken as it is."""

    status = 400


class AuthenticationError(ApiError):
    """No key, or a wrong or revoked one."""

    status = 401
    default_code = "invalid_api_key"


class PermissionDeniedError(ApiError):
    """The key is right, the action is not allowed."""

    status = 403


class NotFoundError(ApiError):
    """There is no such thing in this project."""

    status = 404


class MethodNotAllowedError(ApiError):
    """The path exists, the method does not; the answer carries `Allow`."""

    status = 405


class RequestTimeoutError(ApiError):
    """The request did not arrive in time."""

    status = 408


class ConflictError(ApiError):
    """The request collides with another."""

    status = 409


class PayloadTooLargeError(ApiError):
    """The body exceeds the limit."""

    status = 413


class UrlTooLongError(ApiError):
    """The URL exceeds the limit."""

    status = 414


class UnsupportedMediaTypeError(ApiError):
    """The body's content type is not one the operation takes."""

    status = 415


class RateLimitError(ApiError):
    """Too many requests or tokens."""

    status = 429
    type = "requests"
    default_code = "rate_limit_exceeded"


class HeadersTooLargeError(ApiError):
    """The headers exceed the limit, in number or in size."""

    status = 431


class InternalServerError(ApiError):
    """Our fault; the details stay in the log under the request id."""

    status = 500
    type = "server_error"


class NotImplementedError_(InternalServerError):  # noqa: N801, N818 - without the underscore it is Python's own
    """The contract has the operation, nobody wrote it yet."""

    status = 501


class BadGatewayError(InternalServerError):
    """The model endpoint failed or cannot be reached."""

    status = 502


class ServiceUnavailableError(InternalServerError):
    """The store does not answer."""

    status = 503


class GatewayTimeoutError(InternalServerError):
    """The model endpoint took too long."""

    status = 504


def model_not_found(model: str) -> NotFoundError:
    """What every operation says of a model that is not there."""
    shown = model if len(model) <= 200 else model[:200] + "..."  # noqa: PLR2004 - enough to recognise it by
    message = f"The model `{shown}` does not exist. `GET /v1/models` lists those that do."
    return NotFoundError(message, param="model", code="model_not_found")


def render(error: ApiError) -> bytes:
    """The one error body, encoded."""
    body = {"message": error.message, "type": error.kind, "param": error.param, "code": error.code}
    return json.dumps({"error": body}, ensure_ascii=False).encode("utf-8", "replace")
