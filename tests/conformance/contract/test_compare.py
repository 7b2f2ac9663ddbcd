"""What a comparison promises: sound verdicts, one finding a cause, the same bytes every time."""

import copy
import datetime as dt
import json
import os
import subprocess
import sys

import jsonschema_rs
import pytest

from conformance.contract.compare import Budget, Options, compare
from conformance.contract.documents import load
from conformance.contract.policy import policy
from tests.conformance.contract.fragments import document

S, N = {"type": "string"}, {"type": "number"}
I = {"type": "integer"}  # noqa: E741  # the initials of types


def _rules(report, level=None):
    return [finding.rule for finding in report.findings if level in (None, finding.level)]


def _with(components, **paths):
    made = document({"schema": {}})
    return {
        **made,
        "components": {"schemas": components},
        "paths": {f"/{name}": item for name, item in paths.items()},
    }


def _operation(request=None, response=None):
    made = {"responses": {"200": {"description": "ok"}}}
    if request is not None:
        made["requestBody"] = {"content": {"application/json": {"schema": request}}}
    if response is not None:
        made["responses"]["200"]["content"] = {"application/json": {"schema": response}}
    return {"post": made}


A = {"$ref": "#/components/schemas/A"}
SPELLINGS = {
    "key order": (
        {"type": "object", "properties": {"a": S, "b": I}},
        {"properties": {"b": I, "a": S}, "type": "object"},
    ),
    "inlined reference": (
        {"type": "object", "properties": {"a": A}},
        {"type": "object", "properties": {"a": S}},
    ),
    "reference with sibling": ({**A, "minLength": 2}, {"type": "string", "minLength": 2}),
    "allOf wrapped": ({"allOf": [A]}, S),
    "allOf split": (
        {"type": "object", "properties": {"a": S, "b": I}, "required": ["a"]},
        {"allOf": [{"type": "object", "properties": {"a": S}, "required": ["a"]}, {"properties": {"b": I}}]},
    ),
    "const for one-value enum": ({"enum": ["x"]}, {"const": "x"}),
    "type array for anyOf": ({"type": ["string", "null"]}, {"anyOf": [S, {"type": "null"}]}),
    "nullable for null": ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    "oneOf for disjoint anyOf": ({"oneOf": [S, I]}, {"anyOf": [S, I]}),
    "enum for consts": ({"enum": ["x", "y"]}, {"oneOf": [{"const": "y"}, {"const": "x"}]}),
    "exclusive integer bound": (
        {"type": "integer", "minimum": 1},
        {"type": "integer", "exclusiveMinimum": 0},
    ),
    "order of required and enum": (
        {"type": "object", "required": ["a", "b"], "properties": {"a": {"enum": [1, 2]}}},
        {"type": "object", "required": ["b", "a"], "properties": {"a": {"enum": [2, 1]}}},
    ),
    "double negation": (S, {"not": {"not": S}}),
    "true for the empty schema": ({"type": "array", "items": True}, {"type": "array", "items": {}}),
    "whole float": ({"type": "number", "minimum": 1}, {"type": "number", "minimum": 1.0}),
    "prose": ({"type": "string", "description": "a", "title": "b"}, {"type": "string", "description": "c"}),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_is_no_finding(spelling):
    one, two = SPELLINGS[spelling]
    for base, revision in ((one, two), (two, one)):
        report = compare(
            _with({"A": S}, a=_operation(base, base)), _with({"A": S}, a=_operation(revision, revision))
        )
        assert report.findings == ()


@pytest.mark.parametrize(
    ("base", "revision", "rule"),
    [
        ({"const": 1}, {"const": True}, "const-changed"),
        ({"enum": [0, 2]}, {"enum": [False, 2]}, "enum-value-added"),
    ],
)
def test_true_is_not_one(base, revision, rule):
    assert rule in _rules(compare(document({"schema": base}), document({"schema": revision})), "error")


def test_a_property_called_like_prose_counts():
    base = {"type": "object", "properties": {"title": S, "example": S}, "required": ["title"]}
    revision = {"type": "object", "properties": {"example": I}}
    report = compare(document({"schema": base}), document({"schema": revision}))
    assert sorted(_rules(report, "error")) == ["property-removed", "type-changed"]


def test_a_shared_cause_is_one_finding_with_all_it_reaches():
    operations = {name: _operation(response={"type": "object", "properties": {"x": A}}) for name in "abc"}
    report = compare(_with({"A": I}, **operations), _with({"A": N}, **operations))
    [finding] = report.findings
    assert (finding.rule, finding.pointer) == ("type-widened", "/components/schemas/A/type")
    assert [
        (i.operation, i.path, i.direction, i.status, i.media_type, i.json_path) for i in finding.impact
    ] == [("POST", f"/{name}", "response", "200", "application/json", "$.x") for name in "abc"]


def test_the_worst_direction_decides_and_only_its_impact_is_listed():
    base, revision = (_with({"A": schema}, a=_operation(A, A)) for schema in (N, I))
    [finding] = compare(base, revision).findings
    assert (finding.rule, finding.level, finding.direction) == ("type-narrowed", "error", "request")
    assert {impact.direction for impact in finding.impact} == {"request"}


def test_fingerprints_do_not_hang_on_order_wording_or_lines():
    one = compare(_with({"A": I}, a=_operation(A)), _with({"A": S}, a=_operation(A))).findings
    two = compare(
        _with({"Z": S, "A": {**I, "description": "x"}}, b=_operation(A), a=_operation(A)),
        _with({"A": S, "Z": S}, a=_operation(A), b=_operation(A)),
    ).findings
    assert [finding.fingerprint for finding in one] == [finding.fingerprint for finding in two]


def test_a_witness_is_accepted_by_one_side_and_refused_by_the_other():
    base = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 5}, "b": {"enum": [1, 2]}}}
    revision = {
        "type": "object",
        "properties": {"a": {"type": "string", "maxLength": 3}, "b": {"enum": [2, 3]}},
    }
    report = compare(document({"schema": base}), document({"schema": revision}))
    sides = {"base": base, "revision": revision}
    found = [finding for finding in report.findings if finding.verdict == "breaking"]
    assert {finding.rule for finding in found} == {
        "max-length-decreased",
        "enum-value-removed",
        "enum-value-added",
    }
    for finding in found:
        assert finding.witness is not None
        name = "a" if "/a/" in finding.pointer else "b"
        for side, accepts in ((finding.witness.accepted_by, True), (finding.witness.refused_by, False)):
            schema = sides[side]["properties"][name]
            assert jsonschema_rs.Draft202012Validator(schema).is_valid(finding.witness.value) is accepts


