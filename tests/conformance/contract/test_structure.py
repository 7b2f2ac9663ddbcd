"""Two parts are the same only if everything they lead to is."""

from conformance.contract.documents import from_value
from conformance.contract.refs import Refs
from conformance.contract.structure import Structure

A, B, C = ({"$ref": f"#/components/schemas/{name}"} for name in "ABC")


def _structure(base, revision, versions=("3.1.0", "3.1.0")):
    roots = [
        {"openapi": v, "components": {"schemas": s}} for v, s in zip(versions, (base, revision), strict=True)
    ]
    return Structure(*(Refs(from_value(root)) for root in roots))


def test_a_change_far_away_counts():
    base = {"A": {"items": B}, "B": {"items": C}, "C": {"type": "string"}, "D": {"type": "null"}}
    structure = _structure(base, {**base, "C": {"type": "integer"}})
    assert not structure.same(dict(A), dict(A))
    assert structure.same({"$ref": "#/components/schemas/D"}, {"$ref": "#/components/schemas/D"})


def test_circles_are_the_same_if_nothing_in_them_differs():
    circle = {"A": {"items": B}, "B": {"items": A, "minItems": 1}}
    assert _structure(circle, circle).same(dict(A), dict(A))
    assert not _structure(circle, {**circle, "B": {"items": A, "minItems": 2}}).same(dict(A), dict(A))


def test_what_was_settled_first_counts_for_what_comes_later():
    base = {"A": {"items": B}, "B": {"type": "string"}}
    structure = _structure(base, {**base, "B": {"type": "integer"}})
    assert not structure.same(dict(B), dict(B))
    assert not structure.same(dict(A), dict(A))


def test_prose_is_nothing_and_names_are_no_prose():
    structure = _structure({}, {})
    assert structure.same({"type": "string", "description": "a"}, {"description": "b", "type": "string"})
    assert not structure.same({"properties": {"description": {}}}, {"properties": {}})
    assert not structure.same({"title": {}}, {}, "properties")
    assert not structure.same({"const": {"title": 1}}, {"const": {"title": 2}})


def test_numbers_and_booleans_differ():
    structure = _structure({}, {})
    assert not structure.same({"const": 1}, {"const": True})
    assert not structure.same([0], [False])


def test_dead_references_are_never_the_same():
    assert not _structure({}, {}).same(dict(A), dict(A))


def test_equal_text_in_another_dialect_may_mean_something_else():
    assert not _structure({}, {}, ("3.0.3", "3.1.0")).same({"items": {}}, {"items": {}})
