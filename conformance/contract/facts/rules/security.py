"""Facts about who may call: security requirements and the schemes they name."""

from collections.abc import Iterator
from typing import Any

from conformance.contract.facts import Fact, rule
from conformance.contract.facts.bounds import shown
from conformance.contract.facts.documents import Documents
from conformance.contract.facts.sides import both
from conformance.contract.pairing import Operation, Side

_Way = frozenset[tuple[str, str]]
"""One sufficient set of credentials: pairs of scheme and scope, the empty scope standing for the scheme."""


def _ways(side: Side) -> list[_Way]:
    """Return the alternatives that open an operation; nothing stated, or an empty list, means anybody."""
    stated = side.get("security", side.refs.document.root.get("security"))
    listed = [entry for entry in stated if isinstance(entry, dict)] if isinstance(stated, list) else []
    return [_way(entry) for entry in listed] or [frozenset()]


def _way(entry: dict[str, Any]) -> _Way:
    listed = {str(name): given if isinstance(given, list) else [] for name, given in entry.items()}
    scopes = {(name, str(scope)) for name, given in listed.items() for scope in given}
    return frozenset(scopes | {(name, "") for name in listed})


def _say(way: _Way) -> str:
    schemes = sorted(name for name, scope in way if not scope)
    scopes = sorted(f"{name}:{scope}" for name, scope in way if scope)
    return ", ".join([*schemes, *scopes]) or "no credentials"


def _places(sides: tuple[Side, Side]) -> tuple[str, str]:
    """Return where the requirements are stated: at the operation, or once for all that state none."""
    one, two = (f"{side.pointer}/security" if "security" in side.value else "/security" for side in sides)
    return one, two


def _asked(operation: Operation) -> tuple[Side, Side] | None:
    """Return both sides of an operation that clients call; whom a server calls it knows itself."""
    return None if operation.inverted else both(operation)


def _shut_out(one: list[_Way], two: list[_Way]) -> list[_Way]:
    """Return the ways of the one that no way of the other is content with."""
    return [way for way in one if not any(other <= way for other in two)]


@rule("broken", subject="operation", mirror="security-loosened")
def security_tightened(operation: Operation) -> Iterator[Fact]:
    """Credentials that opened an operation no longer do.

    Clients that send what was enough are refused: more is asked for, or an alternative is gone.
    """
    sides = _asked(operation)
    if sides:
        for way in _shut_out(_ways(sides[0]), _ways(sides[1])):
            yield Fact(f"no longer enough: {_say(way)}", *_places(sides), _say(way))


@rule("harmless", subject="operation", mirror="security-tightened")
def security_loosened(operation: Operation) -> Iterator[Fact]:
    """Credentials open an operation that did not before.

    Clients that send what was enough stay fine. Somebody should have meant it.
    """
    sides = _asked(operation)
    if sides:
        for way in _shut_out(_ways(sides[1]), _ways(sides[0])):
            yield Fact(f"enough now: {_say(way)}", *_places(sides), _say(way))


def _schemes(side: Side) -> dict[str, Side]:
    return side.children("components", "securitySchemes", names=True)


@rule("harmless", subject="document", mirror="security-scheme-removed")
def security_scheme_added(pair: Documents) -> Iterator[Fact]:
    """A document describes a security scheme that it did not describe.

    Which operations ask for it is stated there.
    """
    for name, side in _schemes(pair.revision).items():
        if name not in _schemes(pair.base):
            yield Fact(f"the security scheme {name!r} was added", "", side.pointer, name)


@rule("harmless", subject="document", mirror="security-scheme-added")
def security_scheme_removed(pair: Documents) -> Iterator[Fact]:
    """A document no longer describes a security scheme.

    Operations that still ask for it are stated to do so without saying how.
    """
    for name, side in _schemes(pair.base).items():
        if name not in _schemes(pair.revision):
            yield Fact(f"the security scheme {name!r} was removed", side.pointer, "", name)


_KEPT = ("type", "scheme", "in", "name")


@rule("risky", subject="document", no_mirror="changing back is the same fact")
def security_scheme_changed(pair: Documents) -> Iterator[Fact]:
    """A security scheme asks for credentials of another kind or in another place.

    Clients that send them as before are refused.
    """
    known = _schemes(pair.revision)
    for name, side in _schemes(pair.base).items():
        other = known.get(name)
        for keyword in _KEPT if other else ():
            before, after = side.get(keyword), other.get(keyword) if other else None
            if before != after and str(before).lower() != str(after).lower():
                message = (
                    f"the security scheme {name!r} has `{keyword}` {shown(after)}, no longer {shown(before)}"
                )
                places = (f"{side.pointer}/{keyword}", f"{other.pointer}/{keyword}" if other else "")
                yield Fact(message, *places, f"{name} {keyword}")


@rule("note", subject="document", no_mirror="changing back is the same fact")
def oauth_flow_changed(pair: Documents) -> Iterator[Fact]:
    """An OAuth flow has other addresses or scopes.

    Clients that hold tokens stay fine; new tokens come from another place, or mean something else.
    """
    known = _schemes(pair.revision)
    for name, side in _schemes(pair.base).items():
        other = known.get(name)
        for keyword in ("flows", "openIdConnectUrl") if other else ():
            if other and side.get(keyword) != other.get(keyword):
                message = f"the security scheme {name!r} has other `{keyword}`"
                yield Fact(
                    message, f"{side.pointer}/{keyword}", f"{other.pointer}/{keyword}", f"{name} {keyword}"
                )
