"""Facts about numbers: bounds and multiples."""

from collections.abc import Iterator

from conformance.contract.facts import Fact, Pair, rule
from conformance.contract.facts.bounds import appeared, differs, fell, rose, vanished


@rule("narrowed", "minimum", mirror="minimum-decreased")
def minimum_increased(pair: Pair) -> Iterator[Fact]:
    """The smallest number went up.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from rose(pair, "minimum")


@rule("widened", "minimum", mirror="minimum-increased")
def minimum_decreased(pair: Pair) -> Iterator[Fact]:
    """The smallest number went down.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from fell(pair, "minimum")


@rule("narrowed", "minimum", mirror="minimum-removed")
def minimum_added(pair: Pair) -> Iterator[Fact]:
    """The smallest number has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "minimum")


@rule("widened", "minimum", mirror="minimum-added")
def minimum_removed(pair: Pair) -> Iterator[Fact]:
    """The smallest number has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "minimum")


@rule("widened", "maximum", mirror="maximum-decreased")
def maximum_increased(pair: Pair) -> Iterator[Fact]:
    """The largest number went up.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from rose(pair, "maximum")


@rule("narrowed", "maximum", mirror="maximum-increased")
def maximum_decreased(pair: Pair) -> Iterator[Fact]:
    """The largest number went down.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from fell(pair, "maximum")


@rule("narrowed", "maximum", mirror="maximum-removed")
def maximum_added(pair: Pair) -> Iterator[Fact]:
    """The largest number has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "maximum")


@rule("widened", "maximum", mirror="maximum-added")
def maximum_removed(pair: Pair) -> Iterator[Fact]:
    """The largest number has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "maximum")


@rule("narrowed", "exclusiveMinimum", mirror="exclusive-minimum-decreased")
def exclusive_minimum_increased(pair: Pair) -> Iterator[Fact]:
    """The exclusive lower bound of a number went up.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from rose(pair, "exclusiveMinimum")


@rule("widened", "exclusiveMinimum", mirror="exclusive-minimum-increased")
def exclusive_minimum_decreased(pair: Pair) -> Iterator[Fact]:
    """The exclusive lower bound of a number went down.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from fell(pair, "exclusiveMinimum")


@rule("narrowed", "exclusiveMinimum", mirror="exclusive-minimum-removed")
def exclusive_minimum_added(pair: Pair) -> Iterator[Fact]:
    """The exclusive lower bound of a number has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "exclusiveMinimum")


@rule("widened", "exclusiveMinimum", mirror="exclusive-minimum-added")
def exclusive_minimum_removed(pair: Pair) -> Iterator[Fact]:
    """The exclusive lower bound of a number has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "exclusiveMinimum")


@rule("widened", "exclusiveMaximum", mirror="exclusive-maximum-decreased")
def exclusive_maximum_increased(pair: Pair) -> Iterator[Fact]:
    """The exclusive upper bound of a number went up.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from rose(pair, "exclusiveMaximum")


@rule("narrowed", "exclusiveMaximum", mirror="exclusive-maximum-increased")
def exclusive_maximum_decreased(pair: Pair) -> Iterator[Fact]:
    """The exclusive upper bound of a number went down.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from fell(pair, "exclusiveMaximum")


@rule("narrowed", "exclusiveMaximum", mirror="exclusive-maximum-removed")
def exclusive_maximum_added(pair: Pair) -> Iterator[Fact]:
    """The exclusive upper bound of a number has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "exclusiveMaximum")


@rule("widened", "exclusiveMaximum", mirror="exclusive-maximum-added")
def exclusive_maximum_removed(pair: Pair) -> Iterator[Fact]:
    """The exclusive upper bound of a number has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "exclusiveMaximum")


@rule("narrowed", "multipleOf", mirror="multiple-of-removed")
def multiple_of_added(pair: Pair) -> Iterator[Fact]:
    """The step that numbers must be a multiple of was added.

    Requests that ignore it are now refused; a response only promises more.
    """
    yield from appeared(pair, "multipleOf")


@rule("widened", "multipleOf", mirror="multiple-of-added")
def multiple_of_removed(pair: Pair) -> Iterator[Fact]:
    """The step that numbers must be a multiple of was removed.

    Responses may now break it; requests are freer than before.
    """
    yield from vanished(pair, "multipleOf")


@rule("changed", "multipleOf", no_mirror="changing back is the same fact")
def multiple_of_changed(pair: Pair) -> Iterator[Fact]:
    """The step that numbers must be a multiple of was changed.

    Whether the new one is stricter, laxer or neither is for containment to say.
    """
    yield from differs(pair, "multipleOf")
