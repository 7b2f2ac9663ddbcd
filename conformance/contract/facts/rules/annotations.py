"""Facts about what is said of a value without changing which values there are: defaults, direction, tags."""

from collections.abc import Iterator
from typing import Any

from conformance.contract.facts import Fact, Pair, rule
from conformance.contract.facts.bounds import appeared, differs, shown, vanished
from conformance.contract.facts.lifecycle import STABILITY, moved_down
from conformance.contract.views import View, key_of


@rule("note", "default", mirror="default-removed")
def default_added(pair: Pair) -> Iterator[Fact]:
    """A value that is left out now has a default.

    A server may treat the same request otherwise than before.
    """
    yield from appeared(pair, "default")


@rule("note", "default", mirror="default-added")
def default_removed(pair: Pair) -> Iterator[Fact]:
    """A value that is left out no longer has a default.

    A server may treat the same request otherwise than before.
    """
    yield from vanished(pair, "default")


@rule("note", "default", no_mirror="changing back is the same fact")
def default_changed(pair: Pair) -> Iterator[Fact]:
    """A value that is left out has another default than before.

    The same request means something else now, although it is still accepted.
    """
    yield from differs(pair, "default")


def _flag(pair: Pair, keyword: str, *, now: bool) -> Iterator[Fact]:
    """State that a boolean annotation became true, or stopped being true."""
    before, after = (view.flat.get(keyword) is True for view in (pair.base, pair.revision))
    if after is now and before is not now:
        verb = "is now" if now else "is no longer"
        yield Fact(f"it {verb} marked `{keyword}`", pair.base.where(keyword), pair.revision.where(keyword))


@rule("note", "deprecated", mirror="schema-undeprecated")
def schema_deprecated(pair: Pair) -> Iterator[Fact]:
    """A value is marked as deprecated.

    It still works; clients have been told to move away from it.
    """
    yield from _flag(pair, "deprecated", now=True)


@rule("note", "deprecated", mirror="schema-deprecated")
def schema_undeprecated(pair: Pair) -> Iterator[Fact]:
    """A value is no longer marked as deprecated.

    Clients may go on using it.
    """
    yield from _flag(pair, "deprecated", now=False)


@rule("note", "readOnly", mirror="read-only-removed")
def read_only_added(pair: Pair) -> Iterator[Fact]:
    """A property is now for responses only.

    A server may ignore or refuse it in a request.
    """
    yield from _flag(pair, "readOnly", now=True)


@rule("note", "readOnly", mirror="read-only-added")
def read_only_removed(pair: Pair) -> Iterator[Fact]:
    """A property is no longer for responses only.

    It counts in requests as well, also where it is required.
    """
    yield from _flag(pair, "readOnly", now=False)


@rule("note", "writeOnly", mirror="write-only-removed")
def write_only_added(pair: Pair) -> Iterator[Fact]:
    """A property is now for requests only.

    Readers of responses no longer find it.
    """
    yield from _flag(pair, "writeOnly", now=True)


@rule("note", "writeOnly", mirror="write-only-added")
def write_only_removed(pair: Pair) -> Iterator[Fact]:
    """A property is no longer for requests only.

    Responses may hold it from now on.
    """
    yield from _flag(pair, "writeOnly", now=False)


_OPEN = "x-extensible-enum"


def _open_values(view: View) -> list[Any]:
    value = view.flat.get(_OPEN)
    return value if isinstance(value, list) else []


def _open_fact(pair: Pair, one: list[Any], two: list[Any], message: str) -> Iterator[Fact]:
    known = {key_of(value) for value in two}
    found = [value for value in one if key_of(value) not in known]
    if found and _OPEN in pair.base.flat and _OPEN in pair.revision.flat:
        text = ", ".join(map(shown, found))
        yield Fact(f"{message}: {text}", pair.base.where(_OPEN), pair.revision.where(_OPEN))


@rule("note", _OPEN, mirror="extensible-enum-value-added")
def extensible_enum_value_removed(pair: Pair) -> Iterator[Fact]:
    """A value is gone from a list of values that is open to growth.

    Requests that send it may be refused, whatever the schema says.
    """
    yield from _open_fact(pair, _open_values(pair.base), _open_values(pair.revision), "no longer listed")


@rule("note", _OPEN, mirror="extensible-enum-value-removed")
def extensible_enum_value_added(pair: Pair) -> Iterator[Fact]:
    """A value was added to a list of values that is open to growth.

    Clients of such a list are expected to take values they do not know.
    """
    yield from _open_fact(pair, _open_values(pair.revision), _open_values(pair.base), "newly listed")


@rule("note", "discriminator", mirror="discriminator-removed")
def discriminator_added(pair: Pair) -> Iterator[Fact]:
    """A union names the property that tells its alternatives apart.

    Code generators make another type of it; the same values are admitted.
    """
    yield from appeared(pair, "discriminator")


@rule("note", "discriminator", mirror="discriminator-added")
def discriminator_removed(pair: Pair) -> Iterator[Fact]:
    """A union no longer names the property that tells its alternatives apart.

    Code generators make another type of it; the same values are admitted.
    """
    yield from vanished(pair, "discriminator")


@rule("note", "discriminator", no_mirror="changing back is the same fact")
def discriminator_changed(pair: Pair) -> Iterator[Fact]:
    """A union tells its alternatives apart by another property, or maps other values to them.

    Clients choose a type by it: with another mapping they choose another.
    """
    yield from differs(pair, "discriminator")


def _stability(pair: Pair, *, down: bool) -> Iterator[Fact]:
    before, after = (str(view.flat.get(STABILITY, "stable")) for view in (pair.base, pair.revision))
    if moved_down(before, after) is down:
        places = (pair.base.where(STABILITY), pair.revision.where(STABILITY))
        yield Fact(f"the stability went from {before} to {after}", *places)


@rule("broken", STABILITY, mirror="schema-stability-increased")
def schema_stability_decreased(pair: Pair) -> Iterator[Fact]:
    """A value promises less stability than before.

    Clients that rely on it were promised that it stays as it is.
    """
    yield from _stability(pair, down=True)


@rule("note", STABILITY, mirror="schema-stability-decreased")
def schema_stability_increased(pair: Pair) -> Iterator[Fact]:
    """A value promises more stability than before.

    From now on its changes count.
    """
    yield from _stability(pair, down=False)
