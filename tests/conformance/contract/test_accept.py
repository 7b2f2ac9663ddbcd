"""Accepted differences: exact, and true or else they fail."""

import dataclasses
import datetime as dt

import pytest

from conformance import compare
from conformance.contract.accept import Accepted, Judge, Judgement, matches, read_accepted
from conformance.contract.documents import Document, from_value
from conformance.contract.trees import LoadError

DAY = dt.date(2026, 11, 20)
ENTRY = {"pointer": "/x", "upstream": "u", "choice": "c", "evidence": "e", "owner": "o"}


@pytest.fixture
def entries(accepted):
    return {entry.id: entry for entry in accepted.entries}


def judged(accepted: Accepted, base: Document, revision: Document, today: dt.date = DAY) -> Judgement:
    return Judge(accepted, base, revision, today).judge(compare(base, revision, today=today))


def changed(accepted: Accepted, name: str, **fields: object) -> Accepted:
    entries = tuple(dataclasses.replace(one, **fields) if one.id == name else one for one in accepted.entries)
    return dataclasses.replace(accepted, entries=entries)


def test_what_is_listed_is_accepted(settled):
    assert settled.open == ()
    assert settled.problems == ()
    assert {name for _, name in settled.judgement.accepted} == {"scope", "list-limit", "sizes"}


def test_an_entry_without_a_difference_fails(accepted, base):
    found = judged(accepted, base, base)
    assert {(one.kind, one.entry) for one in found.problems} == {
        ("unused", "list-limit"),
        ("unused", "sizes"),
        ("unused", "scope"),
    }


def test_an_expired_entry_fails_and_accepts_nothing(accepted, base, revision):
    until = changed(accepted, "list-limit", expires=DAY)
    assert judged(until, base, revision).problems == ()
    late = judged(until, base, revision, DAY + dt.timedelta(days=1))
    assert [(one.kind, one.entry) for one in late.problems] == [("expired", "list-limit")]
    assert [one.rule for one in late.open] == ["maximum-added"]


def test_another_value_is_another_difference(accepted, base, revision, entries):
    root = dict(revision.root)
    item = root["components"]["schemas"]["Item"]
    size = {**item["properties"]["size"], "enum": ["small", "large | wide", "<b>100%", "huge"]}
    schemas = {"Item": {**item, "properties": {**item["properties"], "size": size}}}
    found = judged(accepted, base, from_value({**root, "components": {"schemas": schemas}}))
    assert "enum-value-added" in {one.rule for one in found.open}
    assert {one.kind for one in found.problems if one.entry == "sizes"} <= {"changed", "stale", "unused"}
    assert found.problems


def test_another_verdict_is_another_difference(accepted, base, revision, entries):
    ((fingerprint, words),) = entries["sizes"].accepts
    milder = changed(accepted, "sizes", accepts=((fingerprint, words.replace("breaking", "compatible", 1)),))
    found = judged(milder, base, revision)
    assert [one.rule for one in found.open] == ["enum-value-added"]
    assert [(one.kind, one.entry) for one in found.problems] == [("changed", "sizes")]


def test_a_listed_finding_that_is_gone_fails(accepted, base, revision, entries):
    more = (*entries["sizes"].accepts, ("0" * 16, "breaking gone /x"))
    found = judged(changed(accepted, "sizes", accepts=more), base, revision)
    assert [(one.kind, one.entry) for one in found.problems] == [("stale", "sizes")]


def test_patterns_only_propose(accepted, base, revision):
    """`covers` is for the tool that writes lists; the gate goes by the lists."""
    found = judged(changed(accepted, "sizes", accepts=()), base, revision)
    assert [one.rule for one in found.open] == ["enum-value-added"]
    assert [(one.kind, one.entry) for one in found.problems] == [("unused", "sizes")]


def test_a_fingerprint_alone_is_enough(accepted, base, revision, entries):
    ((fingerprint, _),) = entries["sizes"].accepts
    one = changed(accepted, "sizes", accepts=(), covers=(), fingerprint=fingerprint)
    assert judged(one, base, revision).open == ()


def operation(**more: object) -> dict[str, object]:
    return {"responses": {"200": {"description": "ok"}}, **more}


