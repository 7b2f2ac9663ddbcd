"""Facts about documents as a whole: servers and components."""

from collections.abc import Iterator

from conformance.contract.facts import Fact, rule
from conformance.contract.facts.documents import Documents
from conformance.contract.pairing import Side


def _servers(side: Side) -> dict[str, str]:
    """Return the servers' URLs without a final slash, and where each stands; none stated means `/`."""
    listed = side.get("servers")
    found = {}
    for index, server in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(server, dict):
            found[str(server.get("url", "/")).rstrip("/") or "/"] = f"/servers/{index}"
    return found or {"/": ""}


@rule("note", subject="document", mirror="server-removed")
def server_added(pair: Documents) -> Iterator[Fact]:
    """A document names a server that it did not name.

    Clients may go on calling the old ones.
    """
    before = _servers(pair.base)
    for url, where in _servers(pair.revision).items():
        if url not in before and where:
            yield Fact(f"the server {url} was added", "/servers", where, url)


@rule("risky", subject="document", mirror="server-added")
def server_removed(pair: Documents) -> Iterator[Fact]:
    """A document no longer names a server.

    Clients that call it may soon be left without an answer.
    """
    after = _servers(pair.revision)
    for url, where in _servers(pair.base).items():
        if url not in after and where:
            yield Fact(f"the server {url} was removed", where, "/servers", url)


@rule("note", subject="document", mirror="component-removed")
def component_added(pair: Documents) -> Iterator[Fact]:
    """A document has a component schema that it did not have.

    On the wire nothing changes; generated code has another type.
    """
    known = pair.base.children("components", "schemas", names=True)
    for name, side in pair.revision.children("components", "schemas", names=True).items():
        if name not in known:
            yield Fact(f"the component {name!r} was added", "/components/schemas", side.pointer, name)


@rule("note", subject="document", mirror="component-added")
def component_removed(pair: Documents) -> Iterator[Fact]:
    """A document no longer has a component schema.

    On the wire nothing changes; generated code lacks a type that programs may name.
    """
    known = pair.revision.children("components", "schemas", names=True)
    for name, side in pair.base.children("components", "schemas", names=True).items():
        if name not in known:
            yield Fact(f"the component {name!r} was removed", side.pointer, "/components/schemas", name)
