"""What lies between this server and others: open files, proxies, the search engine, private addresses."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from handlers import auth, redaction, search
from handlers.doctor import Finding, doubtful, good, wrong
from handlers.search import Query, SearchError
from handlers.settings import Settings

OWN_FILES = 64
"""Files that a process has open besides its connections."""
FEW_CLIENTS, MANY_CLIENTS = 100, 1000
SCHEMES = ("http", "https")


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything but the model endpoint and the database, which have checks of their own."""
    limit = open_files()
    if limit is not None:
        yield _files(settings, limit)
    if settings.provider == "openai" and settings.upstream_url:
        for finding in _proxy(settings.upstream_url):
            yield finding
    if settings.allow_private_urls and not auth.is_loopback(settings.host):
        yield doubtful(
            "private addresses",
            "LOCKSTEP_ALLOW_PRIVATE_URLS: whoever has a key reaches this server's network through MCP.",
        )
    if settings.search_provider:
        yield await _search(settings)


def open_files() -> int | None:
    """How many files this process may have open; None where the system does not tell."""
    try:
        import resource  # noqa: PLC0415 - not everywhere
    except ImportError:
        return None
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def _files(settings: Settings, limit: int) -> Finding:
    own = settings.upstream_connections + settings.database_connections + OWN_FILES
    clients = limit - own
    text = f"{limit} may be open, {own} of them for this server's own use"
    advice = "Raise it (ulimit -n 65536, LimitNOFILE=), or lower LOCKSTEP_UPSTREAM_CONNECTIONS."
    if clients < FEW_CLIENTS:
        return wrong("open files", f"{text}: that leaves {max(0, clients)} for clients. {advice}")
    if clients < MANY_CLIENTS:
        return doubtful("open files", f"{text}: that leaves {clients} for clients. {advice}")
    return good("open files", text)


def _proxy(url: str) -> list[Finding]:
    """Whether the way to the model endpoint is the one that is meant."""
    parts = urlsplit(url)
    host, proxies = parts.hostname or "", getproxies()
    name = next((name for name in (parts.scheme, "all") if proxies.get(name)), None)
    if name is None or proxy_bypass(host):
        return []
    variable, shown = f"{name.upper()}_PROXY", redaction.address(proxies[name])
    scheme = urlsplit(proxies[name]).scheme
    if scheme not in SCHEMES:
        return [
            wrong(
                "proxy",
                f"{variable}: {shown!r} is no proxy that this server knows. Expected http://host:port.",
            )
        ]
    text = f"calls to {host} go through {shown} ({variable})"
    if _near(host):
        return [doubtful("proxy", f"{text}, though it is near. Add it to NO_PROXY if that is not meant.")]
    return [good("proxy", text)]


def _near(host: str) -> bool:
    if auth.is_loopback(host) or "." not in host:
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return host.endswith((".local", ".internal"))


async def _search(settings: Settings) -> Finding:
    try:
        engine = search.load(settings)
    except ValueError as error:
        return wrong("search", str(error))
    assert engine is not None  # noqa: S101 - the setting names one
    try:
        async with asyncio.timeout(settings.search_seconds + 1):
            hits = await engine.find(Query("lockstep"))
    except (SearchError, TimeoutError) as error:
        where = redaction.address(settings.search_url or "")
        return wrong("search", f"{engine.name} at {where}: {str(error) or 'it takes too long.'}")
    finally:
        await engine.aclose()
    if not hits:
        return doubtful("search", f"{engine.name} answers, but found nothing; which engines does it ask?")
    return good("search", f"{engine.name} answers")
