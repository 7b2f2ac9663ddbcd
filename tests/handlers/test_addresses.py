"""Public addresses are reached, all others are not, however they are written."""

import socket

import pytest

from handlers.addresses import PrivateAddressError, public, resolve

PUBLIC = [
    "93.184.216.34",
    "8.8.8.8",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]
PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
    "2002:7f00:1::1", "2001:0:7f00:1::1", "not an address",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address):
    assert public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private(address):
    assert not public(address)


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "::1"])
async def test_other_ways_to_write_a_private_address_are_seen_through(host):
    with pytest.raises(PrivateAddressError) as raised:
        await resolve(host, 80, private=False)
    assert "127.0.0.1" not in str(raised.value).replace(host, "")
    assert await resolve(host, 80, private=True)


async def test_one_private_address_among_several_is_enough(monkeypatch):
    def found(*_args, **_options):
        family = socket.AF_INET
        return [(family, 1, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(PrivateAddressError):
        await resolve("both.test", 80, private=False)
    assert await resolve("both.test", 80, private=True) == ["93.184.216.34", "10.0.0.1"]
