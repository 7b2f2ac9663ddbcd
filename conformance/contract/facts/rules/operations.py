"""Facts about operations: that they are there, what they are called, and how they are grouped."""

from collections.abc import Iterator

from conformance.contract.facts import Fact, rule
from conformance.contract.facts.lifecycle import deprecated, past, sunset_text, unstable
from conformance.contract.facts.sides import at, both, only_base, only_revision
from conformance.contract.pairing import Operation, Side


def _what(operation: Operation) -> str:
    return f"{operation.kind} {operation.method} {operation.path}"


@rule("harmless", subject="operation", mirror="operation-removed")
def operation_added(operation: Operation) -> Iterator[Fact]:
    """An operation is there that was not.

    No client calls it yet.
    """
    side = only_revision(operation)
    if side and not operation.whole_path:
        yield Fact(f"the {_what(operation)} was added", "/paths", side.pointer)


@rule("broken", subject="operation", mirror="operation-added")
def operation_removed(operation: Operation) -> Iterator[Fact]:
    """An operation is gone.

    Every call of it fails. Where it was deprecated and its sunset has passed, clients had been told; where
    its stability was draft or alpha, they had been promised nothing.
    """
    side = only_base(operation)
    if side and not operation.whole_path:
        yield from _gone(operation)


@rule("harmless", subject="operation", mirror="path-removed")
def path_added(operation: Operation) -> Iterator[Fact]:
    """A path is there that was not, with this operation.

    No client calls it yet.
    """
    side = only_revision(operation)
    if side and operation.whole_path:
        yield Fact(f"the {_what(operation)} was added with its path", "/paths", side.pointer)


@rule("broken", subject="operation", mirror="path-added")
def path_removed(operation: Operation) -> Iterator[Fact]:
    """A path is gone, and this operation with it.

    Every call of it fails. Where it was deprecated and its sunset has passed, clients had been told.
    """
    side = only_base(operation)
    if side and operation.whole_path:
        yield from _gone(operation)


def _gone(operation: Operation) -> Iterator[Fact]:
    side = operation.base
    if side is None:
        return
    if unstable(side):
        yield Fact(f"the unstable {_what(operation)} was removed", side.pointer, effect="harmless")
    elif not deprecated(side):
        yield Fact(f"the {_what(operation)} was removed without deprecation", side.pointer)
    elif sunset_text(side) and not past(side, operation):
        yield Fact(f"the {_what(operation)} was removed before its sunset {sunset_text(side)}", side.pointer)
    else:
        yield Fact(f"the deprecated {_what(operation)} was removed", side.pointer, effect="harmless")


@rule("note", subject="operation", mirror="operation-id-removed")
def operation_id_added(operation: Operation) -> Iterator[Fact]:
    """An operation has an id that it did not have.

    Code generators name a function by it.
    """
    sides = both(operation)
    if sides and not sides[0].get("operationId") and sides[1].get("operationId"):
        yield Fact(f"it is called {sides[1].get('operationId')!r} now", *at(sides, "operationId"))


@rule("note", subject="operation", mirror="operation-id-added")
def operation_id_removed(operation: Operation) -> Iterator[Fact]:
    """An operation no longer has the id that it had.

    Code generators named a function by it.
    """
    sides = both(operation)
    if sides and sides[0].get("operationId") and not sides[1].get("operationId"):
        yield Fact(f"it is no longer called {sides[0].get('operationId')!r}", *at(sides, "operationId"))


@rule("note", subject="operation", no_mirror="changing back is the same fact")
def operation_id_changed(operation: Operation) -> Iterator[Fact]:
    """An operation has another id than before.

    On the wire nothing changes; in generated code the function has another name.
    """
    sides = both(operation)
    if sides:
        before, after = (side.get("operationId") for side in sides)
        if before and after and before != after:
            yield Fact(f"it is called {after!r}, no longer {before!r}", *at(sides, "operationId"))


def _listed(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _tags(operation: Operation, *, gone: bool) -> list[str]:
    sides = both(operation)
    if not sides:
        return []
    before, after = (_listed(side.get("tags")) for side in sides)
    one, two = (before, after) if gone else (after, before)
    return [tag for tag in one if tag not in two]


@rule("note", subject="operation", mirror="tag-removed")
def tag_added(operation: Operation) -> Iterator[Fact]:
    """An operation stands under a tag that it did not stand under.

    Generated clients may offer it in another place.
    """
    for tag in _tags(operation, gone=False):
        yield Fact(
            f"the tag {tag!r} was added", operation.there.pointer, f"{operation.there.pointer}/tags", tag
        )


@rule("note", subject="operation", mirror="tag-added")
def tag_removed(operation: Operation) -> Iterator[Fact]:
    """An operation no longer stands under a tag.

    Generated clients may offer it in another place.
    """
    for tag in _tags(operation, gone=True):
        yield Fact(
            f"the tag {tag!r} was removed", f"{operation.there.pointer}/tags", operation.there.pointer, tag
        )


@rule("note", subject="operation", no_mirror="renaming back is the same fact")
def path_parameter_renamed(operation: Operation) -> Iterator[Fact]:
    """A path parameter has another name at the same position.

    On the wire nothing changes; in generated code an argument has another name.
    """
    if both(operation) and operation.base_path != operation.revision_path:
        message = f"the path was written {operation.base_path}"
        base, revision = operation.base_item, operation.revision_item
        if base and revision:
            yield Fact(message, base.pointer, revision.pointer)


def _own_servers(side: Side | None, item: Side | None) -> list[str] | None:
    """Return the addresses that an operation or its path states for itself; None where it states none."""
    for owner in (side, item):
        listed = owner.get("servers") if owner else None
        if isinstance(listed, list) and listed:
            return [str(server.get("url", "/")).rstrip("/") for server in listed if isinstance(server, dict)]
    return None


@rule("risky", subject="operation", no_mirror="changing back is the same fact")
def operation_servers_changed(operation: Operation) -> Iterator[Fact]:
    """An operation is offered at other addresses than before.

    Clients that call it where it was may be left without an answer.
    """
    sides = both(operation)
    if sides:
        before = _own_servers(operation.base, operation.base_item)
        after = _own_servers(operation.revision, operation.revision_item)
        lost = [url for url in before or () if url not in (after or ())]
        if before != after:
            message = f"it is offered at {', '.join(after) if after else 'the addresses of the document'}"
            yield Fact(message, *at(sides, "servers"), effect="risky" if lost or before is None else "note")
