"""What was sent and what came back, kept to be shown: keys redacted, long bodies shortened."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.wire.contract import Operation
from conformance.wire.events import Event

KEPT: Final = 65_536
"""Bytes of a body that are kept."""
_SECRET: Final = frozenset({"authorization", "cookie", "set-cookie", "x-api-key", "api-key"})


@dataclass(slots=True)
class Exchange:
    """One request and its answer. `key` says which key was sent: first, second or none."""

    method: str
    url: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    key: str
    operation: Operation | None
    status: int = 0
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""
    events: list[Event] = field(default_factory=list)
    seconds: float = 0.0
    trouble: str = ""
    """Why there is no whole answer, if there is none."""

    @property
    def media(self) -> str:
        """The media type of the answer, without parameters."""
        return self.answer_headers.get("content-type", "").partition(";")[0].strip().lower()

    def curl(self) -> str:
        """Return a command that sends the same request."""
        return self.command("-sS -i", {})

    def command(self, options: str, variables: Mapping[str, str]) -> str:
        """Return a curl command with these options, and with variables in the place of some ids."""
        parts = ["curl", options]
        if self.method != "GET":
            parts += ["-X", self.method]
        parts.append(_quoted(self.url, variables))
        # Double quotes: the shell puts the key in.
        parts += [f'-H "authorization: Bearer ${_VARIABLES[self.key]}"'] if self.key in _VARIABLES else []
        for name, value in self.headers.items():
            if name.lower() in _OWN or name.lower() in _SECRET:
                continue
            parts += ["-H", _quoted(f"{name}: {value}", variables)]
        if self.body:
            parts += ["--data-binary", _quoted(_text(self.body), variables)]
        return " ".join(parts)

    def value(self) -> dict[str, Any]:
        """Return it as plain values for a report."""
        shown: dict[str, Any] = {
            "operation": self.operation.id if self.operation else None,
            "request": {
                "method": self.method,
                "url": self.url,
                "key": self.key,
                "headers": redacted(self.headers),
                "body": _text(self.body),
            },
            "response": {
                "status": self.status or None,
                "headers": redacted(self.answer_headers),
                "body": _text(self.answer),
            },
            "seconds": round(self.seconds, 3),
            "trouble": self.trouble or None,
            "curl": self.curl(),
        }
        return shown


_VARIABLES: Final = {"first": "API_KEY", "second": "SECOND_KEY"}
_OWN: Final = frozenset(
    {"host", "accept", "accept-encoding", "connection", "user-agent", "content-length", "authorization"}
)


def _quoted(text: str, variables: Mapping[str, str]) -> str:
    """Return a text as one word of the shell, with variables in the place of ids."""
    quoted = shlex.quote(text)
    if any(found in text for found in variables):
        quoted = "'" + text.replace("'", "'\\''") + "'"
    for found, variable in variables.items():
        quoted = quoted.replace(found, f"'\"${variable}\"'")
    return quoted


_IDS: Final = re.compile(rb'"id":\s*"([^"\\]+)"')
_SHORTEST: Final = 6
"""Characters that tell an id from a word."""


def reproduction(exchanges: Sequence[Exchange]) -> str:
    """Return a script for the shell that leads to the last exchange again.

    What was changed before comes first; ids that answers gave are caught in variables, they will be others.
    """
    *before, last = exchanges
    lines: list[str] = []
    variables: dict[str, str] = {}
    for at, exchange in enumerate(before, 1):
        needed = _needed(exchange, exchanges[at:], variables)
        if needed:
            lines.append(f"ANSWER{at}=$({exchange.command('-sS', variables)})")
        elif exchange.method != "GET":
            lines.append(exchange.command("-sS", variables))
        for position, made in needed:
            variable = f"ID{len(variables) + 1}"
            lines.append(f'{variable}=$(printf %s "$ANSWER{at}" | {_CATCH.format(position)})')
            variables[made] = variable
    return "\n".join([*lines, last.command("-sS -i", variables)])


_CATCH: Final = """grep -o '"id": *"[^"]*"' | sed -n {}p | cut -d'"' -f4"""


def _needed(exchange: Exchange, later: Sequence[Exchange], known: Mapping[str, str]) -> list[tuple[int, str]]:
    """Return the ids of an answer that later requests name, with their position among its ids."""
    sent = "\n".join(f"{one.url} {_text(one.body)}" for one in later)
    found = [one.decode("utf-8", "replace") for one in _IDS.findall(exchange.answer)]
    return [
        (position, made)
        for position, made in enumerate(found, 1)
        if len(made) >= _SHORTEST and made in sent and made not in known and found.index(made) + 1 == position
    ]


def redacted(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with secrets blotted out."""
    return {name: "•••" if name.lower() in _SECRET else value for name, value in headers.items()}


def _text(body: bytes) -> str:
    text = body[:KEPT].decode("utf-8", "replace")
    return text if len(body) <= KEPT else f"{text}… ({len(body) - KEPT:,} bytes more)"


def parsed(body: bytes) -> Any:
    """Return a body as JSON; raises ValueError where it is none.

    NaN and the infinities, which Python would read, are no JSON (RFC 8259, section 6).
    """
    try:
        return json.loads(body, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested deeper than any program reads") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
