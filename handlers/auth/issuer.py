"""An OpenID provider and the keys it signs with: found by its discovery document, fetched anew now and then.

A token that names an unknown key makes us ask again, though not more than once in ten seconds, whoever sends
such tokens. While the provider does not answer, the keys it had count for a day. Its address is the
operator's word and may be private; how much it may say, and how long it may take, is bounded all the same.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import httpx
import jwt
import structlog

from handlers.encoding import decode
from handlers.redaction import address

log = structlog.get_logger("lockstep")

DISCOVERY = "/.well-known/openid-configuration"
FETCH_SECONDS = 8.0
LONGEST = 512 * 1024
"""Bytes of a document that are read."""
LONGEST_SHOWN = 200
"""Characters of what it says that are repeated, to the operator alone."""
PAUSE = 10.0
"""Seconds between two attempts to fetch, whoever asks for them."""
OLDEST = 24 * 3600.0
"""Seconds for which keys count that could not be fetched anew."""
MOST = 64
"""Keys of a provider that are looked at; those in use have two or three."""

FITS: Mapping[tuple[str, str | None], tuple[str, ...]] = {
    ("RSA", None): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
    ("OKP", "Ed448"): ("EdDSA",),
}
"""What keys of a kind and curve sign with (RFC 7518, section 3.1; RFC 8037). Symmetric ones are not here."""


class IssuerError(Exception):
    """The keys cannot be had, and why, in words for the operator."""


class KeySet:
    """Public keys by what tokens name them by: algorithm, and id."""

    def __init__(self, published: Iterable[Any], algorithms: Sequence[str]) -> None:
        self._by_algorithm: defaultdict[str, list[tuple[str | None, jwt.PyJWK]]] = defaultdict(list)
        for entry in list(published)[:MOST]:
            for algorithm, key in _usable(entry, algorithms):
                self._by_algorithm[algorithm].append((entry.get("kid"), key))

    def __len__(self) -> int:
        """How many uses there are for them: a key counts once for each of its algorithms."""
        return sum(map(len, self._by_algorithm.values()))

    def algorithms(self) -> list[str]:
        """What there are keys for."""
        return sorted(algorithm for algorithm, keys in self._by_algorithm.items() if keys)

    def find(self, algorithm: str, key_id: str | None) -> Sequence[jwt.PyJWK]:
        """Keys that a token may have been signed with. One that names none must leave no choice."""
        keys = self._by_algorithm.get(algorithm, ())
        if key_id is None:
            return [key for _, key in keys] if len(keys) == 1 else ()
        return [key for known, key in keys if known == key_id]


def _usable(entry: Any, algorithms: Sequence[str]) -> Iterable[tuple[str, jwt.PyJWK]]:
    """What a JSON Web Key (RFC 7517, section 4) can check signatures of, among the algorithms allowed."""
    if not isinstance(entry, dict) or "d" in entry or entry.get("use", "sig") != "sig":
        return
    operations = entry.get("key_ops")
    if isinstance(operations, list) and "verify" not in operations:
        return
    curve = None if entry.get("kty") == "RSA" else entry.get("crv")
    try:
        fitting = FITS.get((entry.get("kty", ""), curve), ())
    except TypeError:  # somebody's idea of a kind or curve that is no text
        return
    for algorithm in fitting:
        if algorithm in algorithms and entry.get("alg", algorithm) == algorithm:
            try:
                yield algorithm, jwt.PyJWK(entry, algorithm)
            except (jwt.PyJWTError, ValueError, TypeError):
                return


class Issuer:
    """One provider. Its keys are fetched at the first token."""

    def __init__(
        self,
        url: str,
        algorithms: Sequence[str],
        *,
        refresh: float,
        clock: Callable[[], float] = time.monotonic,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self.url = url
        self._algorithms = algorithms
        self._refresh = refresh
        self._clock = clock
        self._client = client or httpx.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=False)
        self._keys: KeySet | None = None
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._fetching = asyncio.Lock()
        self._behind: asyncio.Task[bool] | None = None

    async def keys(self, algorithm: str, key_id: str | None) -> Sequence[jwt.PyJWK]:
        """Keys that a token may have been signed with, none if there are none; or IssuerError."""
        known = self._current()
        if known is None:
            await self._renew()
            known = self._current()
            if known is None:
                raise IssuerError("its keys have not been fetched")
        elif self.seconds_fresh() == 0 and self._may_try() and (self._behind is None or self._behind.done()):
            self._behind = asyncio.create_task(self._renew(), name="issuer's keys")
        found = known.find(algorithm, key_id)
        if not found and await self._renew() and self._keys is not None:
            found = self._keys.find(algorithm, key_id)
        return found

    def seconds_fresh(self) -> float:
        """For how long the keys count as the newest."""
        return max(0.0, self._fetched + self._refresh - self._clock())

    async def fetch(self) -> KeySet:
        """Get the keys that are published now, or IssuerError."""
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                described = await self._get(self.url.rstrip("/") + DISCOVERY)
                if (name := described.get("issuer")) != self.url:
                    said = repr(name)[:LONGEST_SHOWN]
                    raise IssuerError(f"its discovery document is another issuer's: it says {said}")
                published = await self._get(self._place(described.get("jwks_uri")))
        except TimeoutError:
            raise IssuerError(f"it has not answered for {FETCH_SECONDS:g} seconds") from None
        keys = published.get("keys")
        if not isinstance(keys, list):
            raise IssuerError("its key set has no list 'keys'")
        return KeySet(keys, self._algorithms)

    async def aclose(self) -> None:
        """Close connections."""
        if self._behind is not None:
            self._behind.cancel()
            await asyncio.gather(self._behind, return_exceptions=True)
        await self._client.aclose()

    def _current(self) -> KeySet | None:
        return self._keys if self._clock() - self._fetched < OLDEST else None

    def _may_try(self) -> bool:
        return self._clock() - self._tried >= PAUSE

    async def _renew(self) -> bool:
        """Fetch, unless somebody has just done so; answers whether there may be keys not seen before."""
        before = self._keys
        async with self._fetching:
            if self._keys is not before:
                return True
            if not self._may_try():
                return False
            self._tried = self._clock()
            try:
                self._keys = await self.fetch()
            except IssuerError as error:
                log.warning("issuer_unavailable", issuer=address(self.url), reason=str(error))
                return False
            self._fetched = self._clock()
            return True

    def _place(self, url: Any) -> str:
        """Where the keys are: not on a way that is easier to listen to than the issuer's own."""
        allowed = ("https://",) if self.url.startswith("https://") else ("https://", "http://")
        if not isinstance(url, str) or not url.startswith(allowed):
            raise IssuerError("its discovery document names no 'jwks_uri' that can be used")
        return url

    async def _get(self, url: str) -> Mapping[str, Any]:
        body = b""
        try:
            # Uncompressed, so that what is read is as long as what is counted.
            headers = {"accept": "application/json", "accept-encoding": "identity"}
            async with self._client.stream("GET", url, headers=headers) as response:
                if response.status_code != httpx.codes.OK:
                    raise IssuerError(f"{address(url)} answers {response.status_code}")
                async for part in response.aiter_raw():
                    body += part
                    if len(body) > LONGEST:
                        raise IssuerError(f"{address(url)} says more than {LONGEST} bytes")
            document = decode(body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise IssuerError(f"{address(url)} cannot be reached ({type(error).__name__})") from None
        except ValueError:
            raise IssuerError(f"{address(url)} is no JSON") from None
        if not isinstance(document, dict):
            raise IssuerError(f"{address(url)} is no JSON object")
        return document
