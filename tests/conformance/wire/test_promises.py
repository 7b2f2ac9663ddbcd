"""Probes are found by their folder, and each is written as it has to be."""

import types

import pytest

from conformance.wire import promises
from conformance.wire.contract import upstream
from conformance.wire.probes._items import ITEMS
from conformance.wire.promises import ProbeError, categories, every, explanation, gathered, probe, selected


def test_every_probe_promises_something_with_a_source_and_an_example_is_found():
    found = every()
    assert found["conversation-is-made-of-nothing"].category == "conversations"
    assert found["conversation-is-made-of-nothing"].topic == "create"
    for name, each in found.items():
        assert name == each.check.__name__.replace("_", "-")
        assert each.promise.endswith("."), name
        assert each.evidence, name
        assert set(each.operations) <= {operation.id for operation in upstream().operations}


def test_at_least_150_promises_are_examined():
    assert len(every()) >= 150


def test_probes_are_selected_by_category_id_and_pattern():
    assert {each.category for each in selected(["models", "errors"])} == {"models", "errors"}
    assert [each.id for each in selected(["conversation-is-made-of-nothing"])] == [
        "conversation-is-made-of-nothing"
    ]
    assert all(each.id.startswith("metadata-") for each in selected(["metadata-*"]))
    assert selected([]) == list(every().values())
    with pytest.raises(LookupError):
        selected(["conversations", "nonsense"])
    assert "conversations" in categories()


def test_an_explanation_says_promise_source_and_operations():
    text = explanation("metadata-at-its-limits-is-kept")
    assert "accepted and comes back unchanged." in text
    assert "prose" in text
    assert "POST /conversations" in text
    assert "16 pairs" in text
    assert explanation("nonsense") is None


def module(name, **names):
    """A module of probes, as the folder would hold it, with other arguments of `probe` or docstring."""
    made = types.ModuleType(f"conformance.wire.probes.{name}")

    async def the_fact(exam):
        pass

    the_fact.__doc__ = names.pop("doc", "The promise.")
    the_fact.__module__ = made.__name__
    made.the_fact = probe(**{"operations": ["listModels"], "source": "prose", "evidence": "a page", **names})(
        the_fact
    )
    return made


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"operations": ["inventModels"]}, "inventModels"),
        ({"operations": []}, "no operation"),
        ({"evidence": ""}, "evidence"),
        ({"source": "rumour"}, "source"),
        ({"doc": None}, "first line"),
        ({"doc": "No full stop"}, "first line"),
    ],
)
def test_what_a_probe_lacks_is_said(wrong, says):
    [found] = gathered(module("models_x", **wrong))
    with pytest.raises(ProbeError, match=says):
        promises._verify(found, {}, upstream())


def test_an_id_belongs_to_one_probe():
    [one], [other] = gathered(module("models_x")), gathered(module("models_y"))
    assert (one.id, one.category, one.topic) == ("the-fact", "models", "x")
    with pytest.raises(ProbeError, match="is that of"):
        promises._verify(other, {one.id: one}, upstream())


def kinds(schema):
    """The types of a union's items, wherever they are stated."""
    if "$ref" in schema:
        yield from kinds(upstream().get(schema["$ref"].removeprefix("#")))
    yield from schema.get("properties", {}).get("type", {}).get("enum", [])
    for part in [*schema.get("anyOf", []), *schema.get("allOf", [])]:
        yield from kinds(part)


def test_an_item_of_every_type_of_the_contract_goes_in_and_comes_out():
    stated = set(kinds(upstream().get("/components/schemas/ConversationItem")))
    assert len(stated) == 28
    assert {item["type"] for item in ITEMS.values()} == stated
