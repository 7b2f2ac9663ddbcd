"""Every failure as an ApiError: ours as they are, what nobody foresaw as 500 with a request id only."""

import structlog

from generated.stubs import NotImplementedOperation
from handlers.errors import (
    ApiError,
    InternalServerError,
    MethodNotAllowedError,
    NotFoundError,
    NotImplementedError_,
)
from handlers.shell.exchange import Exchange
from handlers.shell.messages import named

log = structlog.get_logger("lockstep")


def as_api_error(exchange: Exchange, error: BaseException) -> ApiError:
    """What the client is told; what is our fault is logged with its traceback."""
    if isinstance(error, ApiError):
        if error.status >= 500:  # noqa: PLR2004 - the class of status codes
            log.warning("request_failed", **facts(exchange), error_status=error.status, message=error.message)
        return error
    if isinstance(error, NotImplementedOperation):
        return NotImplementedError_(f"This server does not implement the operation yet: {error}.")
    log.error("request_crashed", **facts(exchange), exc_info=error)
    return InternalServerError(
        "The server had an error while processing your request. "
        f"Its log tells more under the request id {exchange.request_id}."
    )


def facts(exchange: Exchange) -> dict[str, object]:
    """What a log line says about a request."""
    scope, endpoint = exchange.scope, exchange.endpoint
    return {
        "request_id": exchange.request_id,
        "client_request_id": exchange.client_request_id(),
        "method": scope["method"],
        "path": scope["path"],
        "operation": endpoint.route.operation_id if endpoint else None,
        "project": exchange.project or None,
    }


def unknown_url(method: str, path: str) -> NotFoundError:
    """No operation has this path; a trailing slash is a different path and is not redirected."""
    hint = " Leave the trailing slash out." if path.endswith("/") and path != "/" else ""
    return NotFoundError(f"Invalid URL ({method} {named(path, '')}).{hint}")


def method_not_allowed(method: str, path: str, allow: str) -> MethodNotAllowedError:
    """The path has other methods."""
    return MethodNotAllowedError(
        f"Not allowed to {method} on {named(path, '')}. Allowed are {allow}.", headers={"allow": allow}
    )
