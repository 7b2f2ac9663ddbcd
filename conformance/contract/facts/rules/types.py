"""Facts about what kind of value is admitted: types, null, enumerations and constants."""

from collections.abc import Iterator
from typing import Any

from conformance.contract.facts import Fact, Pair, rule
from conformance.contract.facts.bounds import moved, only, shown
from conformance.contract.views import TYPES, View, key_of

_TYPE = ("type", "nullable")
_VALUES = ("enum", "const")


def _less(one: frozenset[str], two: frozenset[str]) -> frozenset[str]:
    """Return the types of the one that the other does not admit."""
    return frozenset(t for t in one - two if not (t == "integer" and "number" in two))


def _named(types: frozenset[str]) -> str:
    return "any type" if types == TYPES else "no type" if not types else " or ".join(sorted(types))


def _types(pair: Pair) -> tuple[frozenset[str], frozenset[str]]:
    """Return which types, null aside, were lost and which were won."""
    base, revision = pair.base.types, pair.revision.types
    return _less(base, revision) - {"null"}, _less(revision, base) - {"null"}


def _types_fact(pair: Pair) -> Fact:
    message = f"the type went from {_named(pair.base.types)} to {_named(pair.revision.types)}"
    return Fact(message, pair.base.where("type"), pair.revision.where("type"), part=_type_part)


@rule("narrowed", *_TYPE, mirror="type-widened")
def type_narrowed(pair: Pair) -> Iterator[Fact]:
    """A value may be of fewer types than before.

    Requests that use a type that is gone are refused.
    """
    lost, won = _types(pair)
    if lost and not won:
        yield _types_fact(pair)


@rule("widened", *_TYPE, mirror="type-narrowed")
def type_widened(pair: Pair) -> Iterator[Fact]:
    """A value may be of more types than before.

    A typed client fails to read a response that holds a type it does not expect.
    """
    lost, won = _types(pair)
    if won and not lost:
        yield _types_fact(pair)


@rule("changed", *_TYPE, no_mirror="changing back is the same fact")
def type_changed(pair: Pair) -> Iterator[Fact]:
    """A value is of another type than before.

    Neither old requests nor old readers fit.
    """
    lost, won = _types(pair)
    if lost and won:
        yield _types_fact(pair)


def _null(pair: Pair, view: View, message: str) -> Iterator[Fact]:
    if (pair.base.types ^ pair.revision.types) >= {"null"} and "null" in view.types:
        lost, won = _types(pair)
        # Where everything or nothing is admitted, null is not the point.
        if TYPES in (pair.base.types, pair.revision.types) and (lost or won):
            return
        yield Fact(message, pair.base.where("type"), pair.revision.where("type"), part=_null_part)


def _null_part(wanted: View, _: View) -> dict[str, Any]:
    return {} if "null" in wanted.types else {"not": {"type": "null"}}


def _type_part(wanted: View, other: View) -> dict[str, Any]:
    """Take the types, null aside where it is a fact of its own."""
    apart = set() if TYPES in (wanted.types, other.types) else {"null"}
    return {"type": sorted(wanted.types | apart)}


@rule("widened", *_TYPE, mirror="became-not-nullable")
def became_nullable(pair: Pair) -> Iterator[Fact]:
    """A value may now be null.

    A reader that goes on into the value fails on the first null.
    """
    yield from _null(pair, pair.revision, "null is admitted now")


@rule("narrowed", *_TYPE, mirror="became-nullable")
def became_not_nullable(pair: Pair) -> Iterator[Fact]:
    """A value may no longer be null.

    Requests that say null are refused.
    """
    yield from _null(pair, pair.base, "null is no longer admitted")


def _listed(values: list[Any]) -> str:
    return ", ".join(shown(value) for value in values)


def _missing(one: list[Any], two: list[Any]) -> list[Any]:
    known = {key_of(value) for value in two}
    return [value for value in one if key_of(value) not in known]


def _enum_place(view: View) -> str:
    return view.where("const" if "const" in view.flat else "enum")


def _enum_fact(pair: Pair, message: str) -> Fact:
    return Fact(message, _enum_place(pair.base), _enum_place(pair.revision), part=only("enum"))


def _consts(pair: Pair) -> bool:
    return all("const" in view.flat and "enum" not in view.flat for view in (pair.base, pair.revision))


@rule("narrowed", *_VALUES, mirror="enum-value-added")
def enum_value_removed(pair: Pair) -> Iterator[Fact]:
    """A listed value is gone.

    Requests that send it are refused; a client's branch for it in a response is merely never taken.
    """
    base, revision = pair.base.enum, pair.revision.enum
    if base is not None and revision is not None and not _consts(pair) and (gone := _missing(base, revision)):
        yield _enum_fact(pair, f"no longer listed: {_listed(gone)}")


@rule("widened", *_VALUES, mirror="enum-value-removed")
def enum_value_added(pair: Pair) -> Iterator[Fact]:
    """A value was added to a list of values.

    A client that knows the old list only, as generated code does, fails on the new value in a response.
    """
    base, revision = pair.base.enum, pair.revision.enum
    if base is not None and revision is not None and not _consts(pair) and (new := _missing(revision, base)):
        yield _enum_fact(pair, f"newly listed: {_listed(new)}")


@rule("narrowed", *_VALUES, mirror="enum-removed")
def enum_added(pair: Pair) -> Iterator[Fact]:
    """The values are listed where they were free.

    Requests with any other value are refused.
    """
    if pair.base.enum is None and pair.revision.enum is not None:
        message = f"only listed values are admitted: {_listed(pair.revision.enum)}"
        yield Fact(message, pair.base.pointer, _enum_place(pair.revision), part=only("enum"))


@rule("widened", *_VALUES, mirror="enum-added")
def enum_removed(pair: Pair) -> Iterator[Fact]:
    """The values are free where they were listed.

    A client may meet any value in a response.
    """
    if pair.base.enum is not None and pair.revision.enum is None:
        message = f"other values are admitted than the listed: {_listed(pair.base.enum)}"
        yield Fact(message, _enum_place(pair.base), pair.revision.pointer, part=only("enum"))


@rule("changed", "const", no_mirror="changing back is the same fact")
def const_changed(pair: Pair) -> Iterator[Fact]:
    """The one admitted value is another one.

    Old requests and old readers both miss it.
    """
    if _consts(pair) and key_of(pair.base.flat["const"]) != key_of(pair.revision.flat["const"]):
        yield moved(pair, "const")
