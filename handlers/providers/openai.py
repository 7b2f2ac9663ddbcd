"""Any OpenAI-compatible endpoint over HTTP: Ollama, vLLM, llama.cpp, OpenAI, another Lockstep.

Connections are pooled. A call is tried again only before the first byte of an answer, a bounded number of
times. Leaving a call, or closing a stream, closes its connection, which is how endpoints learn to stop.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from handlers.encoding import decode, encode
from handlers.errors import ApiError, BadGatewayError, GatewayTimeoutError
from handlers.providers import Provider
from handlers.settings import Settings
from handlers.sse_decoder import Decoder
from handlers.tracing import OUTGOING
from handlers.upstream_errors import failure, failure_in_answer

log = structlog.get_logger("lockstep")

RETRIED = frozenset({429, 500, 502, 503, 504})
FIRST_WAIT = 0.25
"""Seconds before the first retry; each further one doubles it."""
LONGEST_WAIT = 8.0
"""An endpoint that asks for more patience than this gets no retry: the client hears of it instead."""
LONGEST_ERROR = 64 * 1024
"""Bytes of an error's body that are read."""
UNSENT = (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""What may befall a call before the answer begins, stale pooled connections above all."""


class OpenAI:
    """One endpoint, by its base URL and key."""

    name = "openai"

    def __init__(
        self, client: httpx.AsyncClient, *, retries: int, first_wait: float = FIRST_WAIT, secret: str = ""
    ) -> None:
        self._client = client
        self._secret = secret
        self._retries = retries
        self._first_wait = first_wait

    async def models(self) -> list[dict[str, Any]]:
        """What `GET /models` lists; Ollama says null for none."""
        listed = _mapping(await self._json("GET", "models")).get("data")
        return [model for model in listed or () if isinstance(model, dict)]

    async def delete_model(self, model: str) -> dict[str, Any]:
        """Passed on as it is."""
        return _mapping(await self._json("DELETE", f"models/{quote(model, safe=':')}"))

    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """One answer, whole."""
        answer = _mapping(await self._json("POST", "chat/completions", {**body, "stream": False}))
        return _faultless(answer, self._secret)

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """The chunks as they come. A stream that breaks off is a BadGatewayError, wherever it does."""
        async with self._answer("POST", "chat/completions", {**body, "stream": True}) as response:
            if response.headers.get("content-type", "").startswith("application/json"):
                raise _no_stream(await response.aread(), self._secret)
            finished = False
            async with aclosing(_events(response)) as events:
                async for data in events:
                    if data == "[DONE]":
                        return
                    chunk = _chunk(data, self._secret)
                    finished = finished or _finishes(chunk)
                    yield chunk
            if not finished:
                raise BadGatewayError("The model endpoint's stream ended before its answer was complete.")

    async def aclose(self) -> None:
        """Close the pool."""
        await self._client.aclose()

    async def _json(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        async with self._answer(method, path, body) as response:
            payload = await response.aread()
        try:
            return decode(payload)
        except ValueError:
            raise _garbage("no JSON") from None

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """A successful answer whose body is still to be read; closed at the end whatever happens."""
        response = await self._send(method, path, None if body is None else encode(body))
        try:
            yield response
        except httpx.TimeoutException:
            raise GatewayTimeoutError("The model endpoint fell silent in the middle of its answer.") from None
        except httpx.HTTPError as error:
            raise BadGatewayError(f"The model endpoint broke off in the middle ({_what(error)}).") from None
        finally:
            await response.aclose()

    async def _send(self, method: str, path: str, content: bytes | None) -> httpx.Response:
        """The answer's head, if need be at the second or third attempt."""
        for tried in range(self._retries + 1):
            outcome = await self._try(method, path, content)
            if isinstance(outcome, httpx.Response):
                return outcome
            wait = self._wait(tried) if outcome.wait is None else outcome.wait
            if tried == self._retries or not outcome.passing or wait > LONGEST_WAIT:
                raise outcome.error
            log.warning(
                "provider_retried", attempt=tried + 1, seconds=round(wait, 3), reason=outcome.error.message
            )
            await asyncio.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _wait(self, tried: int) -> float:
        """Doubles each time, and varies so that clients who failed together do not return together."""
        spread = random.uniform(0.5, 1)  # noqa: S311 - no secret depends on it
        return float(self._first_wait * 2**tried * spread)

    async def _try(self, method: str, path: str, content: bytes | None) -> "httpx.Response | Setback":
        headers = {**OUTGOING.get()}
        if content is not None:
            headers["content-type"] = "application/json"
        try:
            request = self._client.build_request(method, path, content=content, headers=headers)
            response = await self._client.send(request, stream=True)
        except (httpx.ConnectTimeout, httpx.PoolTimeout):
            return Setback(GatewayTimeoutError("The model endpoint cannot be reached in time."), passing=True)
        except httpx.TimeoutException:
            return Setback(GatewayTimeoutError("The model endpoint took too long to answer."), passing=False)
        except UNSENT as error:
            return Setback(
                BadGatewayError(f"The model endpoint cannot be reached ({_what(error)})."), passing=True
            )
        except httpx.HTTPError as error:
            return Setback(
                BadGatewayError(f"The model endpoint answers no HTTP ({_what(error)})."), passing=False
            )
        if response.is_success:
            return response
        return await self._setback(response)

    async def _setback(self, response: httpx.Response) -> "Setback":
        """The error of an answer that is none; its body is read only so far as an error can be long."""
        body = bytearray()
        try:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LONGEST_ERROR:
                    break
        except httpx.HTTPError:
            body.clear()
        finally:
            await response.aclose()
        status = response.status_code
        return Setback(
            failure(status, bytes(body), response.headers, self._secret),
            passing=status in RETRIED,
            wait=_asked_wait(response.headers),
        )


@dataclass(frozen=True, slots=True)
class Setback:
    """An attempt that failed: `passing` says that another may succeed, after `wait` seconds if given."""

    error: ApiError
    passing: bool
    wait: float | None = None


def connect(settings: Settings) -> Provider:
    """A pool for the endpoint of `LOCKSTEP_UPSTREAM_URL`; no connection is made yet."""
    url = settings.upstream_url
    if not url or not url.startswith(("http://", "https://")):
        raise ValueError(
            "LOCKSTEP_UPSTREAM_URL: the provider `openai` needs the base URL of its endpoint, "
            f"such as http://127.0.0.1:11434/v1, but got {url!r}."
        )
    key = settings.upstream_api_key
    secret = key.get_secret_value() if key else ""
    try:
        client = httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {secret}"} if secret else {},
            timeout=httpx.Timeout(settings.upstream_read_seconds, connect=settings.upstream_connect_seconds),
            limits=httpx.Limits(max_connections=settings.upstream_connections, keepalive_expiry=30),
        )
    except (ValueError, ImportError):  # its text may repeat a proxy's password
        raise ValueError(
            "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY: this server knows proxies such as http://host:port only. "
            "Set another one, or name the endpoint's host in NO_PROXY."
        ) from None
    return OpenAI(client, retries=settings.upstream_retries, secret=secret)


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds by `Retry-After` (RFC 9110, section 10.2.3): a number or a date."""
    asked = headers.get("retry-after")
    if asked is None:
        return None
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


async def _events(response: httpx.Response) -> AsyncGenerator[str, None]:
    decoder = Decoder()
    try:
        async for piece in response.aiter_bytes():
            for data in decoder.feed(piece):
                yield data
        for data in decoder.close():
            yield data
    except ValueError as error:
        raise _garbage(f"no event stream: {error}") from None


def _chunk(data: str, secret: str) -> dict[str, Any]:
    try:
        chunk = _mapping(decode(data))
    except ValueError:
        raise _garbage("an event that is no JSON") from None
    return _faultless(chunk, secret)


def _faultless(answer: dict[str, Any], secret: str) -> dict[str, Any]:
    """The answer, unless it is an error that was sent with status 200."""
    if answer.get("error"):
        raise failure_in_answer(answer, secret)
    return answer


def _no_stream(payload: bytes, secret: str) -> ApiError:
    """What a JSON answer to a streaming call is: an error sent with status 200, as a rule."""
    try:
        _faultless(_mapping(decode(payload)), secret)
    except ValueError:
        return _garbage("neither JSON nor an event stream")
    except ApiError as error:
        return error
    return _garbage("JSON where a stream was asked for")


def _finishes(chunk: Mapping[str, Any]) -> bool:
    choices = chunk.get("choices")
    return isinstance(choices, list) and any(
        isinstance(one, dict) and one.get("finish_reason") for one in choices
    )


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _garbage("JSON that is no object")
    return value


def _garbage(what: str) -> BadGatewayError:
    return BadGatewayError(f"The model endpoint's answer cannot be read ({what}).")


def _what(error: Exception) -> str:
    return str(error) or type(error).__name__
