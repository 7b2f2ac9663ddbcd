"""Facts about the life of operations and parameters: deprecation, sunset and stability."""

from collections.abc import Iterator

from conformance.contract.facts import Effect, Fact, rule
from conformance.contract.facts.lifecycle import (
    LEVELS,
    STABILITY,
    SUNSET,
    deprecated,
    moved_down,
    stability,
    sunset,
    sunset_text,
)
from conformance.contract.facts.sides import at, both, turned
from conformance.contract.pairing import Operation


@rule("note", subject="operation", mirror="operation-undeprecated")
def operation_deprecated(operation: Operation) -> Iterator[Fact]:
    """An operation is marked as deprecated.

    It still works; clients have been told to move away from it.
    """
    yield from turned(operation, "deprecated", False, "the operation is deprecated now")


@rule("note", subject="operation", mirror="operation-deprecated")
def operation_undeprecated(operation: Operation) -> Iterator[Fact]:
    """An operation is no longer marked as deprecated.

    Clients may go on using it.
    """
    yield from turned(operation, "deprecated", True, "the operation is no longer deprecated")


@rule("note", subject="operation", mirror="sunset-removed")
def sunset_added(operation: Operation) -> Iterator[Fact]:
    """An operation states the day after which it is gone.

    Clients know how long they have.
    """
    sides = both(operation)
    if sides and not sunset_text(sides[0]) and sunset_text(sides[1]):
        yield Fact(f"its sunset is {sunset_text(sides[1])}", *at(sides, SUNSET))


@rule("risky", subject="operation", mirror="sunset-added")
def sunset_removed(operation: Operation) -> Iterator[Fact]:
    """A deprecated operation no longer states the day after which it is gone.

    Clients no longer know how long they have.
    """
    sides = both(operation)
    if sides and sunset_text(sides[0]) and not sunset_text(sides[1]):
        effect: Effect = "risky" if deprecated(sides[1]) else "note"
        message = f"its sunset {sunset_text(sides[0])} is no longer stated"
        yield Fact(message, *at(sides, SUNSET), effect=effect)


@rule("risky", subject="operation", mirror="sunset-postponed")
def sunset_advanced(operation: Operation) -> Iterator[Fact]:
    """An operation is gone earlier than it was said to be.

    Clients that planned by the old date have less time.
    """
    sides = both(operation)
    if sides:
        before, after = sunset(sides[0]), sunset(sides[1])
        if before and after and after < before:
            yield Fact(f"its sunset moved from {before} forward to {after}", *at(sides, SUNSET))


@rule("note", subject="operation", mirror="sunset-advanced")
def sunset_postponed(operation: Operation) -> Iterator[Fact]:
    """An operation is gone later than it was said to be.

    Clients have more time.
    """
    sides = both(operation)
    if sides:
        before, after = sunset(sides[0]), sunset(sides[1])
        if before and after and after > before:
            yield Fact(f"its sunset moved from {before} back to {after}", *at(sides, SUNSET))


@rule("broken", subject="operation", no_mirror="a readable date is nothing to report")
def sunset_unreadable(operation: Operation) -> Iterator[Fact]:
    """An operation's sunset is no date.

    Nobody can tell how long the operation stays. Write it as RFC 3339 does: 2027-01-31.
    """
    side = operation.revision
    if side and operation.base and sunset_text(side) and sunset(side) is None:
        where = f"{side.pointer}/{SUNSET}"
        yield Fact(f"its sunset {sunset_text(side)!r} is no date", operation.base.pointer, where)


@rule("broken", subject="operation", no_mirror="a known level is nothing to report")
def stability_unknown(operation: Operation) -> Iterator[Fact]:
    """An operation's stability is none of the known levels: draft, alpha, beta, stable.

    Nobody can tell what is promised.
    """
    for side in both(operation) or ():
        if stability(side) not in LEVELS:
            where = f"{side.pointer}/{STABILITY}"
            message = f"the stability {stability(side)!r} is none of {', '.join(LEVELS)}"
            yield Fact(message, where, where, stability(side))
            break


def _stability(operation: Operation, *, down: bool) -> Iterator[Fact]:
    sides = both(operation)
    if not sides:
        return
    before, after = (stability(side) for side in sides)
    if moved_down(before, after) is down:
        places = at(sides, STABILITY)
        yield Fact(f"the stability went from {before} to {after}", *places)


@rule("broken", subject="operation", mirror="stability-increased")
def stability_decreased(operation: Operation) -> Iterator[Fact]:
    """An operation promises less stability than before.

    Clients that rely on it were promised that it stays as it is.
    """
    yield from _stability(operation, down=True)


@rule("note", subject="operation", mirror="stability-decreased")
def stability_increased(operation: Operation) -> Iterator[Fact]:
    """An operation promises more stability than before.

    From now on its changes count.
    """
    yield from _stability(operation, down=False)
