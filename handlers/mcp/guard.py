"""The HTTP under the SDK: connects to checked addresses only, bounds answers, remembers what went wrong."""

import ssl
from collections.abc import AsyncIterator
from functools import cache

import httpx2
from typing_extensions import override

from handlers.addresses import PrivateAddressError, resolve
from handlers.mcp import Bounds, ServerFailure, http_failure

PORTS = {"http": 80, "https": 443}
STREAM = "text/event-stream"
SLOW = "The server takes too long."
REDIRECTS, ERRORS = 300, 400


class _Bounded(httpx2.AsyncByteStream):
    """A body that fails when it grows too large."""

    def __init__(self, inner: httpx2.AsyncByteStream, guard: "Guard") -> None:
        self._inner = inner
        self._guard = guard

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._guard.bounds.max_bytes
        try:
            async for chunk in self._inner:
                left -= len(chunk)
                if left < 0:
                    raise self._guard.failed(http_failure(502, "The server's answer is too large."))
                yield chunk
        except httpx2.TimeoutException:
            raise self._guard.failed(http_failure(504, SLOW)) from None

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


class Guard(httpx2.AsyncBaseTransport):
    """One for each connection of ours to a server; redirects pass here like everything else."""

    def __init__(self, bounds: Bounds, telling: frozenset[str]) -> None:
        """`telling` are the methods whose answers count: a stream that is not given is no failure."""
        self.bounds = bounds
        self._telling = telling
        self.failure: ServerFailure | None = None
        """What the last request met with; the SDK tells of it in its own ways, or not at all."""
        self._inner = httpx2.AsyncHTTPTransport(verify=_certificates())

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._sent(request)
        if request.method in self._telling:
            self.failure = _status(response)
        return self._checked(response)

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()

    def failed(self, failure: ServerFailure) -> httpx2.ReadError:
        """Remember; what is returned goes up through the SDK."""
        self.failure = failure
        return httpx2.ReadError(str(failure))

    async def _sent(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or PORTS[request.url.scheme]
        try:
            addresses = await resolve(host, port, private=self.bounds.private)
        except PrivateAddressError:
            raise self.failed(http_failure(502, "The server's address is not public.")) from None
        except OSError:
            raise self.failed(http_failure(502, "The server's name leads nowhere.")) from None
        for address in addresses:
            try:
                return await self._inner.handle_async_request(_redirected(request, host, address))
            except httpx2.ConnectError:
                continue
            except httpx2.TimeoutException:
                raise self.failed(http_failure(504, SLOW)) from None
            except httpx2.TransportError:
                raise self.failed(http_failure(502, "The connection to the server broke.")) from None
        raise self.failed(http_failure(502, "The server cannot be reached."))

    def _checked(self, response: httpx2.Response) -> httpx2.Response:
        """Compressed bodies, which were not asked for, could grow without bounds."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise self.failed(http_failure(502, "The server's answer is compressed."))
        if response.headers.get("content-type", "").startswith(STREAM):
            return response  # the SDK bounds each event
        if not isinstance(response.stream, httpx2.AsyncByteStream):
            raise TypeError("a transport that is async has async streams")
        stream = _Bounded(response.stream, self)
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=stream, extensions=response.extensions
        )


def _redirected(request: httpx2.Request, host: str, address: str) -> httpx2.Request:
    """The same request to an address; the name stays in `Host` and in what TLS checks."""
    extensions = dict(request.extensions)
    if request.url.scheme == "https" and address != host:
        extensions["sni_hostname"] = host
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions=extensions,
    )


def _status(response: httpx2.Response) -> ServerFailure | None:
    if response.status_code < REDIRECTS:
        return None
    if response.status_code < ERRORS:  # within the same origin the SDK follows, and what comes then counts
        return http_failure(
            response.status_code, "The server redirects to another one, which is not followed."
        )
    return http_failure(response.status_code, f"The server answered with status {response.status_code}.")


@cache
def _certificates() -> ssl.SSLContext:
    """Loading them takes longer than a call."""
    return httpx2.create_ssl_context()
