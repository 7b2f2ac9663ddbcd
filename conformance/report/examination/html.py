"""The report as one page that needs nothing else: chart, matrix, and every failure down to the bytes."""

# ruff: noqa: E501 - a line of markup stays a line

import json
import math
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final

from conformance.report import Style
from conformance.report.examination import Report
from conformance.report.examination._words import CHECKS, OUTCOMES, row

_HERE: Final = Path(__file__).parent
_ROUND: Final = 2 * math.pi * 54
_EVERYTHING: Final = 100


def render(report: Report, _: Style) -> str:
    """Write the page."""
    title = f"{report['server']['base_url']}: {report['score']:.1f}"
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{style}</style></head><body>",
        *_head(report),
        "<main>",
        *_matrix(report),
        *_bodies(report),
        *_fuzz(report),
        *_probes(report),
        "</main>",
        _foot(report),
        f"<script>{script}</script></body></html>\n",
    ]
    return "\n".join(parts)


def _head(report: Report) -> Iterator[str]:
    totals, server = report["totals"], report["server"]
    verdict = {"passed": "nothing failed", "failed": "something failed"}[report["result"]]
    yield '<header><div class="top">'
    yield _ring(report["score"])
    yield f'<div class="words"><span class="verdict {report["result"]}">{verdict}</span>'
    yield f"<h1>{escape(server['base_url'])}</h1>"
    model = f", model {escape(server['model'])}" if server["model"] else ""
    launched = ", launched beside a fake model" if server["launched"] else ""
    yield f'<div class="faint">held to {escape(report["contract"])}{model}{launched}, seed {report["seed"]}</div>'
    yield '<ul class="figures">'
    for number, words in _figures(totals):
        yield f"<li><b>{number}</b> {words}</li>"
    yield "</ul></div>"
    yield from _bars(report)
    yield "</div></header>"


def _figures(totals: dict[str, Any]) -> Iterator[tuple[str, str]]:
    bodies, errors = totals["bodies"], totals["errors"]
    yield f"{sum(totals['probes'].values()):,}", f"probes, {totals['cases']:,} cases"
    yield f"{bodies['valid']:,} of {bodies['valid'] + bodies['invalid']:,}", "bodies valid"
    yield f"{errors['in_shape']:,} of {errors['in_shape'] + errors['out_of_shape']:,}", "errors in shape"
    if totals["server_errors"]:
        noun = "answer" if totals["server_errors"] == 1 else "answers"
        yield f"{totals['server_errors']:,}", f'<span class="bad">{noun} 5xx</span>'
    yield f"{totals['requests']:,}", f"requests in {totals['seconds']:,} s"


def _ring(score: float) -> str:
    color = "passed" if score == _EVERYTHING else "inconclusive" if score >= 90 else "failed"  # noqa: PLR2004 - a look
    filled = _ROUND * score / _EVERYTHING
    return (
        f'<svg width="136" height="136" viewBox="0 0 136 136" role="img" aria-label="score {score:.1f}">'
        '<circle cx="68" cy="68" r="54" fill="none" stroke="var(--line)" stroke-width="13"/>'
        f'<circle cx="68" cy="68" r="54" fill="none" stroke="var(--{color})" stroke-width="13"'
        f' stroke-dasharray="{filled:.2f} {_ROUND:.2f}" transform="rotate(-90 68 68)"/>'
        f'<text x="68" y="76" text-anchor="middle" font-size="30" font-weight="650" fill="var(--ink)">{score:.1f}</text>'
        '<text x="68" y="94" text-anchor="middle" font-size="12" fill="var(--faint)">of 100</text></svg>'
    )


def _bars(report: Report) -> Iterator[str]:
    """Draw a bar of outcomes for each category that has probes."""
    yield '<div class="bars">'
    counted: dict[str, dict[str, int]] = {}
    for probe in report["probes"]:
        counts = counted.setdefault(probe["category"], dict.fromkeys(OUTCOMES, 0))
        counts[probe["outcome"]] += 1
    for name, counts in counted.items():
        every = sum(counts.values())
        pieces = "".join(
            f'<i class="{outcome}" style="width:{_EVERYTHING * counts[outcome] / every:.2f}%"'
            f' title="{counts[outcome]} {outcome}"></i>'
            for outcome in reversed(OUTCOMES)
            if counts[outcome]
        )
        applicable = counts["passed"] + counts["failed"]
        yield f'<span>{escape(name)}</span><span class="bar">{pieces}</span>'
        yield f'<span class="number">{counts["passed"]} of {applicable} passed</span>'
    yield "</div>"


