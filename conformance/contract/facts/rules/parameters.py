"""Facts about parameters: that they are there, whether they must be, and how their values are written."""

from collections.abc import Iterator

from conformance.contract.facts import Effect, Fact, rule
from conformance.contract.facts.bounds import shown
from conformance.contract.facts.lifecycle import deprecated, past, sunset_text
from conformance.contract.facts.sides import at, both, harm, only_base, only_revision, turned
from conformance.contract.pairing import Side, Thing, written


def _what(thing: Thing) -> str:
    return f"the {thing.place} parameter {thing.name!r}"


def _required(side: Side) -> bool:
    return side.get("required") is True or side.get("in") == "path"


@rule("harmless", subject="parameter", mirror="parameter-removed")
def parameter_added(thing: Thing) -> Iterator[Fact]:
    """An operation has a parameter that it did not have.

    A required one breaks every request, since none sends it.
    """
    side = only_revision(thing)
    if side:
        required = _required(side)
        message = f"{_what(thing)} was added, and is {'required' if required else 'optional'}"
        yield Fact(
            message, thing.operation.there.pointer, side.pointer, effect="broken" if required else "harmless"
        )


@rule("risky", subject="parameter", mirror="parameter-added")
def parameter_removed(thing: Thing) -> Iterator[Fact]:
    """An operation no longer has a parameter.

    Requests that send it are answered as if they had not, or refused by a strict server. Where it was
    deprecated, clients had been told, unless its sunset was still to come.
    """
    side = only_base(thing)
    if side:
        missed: Effect = "broken" if thing.direction == "response" and _required(side) else "risky"
        early = bool(sunset_text(side)) and not past(side, thing.operation)
        told: Effect = "broken" if early else "harmless"
        message = f"{_what(thing)} was removed" + (f" before its sunset {sunset_text(side)}" if early else "")
        where = (side.pointer, thing.operation.there.pointer)
        yield Fact(message, *where, effect=told if deprecated(side) else missed)


@rule("broken", subject="parameter", mirror="parameter-became-optional")
def parameter_became_required(thing: Thing) -> Iterator[Fact]:
    """A parameter that could be left out must now be sent.

    Requests without it are refused.
    """
    if thing.place != "path":
        yield from turned(thing, "required", False, f"{_what(thing)} became required", harm(thing, "request"))


@rule("harmless", subject="parameter", mirror="parameter-became-required")
def parameter_became_optional(thing: Thing) -> Iterator[Fact]:
    """A parameter that had to be sent may now be left out.

    Requests that send it stay fine.
    """
    if thing.place != "path":
        yield from turned(thing, "required", True, f"{_what(thing)} became optional", harm(thing, "response"))


def _scalar(side: Side) -> bool:
    """Whether the value is a single one, which `explode` does not touch."""
    schema = side.child("schema")
    stated = schema.get("type") if schema else None
    listed = [stated] if isinstance(stated, str) else stated
    return isinstance(listed, list) and not {"array", "object"} & {str(entry) for entry in listed}


@rule("broken", subject="parameter", no_mirror="changing back is the same fact")
def parameter_style_changed(thing: Thing) -> Iterator[Fact]:
    """A parameter's value is written in another style.

    A server reads `a,b` where a client still sends `a|b`.
    """
    sides = both(thing)
    if sides:
        before, after = (written(side, thing.place)[0] for side in sides)
        if before != after:
            places = at(sides, "style")
            yield Fact(f"{_what(thing)} is written in the style {after!r}, no longer {before!r}", *places)


@rule("broken", subject="parameter", no_mirror="changing back is the same fact")
def parameter_explode_changed(thing: Thing) -> Iterator[Fact]:
    """Several values of a parameter are written apart that were written together, or the reverse.

    A server looks for `a=1&a=2` where a client still sends `a=1,2`.
    """
    sides = both(thing)
    if sides and not all(_scalar(side) for side in sides):
        before, after = (written(side, thing.place) for side in sides)
        if before[0] == after[0] and before[1] != after[1]:
            places = at(sides, "explode")
            yield Fact(
                f"{_what(thing)} has `explode` {shown(after[1])}, no longer {shown(before[1])}", *places
            )


@rule("harmless", subject="parameter", mirror="parameter-reserved-refused")
def parameter_reserved_allowed(thing: Thing) -> Iterator[Fact]:
    """A parameter's value may hold reserved characters as they are.

    Values that are percent-encoded stay fine.
    """
    yield from turned(
        thing,
        "allowReserved",
        False,
        f"{_what(thing)} takes reserved characters as they are",
        harm(thing, "response"),
    )


@rule("broken", subject="parameter", mirror="parameter-reserved-allowed")
def parameter_reserved_refused(thing: Thing) -> Iterator[Fact]:
    """A parameter's value may no longer hold reserved characters as they are.

    Requests that send them so are misread.
    """
    yield from turned(
        thing,
        "allowReserved",
        True,
        f"{_what(thing)} needs reserved characters encoded",
        harm(thing, "request"),
    )


@rule("harmless", subject="parameter", mirror="parameter-empty-refused")
def parameter_empty_allowed(thing: Thing) -> Iterator[Fact]:
    """A parameter may be sent without a value.

    Requests that give it a value stay fine.
    """
    yield from turned(
        thing, "allowEmptyValue", False, f"{_what(thing)} may be empty", harm(thing, "response")
    )


@rule("broken", subject="parameter", mirror="parameter-empty-allowed")
def parameter_empty_refused(thing: Thing) -> Iterator[Fact]:
    """A parameter may no longer be sent without a value.

    Requests that send it so are refused.
    """
    yield from turned(
        thing, "allowEmptyValue", True, f"{_what(thing)} may no longer be empty", harm(thing, "request")
    )


@rule("broken", subject="parameter", no_mirror="changing back is the same fact")
def parameter_form_changed(thing: Thing) -> Iterator[Fact]:
    """A parameter's value is a serialised document where it was a plain value, or the reverse.

    `content` and `schema` are written differently on the wire.
    """
    sides = both(thing)
    if sides:
        forms = [("content" in side.value, "schema" in side.value) for side in sides]
        if forms[0] != forms[1] and all(any(form) for form in forms) and forms[0][0] != forms[1][0]:
            yield Fact(f"{_what(thing)} changed between `schema` and `content`", *at(sides))


@rule("note", subject="parameter", mirror="parameter-undeprecated")
def parameter_deprecated(thing: Thing) -> Iterator[Fact]:
    """A parameter is marked as deprecated.

    It still works; clients have been told to move away from it.
    """
    yield from turned(thing, "deprecated", False, f"{_what(thing)} is deprecated now")


@rule("note", subject="parameter", mirror="parameter-deprecated")
def parameter_undeprecated(thing: Thing) -> Iterator[Fact]:
    """A parameter is no longer marked as deprecated.

    Clients may go on using it.
    """
    yield from turned(thing, "deprecated", True, f"{_what(thing)} is no longer deprecated")
