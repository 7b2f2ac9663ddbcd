"""Where a document's bytes come from: a path, standard input, a git revision, or an allowed URL."""

import dataclasses
import ipaddress
import pathlib
import posixpath
import re
import socket
import subprocess  # git is asked for a file of a revision, with an argument list and no shell
import sys
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin, urlsplit

from conformance.contract.findings import Position
from conformance.contract.trees import Limits, LoadError

if TYPE_CHECKING:
    import httpx

Kind = Literal["file", "url", "git", "stdin", "value"]

_URL = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_GIT = re.compile(r"(?P<ref>[^:\s-][^:\s]*):(?P<path>[^:]+)\Z")
_REDIRECTS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """One place a file can be read from; `name` is how positions call it."""

    kind: Kind
    name: str

    def join(self, reference: str) -> "Source":
        """Return where a relative or absolute reference inside this file leads."""
        if _URL.match(reference):
            return Source("url", reference)
        if self.kind == "url":
            return Source("url", urljoin(self.name, reference))
        if _SCHEME.match(reference) or reference.startswith("/"):
            raise LoadError(
                f"{reference!r} is neither a relative path nor an http(s) URL", Position(self.name)
            )
        if self.kind == "git":
            ref, _, path = self.name.partition(":")
            return Source(
                "git", f"{ref}:{posixpath.normpath(posixpath.join(posixpath.dirname(path), reference))}"
            )
        if self.kind == "value":
            raise LoadError(f"{reference!r} needs a file to be relative to", Position(self.name))
        here = "." if self.kind == "stdin" else posixpath.dirname(self.name)
        return Source("file", posixpath.normpath(posixpath.join(here, reference)))


@dataclasses.dataclass(frozen=True, slots=True)
class Permissions:
    """What may be fetched for a `$ref`: any URL at all, and URLs that lead into private networks."""

    external: bool = False
    private: bool = False


def locate(source: str | pathlib.Path) -> Source:
    """Tell what a command-line argument means: `-`, a URL, an existing path, or `git-ref:path`."""
    text = str(source)
    if text == "-":
        return Source("stdin", "<stdin>")
    if _URL.match(text):
        return Source("url", text)
    if not pathlib.Path(text).exists() and _GIT.match(text):
        return Source("git", text)
    return Source("file", text)


def read(source: Source, limits: Limits, permissions: Permissions) -> bytes:
    """Return the bytes of a source, never more than the limit; raise `LoadError` with what is wrong."""
    data = _READERS[source.kind](source.name, limits, permissions)
    if len(data) > limits.file_bytes:
        size = f"{len(data):,} bytes" if source.kind == "file" else f"more than {limits.file_bytes:,} bytes"
        raise LoadError(
            f"{size} is too large: {_limit(limits)}",
            Position(source.name),
        )
    return data


def _limit(limits: Limits) -> str:
    return f"the limit is {limits.file_bytes:,} bytes; --max-megabytes raises it"


def _file(name: str, limits: Limits, _: Permissions) -> bytes:
    path = pathlib.Path(name)
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise LoadError(
                f"{size:,} bytes is too large: {_limit(limits)}",
                Position(name),
            )
        with path.open("rb") as file:
            return file.read(limits.file_bytes + 1)
    except OSError as error:
        raise LoadError(f"cannot be read: {error.strerror or error}", Position(name)) from error


def _stdin(_: str, limits: Limits, __: Permissions) -> bytes:
    return sys.stdin.buffer.read(limits.file_bytes + 1)


def _git(name: str, limits: Limits, _: Permissions) -> bytes:
    command = ["git", "show", "--end-of-options", name]
    try:
        done = subprocess.run(command, capture_output=True, timeout=limits.fetch_seconds, check=False)  # noqa: S603  # no shell, and the name cannot be an option
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LoadError(f"git cannot show it: {error}", Position(name)) from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise LoadError(f"git cannot show it: {reason[0] if reason else 'no reason given'}", Position(name))
    return done.stdout


def _value(name: str, _: Limits, __: Permissions) -> bytes:
    raise LoadError("a parsed document has no other files", Position(name))


def _address(name: str, permissions: Permissions) -> str:
    """Resolve a URL's host once, refuse private networks, and return the address to connect to."""
    parts = urlsplit(name)
    try:
        port = parts.port or (443 if parts.scheme.lower() == "https" else 80)
        found = socket.getaddrinfo(parts.hostname or "", port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise LoadError(f"its host cannot be resolved: {error}", Position(name)) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not permissions.private:
        for address in addresses:
            parsed = ipaddress.ip_address(address.partition("%")[0])
            mapped = getattr(parsed, "ipv4_mapped", None) or parsed
            if not mapped.is_global or mapped.is_multicast:
                raise LoadError(
                    f"{address} is a private address, and those are not fetched unless allowed",
                    Position(name),
                )
    return addresses[0]


def _url(name: str, limits: Limits, permissions: Permissions) -> bytes:
    """Fetch a URL; the address that was checked is the one connected to, also after a redirect."""
    import httpx  # noqa: PLC0415  # half of the start-up time, and most comparisons fetch nothing

    for _ in range(_REDIRECTS + 1):
        address = _address(name, permissions)
        parts = httpx.URL(name)
        target = parts.copy_with(host=address)
        headers = {"Host": parts.netloc.decode(), "Accept": "application/json, application/yaml, */*"}
        extensions = {"sni_hostname": parts.host}
        try:
            with (
                httpx.Client(timeout=limits.fetch_seconds, trust_env=False) as client,
                client.stream("GET", target, headers=headers, extensions=extensions) as answer,
            ):
                if answer.is_redirect:
                    name = urljoin(name, answer.headers["location"])
                    if not _URL.match(name):
                        raise LoadError(
                            f"it redirects to {name!r}, which is no http(s) URL", Position(str(parts))
                        )
                    continue
                if answer.status_code != httpx.codes.OK:
                    raise LoadError(f"the server answers {answer.status_code}", Position(name))
                return _body(answer, limits)
        except httpx.HTTPError as error:
            raise LoadError(f"cannot be fetched: {error}", Position(name)) from error
    raise LoadError(f"it redirects more than {_REDIRECTS} times", Position(name))


def _body(answer: "httpx.Response", limits: Limits) -> bytes:
    data = bytearray()
    for chunk in answer.iter_bytes():
        data += chunk
        if len(data) > limits.file_bytes:
            break
    return bytes(data)


_READERS = {"file": _file, "url": _url, "git": _git, "stdin": _stdin, "value": _value}