def _matrix(report: Report) -> Iterator[str]:
    shown = [name for name in CHECKS if any(name in row(one) for one in report["operations"])]
    yield "<h2>Operations by check</h2>"
    yield (
        '<div class="legend">'
        + "".join(f'<span><span class="dot {name}"></span> {name}</span>' for name in reversed(OUTCOMES))
        + "</div>"
    )
    yield '<div class="wide"><table><thead><tr><th>operation</th><th>probes</th>'
    yield "".join(f'<th class="number">{_NAMES[name]}</th>' for name in shown)
    yield '<th class="number">score</th></tr></thead><tbody>'
    group = ""
    for one in report["operations"]:
        if one["category"] != group:
            group = one["category"]
            score = next((each["score"] for each in report["categories"] if each["name"] == group), None)
            text = "" if score is None else f"{score:.1f}"
            yield f'<tr class="group"><td colspan="{len(shown) + 2}">{group}</td><td class="number">{text}</td></tr>'
        yield from _line(report, one, shown)
    yield "</tbody></table></div>"


_NAMES: Final = {
    "served": "served",
    "probes": "probes passed",
    "bodies": "bodies valid",
    "errors": "errors in shape",
    "5xx": "5xx",
    "fuzz": "fuzz findings",
}


def _line(report: Report, one: dict[str, Any], shown: list[str]) -> Iterator[str]:
    cells = row(one)
    yield f'<tr><td class="operation"><span class="method">{one["method"]}</span><code>{escape(one["path"])}</code></td>'
    dots = "".join(
        f'<a class="dot {probe["outcome"]}" href="#{probe["id"]}" title="{escape(probe["id"])}: {probe["outcome"]}"></a>'
        for probe in sorted(report["probes"], key=lambda probe: OUTCOMES.index(probe["outcome"]))
        if one["id"] in probe["operations"]
    )
    yield f'<td class="dots">{dots}</td>'
    for name in shown:
        yield _cell(_NAMES[name], *cells.get(name, ("", False)))
    score = one["score"]
    yield _cell("score", "" if score is None else f"{score:.1f}", score is not None and score < _EVERYTHING)
    yield "</tr>"


def _cell(check: str, text: str, bad: bool) -> str:
    """Write a cell that says what it is of, for screens too narrow for columns."""
    return f'<td class="number{" is-bad" if bad else ""}" data-check="{check}">{text}</td>'


def _bodies(report: Report) -> Iterator[str]:
    if not report["bodies"]:
        return
    yield f'<h2>Bodies that break the contract <span class="faint">in {len(report["bodies"])} ways</span></h2>'
    for one in report["bodies"]:
        event = f", event <code>{escape(one['event'])}</code>" if one["event"] else ""
        yield '<details class="probe"><summary><span class="dot failed"></span>'
        yield f'<span class="promise"><code>{one["operation"]}</code> {one["status"]}{event}: {escape(one["message"])}</span>'
        yield f'<span class="faint">{one["count"]:,} times</span></summary><div class="inside">'
        yield from _contract(one["contract"])
        yield _curl(one["curl"])
        yield from _exchange(one["exchange"], open_=True)
        yield "</div></details>"


def _fuzz(report: Report) -> Iterator[str]:
    found = (report["fuzz"] or {"findings": []})["findings"]
    if not report["fuzz"]:
        return
    refused = report["fuzz"]["refusals"]
    yield f'<h2>Found by fuzzing <span class="faint">{len(found) or "nothing"} in {report["fuzz"]["cases"]:,} cases</span></h2>'
    yield from (f'<p class="faint">not fuzzed: {escape(each)}</p>' for each in report["fuzz"]["troubles"])
    for one, dot in [*((one, "failed") for one in found), *((one, "skipped") for one in refused)]:
        yield f'<details class="probe"><summary><span class="dot {dot}"></span>'
        yield f'<span class="promise"><code>{one["operation"]}</code> {escape(one["check"])}: {escape(one["message"])}</span>'
        yield f'<span class="faint">{one["count"]:,} times</span></summary><div class="inside">'
        yield _curl(one["curl"])
        if one["exchange"]:
            yield from _exchange(one["exchange"], open_=True)
        yield "</div></details>"


def _probes(report: Report) -> Iterator[str]:
    counts = report["totals"]["probes"]
    yield "<h2>Promises</h2>"
    yield '<div class="filters"><input type="search" placeholder="Search promises, ids, operations" aria-label="search">'
    for outcome in OUTCOMES:
        if counts[outcome]:
            yield f'<button data-outcome="{outcome}" aria-pressed="false">{counts[outcome]:,} {outcome}</button>'
    yield "</div>"
    order = sorted(
        report["probes"], key=lambda probe: (OUTCOMES.index(probe["outcome"]), probe["category"], probe["id"])
    )
    for probe in order:
        yield from _probe(probe)
    yield '<p id="nothing" class="faint" hidden>Nothing matches.</p>'


