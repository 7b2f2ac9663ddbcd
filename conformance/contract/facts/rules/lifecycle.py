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
from conformance.contract.pairing import Operation, Side, Thing

Dated = Operation | Thing


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


def _stated(thing: Dated, *, now: bool) -> Iterator[Fact]:
    """State that a sunset is stated that was not, or the reverse."""
    sides = both(thing)
    if sides and bool(sunset_text(sides[1])) is now and bool(sunset_text(sides[0])) is not now:
        message = f"its sunset is {sunset_text(sides[1])}" if now else "its sunset is no longer stated"
        effect: Effect = "broken" if not now and deprecated(sides[1]) else "note"
        yield Fact(message, *at(sides, SUNSET), effect=effect)


def _moved(thing: Dated, *, earlier: bool) -> Iterator[Fact]:
    """State that a sunset comes earlier than it was to, or later."""
    sides = both(thing)
    if sides:
        before, after = sunset(sides[0]), sunset(sides[1])
        if before and after and before != after and (after < before) is earlier:
            yield Fact(f"its sunset moved from {before} to {after}", *at(sides, SUNSET))


def _unreadable(thing: Dated) -> Iterator[Fact]:
    sides = both(thing)
    if sides and sunset_text(sides[1]) and sunset(sides[1]) is None:
        yield Fact(f"its sunset {sunset_text(sides[1])!r} is no date", *at(sides, SUNSET))


def _newly(sides: tuple[Side, Side]) -> bool:
    """Whether a deprecation or its date is new, so that notice has to be given now."""
    return deprecated(sides[1]) and (
        not deprecated(sides[0]) or sunset_text(sides[0]) != sunset_text(sides[1])
    )


def _unannounced(thing: Dated, operation: Operation) -> Iterator[Fact]:
    sides = both(thing)
    if sides and operation.notice and _newly(sides) and not sunset_text(sides[1]):
        message = f"it was deprecated without a sunset, and {operation.notice} days of notice are asked for"
        yield Fact(message, *at(sides, "deprecated"))


def _hasty(thing: Dated, operation: Operation) -> Iterator[Fact]:
    sides = both(thing)
    day = sunset(sides[1]) if sides else None
    if sides and day and operation.notice and _newly(sides):
        given = (day - operation.today).days
        if given < operation.notice:
            message = f"its sunset {day} gives {given} days of notice, and {operation.notice} are asked for"
            yield Fact(message, *at(sides, SUNSET))


@rule("note", subject="operation", mirror="sunset-removed")
def sunset_added(operation: Operation) -> Iterator[Fact]:
    """An operation states the day after which it is gone.

    Clients know how long they have.
    """
    yield from _stated(operation, now=True)


@rule("broken", subject="operation", mirror="sunset-added")
def sunset_removed(operation: Operation) -> Iterator[Fact]:
    """An operation no longer states the day after which it is gone.

    While it stays deprecated, clients no longer know how long they have.
    """
    yield from _stated(operation, now=False)


@rule("risky", subject="operation", mirror="sunset-postponed")
def sunset_advanced(operation: Operation) -> Iterator[Fact]:
    """An operation is gone earlier than it was said to be.

    Clients that planned by the old date have less time.
    """
    yield from _moved(operation, earlier=True)


@rule("note", subject="operation", mirror="sunset-advanced")
def sunset_postponed(operation: Operation) -> Iterator[Fact]:
    """An operation is gone later than it was said to be.

    Clients have more time.
    """
    yield from _moved(operation, earlier=False)


@rule("broken", subject="operation", no_mirror="a readable date is nothing to report")
def sunset_unreadable(operation: Operation) -> Iterator[Fact]:
    """An operation's sunset is no date.

    Nobody can tell how long it stays. Write it as RFC 3339 does: 2027-01-31.
    """
    yield from _unreadable(operation)


@rule("broken", subject="operation", no_mirror="enough notice is nothing to report")
def sunset_missing(operation: Operation) -> Iterator[Fact]:
    """An operation was deprecated without saying until when it stays, though notice is asked for.

    Only where the options of the comparison ask for days of notice.
    """
    yield from _unannounced(operation, operation)


@rule("broken", subject="operation", no_mirror="enough notice is nothing to report")
def sunset_too_soon(operation: Operation) -> Iterator[Fact]:
    """An operation was deprecated with less notice than is asked for.

    Only where the options of the comparison ask for days of notice.
    """
    yield from _hasty(operation, operation)


@rule("note", subject="parameter", mirror="parameter-sunset-removed")
def parameter_sunset_added(thing: Thing) -> Iterator[Fact]:
    """A parameter states the day after which it is gone.

    Clients know how long they have.
    """
    yield from _stated(thing, now=True)


@rule("broken", subject="parameter", mirror="parameter-sunset-added")
def parameter_sunset_removed(thing: Thing) -> Iterator[Fact]:
    """A parameter no longer states the day after which it is gone.

    While it stays deprecated, clients no longer know how long they have.
    """
    yield from _stated(thing, now=False)


@rule("risky", subject="parameter", mirror="parameter-sunset-postponed")
def parameter_sunset_advanced(thing: Thing) -> Iterator[Fact]:
    """A parameter is gone earlier than it was said to be.

    Clients that planned by the old date have less time.
    """
    yield from _moved(thing, earlier=True)


@rule("note", subject="parameter", mirror="parameter-sunset-advanced")
def parameter_sunset_postponed(thing: Thing) -> Iterator[Fact]:
    """A parameter is gone later than it was said to be.

    Clients have more time.
    """
    yield from _moved(thing, earlier=False)


@rule("broken", subject="parameter", no_mirror="a readable date is nothing to report")
def parameter_sunset_unreadable(thing: Thing) -> Iterator[Fact]:
    """A parameter's sunset is no date.

    Nobody can tell how long it stays. Write it as RFC 3339 does: 2027-01-31.
    """
    yield from _unreadable(thing)


@rule("broken", subject="parameter", no_mirror="enough notice is nothing to report")
def parameter_sunset_missing(thing: Thing) -> Iterator[Fact]:
    """A parameter was deprecated without saying until when it stays, though notice is asked for.

    Only where the options of the comparison ask for days of notice.
    """
    yield from _unannounced(thing, thing.operation)


@rule("broken", subject="parameter", no_mirror="enough notice is nothing to report")
def parameter_sunset_too_soon(thing: Thing) -> Iterator[Fact]:
    """A parameter was deprecated with less notice than is asked for.

    Only where the options of the comparison ask for days of notice.
    """
    yield from _hasty(thing, thing.operation)


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
