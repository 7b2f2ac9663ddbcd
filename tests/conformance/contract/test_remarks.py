"""What is wrong in a document is said with its place, and refuses nothing."""

import pytest

from conformance.contract.compare import compare
from conformance.contract.documents import load

HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"


def _said(tmp_path, text):
    path = tmp_path / "openapi.yaml"
    path.write_text(HEAD + text)
    report = compare(load(path), load(path))
    assert report.findings == ()
    half = report.diagnostics[: len(report.diagnostics) // 2]
    return [(remark.code, remark.position.line, remark.position.column) for remark in half]


def _schema(text):
    return f"components:\n  schemas:\n    A:\n      {text}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_schema("minimun: 3"), ("unknown-keyword", 6, 7)),
        (_schema("properties: {minimun: {typ: string}}"), ("unknown-keyword", 6, 30)),
        (_schema("type: strin"), ("unknown-type", 6, 7)),
        (_schema("required: true"), ("invalid-keyword", 6, 7)),
        (_schema("required: [a, a]"), ("duplicate-required", 6, 7)),
        (_schema("minLength: 'x'"), ("invalid-keyword", 6, 7)),
        (_schema("properties: [a]"), ("invalid-keyword", 6, 7)),
        (_schema("{minItems: 3, maxItems: 2}"), ("empty-range", 6, 8)),
        (_schema("allOf: [[]]"), ("invalid-schema", 6, 15)),
        ("paths: [a]\n", ("invalid-part", 3, 1)),
        ("paths:\n  /a: [x]\n", ("invalid-part", 4, 3)),
        ("paths:\n  a: {}\n", ("invalid-path", 4, 3)),
        ("paths:\n  /a:\n    get: x\n", ("invalid-part", 5, 5)),
        ("paths:\n  /a:\n    get: {parameters: {}}\n", ("invalid-part", 5, 11)),
        ("paths:\n  /a:\n    get: {parameters: [{in: query}]}\n", ("invalid-parameter", 5, 24)),
    ],
)
def test_a_mistake_is_named_where_it_stands(tmp_path, text, said):
    assert _said(tmp_path, text) == [said]


@pytest.mark.parametrize(
    "text",
    [
        _schema("x-anything: 3"),
        _schema("enum: [{minimun: 3, $ref: '#/nowhere'}]"),
        _schema("properties: {default: {type: string}, minimun: {type: string}}"),
        _schema("example: {minimun: 3, $ref: '#/nowhere'}"),
    ],
)
def test_data_names_and_extensions_are_no_mistakes(tmp_path, text):
    assert _said(tmp_path, text) == []