def _probe(probe: dict[str, Any]) -> Iterator[str]:
    text = " ".join(
        [probe["id"], probe["promise"], probe["topic"], probe["category"], *probe["operations"]]
    ).lower()
    yield f'<details class="probe" id="{probe["id"]}" data-outcome="{probe["outcome"]}" data-text="{escape(text)}">'
    yield f'<summary><span class="dot {probe["outcome"]}" title="{probe["outcome"]}"></span>'
    yield f'<span class="promise">{ticked(probe["promise"])} <code class="id">{probe["id"]}</code></span>'
    yield f'<span class="faint">{escape(probe["category"])}</span></summary><div class="inside">'
    if probe["why"]:
        yield f'<p class="why">{ticked(probe["why"])}</p>'
    yield f'<div class="faint">{probe["source"]}: {ticked(probe["evidence"])}</div>'
    yield f'<div class="faint">operations: {", ".join(f"<code>{name}</code>" for name in probe["operations"])}</div>'
    first = next((case for case in probe["cases"] if case["outcome"] == "failed"), None)
    for case in probe["cases"]:
        yield from _case(case, alone=len(probe["cases"]) == 1, first=case is first)
    yield "</div></details>"


def _case(case: dict[str, Any], *, alone: bool, first: bool) -> Iterator[str]:
    if alone and case["outcome"] == "passed":
        return
    name = f"<b>{escape(case['name'])}</b> " if case["name"] else ""
    reason = f": {escape(case['reason'])}" if case["reason"] else ""
    yield f'<div class="case {case["outcome"]}"><p><span class="dot {case["outcome"]}"></span> {name}{case["outcome"]}{reason}</p>'
    yield from _contract(case.get("contract"))
    if "expected" in case or "got" in case:
        yield '<div class="pair">'
        for label in ("expected", "got"):
            if label in case:
                yield f"<div><h3>{label}</h3><pre>{escape(_pretty(case[label]))}</pre></div>"
        yield "</div>"
    if case.get("curl"):
        yield _curl(case["curl"])
    exchanges = case.get("exchanges", [])
    for number, exchange in enumerate(exchanges, 1):
        yield from _exchange(exchange, open_=first and number == len(exchanges))
    yield "</div>"


def _contract(found: dict[str, Any] | None) -> Iterator[str]:
    if found:
        yield "<h3>the contract</h3>"
        yield f'<div class="contract"><span class="at">{found["file"]}:{found["line"]} <code>{escape(found["pointer"])}</code></span>'
        yield f"<code>{escape(found['text'])}</code></div>"


def _curl(command: str) -> str:
    return f'<h3>try it</h3><div class="curl"><button class="copy">copy</button><pre>{escape(command)}</pre></div>'


def _exchange(exchange: dict[str, Any], *, open_: bool) -> Iterator[str]:
    request, response = exchange["request"], exchange["response"]
    status = response["status"] or escape(exchange["trouble"] or "no answer")
    path = escape(request["url"].split("/v1", 1)[-1] or request["url"])
    yield f'<details class="exchange"{" open" if open_ else ""}><summary><b>{request["method"]}</b> <code>{path}</code>'
    yield f' → <b>{status}</b> <span class="faint">{exchange["seconds"]:.3f} s</span></summary><div class="pair">'
    yield f"<div><h3>request</h3><pre>{escape(_message(request))}</pre></div>"
    trouble = f'<p class="bad">{escape(exchange["trouble"])}</p>' if exchange["trouble"] else ""
    yield f"<div><h3>response</h3>{trouble}<pre>{escape(_message(response))}</pre></div></div></details>"


def _message(message: dict[str, Any]) -> str:
    headers = "".join(f"{name}: {value}\n" for name, value in message["headers"].items())
    try:
        body = _pretty(json.loads(message["body"]))
    except ValueError:
        body = message["body"]
    return f"{headers}\n{body}".strip()


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def ticked(text: str) -> str:
    """Escape a text and set what stands in backticks as code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))


def _foot(report: Report) -> str:
    left = report["left_behind"]
    said = f"<p class='bad'>Left behind on the server: {escape(', '.join(left))}</p>" if left else ""
    return f"<footer>{said}<p>{escape(report['formula'])}</p></footer>"
