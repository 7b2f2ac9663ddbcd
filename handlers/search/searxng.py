"""SearXNG, a search engine to host oneself, by its JSON interface (`search.formats` must have `json`)."""

import ssl
from collections.abc import Sequence
from functools import cache
from typing import Any

import httpx

from handlers.encoding import decode
from handlers.search import Hit, Query, Search, SearchError
from handlers.settings import Settings

LONGEST = 4 * 1024 * 1024
"""Bytes of an answer that are read."""
FORBIDDEN = 403


class SearXNG:
    """One instance, by its base URL."""

    name = "searxng"

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url.rstrip("/") + "/search"
        self._seconds = seconds
        self._client: httpx.AsyncClient | None = None

    async def find(self, query: Query) -> Sequence[Hit]:
        """What the first page of results has. Domains go into the query as `site:`; places are not known."""
        sites = " OR ".join(f"site:{domain}" for domain in query.domains)
        text = f"{query.text} ({sites})" if len(query.domains) > 1 else f"{query.text} {sites}".strip()
        answer = await self._answer({"q": text, "format": "json"})
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list):
            raise SearchError("The search engine's answer has no results.")
        return [_hit(result) for result in results if isinstance(result, dict) and result.get("url")]

    async def aclose(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _answer(self, parameters: dict[str, str]) -> Any:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=self._seconds, verify=_certificates())
        try:
            async with self._client.stream("GET", self._url, params=parameters) as response:
                if response.status_code == FORBIDDEN:
                    raise SearchError("The search engine does not answer in JSON: `search.formats` lacks it.")
                if response.status_code != httpx.codes.OK:
                    raise SearchError(f"The search engine answered with status {response.status_code}.")
                return decode(await _read(response))
        except httpx.TimeoutException:
            raise SearchError("The search engine takes too long.") from None
        except httpx.HTTPError:
            raise SearchError("The search engine cannot be reached.") from None
        except ValueError:
            raise SearchError("The search engine's answer is no JSON.") from None


@cache
def _certificates() -> ssl.SSLContext:
    """Loading them takes longer than asking."""
    return httpx.create_ssl_context()


def connect(settings: Settings) -> Search:
    """The instance at `LOCKSTEP_SEARCH_URL`. Raises ValueError without one."""
    if not (settings.search_url or "").startswith(("http://", "https://")):
        raise ValueError(
            "LOCKSTEP_SEARCH_URL: expected the URL of a SearXNG instance, 'http://localhost:8888'."
        )
    return SearXNG(str(settings.search_url), settings.search_seconds)


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LONGEST:
            raise SearchError("The search engine's answer is too large.")
    return bytes(body)


def _hit(result: dict[str, Any]) -> Hit:
    title, text = (str(result.get(name) or "") for name in ("title", "content"))
    return Hit(str(result["url"]), title or str(result["url"]), text)