def test_what_no_rule_explains_is_reported_with_its_witness():
    report = compare(document({"schema": {"anyOf": [N, I]}}), document({"schema": {"oneOf": [N, I]}}))
    [finding] = report.findings
    assert (finding.rule, finding.level) == ("schema-narrowed", "error")
    assert finding.witness is not None
    assert isinstance(finding.witness.value, int)


def test_a_change_that_another_alternative_takes_in_breaks_nothing():
    base = {"anyOf": [{"type": "integer", "maximum": 5}, N]}
    revision = {"anyOf": [{"type": "integer", "maximum": 3}, N]}
    assert compare(document({"schema": base}), document({"schema": revision})).findings == ()


def test_the_data_of_events_is_json():
    """In a form 5 is written as "5" is; in an event it is not."""

    def made(media, schema):
        operation = _operation()
        operation["post"]["responses"]["200"]["content"] = {media: {"schema": schema}}
        return _with({}, a=operation)

    for media, level in (
        ("text/event-stream", "error"),
        ("application/json", "error"),
        ("text/plain", "info"),
    ):
        [finding] = compare(made(media, S), made(media, I)).findings
        assert finding.level == level


def test_what_is_one_alternative_as_text_is_not_refused_for_being_two():
    def made(schema):
        parameter = {"name": "a", "in": "query", "schema": schema}
        form = {"type": "object", "required": ["a"], "properties": {"a": schema}}
        operation = _operation()["post"]
        operation["parameters"] = [parameter]
        operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
        return _with({}, a={"post": operation})

    base = {"oneOf": [{**S, "minLength": 1}, {**S, "maxLength": 0}, I], "minimum": 3}
    revision = {"oneOf": [{**S, "minLength": 1}, {**S, "maxLength": 0}, I], "minimum": 2}
    assert _rules(compare(made({"oneOf": [S, I]}), made({"oneOf": [{**S, "title": "t"}, I]}))) == []
    assert _rules(compare(made(base), made(revision)), "error") == []


