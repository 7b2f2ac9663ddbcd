"""Facts about a plain value of a thing that both documents have, which many rules share."""

from collections.abc import Iterator
from typing import Any

from conformance.contract.facts import Effect, Fact
from conformance.contract.facts.bounds import shown
from conformance.contract.pairing import Operation, Side, Thing


def at(sides: tuple[Side, Side], keyword: str = "") -> tuple[str, str]:
    """Return the pointers of a keyword, or of the things themselves, in base and revision."""
    tail = f"/{keyword}" if keyword else ""
    return f"{sides[0].pointer}{tail}", f"{sides[1].pointer}{tail}"


def both(thing: Thing | Operation) -> tuple[Side, Side] | None:
    """Return both sides of a thing, or None where one lacks it."""
    return (thing.base, thing.revision) if thing.base and thing.revision else None


def only_base(thing: Thing | Operation) -> Side | None:
    """Return the base's side of a thing that the revision lacks."""
    return thing.base if thing.revision is None else None


def only_revision(thing: Thing | Operation) -> Side | None:
    """Return the revision's side of a thing that the base lacks."""
    return thing.revision if thing.base is None else None


def harm(thing: Thing, way: str) -> Effect:
    """Say that a fact breaks messages of one direction and leaves the other alone.

    What a server sends to a webhook or a callback is a response, whatever the document calls it.
    """
    return "broken" if thing.direction == way else "harmless"


def turned(
    thing: Thing | Operation, keyword: str, froms: bool, message: str, effect: Effect | None = None
) -> Iterator[Fact]:
    """State that a boolean, false when absent, is no longer what it was."""
    sides = both(thing)
    if sides and (sides[0].get(keyword) is True) is froms and (sides[1].get(keyword) is True) is not froms:
        yield Fact(message, *at(sides, keyword), effect=effect)


def changed(thing: Thing | Operation, keyword: str, message: str, *, absent: Any = None) -> Iterator[Fact]:
    """State that a plain value differs."""
    sides = both(thing)
    if sides:
        before, after = (side.get(keyword, absent) for side in sides)
        if before != after:
            text = f"{message}: {shown(before)} became {shown(after)}"
            yield Fact(text, *at(sides, keyword))
