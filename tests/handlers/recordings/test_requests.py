"""By what a request is known: the pairs of `fixtures.yaml`, and any body at all."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.recordings.requests import IGNORED, normalised

CASES = yaml.safe_load((Path(__file__).parent / "fixtures.yaml").read_text())


def key(body: Any) -> str:
    return normalised("POST", "/chat/completions", body).key


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_what_is_the_same_has_the_same_key_and_what_is_not_has_another(case):
    own = key(case["body"])
    assert [key(body) for body in case.get("same", ())] == [own] * len(case.get("same", ()))
    assert own not in [key(body) for body in case.get("other", ())]


def test_method_and_path_count():
    one, two, three = (
        normalised(*place).key for place in (("GET", "/models"), ("DELETE", "/models"), ("GET", "/m"))
    )
    assert len({one, two, three}) == 3


WORDS = st.text("abcdefgh", min_size=1, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)
BODIES = st.dictionaries(WORDS, JSON, max_size=6)


def shuffled(value: Any, order: random.Random) -> Any:
    if isinstance(value, dict):
        names = list(value)
        order.shuffle(names)
        return {name: shuffled(value[name], order) for name in names}
    return [shuffled(entry, order) for entry in value] if isinstance(value, list) else value


@given(BODIES, st.randoms())
def test_any_order_of_members_has_the_same_key(body, order):
    assert key(body) == key(shuffled(body, order))


HEX = st.text("0123456789abcdef", min_size=20, max_size=48).filter(lambda text: not text.isalpha())


@given(
    BODIES,
    st.lists(
        st.tuples(HEX, HEX), min_size=1, max_size=4, unique_by=(lambda pair: pair[0], lambda pair: pair[1])
    ),
)
def test_fresh_ids_have_the_same_key(body, pairs):
    """Wherever they stand: as a member, as a reference to it, in a text."""

    def told(identities: list[str]) -> dict[str, Any]:
        calls = [{"id": f"call_{identity}", "name": "f"} for identity in identities]
        answers = [
            {"tool_call_id": f"call_{identity}", "content": f"made msg_{identity}"} for identity in identities
        ]
        return {**body, "messages": [*calls, *answers]}

    assert key(told([old for old, _ in pairs])) == key(told([new for _, new in pairs]))


@given(BODIES, WORDS, WORDS)
def test_a_changed_word_has_another_key(body, one, other):
    assume(one != other)
    told = [{**body, "messages": [{"role": "user", "content": f"say {word} now"}]} for word in (one, other)]
    assert key(told[0]) != key(told[1])


@given(BODIES, WORDS, JSON)
def test_a_further_member_has_another_key(body, name, value):
    assume(name not in body and name not in IGNORED and value is not None)
    assert key(body) != key({**body, name: value})


def test_what_is_normalised_is_normal():
    """The body in a recording finds that recording."""
    for case in CASES:
        request = normalised("POST", "/x", case["body"])
        assert normalised("POST", "/x", request.body) == request
