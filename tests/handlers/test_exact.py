"""What is encoded reads back as it was, or is refused by its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.errors import BadRequestError
from handlers.exact import check, encode

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(VALUES)
def test_any_value_reads_back(value):
    assert repr(json.loads(encode(value, "body"))) == repr(value)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (float("inf"), "body"),
        ({"a": [{}, {"b": float("nan")}]}, "body.a[1].b"),
        ({"a": 2**70, "b": float("-inf")}, "body.b"),
        (["null", "\udc00"], "body[1]"),
        ({"a": {"\ud800": 1}}, "body.a"),
    ],
)
def test_what_json_cannot_say_is_refused_by_its_place(value, place):
    with pytest.raises(BadRequestError) as caught:
        encode(value, "body")
    assert (caught.value.param, caught.value.code) == (place, "invalid_value")


def test_members_of_a_whole_body_are_its_first_places():
    with pytest.raises(BadRequestError) as caught:
        check({"seed": None, "options": {"weights": [1, float("inf")]}})
    assert caught.value.param == "options.weights[1]"


def test_text_that_says_null_is_just_text():
    assert encode({"a": "null"}, "body") == b'{"a":"null"}'
