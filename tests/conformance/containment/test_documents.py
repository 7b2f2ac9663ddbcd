"""References lead where RFC 3986 and JSON Schema Core 8 send them."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.containment.documents import Document, UnresolvedError

ROOT: dict[str, Any] = {
    "$id": "http://example.com/root.json",
    "$anchor": "top",
    "$defs": {
        "plain": {"title": "plain"},
        "a/b~c%d": {"title": "escaped"},
        "inner": {
            "$id": "folder/inner.json",
            "title": "inner",
            "$anchor": "here",
            "$defs": {"deep": {"title": "deep", "$dynamicAnchor": "dyn"}},
        },
        "const": {"const": {"$id": "http://example.com/no.json", "$anchor": "no"}},
        "unknown": {"x-keyword": {"y": {"title": "under an unknown keyword"}}},
    },
}

LEADS = {
    "#": None,
    "#/$defs/plain": "plain",
    "#/$defs/a~1b~0c%25d": "escaped",
    "folder/inner.json": "inner",
    "http://example.com/folder/inner.json#here": "inner",
    "folder/inner.json#/$defs/deep": "deep",
    "folder/inner.json#dyn": "deep",
    "#/$defs/inner/$defs/deep": "deep",
    "#/$defs/unknown/x-keyword/y": "under an unknown keyword",
    "root.json#top": None,
}


@pytest.mark.parametrize("reference", LEADS)
def test_a_reference_leads_to_its_schema(reference):
    document = Document(ROOT)
    assert document.resolve(document.start(), reference).schema.get("title") == LEADS[reference]


@pytest.mark.parametrize(
    "reference",
    ["no.json", "#no", "#/$defs/none", "http://elsewhere.example/", "#/$defs/plain/title/3", "http://[bad"],
)
def test_other_references_lead_nowhere(reference):
    document = Document(ROOT)
    with pytest.raises(UnresolvedError):
        document.resolve(document.start(), reference)


def test_relative_references_start_from_their_own_resource():
    document = Document(ROOT)
    inner = document.resolve(document.start(), "folder/inner.json")
    assert document.resolve(inner, "#/$defs/deep").schema["title"] == "deep"
    assert document.resolve(inner, "../root.json#/$defs/plain").schema["title"] == "plain"
    assert document.descend(inner, ROOT["$defs"]["inner"]["$defs"]["deep"]).base.endswith("inner.json")


def test_the_outermost_dynamic_anchor_counts():
    root = {
        "$id": "http://example.com/outer",
        "$dynamicAnchor": "node",
        "title": "outer",
        "$defs": {"i": {"$id": "inner", "$dynamicAnchor": "node", "title": "inner"}},
    }
    document = Document(root)
    inner = document.resolve(document.start(), "inner")
    assert document.resolve(inner, "#node").schema["title"] == "inner"
    assert document.resolve_dynamic(inner, "#node").schema["title"] == "outer"
