"""Callers by signed tokens (RFC 7519, 9068) of one OpenID provider, in place of an API key.

The signature is PyJWT's to check, by keys and algorithms of ours; never by what the token says of itself. The
claims are checked here, against a clock that is handed in. Refusals say what is wrong in general and repeat
nothing: who forges tokens is not to learn from them.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.api_jws import PyJWS

from handlers.auth.callers import Caller, NotGuessedError, granted
from handlers.auth.issuer import PAUSE, Issuer, IssuerError
from handlers.encoding import decode
from handlers.errors import AuthenticationError, PermissionDeniedError, ServiceUnavailableError
from handlers.settings import Settings, listed

LONGEST = 16 * 1024
"""Bytes of a token."""
LONGEST_NAME = 255
"""Characters of a subject (OpenID Connect Core 1.0, section 2), and of a project."""
CHALLENGE = {"www-authenticate": 'Bearer error="invalid_token"'}
MALFORMED = "it is malformed"
FORGED = "its signature does not fit"


@dataclass(frozen=True, slots=True)
class Rules:
    """What tokens must say to be taken, and how what they say is read."""

    issuer: str
    audiences: frozenset[str]
    algorithms: tuple[str, ...]
    project_claim: str
    project_prefix: str
    scopes_claim: str
    scopes_prefix: str
    default_scopes: frozenset[str]
    leeway: float


class Tokens:
    """Tells callers by their tokens."""

    def __init__(self, rules: Rules, issuer: Issuer, *, now: Callable[[], float] = time.time) -> None:
        self._rules = rules
        self._issuer = issuer
        self._now = now
        self._signatures = PyJWS(
            algorithms=list(rules.algorithms),
            options={"verify_signature": True, "enforce_minimum_key_length": True},
        )

    def is_token(self, secret: bytes) -> bool:
        """Whether this is meant to be one: three parts, of which the first is a JSON object in base64url."""
        return secret.startswith(b"eyJ") and secret.count(b".") == 2  # noqa: PLR2004 - RFC 7515, section 3.1

    async def verify(self, token: bytes) -> tuple[Caller, float]:
        """Whom the token stands for, and for how many seconds that holds.

        That is until it expires, but no longer than the issuer's keys count as the newest: one that has
        been withdrawn must stop opening doors.
        """
        claims = await self._signed(token)
        now, rules = self._now(), self._rules
        expires = _check(claims, rules, now)
        caller = Caller(_project(claims, rules), f"{rules.issuer} {claims['sub']}", _scopes(claims, rules))
        return caller, min(expires + rules.leeway - now, max(self._issuer.seconds_fresh(), PAUSE))

    async def aclose(self) -> None:
        """Close connections to the issuer."""
        await self._issuer.aclose()

    async def _signed(self, token: bytes) -> Mapping[str, Any]:
        """What the token claims, if the issuer signed it."""
        algorithm, key_id = self._head(token)
        try:
            keys = await self._issuer.keys(algorithm, key_id)
        except IssuerError:
            raise ServiceUnavailableError(
                "Tokens cannot be checked at the moment: the issuer's keys cannot be had. Try again soon.",
                headers={"retry-after": f"{PAUSE:.0f}"},
            ) from None
        for key in keys:
            try:
                payload = self._signatures.decode_complete(token, key, algorithms=[algorithm])["payload"]
            except (jwt.PyJWTError, ValueError, RecursionError):
                continue
            return _object(payload)
        raise refused(FORGED)

    def _head(self, token: bytes) -> tuple[str, str | None]:
        if len(token) > LONGEST:
            raise refused(MALFORMED)
        try:
            head = self._signatures.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise refused(MALFORMED) from None
        algorithm, key_id = head.get("alg"), head.get("kid")
        if algorithm not in self._rules.algorithms:
            raise refused("it is signed by an algorithm that this server does not take")
        if "crit" in head or "b64" in head or not isinstance(key_id, str | None):
            raise refused(MALFORMED)
        return algorithm, key_id


def load(settings: Settings) -> Tokens:
    """What the settings ask for. Raises ValueError for settings that do not go together."""
    return Tokens(rules(settings), issuer(settings))


def issuer(settings: Settings) -> Issuer:
    """The provider that the settings name."""
    algorithms = listed(settings.oidc_algorithms)
    return Issuer(settings.oidc_issuer or "", algorithms, refresh=settings.oidc_refresh_seconds)


def rules(settings: Settings) -> Rules:
    """What the settings ask of tokens, or ValueError."""
    audiences = frozenset(listed(settings.oidc_audience))
    if not audiences:
        raise ValueError(
            "LOCKSTEP_OIDC_AUDIENCE: say what tokens must be meant for. Without, those that the issuer made "
            "for any other service would open this one."
        )
    return Rules(
        issuer=settings.oidc_issuer or "",
        audiences=audiences,
        algorithms=tuple(listed(settings.oidc_algorithms)),
        project_claim=settings.oidc_project_claim,
        project_prefix=settings.oidc_project_prefix,
        scopes_claim=settings.oidc_scopes_claim,
        scopes_prefix=settings.oidc_scopes_prefix,
        default_scopes=granted(listed(settings.oidc_default_scopes)),
        leeway=settings.oidc_leeway_seconds,
    )


def refused(reason: str) -> AuthenticationError:
    """The token opens nothing."""
    return AuthenticationError(f"Invalid token: {reason}.", headers=CHALLENGE)


def _object(payload: bytes) -> Mapping[str, Any]:
    try:
        claims = decode(payload)
    except ValueError:
        raise refused(MALFORMED) from None
    if not isinstance(claims, dict):
        raise refused(MALFORMED)
    return claims


def _check(claims: Mapping[str, Any], rules: Rules, now: float) -> float:
    """When the token expires, if it is one for us and for now (RFC 7519, section 4.1)."""
    if claims.get("iss") != rules.issuer:
        raise refused("it is of another issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(each, str) and each in rules.audiences for each in audiences):
        raise refused("it is meant for another service")
    expires = _time(claims, "exp")
    if expires is None:
        raise refused("it does not say when it expires")
    if now >= expires + rules.leeway:
        raise NotGuessedError("Invalid token: it has expired.", headers=CHALLENGE)
    for name in ("nbf", "iat"):
        begins = _time(claims, name)
        if begins is not None and now + rules.leeway < begins:
            raise refused("it is not valid yet")
    if not _is_name(claims.get("sub")):
        raise refused("it names no subject")
    return expires


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    """A NumericDate: seconds, also in fractions."""
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused(MALFORMED)
    try:
        seconds = float(value)
    except OverflowError:
        raise refused(MALFORMED) from None
    if not math.isfinite(seconds):
        raise refused(MALFORMED)
    return seconds


def _project(claims: Mapping[str, Any], rules: Rules) -> str:
    value = _claim(claims, rules.project_claim)
    if not _is_name(value):
        raise PermissionDeniedError(
            f"Your token names no project: its claim '{rules.project_claim}' is no name."
        )
    return rules.project_prefix + str(value)


def _scopes(claims: Mapping[str, Any], rules: Rules) -> frozenset[str]:
    value = _claim(claims, rules.scopes_claim)
    names = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    prefix = rules.scopes_prefix
    ours = (name.removeprefix(prefix) for name in names if isinstance(name, str) and name.startswith(prefix))
    return granted(ours) or rules.default_scopes


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or else by the way to it: `realm_access.roles`. Names themselves may hold dots."""
    if name in claims:
        return claims[name]
    for outer, value in claims.items():
        if isinstance(value, Mapping) and name.startswith(outer + "."):
            found = _claim(value, name.removeprefix(outer + "."))
            if found is not None:
                return found
    return None


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()