def test_places_of_tags_are_those_in_the_document():
    """Alternatives are told apart by their tags, before anything steps to the tags themselves."""

    def made(kind, **prose):
        tagged = [{"type": "object", "required": ["kind"], "properties": {"kind": schema}} for schema in kind]
        return _with({"A": {"anyOf": [{"oneOf": tagged}, {**S, **prose}]}}, a=_operation(A))

    one, two = {"enum": ["a"]}, {"enum": ["b"], "description": "b"}
    [finding] = compare(made([one, two]), made([one, {**two, "default": "b"}])).findings
    assert finding.revision_pointer == "/components/schemas/A/anyOf/0/oneOf/1/properties/kind/default"


@pytest.mark.parametrize("reference", ["#/components/schemas/Gone", "https://elsewhere.example/a.json"])
def test_what_leads_nowhere_is_unknown_and_not_anything(reference):
    """Neither side of it is proved compatible; unchanged, it is no difference."""
    gone = {"$ref": reference}
    plain, inside = {"type": "object"}, {"type": "object", "properties": {"x": gone}}
    for base, revision in ((gone, plain), (plain, gone), (inside, plain | {"properties": {"x": S}})):
        report = compare(_with({}, a=_operation(base, base)), _with({}, a=_operation(revision, revision)))
        assert [(f.verdict, f.direction) for f in report.findings] == [
            ("undecided", "request"),
            ("undecided", "response"),
        ]
        assert all(finding.blame == f"$ref {reference}" for finding in report.findings)
    report = compare(_with({}, a=_operation(inside)), _with({}, a=_operation({**inside, "title": "t"})))
    assert report.findings == ()


def test_recursion_is_followed_once():
    def tree(leaf):
        node = {
            "type": "object",
            "properties": {"leaf": leaf, "left": A, "right": {"type": "array", "items": A}},
        }
        return _with({"A": node}, a=_operation(A))

    [finding] = compare(tree(N), tree(I)).findings
    assert (finding.rule, finding.pointer) == ("type-narrowed", "/components/schemas/A/properties/leaf/type")


def test_webhooks_and_callbacks_flow_the_other_way():
    def webhook(schema):
        return {**document({}), "webhooks": {"event": _operation(request=schema)}}

    def callback(schema):
        operation = _operation()
        operation["post"]["callbacks"] = {"done": {"{$request.body#/url}": _operation(request=schema)}}
        return _with({}, a=operation)

    for make, kind in ((webhook, "webhook"), (callback, "callback")):
        assert _rules(compare(make(N), make(I)), "error") == []
        [finding] = compare(make(I), make(N)).findings
        assert (finding.level, finding.direction, finding.impact[0].kind) == ("error", "response", kind)


def test_another_expression_of_a_callback_is_another_callback():
    def made(expression):
        operation = _operation()
        operation["post"]["callbacks"] = {"done": {expression: _operation(request=S)}}
        return _with({}, a=operation)

    report = compare(made("{$request.body#/url}"), made("{$request.body#/uri}"))
    assert [(f.rule, f.verdict) for f in report.findings] == [
        ("path-removed", "breaking"),
        ("path-added", "compatible"),
    ]


@pytest.mark.parametrize(
    ("base", "revision", "rule"),
    [(True, False, "request-body-became-optional"), (False, True, "request-body-became-required")],
)
def test_what_a_webhook_promises_more_breaks_nothing(base, revision, rule):
    def made(required):
        operation = _operation(request=S)
        operation["post"]["requestBody"]["required"] = required
        return {**document({}), "webhooks": {"event": operation}}

    [finding] = compare(made(base), made(revision)).findings
    assert (finding.rule, finding.level) == (rule, "error" if base else "info")


