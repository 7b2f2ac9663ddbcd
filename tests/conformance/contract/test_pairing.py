"""What belongs together is paired, however it is spelt."""

import pytest

from conformance.contract.documents import from_value
from conformance.contract.pairing import (
    Side,
    body,
    covers,
    headers,
    media_types,
    normal_media,
    normal_path,
    operations,
    parameters,
    responses,
    written,
)
from conformance.contract.refs import Refs
from tests.conformance.contract.fragments import document


def _side(fragment):
    root = document(fragment)
    return Side(root, "", Refs(from_value(root)))


def _paired(base, revision):
    return list(operations(_side(base), _side(revision)))


@pytest.mark.parametrize(
    ("wide", "narrow", "takes"),
    [
        ("*/*", "text/plain", True),
        ("text/*", "text/plain", True),
        ("text/*", "image/png", False),
        ("application/json", "application/problem+json", True),
        ("application/problem+json", "application/json", False),
        ("application/json", "application/xml", False),
        ("application/json", "application/json; profile=x", True),
        ("application/json; profile=x", "application/json", False),
        ("APPLICATION/JSON; charset=utf-8", "application/json", True),
    ],
)
def test_media_types_take_each_other_in(wide, narrow, takes):
    assert covers(wide, narrow) is takes


def test_media_types_are_normalised():
    assert normal_media('Text/Plain; b=2; charset="UTF-8"; a=1') == ("text/plain", ("a=1", "b=2"))


def test_paths_are_paired_by_the_position_of_their_parameters():
    get = {"get": {"responses": {}}}
    paired = _paired({"paths": {"/a/{x}/b/{y}": get}}, {"paths": {"/a/{u}/b/{v}": get}})
    assert [(o.method, o.base_path, o.revision_path) for o in paired] == [
        ("GET", "/a/{x}/b/{y}", "/a/{u}/b/{v}")
    ]
    assert normal_path("/a/{x}.json") == "/a/{}.json"


def test_parameters_of_the_operation_go_before_those_of_the_path():
    def path(name, inner):
        shared = {"name": name, "in": "query", "required": False}
        return {"path": {"parameters": [shared], "get": {"parameters": inner, "responses": {}}}}

    own = {"name": "q", "in": "query", "required": True}
    [operation] = _paired(path("q", []), path("q", [own]))
    [thing] = parameters(operation)
    assert (thing.base.get("required"), thing.revision.get("required")) == (False, True)


def test_header_parameters_are_paired_without_regard_to_case_and_reserved_ones_left_out():
    def made(*names):
        return {"parameters": [{"name": name, "in": "header"} for name in names]}

    [operation] = _paired(made("X-Key", "Accept"), made("x-key", "Authorization"))
    [thing] = parameters(operation)
    assert thing.base is not None
    assert thing.revision is not None


def test_a_status_meets_the_range_over_it():
    def made(*statuses):
        return {"operation": {"responses": {status: {"description": "x"} for status in statuses}}}

    [operation] = _paired(made("200", "404"), made("2XX", "default"))
    pairs = {
        (t.base_name, t.name): (t.base is not None, t.revision is not None) for t in responses(operation)
    }
    assert pairs[("200", "2XX")] == (True, True)
    assert pairs[("404", "default")] == (True, True)


def test_a_media_type_meets_its_kin():
    def made(name):
        return {"operation": {"requestBody": {"content": {name: {}}}, "responses": {}}}

    [operation] = _paired(made("application/json"), made("application/*"))
    [thing] = media_types(body(operation))
    assert (thing.base_name, thing.name) == ("application/json", "application/*")


def test_response_headers_may_begin_like_extensions():
    def made(name):
        return {
            "operation": {
                "responses": {"200": {"description": "x", "headers": {name: {}, "Content-Type": {}}}}
            }
        }

    [operation] = _paired(made("X-Rate"), made("x-rate"))
    [response] = responses(operation)
    [header] = headers(response)
    assert (header.name, header.base is not None, header.revision is not None) == ("x-rate", True, True)


@pytest.mark.parametrize(
    ("parameter", "place", "expected"),
    [
        ({}, "query", ("form", True)),
        ({}, "path", ("simple", False)),
        ({"style": "pipeDelimited"}, "query", ("pipeDelimited", False)),
        ({"explode": False}, "cookie", ("form", False)),
    ],
)
def test_style_and_explode_have_the_defaults_of_their_place(parameter, place, expected):
    side = _side({})
    assert written(Side(parameter, "", side.refs), place) == expected
