"""Facts about arrays: length, items, uniqueness, and what they must contain."""

from collections.abc import Iterator

from conformance.contract.facts import Fact, Pair, rule
from conformance.contract.facts.bounds import appeared, differs, fell, moved, rose, vanished


@rule("narrowed", "minItems", mirror="min-items-decreased")
def min_items_increased(pair: Pair) -> Iterator[Fact]:
    """The minimum number of items went up.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from rose(pair, "minItems")


@rule("widened", "minItems", mirror="min-items-increased")
def min_items_decreased(pair: Pair) -> Iterator[Fact]:
    """The minimum number of items went down.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from fell(pair, "minItems")


@rule("narrowed", "minItems", mirror="min-items-removed")
def min_items_added(pair: Pair) -> Iterator[Fact]:
    """The minimum number of items has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "minItems")


@rule("widened", "minItems", mirror="min-items-added")
def min_items_removed(pair: Pair) -> Iterator[Fact]:
    """The minimum number of items has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "minItems")


@rule("widened", "maxItems", mirror="max-items-decreased")
def max_items_increased(pair: Pair) -> Iterator[Fact]:
    """The maximum number of items went up.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from rose(pair, "maxItems")


@rule("narrowed", "maxItems", mirror="max-items-increased")
def max_items_decreased(pair: Pair) -> Iterator[Fact]:
    """The maximum number of items went down.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from fell(pair, "maxItems")


@rule("narrowed", "maxItems", mirror="max-items-removed")
def max_items_added(pair: Pair) -> Iterator[Fact]:
    """The maximum number of items has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "maxItems")


@rule("widened", "maxItems", mirror="max-items-added")
def max_items_removed(pair: Pair) -> Iterator[Fact]:
    """The maximum number of items has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "maxItems")


@rule("narrowed", "minContains", mirror="min-contains-decreased")
def min_contains_increased(pair: Pair) -> Iterator[Fact]:
    """The minimum number of matching items went up.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from rose(pair, "minContains")


@rule("widened", "minContains", mirror="min-contains-increased")
def min_contains_decreased(pair: Pair) -> Iterator[Fact]:
    """The minimum number of matching items went down.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from fell(pair, "minContains")


@rule("changed", "minContains", mirror="min-contains-removed")
def min_contains_added(pair: Pair) -> Iterator[Fact]:
    """The minimum number of matching items is stated where it was not.

    Unstated it is one: more than that asks for more, and zero asks for nothing.
    """
    yield from appeared(pair, "minContains")


@rule("changed", "minContains", mirror="min-contains-added")
def min_contains_removed(pair: Pair) -> Iterator[Fact]:
    """The minimum number of matching items is no longer stated.

    Unstated it is one: that is less than what was stated, or more than zero.
    """
    yield from vanished(pair, "minContains")


@rule("widened", "maxContains", mirror="max-contains-decreased")
def max_contains_increased(pair: Pair) -> Iterator[Fact]:
    """The maximum number of matching items went up.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from rose(pair, "maxContains")


@rule("narrowed", "maxContains", mirror="max-contains-increased")
def max_contains_decreased(pair: Pair) -> Iterator[Fact]:
    """The maximum number of matching items went down.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from fell(pair, "maxContains")


@rule("narrowed", "maxContains", mirror="max-contains-removed")
def max_contains_added(pair: Pair) -> Iterator[Fact]:
    """The maximum number of matching items has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "maxContains")


@rule("widened", "maxContains", mirror="max-contains-added")
def max_contains_removed(pair: Pair) -> Iterator[Fact]:
    """The maximum number of matching items has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "maxContains")


@rule("narrowed", "contains", mirror="contains-removed")
def contains_added(pair: Pair) -> Iterator[Fact]:
    """What some item of an array must match was added.

    Requests that ignore it are now refused; a response only promises more.
    """
    yield from appeared(pair, "contains")


@rule("widened", "contains", mirror="contains-added")
def contains_removed(pair: Pair) -> Iterator[Fact]:
    """What some item of an array must match was removed.

    Responses may now break it; requests are freer than before.
    """
    yield from vanished(pair, "contains")


@rule("changed", "contains", no_mirror="changing back is the same fact")
def contains_changed(pair: Pair) -> Iterator[Fact]:
    """What some item of an array must match was changed.

    Whether the new one is stricter, laxer or neither is for containment to say.
    """
    yield from differs(pair, "contains")


@rule("narrowed", "unevaluatedItems", mirror="unevaluated-items-removed")
def unevaluated_items_added(pair: Pair) -> Iterator[Fact]:
    """The rule for items nothing else speaks of was added.

    Requests that ignore it are now refused; a response only promises more.
    """
    yield from appeared(pair, "unevaluatedItems")


@rule("widened", "unevaluatedItems", mirror="unevaluated-items-added")
def unevaluated_items_removed(pair: Pair) -> Iterator[Fact]:
    """The rule for items nothing else speaks of was removed.

    Responses may now break it; requests are freer than before.
    """
    yield from vanished(pair, "unevaluatedItems")


@rule("changed", "unevaluatedItems", no_mirror="changing back is the same fact")
def unevaluated_items_changed(pair: Pair) -> Iterator[Fact]:
    """The rule for items nothing else speaks of was changed.

    Whether the new one is stricter, laxer or neither is for containment to say.
    """
    yield from differs(pair, "unevaluatedItems")


@rule("narrowed", "uniqueItems", mirror="unique-items-removed")
def unique_items_added(pair: Pair) -> Iterator[Fact]:
    """The items of an array must now differ from each other.

    Requests that repeat an item are now refused; a response only promises more.
    """
    if pair.revision.flat.get("uniqueItems") is True and pair.base.flat.get("uniqueItems") is not True:
        yield moved(pair, "uniqueItems")


@rule("widened", "uniqueItems", mirror="unique-items-added")
def unique_items_removed(pair: Pair) -> Iterator[Fact]:
    """The items of an array need no longer differ from each other.

    A client that builds a set or a map from a response may now lose items.
    """
    if pair.base.flat.get("uniqueItems") is True and pair.revision.flat.get("uniqueItems") is not True:
        yield moved(pair, "uniqueItems")


@rule("narrowed", "items", mirror="items-removed")
def items_added(pair: Pair) -> Iterator[Fact]:
    """The items of an array have a schema where they had none.

    Requests with other items are now refused; a response only promises more.
    """
    yield from appeared(pair, "items")


@rule("widened", "items", mirror="items-added")
def items_removed(pair: Pair) -> Iterator[Fact]:
    """The items of an array have no schema any more.

    Responses may now hold items of any kind.
    """
    yield from vanished(pair, "items")


def _prefixes(pair: Pair) -> tuple[int, int]:
    base, revision = pair.values("prefixItems")
    return (
        len(base) if isinstance(base, list) else 0,
        len(revision) if isinstance(revision, list) else 0,
    )


@rule("changed", "prefixItems", mirror="prefix-items-removed")
def prefix_items_added(pair: Pair) -> Iterator[Fact]:
    """A leading position of an array has a schema of its own where it had none.

    What stood at that position followed `items` before: containment says which values are lost or won.
    """
    before, after = _prefixes(pair)
    if after > before:
        yield moved(pair, "prefixItems")


@rule("changed", "prefixItems", mirror="prefix-items-added")
def prefix_items_removed(pair: Pair) -> Iterator[Fact]:
    """A leading position of an array has no schema of its own any more.

    What stands at that position follows `items` now: containment says which values are lost or won.
    """
    before, after = _prefixes(pair)
    if after < before:
        yield moved(pair, "prefixItems")
