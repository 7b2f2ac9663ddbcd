from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from handlers.chat_shapes import CHUNK, RESPONSE
from handlers.encoding import encode
from handlers.mending import Facts, Field, Shape, shape
from tests.handlers.contract import judged

HERE = Path(__file__).parent
FACTS = Facts(id="chatcmpl-0", created=1_750_000_000, model="asked", call_id=lambda: "call_0")
KINDS = {
    "sloppy_answers": (RESPONSE, "CreateChatCompletionResponse"),
    "sloppy_chunks": (CHUNK, "CreateChatCompletionStreamResponse"),
}
CASES = [
    pytest.param(*KINDS[name], case, id=f"{name}: {case['why']}")
    for name in KINDS
    for case in yaml.safe_load((HERE / f"{name}.yaml").read_text())
]


@pytest.mark.parametrize(("fields", "schema", "case"), CASES)
def test_what_endpoints_answer_roughly_comes_out_in_shape(
    fields: Any, schema: str, case: dict[str, Any]
) -> None:
    shaped = shape(fields, yaml.safe_load(yaml.safe_dump(case["answer"])), FACTS)
    assert shaped == case["shaped"]
    assert judged(schema, encode(shaped)) == case["shaped"]


WORDS = st.sampled_from(
    ["", "x", "stop", "assistant", "function", "custom", "url_citation", "chat.completion"]
)
LEAVES = st.none() | st.booleans() | st.integers(-2, 300) | st.floats(-2, 2) | WORDS
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)


def roughly(fields: Shape) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with the shape's names, each with what belongs there or with anything."""
    return st.fixed_dictionaries({}, optional={name: _held(field) for name, field in fields.items()})


def _held(field: Field) -> st.SearchStrategy[Any]:
    if not field.inside:
        return ANYTHING
    inner = st.deferred(lambda: roughly(field.inside))
    return st.lists(inner, max_size=2) | inner | ANYTHING


@pytest.mark.parametrize(("fields", "schema"), KINDS.values(), ids=KINDS)
@given(data=st.data())
def test_whatever_an_endpoint_answers_comes_out_in_shape(
    fields: Shape, schema: str, data: st.DataObject
) -> None:
    answer = data.draw(roughly(fields))
    answer.pop("moderation", None)  # only the live API sends it, and its objects are passed on as they are
    judged(schema, encode(shape(fields, answer, FACTS)))