def returning(name: str) -> dict[str, object]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return operation(
        responses={"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}
    )


def document(paths: dict[str, object], *schemas: str) -> Document:
    return from_value(
        {
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": paths,
            "components": {"schemas": {name: {"type": "object"} for name in schemas}},
        }
    )


def test_extensions_and_what_they_alone_lead_to_are_exempt():
    base = document({"/a": {"get": returning("A")}}, "A")
    revision = document(
        {"/a": {"get": returning("A")}, "/own": {"get": {**returning("Own"), "x-own": True}}}, "A", "Own"
    )
    assert judged(Accepted("f", extension="x-own"), base, revision).open == ()
    rules = {one.rule for one in judged(Accepted("f"), base, revision).open}
    assert rules == {"path-added", "component-added"}


def test_a_component_that_an_operation_of_upstream_needs_is_no_extension():
    base = document({"/a": {"get": returning("A")}}, "A")
    revision = document(
        {"/a": {"get": returning("B")}, "/own": {"get": {**returning("B"), "x-own": True}}}, "B"
    )
    rules = {one.rule for one in judged(Accepted("f", extension="x-own"), base, revision).open}
    assert {"component-added", "component-removed"} <= rules


def test_components_of_absent_operations_are_out_of_scope_and_no_others(tmp_path):
    base = document({"/a": {"get": returning("A")}, "/b": {"get": returning("B")}}, "A", "B", "C")
    revision = document({"/a": {"get": operation()}})
    file = tmp_path / "accepted.yaml"
    file.write_text("scope: [{why: not here, operations: {/b: [get]}}]")
    found = judged(read_accepted(str(file)), base, revision)
    gone = {one.pointer for one in found.open if one.rule == "component-removed"}
    assert gone == {"/components/schemas/A"}


def test_a_new_operation_of_upstream_is_not_hidden_by_the_scope(accepted, revision, base):
    root = {**base.root, "paths": {**base.root["paths"], "/new": {"get": operation()}}}
    found = judged(accepted, from_value(root), revision)
    assert [(one.rule, one.path) for one in found.open] == [("path-removed", "/new")]


@pytest.mark.parametrize(
    ("pattern", "pointer", "fits"),
    [
        ("/a/b", "/a/b", True),
        ("/a/b", "/a/b/c", False),
        ("/a/*", "/a/b", True),
        ("/a/*", "/a/b/c", False),
        ("/a/**", "/a", True),
        ("/a/**", "/a/b/c", True),
        ("/**/c", "/a/b/c", True),
        ("/**/c/*", "/c/c/d", True),
        ("/paths/~1a~1{id}/get", "/paths/~1a~1{id}/get", True),
        ("/a/b*[0]", "/a/bc[0]", True),
        ("/a/b*[0]", "/a/bc0", False),
    ],
)
def test_patterns_of_pointers(pattern, pointer, fits):
    assert matches(pattern, pointer) is fits


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("accepted: {}", "1:1", "a list is wanted here, not a mapping"),
        ("acepted: []", "1:1", "`acepted` means nothing here"),
        ("- id: a", "1:3", "`upstream` is wanted here"),
        (
            "- {id: a, pointer: x, upstream: u, choice: c, evidence: e, owner: o, rule: r}",
            "1:11",
            "begins with a slash",
        ),
        (
            "- {id: a, pointer: /x, upstream: u, choice: c, evidence: e, owner: o}",
            "1:3",
            "says what it accepts",
        ),
        (
            "- {id: a, pointer: /x, upstream: u, choice: c, evidence: e, owner: o, rule: r, expires: soon}",
            "1:80",
            "YYYY-MM-DD",
        ),
        (
            "- {id: a, pointer: /x, upstream: u, choice: c, evidence: e, owner: o, accepts: {abc: d}}",
            "1:81",
            "sixteen",
        ),
        ("scope: [{why: w, operations: {/a: get}}]", "1:31", "a list of methods"),
        ("- {id: a", "", "not valid YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path, text, position, said):
    file = tmp_path / "accepted.yaml"
    file.write_text(text)
    with pytest.raises(LoadError) as refused:
        read_accepted(str(file))
    assert said in str(refused.value)
    assert f"accepted.yaml:{position}" in str(refused.value)


def test_an_id_stands_once(tmp_path):
    entry = "{id: a, pointer: /x, upstream: u, choice: c, evidence: e, owner: o, rule: r}"
    file = tmp_path / "accepted.yaml"
    file.write_text(f"- {entry}\n- {entry}\n")
    with pytest.raises(LoadError, match=r"accepted.yaml:2:\d+: the id 'a' stands here a second time"):
        read_accepted(str(file))
