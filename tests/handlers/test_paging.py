"""The list envelope."""

import json

import pytest

from handlers import paging
from handlers.stores import Page


def test_an_empty_page_has_empty_string_ids():
    assert json.loads(paging.envelope([], [])) == {
        "object": "list",
        "data": [],
        "first_id": "",
        "last_id": "",
        "has_more": False,
    }


@pytest.mark.parametrize("has_more", [True, False])
def test_a_page_carries_its_bodies_untouched(has_more):
    bodies = [b'{"id":"a","n":123456789012345678901234567890}', b'{"id":"b" }', b'{"id":"c"}']
    sent = paging.envelope(bodies, ["a", "b", "c"], has_more=has_more)
    assert b",".join(bodies) in sent
    read = json.loads(sent)
    assert (read["first_id"], read["last_id"], read["has_more"]) == ("a", "c", has_more)
    assert read["data"] == [json.loads(body) for body in bodies]


@pytest.mark.parametrize("name", ['say "x"', "back\\slash", "line\nbreak", "nul\0", "ünï-🙂", ""])
def test_any_id_is_quoted(name):
    read = json.loads(paging.envelope([b"{}"], [name]))
    assert read["first_id"] == read["last_id"] == name


def test_rows_of_a_store_say_their_own_body_and_id():
    page = Page(rows=[("a", b'{"x":1}'), ("b", b'{"x":2}')], has_more=True)
    read = json.loads(paging.listing(page, body=lambda row: row[1], identity=lambda row: row[0]))
    assert read == {
        "object": "list",
        "data": [{"x": 1}, {"x": 2}],
        "first_id": "a",
        "last_id": "b",
        "has_more": True,
    }


def test_an_empty_page_of_a_store_ends_the_list():
    assert paging.listing(Page(rows=[], has_more=False), body=bytes, identity=str) == paging.EMPTY
