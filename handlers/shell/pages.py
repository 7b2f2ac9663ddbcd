"""What is served outside the contract's base path: the document, probes, metrics. GET and HEAD only."""

from collections.abc import Awaitable, Callable, Mapping

from handlers.shell.exchange import Exchange
from handlers.shell.faults import method_not_allowed, unknown_url

Page = Callable[[Exchange], Awaitable[None]]

ALLOW = "GET, HEAD, OPTIONS"
_READS = frozenset({"GET", "HEAD"})


def constant(body: bytes) -> Page:
    """JSON that never changes."""

    async def page(exchange: Exchange) -> None:
        await exchange.answer(200, body)

    return page


async def serve(pages: Mapping[str, Page], exchange: Exchange) -> None:
    """Answer with the page of that path, or say that there is none."""
    method, path = exchange.scope["method"], exchange.scope["path"]
    page = pages.get(path)
    if page is None:
        raise unknown_url(method, path)
    if method in _READS:
        await page(exchange)
    elif method == "OPTIONS":
        await exchange.answer(204, b"", [(b"allow", ALLOW.encode())])
    else:
        raise method_not_allowed(method, path, ALLOW)