def test_read_only_properties_are_no_part_of_a_request():
    def made(schema):
        return _with({"A": {"type": "object", "properties": {"x": schema}}}, a=_operation(request=A))

    report = compare(made({"type": "string", "readOnly": True}), made({"type": "integer", "readOnly": True}))
    assert _rules(report, "error") == []


def test_a_required_property_that_requests_left_out_breaks_them():
    def made(schema):
        return _with(
            {"A": {"type": "object", "properties": {"x": schema}, "required": ["x"]}}, a=_operation(request=A)
        )

    report = compare(made({**S, "readOnly": True}), made(S))
    [finding] = report.at("error")
    assert (finding.rule, finding.witness.value) == ("schema-narrowed", {})
    assert _rules(compare(made(S), made({**S, "readOnly": True})), "error") == []


@pytest.mark.parametrize("keyword", ["not", "if", "contains", "propertyNames", "unevaluatedProperties"])
def test_what_is_written_alike_and_refers_to_what_differs_counts(keyword):
    schema = {keyword: A, **({"then": {"maxProperties": 0}} if keyword == "if" else {})}
    one, two = ({"type": ["string", "object"], "maxLength": n} for n in (2, 1))
    base, revision = (_with({"A": inner}, a=_operation(schema, schema)) for inner in (one, two))
    if keyword == "if":
        base, revision = (_with({"A": {"minProperties": n}}, a=_operation(schema, schema)) for n in (2, 1))
    assert compare(base, revision).breaking


def test_a_part_that_cannot_be_merged_is_stepped_into():
    closed = {"type": "object", "properties": {"x": N}, "additionalProperties": False}
    schema = {"allOf": [A, {"properties": {"x": {"minimum": 1}}}]}
    base = _with({"A": closed}, a=_operation(schema))
    revision = _with({"A": {**closed, "properties": {"x": I}}}, a=_operation(schema))
    [finding] = compare(base, revision).at("error")
    assert (finding.rule, finding.pointer) == ("type-narrowed", "/components/schemas/A/properties/x/type")


def test_path_parameters_are_paired_by_position():
    def made(name, schema):
        path = {"get": {"parameters": [{"name": name, "in": "path", "required": True, "schema": schema}]}}
        return {**document({}), "paths": {f"/a/{{{name}}}": path}}

    assert _rules(compare(made("x", S), made("y", S))) == ["path-parameter-renamed"]
    assert _rules(compare(made("x", N), made("y", I)), "error") == ["type-narrowed"]


def test_parameters_of_the_path_item_count():
    def made(schema):
        item = {"parameters": [{"name": "q", "in": "query", "schema": schema}], "get": {"responses": {}}}
        return {**document({}), "paths": {"/a": item}}

    assert _rules(compare(made(N), made(I)), "error") == ["type-narrowed"]


def test_prefixes_can_be_left_out():
    one = {**document({}), "paths": {"/v1/a": _operation()}}
    two = {**document({}), "paths": {"/api/v2/a": _operation()}}
    options = Options(strip_prefix_base="/v1", strip_prefix_revision="/api/v2")
    assert _rules(compare(one, two), "error") == ["path-removed"]
    assert _rules(compare(one, two, options=options), "error") == []


def test_a_requirement_stated_for_all_is_one_cause():
    paths = {"a": _operation(), "b": _operation()}
    base, revision = _with({}, **paths), {**_with({}, **paths), "security": [{"key": []}]}
    [finding] = compare(base, revision).findings
    assert (finding.rule, finding.level, finding.pointer) == ("security-tightened", "error", "/security")
    assert [impact.path for impact in finding.impact] == ["/a", "/b"]


def test_a_default_speaks_for_errors_only():
    def made(*statuses):
        return document({"operation": {"responses": {status: {"description": "x"} for status in statuses}}})

    assert _rules(compare(made("200", "default"), made("default")), "error") == ["response-removed"]
    assert _rules(compare(made("404", "default"), made("default"))) == []


