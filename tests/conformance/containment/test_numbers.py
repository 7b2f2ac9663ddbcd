"""Numbers are searched exactly: found where they exist, and proved absent where they do not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contract.containment.answers import EMPTY, Found, Unknown
from conformance.contract.containment.numbers import Numbers

QUICK = settings(max_examples=300, deadline=None, derandomize=True, database=None)
HALVES = st.integers(-8, 8).map(lambda n: Fraction(n, 2))
STEPS = st.sampled_from([1, 2, 3, Fraction(1, 2), Fraction(3, 2)])
# Every number that could tell two conjunctions of such bounds apart, and more.
GRID = [Fraction(n, 4) for n in range(-64, 65)]


@st.composite
def conjunctions(draw: st.DrawFn) -> Numbers:
    return Numbers(
        low=draw(st.none() | HALVES),
        low_open=draw(st.booleans()),
        high=draw(st.none() | HALVES),
        high_open=draw(st.booleans()),
        step=draw(st.none() | STEPS),
        not_steps=draw(st.lists(STEPS, max_size=2)),
        excluded=set(draw(st.lists(HALVES, max_size=3))),
    )


@QUICK
@given(conjunctions())
def test_a_number_is_found_exactly_if_there_is_one(numbers):
    answer = numbers.find()
    if isinstance(answer, Found):
        assert numbers.admits(Fraction(answer.value))
    else:
        assert answer is EMPTY
        assert not any(numbers.admits(value) for value in GRID)


def test_what_is_too_close_together_is_left_undecided():
    tiny = Fraction(1, 10**30)
    assert isinstance(Numbers(low=1 + tiny, high=1 + 2 * tiny).find(), Unknown)


def test_a_hopeless_period_ends():
    primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
    assert Numbers(step=1, not_steps=primes, low=2).find() == Found(41)


@pytest.mark.parametrize(("value", "written"), [(3, 3), (Fraction(1, 2), 0.5), (Fraction(4, 2), 2)])
def test_numbers_are_written_as_json_would(value, written):
    found = Numbers(low=value, high=value).find()
    assert isinstance(found, Found)
    assert (found.value, type(found.value)) == (written, type(written))
