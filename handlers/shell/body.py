"""Request bodies: media type, size, JSON. What is handed on was validated once, from the raw bytes."""

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from generated.routes import Route
from handlers import exact
from handlers.errors import BadRequestError, PayloadTooLargeError, UnsupportedMediaTypeError
from handlers.shell import validation
from handlers.shell.exchange import Exchange, Receive
from handlers.shell.unknown import refuse_unknown

PARSER_DEPTH = 200
"""Arrays and objects in one another that the parser takes; it stops there, whatever follows."""
TOO_DEEP = "recursion limit exceeded"
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})


class ClientLeftError(Exception):
    """The client closed the connection before its request was complete; there is nobody to answer."""


class BodyReader:
    """Reads and validates the body of one operation."""

    def __init__(self, route: Route, model: type[BaseModel], *, limit: int, depth: int, strict: bool) -> None:
        self._required = route.body_required
        # Bound once: looking the validator up costs as much as validating a small body.
        self._validate: Callable[[Any], Any] = model.__pydantic_validator__.validate_python
        self._limit = limit
        self._depth = depth
        self._strict = strict
        self._accepted: set[bytes | None] = {None, b"application/json"}

    async def read(self, exchange: Exchange, receive: Receive) -> Any:
        """The body as its model, or None where there is none and none is needed."""
        headers = exchange.headers
        _check_length(headers.get(b"content-length"), self._limit)
        exchange.raw = raw = await _receive_all(receive, self._limit)
        exchange.whole = perf_counter()
        if not raw.strip():
            return self._empty()
        content_type = headers.get(b"content-type")
        if content_type not in self._accepted:
            _check_media_type(content_type or b"")
            if len(self._accepted) < 64:  # noqa: PLR2004 - spellings seen, kept from growing without bound
                self._accepted.add(content_type)
        if b"content-encoding" in headers:
            _check_encoding(headers[b"content-encoding"])
        return self._parse(raw)

    def _parse(self, raw: bytes) -> Any:
        try:
            value = from_json(raw, allow_inf_nan=False)
        except ValueError as error:
            if TOO_DEEP in str(error):
                raise _too_deep(PARSER_DEPTH) from None
            raise validation.not_json(error) from None
        if self._depth < PARSER_DEPTH:
            _check_depth(raw, value, self._depth)
        return None if value is None and not self._required else self._judge(value)

    def _judge(self, value: Any) -> Any:
        try:
            body = self._validate(value)
        except ValidationError as error:
            raise validation.body_error(error, value) from None
        if self._strict:
            refuse_unknown(body)
        exact.check(value)  # fields that no model declares may hold anything, and are handed on
        return body

    def _empty(self) -> Any:
        if not self._required:
            return None
        self._judge({})  # names the field that is missing, if there is one
        raise BadRequestError(
            "Missing request body: this operation needs a JSON body.", code="missing_required_parameter"
        )


async def _receive_all(receive: Receive, limit: int) -> bytes:
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        _check_size(len(body), limit)
        return body
    parts, size = [], 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientLeftError
        part = message.get("body", b"")
        size += len(part)
        _check_size(size, limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()


def _check_depth(raw: bytes, value: Any, limit: int) -> None:
    """What opens fewer brackets than the limit cannot be deeper; all else is walked a level at a time."""
    if raw.count(b"[") + raw.count(b"{") <= limit:
        return
    level = [value]
    for _ in range(limit):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    if any(isinstance(node, dict | list) for node in level):
        raise _too_deep(limit)


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _too_deep(limit: int) -> BadRequestError:
    return BadRequestError(
        f"The request body is nested too deeply: expected at most {limit} arrays and objects in one another.",
        code="invalid_json",
    )


def _check_length(length: bytes | None, limit: int) -> None:
    if length is not None and length.isdigit():
        _check_size(int(length[:20]), limit)


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise PayloadTooLargeError(f"The request body is larger than this server takes ({limit} bytes).")


def _check_media_type(content_type: bytes) -> None:
    """JSON in UTF-8, under its own name or a `+json` suffix (RFC 6839)."""
    text = content_type.decode("latin-1").lower()
    media_type, *options = [part.strip() for part in text.split(";")]
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise UnsupportedMediaTypeError(
            f"Unsupported content type {validation.quote(media_type)}: send the body as 'application/json'."
        )
    for option in options:
        name, _, value = option.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in _CHARSETS:
            raise UnsupportedMediaTypeError(
                f"Unsupported charset {validation.quote(value)}: JSON is UTF-8 (RFC 8259, section 8.1)."
            )


def _check_encoding(encoding: bytes) -> None:
    text = encoding.decode("latin-1").strip().lower()
    if text not in ("", "identity"):
        raise UnsupportedMediaTypeError(
            f"Unsupported content encoding {validation.quote(text)}: send the body uncompressed."
        )
