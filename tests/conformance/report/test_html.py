"""The page stands alone, shows both sides, and takes nothing in a document for markup."""

import dataclasses
import json
import re

from conformance.contract.findings import Report
from conformance.contract.gate import Outcome, accept_nothing
from conformance.report import Style
from conformance.report.html import render


def data(page: str) -> dict:
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1]
    )


def test_it_needs_nothing_else(outcome):
    page = render(outcome, Style())
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert "default-src 'none'" in page
    assert "@import" not in page
    assert "url(" not in page


def test_nothing_of_a_document_becomes_markup(report):
    evil = dataclasses.replace(report.findings[0], message="</script><script>alert(1)</script><!--")
    page = render(Outcome(Report((evil,)), accept_nothing(Report((evil,)))), Style())
    assert "alert(1)" in page
    assert page.count("</script>") == 2
    assert "<!--" not in page
    assert data(page)["findings"][0]["message"] == "</script><script>alert(1)</script><!--"


def test_the_page_writes_text_only_as_text(outcome):
    script = render(outcome, Style()).rpartition("<script>")[2]
    for unsafe in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert unsafe not in script


def test_both_documents_stand_side_by_side(outcome):
    found = {one["rule"]: one for one in data(render(outcome, Style()))["findings"]}
    rows = found["maximum-added"]["rows"]
    assert ["=", '  "type": "integer",', '  "type": "integer",'] in rows
    assert any(kind == "~" and '"maximum": 100' in right for kind, _, right in rows)
    assert all(not right for _, _, right in found["path-removed"]["rows"])


def test_tags_are_there_to_filter_by(outcome):
    tags = {tag for one in data(render(outcome, Style()))["findings"] for tag in one["tags"]}
    assert tags == {"Items", "orders"}
