"""Servers without keys: for one machine. No web page gets in by giving its own name our address."""

import ipaddress
from collections.abc import Mapping

from handlers.auth.callers import DEFAULT_PROJECT, Caller
from handlers.errors import PermissionDeniedError

ANYBODY = Caller(DEFAULT_PROJECT, "anybody")


class OpenGate:
    """Asks for no key."""

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        """The default project, for whoever calls this machine by a name of its own (no DNS rebinding)."""
        host = headers.get(b"host", b"localhost").decode("latin-1")
        if not is_loopback(hostname(host)):
            raise PermissionDeniedError(
                "Without keys (--no-auth) this server answers on loopback only: use http://127.0.0.1."
            )
        return ANYBODY


def is_loopback(host: str) -> bool:
    """Whether a host name or address cannot be reached from another machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def hostname(host: str) -> str:
    """The name in a Host header: `[::1]:8080` is `::1`, `localhost:8080` is `localhost`."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