def test_ranges_and_default_speak_for_what_is_not_listed():
    def made(**responses):
        content = {
            s: {"description": "x", "content": {"application/json": {"schema": v}}}
            for s, v in responses.items()
        }
        return document({"operation": {"responses": content}})

    assert _rules(compare(made(**{"200": I}), made(**{"2XX": N})), "error") == ["type-widened"]
    assert _rules(compare(made(**{"200": S, "404": I}), made(**{"200": S, "default": I})), "error") == []
    assert _rules(compare(made(**{"200": S, "default": I}), made(**{"200": S, "404": N})), "error") == [
        "type-widened"
    ]


def test_the_clock_is_an_argument():
    gone = {"deprecated": True, "x-sunset": "2026-06-30", "responses": {}}
    base, revision = document({"path": {"get": gone, "put": {}}}), document({"path": {"put": {}}})
    assert compare(base, revision, today=dt.date(2026, 6, 1)).breaking
    assert not compare(base, revision, today=dt.date(2026, 7, 1)).breaking


def test_changes_of_what_is_unstable_break_nothing():
    def made(schema):
        operation = _operation(request=schema)["post"]
        return document({"operation": {**operation, "x-stability-level": "alpha"}})

    [finding] = compare(made(S), made(I)).findings
    assert (finding.verdict, finding.level) == ("breaking", "info")


def test_switches_decide_on_levels_and_never_on_verdicts():
    base, revision = document({"schema": {"enum": ["a"]}}), document({"schema": {"enum": ["a", "b"]}})
    for level in ("error", "warning", "info"):
        options = Options(policy=policy(response_enum_growth=level))
        [finding] = compare(base, revision, options=options).findings
        assert (finding.level, finding.verdict) == (level, "breaking")


def test_no_time_means_undecided_and_never_compatible():
    base, revision = document({"schema": {"type": "number"}}), document({"schema": {"type": "integer"}})
    report = compare(base, revision, options=Options(budget=Budget(all_seconds=0)))
    [finding] = report.findings
    assert (finding.verdict, finding.level, finding.blame) == (
        "undecided",
        "warning",
        "the time budget of the comparison",
    )
    assert report.undecided == (finding,)


def test_dialects_may_differ():
    base = {**document({"schema": {"type": "string", "nullable": True}}), "openapi": "3.0.3"}
    assert compare(base, document({"schema": {"type": ["string", "null"]}})).findings == ()
    assert _rules(compare(base, document({"schema": S})), "error") == ["became-not-nullable"]


def test_both_positions_are_given(tmp_path):
    parameter = "{name: q, in: query, schema: {type: %s}}"
    text = f"openapi: 3.1.0\npaths:\n  /a:\n    get:\n      parameters:\n        - {parameter}\n"
    for name, kind in (("base.yaml", "number"), ("revision.yaml", "integer")):
        (tmp_path / name).write_text(text % kind)
    [finding] = compare(load(tmp_path / "base.yaml"), str(tmp_path / "revision.yaml")).findings
    assert [
        (p.file.rsplit("/", 1)[-1], p.line, p.column)
        for p in (finding.base_position, finding.revision_position)
    ] == [
        ("base.yaml", 6, 41),
        ("revision.yaml", 6, 41),
    ]


def test_the_arguments_are_left_as_they_were():
    base, revision = (
        _with({"A": {"allOf": [schema, {"minLength": 1}]}}, a=_operation(A, A)) for schema in (S, I)
    )
    before = copy.deepcopy((base, revision))
    compare(base, revision)
    assert (base, revision) == before


_PRINTED = """
import json, sys
from conformance.contract.compare import compare
base, revision = json.load(sys.stdin)
for finding in compare(base, revision).findings:
    print(finding)
"""


def test_two_runs_print_the_same(tmp_path):
    names = [f"n{i}" for i in range(30)]
    base = {"type": "object", "properties": {n: {"enum": names} for n in names}, "required": names}
    revision = {"type": "object", "properties": {n: {"type": ["string", "null"]} for n in names[::2]}}
    text = json.dumps([document({"schema": base}), document({"schema": revision})])
    printed = {
        subprocess.run(
            [sys.executable, "-c", _PRINTED],
            input=text,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
    assert printed.pop().count("Finding(") > 30
