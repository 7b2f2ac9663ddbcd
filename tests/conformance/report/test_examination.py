"""Every format shows every failure, and is what it claims to be."""

import json
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import httpx
import pytest

from conformance.report import Style
from conformance.report.beside import comparison
from conformance.report.beside import renderer as beside
from conformance.report.examination import formats, renderer
from conformance.wire.examine import Plan, examine
from conformance.wire.promises import selected
from conformance.wire.results import value
from tests.conformance.report.junit_shape import faults

NAMES = ["conversation-is-made-of-nothing", "conversation-is-read-as-it-was-made", "missing-model-is-404"]


def answer(request):
    """A server that forgets what it was told, says <b>odd</b> things, and falls over."""
    if request.url.path == "/v1/models":
        return httpx.Response(200, json={"object": "list", "data": []})
    if request.url.path.startswith("/v1/models/"):
        return httpx.Response(500, text="<b>odd</b> & broken")
    made = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {"said": "<b>odd</b>"}}
    return httpx.Response(200, json=made if request.method == "POST" else made | {"created_at": "now"})


@pytest.fixture
async def report():
    examined = await examine(Plan("http://x/v1"), selected(NAMES), transport=httpx.MockTransport(answer))
    return value(examined)


async def test_all_formats_are_there():
    assert formats() == ("badge", "html", "json", "junit", "markdown", "sarif", "text")


@pytest.mark.parametrize("name", ["html", "json", "junit", "markdown", "sarif", "text"])
async def test_every_failed_probe_is_shown_with_a_way_to_repeat_it(report, name):
    text = renderer(name)(report, Style())
    failed = [probe["id"] for probe in report["probes"] if probe["outcome"] == "failed"]
    assert len(failed) >= 2
    for probe in failed:
        assert probe in text
    assert "curl -sS -i" in text


async def test_json_is_the_report_itself(report):
    assert json.loads(renderer("json")(report, Style())) == report


async def test_html_is_one_page_in_balance_and_escapes_what_servers_say(report):
    page = renderer("html")(report, Style())
    assert "<b>odd</b>" not in page
    assert "&lt;b&gt;odd&lt;/b&gt;" in page
    for outside in ('src="http', 'href="http', "@import", "url("):
        assert outside not in page
    Balance().feed(page)


class Balance(HTMLParser):
    """Fails on a tag that is closed out of order."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in {"meta", "input", "circle"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


async def test_junit_counts_its_cases(report):
    suites = ET.fromstring(renderer("junit")(report, Style()))
    tests = list(suites.iter("testcase"))
    assert int(suites.get("tests")) == len(tests)
    assert all(len(test) <= 1 for test in tests)
    assert int(suites.get("failures")) == sum(test.find("failure") is not None for test in tests) >= 2


async def test_junit_has_the_shape_that_its_readers_expect(report):
    assert list(faults(renderer("junit")(report, Style()))) == []


async def test_junit_holds_no_characters_that_xml_forbids(report):
    report["probes"][0]["cases"][0] |= {"outcome": "failed", "reason": "nul \x00 and \ufffe"}
    ET.fromstring(renderer("junit")(report, Style()))


async def test_sarif_leads_to_lines_and_keeps_its_fingerprints(report):
    run = json.loads(renderer("sarif")(report, Style()))["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
    again = json.loads(renderer("sarif")(report, Style()))["runs"][0]
    assert again == run
    prints = [result["partialFingerprints"]["conform/v1"] for result in run["results"]]
    assert len(prints) == len(set(prints)) >= 3


async def test_a_badge_shows_the_score(report):
    assert f"{report['score']:.1f} %" in ET.fromstring(renderer("badge")(report, Style()))[0].text


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
async def test_servers_stand_beside_each_other(report, name):
    other = json.loads(json.dumps(report))
    other["probes"][0]["outcome"] = "inconclusive"
    other["operations"].pop()
    text = beside(name)(comparison(["ours", "theirs"], [report, other]), Style())
    for word in ("ours", "theirs", report["probes"][0]["id"], "inconclusive"):
        assert word in text
