"""Values are equal as JSON Schema says, not as Python says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings

from conformance.contract.containment.values import NotJsonError, exact, key_of, value_of
from tests.conformance.containment.schemas import VALUES

EQUAL = [
    (1, 1.0),
    (0, -0.0),
    ({"a": 1, "b": [2.0]}, {"b": [2], "a": 1.0}),
    (10**20, 1e20),
    (Decimal("0.10"), 0.1),
]
UNEQUAL = [
    (1, True),
    (0, False),
    ([0], [False]),
    ({"a": 1}, {"a": True}),
    ("1", 1),
    (None, False),
    ([], {}),
    (0.1, 1e-17 + 0.1001),
]


@pytest.mark.parametrize(("one", "other"), EQUAL, ids=repr)
def test_equal_values_have_equal_keys(one, other):
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(("one", "other"), UNEQUAL, ids=repr)
def test_unequal_values_have_unequal_keys(one, other):
    assert key_of(one) != key_of(other)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(VALUES)
def test_a_key_gives_back_its_value(value):
    assert key_of(value_of(key_of(value))) == key_of(value)


def test_numbers_are_taken_as_written():
    assert exact(0.1) * 10 == 1
    assert exact(2**70 + 1) == 2**70 + 1


@pytest.mark.parametrize("value", [float("inf"), float("nan"), {1, 2}, b"x"], ids=repr)
def test_what_is_no_json_is_refused(value):
    with pytest.raises(NotJsonError):
        key_of(value)
