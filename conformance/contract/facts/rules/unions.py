"""Facts about combined schemas: branches, negation, conditions and discriminators."""

from collections.abc import Iterator
from typing import Any

from conformance.contract.facts import Fact, Pair, Part, rule
from conformance.contract.facts.bounds import appeared, differs, vanished
from conformance.contract.unions import Branch, Union, keyword_of
from conformance.contract.views import View, key_of

_UNION = ("anyOf", "oneOf")


def _branch(union: Union, branch: Branch, verb: str) -> Fact:
    removed = verb == "removed"
    base = branch.pointer if removed else union.base.pointer
    revision = union.revision.pointer if removed else branch.pointer
    here = union.base if removed else union.revision
    word = {"anyOf": "alternative", "oneOf": "alternative", "": "form"}[keyword_of(here)]
    # A shared component is not the cause: the union that lists it is.
    where = f"{here.pointer}/{keyword_of(here)}" if keyword_of(here) else here.pointer
    places = (where, revision) if removed else (base, where)
    return Fact(f"the {word} {branch.name!r} was {verb}", *places, branch.name, probe=branch)


@rule("widened", subject="union", mirror="alternative-removed")
def alternative_added(union: Union) -> Iterator[Fact]:
    """A union has one more alternative.

    A client that knows the old ones only cannot read the new one in a response.
    """
    for branch in union.added:
        if not branch.null:
            yield _branch(union, branch, "added")


@rule("narrowed", subject="union", mirror="alternative-added")
def alternative_removed(union: Union) -> Iterator[Fact]:
    """A union has lost an alternative.

    Requests of that form are refused.
    """
    for branch in union.removed:
        if not branch.null:
            yield _branch(union, branch, "removed")


@rule("widened", subject="union", mirror="null-alternative-removed")
def null_alternative_added(union: Union) -> Iterator[Fact]:
    """A union now admits null.

    A reader that goes on into the value fails on the first null.
    """
    for branch in union.added:
        if branch.null:
            yield _branch(union, branch, "added")


@rule("narrowed", subject="union", mirror="null-alternative-added")
def null_alternative_removed(union: Union) -> Iterator[Fact]:
    """A union no longer admits null.

    Requests that say null are refused.
    """
    for branch in union.removed:
        if branch.null:
            yield _branch(union, branch, "removed")


def _parts(view: View, keyword: str) -> dict[str, tuple[str, Any]]:
    value = view.flat.get(keyword)
    listed = value if isinstance(value, list) else []
    return {key_of(part): (f"{view.where(keyword)}/{index}", part) for index, part in enumerate(listed)}


def _parts_gone(one: View, two: View, keyword: str) -> list[tuple[str, str, str]]:
    other = _parts(two, keyword)
    return [
        (key, where, _name(part)) for key, (where, part) in _parts(one, keyword).items() if key not in other
    ]


def _all_of(key: str) -> Part:
    """Take one part of an `allOf`, by its text."""

    def take(wanted: View, _: View) -> dict[str, Any]:
        found = [part for part in wanted.flat.get("allOf", []) if key_of(part) == key]
        return {"allOf": found} if found else {}

    return take


def _name(part: Any) -> str:
    reference = part.get("$ref") if isinstance(part, dict) else None
    return reference.rsplit("/", 1)[-1] if isinstance(reference, str) else ""


@rule("narrowed", "allOf", mirror="all-of-part-removed")
def all_of_part_added(pair: Pair) -> Iterator[Fact]:
    """A value must now fit one schema more.

    Requests that do not fit it are refused.
    """
    for key, where, name in _parts_gone(pair.revision, pair.base, "allOf"):
        yield Fact(f"the part {name!r} was added to allOf", pair.base.pointer, where, name, part=_all_of(key))


@rule("widened", "allOf", mirror="all-of-part-added")
def all_of_part_removed(pair: Pair) -> Iterator[Fact]:
    """A value no longer needs to fit one of the schemas it had to fit.

    Responses may hold what that schema excluded.
    """
    for key, where, name in _parts_gone(pair.base, pair.revision, "allOf"):
        yield Fact(
            f"the part {name!r} was removed from allOf", where, pair.revision.pointer, name, part=_all_of(key)
        )


@rule("changed", *_UNION, no_mirror="changing back is the same fact")
def union_changed(pair: Pair) -> Iterator[Fact]:
    """A union that stands beside other constraints was changed.

    Which values are won or lost is for containment to say.
    """
    if keyword_of(pair.base) or keyword_of(pair.revision):
        return
    for keyword in _UNION:
        yield from differs(pair, keyword)


@rule("narrowed", *_UNION, mirror="union-removed")
def union_added(pair: Pair) -> Iterator[Fact]:
    """A value must now fit one of some alternatives as well.

    Requests that fit none of them are refused.
    """
    if not keyword_of(pair.base) and not keyword_of(pair.revision):
        for keyword in _UNION:
            yield from appeared(pair, keyword)


@rule("widened", *_UNION, mirror="union-added")
def union_removed(pair: Pair) -> Iterator[Fact]:
    """A value no longer needs to fit one of some alternatives.

    Responses may hold what none of them admitted.
    """
    if not keyword_of(pair.base) and not keyword_of(pair.revision):
        for keyword in _UNION:
            yield from vanished(pair, keyword)


@rule("narrowed", "not", mirror="not-removed")
def not_added(pair: Pair) -> Iterator[Fact]:
    """Some values are now excluded by `not`.

    Requests that hold one of them are refused.
    """
    yield from appeared(pair, "not")


@rule("widened", "not", mirror="not-added")
def not_removed(pair: Pair) -> Iterator[Fact]:
    """Some values are no longer excluded by `not`.

    Responses may hold one of them.
    """
    yield from vanished(pair, "not")


@rule("changed", "not", no_mirror="changing back is the same fact")
def not_changed(pair: Pair) -> Iterator[Fact]:
    """Other values than before are excluded by `not`.

    More is excluded, or less, or something else: containment says which.
    """
    yield from differs(pair, "not")


_IF = ("if", "then", "else")


@rule("narrowed", *_IF, mirror="condition-removed")
def condition_added(pair: Pair) -> Iterator[Fact]:
    """A value must now fit a further schema under a condition.

    Requests that meet the condition and not the schema are refused.
    """
    yield from appeared(pair, "if")


@rule("widened", *_IF, mirror="condition-added")
def condition_removed(pair: Pair) -> Iterator[Fact]:
    """A value no longer needs to fit a further schema under a condition.

    Responses may hold what the condition excluded.
    """
    yield from vanished(pair, "if")


@rule("changed", *_IF, no_mirror="changing back is the same fact")
def condition_changed(pair: Pair) -> Iterator[Fact]:
    """A condition on a value, or what follows from it, was changed.

    Which values are won or lost is for containment to say.
    """
    if "if" in pair.base.flat and "if" in pair.revision.flat:
        for keyword in _IF:
            for fact in (appeared, vanished, differs):
                yield from fact(pair, keyword)
