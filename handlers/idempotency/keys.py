"""Idempotency keys as clients send them, what makes two requests the same, and the refusals."""

import re
from hashlib import sha256

from handlers.errors import BadRequestError, ConflictError
from handlers.shell.exchange import IDEMPOTENCY_KEY, Exchange

NAME = "Idempotency-Key"
LONGEST = 255
_KEY = re.compile(rb"[\x20-\x7e]{1,%d}" % LONGEST)
_FINAL = {"x-should-retry": "false"}
"""The SDKs retry 409 unless they are told not to."""


def digest(exchange: Exchange) -> bytes:
    """SHA-256 of the key; the key itself goes no further. Raises BadRequestError."""
    sent = [value for name, value in exchange.scope["headers"] if name == IDEMPOTENCY_KEY]
    if len(sent) != 1 or not _KEY.fullmatch(sent[0]):
        found = f"{len(sent)} of them" if len(sent) != 1 else f"one of {len(sent[0])} bytes"
        raise BadRequestError(
            f"Invalid '{NAME}' header: expected one key of 1 to {LONGEST} printable ASCII characters,"
            f" but got {found}.",
            param=NAME,
            code="invalid_idempotency_key",
        )
    return sha256(sent[0]).digest()


def fingerprint(exchange: Exchange) -> bytes:
    """Requests are the same if method, path, query and body are, byte for byte."""
    scope, body = exchange.scope, exchange.digest
    parts = (
        scope["method"].encode(),
        scope["path"].encode("utf-8", "surrogatepass"),
        scope["query_string"],
        body.digest() if body is not None else b"",
    )
    return sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).digest()


def reused() -> ConflictError:
    """The key belongs to another request."""
    return ConflictError(
        f"This '{NAME}' was used with another request: method, path, query and body must be the same, byte"
        " for byte. Send a new key with a new request.",
        param=NAME,
        code="idempotency_key_reused",
        headers=_FINAL,
    )


def too_large() -> ConflictError:
    """It was carried out, and nobody can tell how it was answered."""
    return ConflictError(
        f"The request with this '{NAME}' was carried out, but its answer is larger than this server keeps"
        " (LOCKSTEP_IDEMPOTENCY_MAX_BYTES). Look for what it made before you send it with a new key.",
        param=NAME,
        code="idempotency_answer_too_large",
        headers=_FINAL,
    )


def lost() -> ConflictError:
    """The process that carried it out died between its effect and its answer."""
    return ConflictError(
        f"The request with this '{NAME}' was carried out, but the server failed before its answer was kept."
        " Look for what it made before you send it with a new key.",
        param=NAME,
        code="idempotency_answer_lost",
        headers=_FINAL,
    )
