"""Which addresses this server connects to on a client's behalf: public ones, unless allowed others.

A name is resolved here, and the connection goes to an address that was checked: a name server that answers
differently the second time gains nothing.
"""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""IPv6 addresses that are IPv4 addresses behind a translator (RFC 6052, 8215)."""
COMPATIBLE = IPv6Network("::/96")
"""IPv4 addresses in an older notation of IPv6 (RFC 4291, 2.5.5.1)."""


class PrivateAddressError(Exception):
    """The name leads to an address that is not public. The text does not tell which."""

    def __init__(self, host: str) -> None:
        super().__init__(f"'{host}' has an address that is not public")


async def resolve(host: str, port: int, *, private: bool) -> list[str]:
    """The addresses of a host, all of them public unless `private` is allowed.

    Raises PrivateAddressError when a single one is not, and OSError when there are none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not private and not all(public(address) for address in addresses):
        raise PrivateAddressError(host)
    return addresses


def public(address: str) -> bool:
    """Whether anybody on the internet could reach it; an address inside another counts as well."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return all(_global(each) for each in _inside(parsed))


def _global(address: Address) -> bool:
    # Some of these are global to Python (multicast, and others by its version) and yet nobody's server.
    odd = (address.is_multicast, address.is_reserved, address.is_unspecified, address.is_loopback)
    local = isinstance(address, IPv6Address) and (address.is_site_local or address.scope_id is not None)
    return address.is_global and not any(odd) and not local


def _inside(address: Address) -> Iterator[Address]:
    """The address to judge: the IPv4 address that an IPv6 one stands for, or itself."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address.teredo is not None:
        yield from address.teredo
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif any(address in network for network in (*NAT64, COMPATIBLE)):
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    else:
        yield address
