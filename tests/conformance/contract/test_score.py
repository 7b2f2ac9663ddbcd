"""The score: what is absent costs, what breaks costs, what only widens does not; direction counts."""

from typing import Any

import pytest

from conformance import compare
from conformance.contract.documents import Document, from_value
from conformance.contract.gate import accept_nothing
from conformance.contract.places import by_operation
from conformance.contract.score import Score, score
from conformance.contract.tables import render


def document(request: Any, response: Any, *, orders: bool = True) -> Document:
    body = {"content": {"application/json": {"schema": request}}}
    answer = {"200": {"description": "ok", "content": {"application/json": {"schema": response}}}}
    paths: dict[str, Any] = {
        "/items": {"post": {"tags": ["Items"], "requestBody": body, "responses": answer}}
    }
    if orders:
        paths["/orders"] = {"get": {"responses": {"200": {"description": "ok"}}}}
    return from_value({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths})


def scored(base: Document, revision: Document) -> Score:
    report = compare(base, revision)
    return score(base, report, accept_nothing(report))


SIZE = {"type": "object", "properties": {"size": {"enum": ["s", "l"]}}}
MORE = {"type": "object", "properties": {"size": {"enum": ["s", "l", "xl"]}}}


def row(found: Score, name: str) -> Any:
    return next(one for one in found.categories if one.name == name)


def test_places_are_counted_by_direction():
    places = by_operation(document(SIZE, SIZE))
    # Two messages, two media types, the property in each direction; and the bare answer of the orders.
    assert [len(found) for found in places.values()] == [6, 1]


def test_the_same_contract_is_kept_whole():
    base = document(SIZE, SIZE)
    assert scored(base, base).total.score == 1.0


def test_a_wider_request_costs_nothing_and_a_wider_response_does():
    base = document(SIZE, SIZE)
    assert row(scored(base, document(MORE, SIZE)), "Items").score == 1.0
    wider = row(scored(base, document(SIZE, MORE)), "Items")
    assert (wider.breaking, wider.score) == (1, pytest.approx(5 / 6))


def test_an_absent_operation_costs():
    found = scored(document(SIZE, SIZE), document(SIZE, SIZE, orders=False))
    orders = row(found, "Orders")
    assert (orders.operations, orders.implemented, orders.missing, orders.score) == (1, 0, 1, 0.0)
    assert orders.naive is None
    assert found.total.score == pytest.approx(6 / 7)


def test_the_naive_figure_forgets_what_is_absent():
    found = scored(document(SIZE, SIZE), document(SIZE, SIZE, orders=False))
    assert found.total.naive == 1.0


def test_what_is_accepted_still_breaks_and_is_shown_apart(settled, base, report):
    found = score(base, report, settled.judgement)
    items = row(found, "Items")
    assert (items.breaking, items.on_purpose) == (2, 2)


def test_a_twin_with_a_query_is_a_category_of_its_own():
    base = document(SIZE, SIZE)
    twin = {"get": {"tags": ["Items"], "responses": {"200": {"description": "ok"}}}}
    root = {**base.root, "paths": {**base.root["paths"], "/items?beta=true": twin}}
    assert row(scored(from_value(root), base), "Items (beta=true)").operations == 1


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_every_form_has_the_figures(form):
    text = render(scored(document(SIZE, SIZE), document(SIZE, MORE)), None, form)
    assert "Items" in text
    assert ("0.833333" if form == "json" else "83.3 %") in text
