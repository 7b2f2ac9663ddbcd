"""Facts that no other rule states: a schema admits more or fewer values, and the witness says which."""

from collections.abc import Iterator

from conformance.contract.facts import Fact, Pair, rule


@rule("narrowed", mirror="schema-widened")
def schema_narrowed(_: Pair) -> Iterator[Fact]:
    """A schema refuses values that it took.

    Said where containment proves it and no single keyword explains it, as when alternatives of a `oneOf`
    begin to overlap. The witness is such a value.
    """
    yield from ()


@rule("widened", mirror="schema-narrowed")
def schema_widened(_: Pair) -> Iterator[Fact]:
    """A schema admits values that it refused.

    Said where containment proves it and no single keyword explains it. The witness is such a value.
    """
    yield from ()
