"""Who sends a request, and what they may do: one project each, by scopes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from handlers.errors import AuthenticationError, PermissionDeniedError

DEFAULT_PROJECT = "default"
CHALLENGE = {"www-authenticate": "Bearer"}

Scope = Literal["read", "write", "admin"]
SCOPES: frozenset[str] = frozenset(get_args(Scope))
"""`read` is for operations that ask, `write` for those that do; `admin` is both, and `/metrics`."""
USUAL = frozenset({"read", "write"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: the project they see, what they may do there, how much of it."""

    project: str
    id: str
    """The key's id, or the token's issuer and subject."""
    scopes: frozenset[str] = USUAL
    """Complete: who may all is said to be allowed each."""
    requests_per_minute: int | None = None
    """None: as the settings say."""
    tokens_per_minute: int | None = None


class NotGuessedError(AuthenticationError):
    """The key or token is genuine and opens nothing all the same: whoever sends it did not guess it."""


NOBODY = Caller("", "", frozenset())
"""Whoever calls a public operation, and everybody before the gate was asked."""


class Gate(Protocol):
    """Tells who sends a request by its headers, or raises."""

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        """The caller, with the project that they see."""


def granted(names: Iterable[str]) -> frozenset[str]:
    """The scopes among these names, and what they bring with them."""
    scopes = frozenset(names) & SCOPES
    return SCOPES if "admin" in scopes else scopes


def needed(method: str) -> Scope:
    """The scope that an operation asks for, by its method in the contract: a GET changes nothing."""
    return "read" if method.lower() in {"get", "head"} else "write"


def missing(scope: str) -> PermissionDeniedError:
    """The refusal of a caller who may do less (RFC 6750, section 3.1)."""
    return PermissionDeniedError(
        f"This needs the scope '{scope}', which your key or token does not have.",
        code="missing_scope",
        headers={"www-authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
    )


def bearer(headers: Mapping[bytes, bytes]) -> bytes:
    """The secret in the Authorization header (RFC 6750, section 2.1), or AuthenticationError."""
    authorization = headers.get(b"authorization")
    if not authorization:
        raise AuthenticationError(
            "Missing API key: send it in the header 'Authorization: Bearer YOUR_KEY'.", headers=CHALLENGE
        )
    scheme, _, secret = authorization.partition(b" ")
    secret = secret.strip()
    if scheme.lower() != b"bearer" or not secret:
        raise AuthenticationError(
            "Invalid Authorization header: expected 'Authorization: Bearer YOUR_KEY'.", headers=CHALLENGE
        )
    return secret
