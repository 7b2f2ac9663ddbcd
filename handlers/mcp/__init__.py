"""Servers of the Model Context Protocol as a turn reaches them, and what goes wrong with them.

The official SDK is large: `handlers.mcp.connection` imports it, and is itself imported on first use.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

HIDDEN = "[hidden]"
SURE, LIKELY = 6, 12
"""Characters from which a token or password, and any other header or query value, is searched for in texts:
shorter ones would be found in words that are nobody's secret."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, and what it is sent with every request. Secrets do not show in `repr`."""

    label: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def address(self) -> str:
        """The URL without user and password, which stand in `headers`."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def hide(self, text: str) -> str:
        """A text that came from the server (or from below) without what the server was told in confidence."""
        for secret in self._secrets():
            text = text.replace(secret, HIDDEN)
        return text

    def _secrets(self) -> list[str]:
        parts = urlsplit(self.url)
        token = self.headers.get("authorization", "").partition(" ")[2]
        sure = {token, parts.password or "", unquote(parts.password or "")}
        likely = {*self.headers.values(), parts.query, *(value for _name, value in parse_qsl(parts.query))}
        found = {value for value in sure if len(value) >= SURE} | {
            value for value in likely if len(value) >= LIKELY
        }
        return sorted(found, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long and how much."""

    connect_seconds: float
    """For a connection with its handshake, and for the list of tools."""
    call_seconds: float
    max_bytes: int
    """Of one answer."""
    private: bool
    """Whether private addresses may be reached."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a call came to."""

    text: str
    failed: bool
    content: list[dict[str, Any]]
    """The parts as the protocol has them."""


class ServerFailure(Exception):  # noqa: N818 - it is the server's failure, told in an item
    """A server that cannot be reached, is too slow, or does not keep to the protocol."""

    def __init__(self, error: dict[str, Any]) -> None:
        """`error` is an `HTTPError` or `MCPProtocolError` of the contract."""
        super().__init__(error["message"])
        self.error = error


def http_failure(code: int, message: str) -> ServerFailure:
    """`code` is the server's status; 502 for none at all, 504 for too slow."""
    return ServerFailure({"type": "http_error", "code": code, "message": message})


def protocol_failure(code: int, message: str) -> ServerFailure:
    """`code` is JSON-RPC's."""
    return ServerFailure({"type": "mcp_protocol_error", "code": code, "message": message})
