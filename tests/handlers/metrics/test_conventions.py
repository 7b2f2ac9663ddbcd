"""What `/metrics` shows keeps Prometheus' conventions, and stands in the docs."""

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from generated.routes import ROUTES
from handlers.tallies import SECONDS, SIZES

DOCS = Path(__file__).parents[3] / "docs" / "operations.md"
ROW = re.compile(r"^\| `(lockstep_[a-z_]+)` \|([a-z_, ]*)\|", re.MULTILINE)
UNITS = ("seconds", "bytes", "writes", "info", "live", "running", "responses")
"""What names end in that are no counters."""
CHAT = {"model": "echo", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
async def page(make_api):
    """After a bit of everything: answers, errors, streams, stores, work in the background, keyed requests."""
    api = await make_api()
    keyed = {"idempotency-key": "key-of-a-test"}
    await api.post("/conversations", json={}, headers=keyed)
    await api.post("/conversations", json={}, headers=keyed)
    await api.get("/conversations/conv_none")
    await api.get("/nowhere")
    for body in (CHAT, CHAT | {"stream": True}, CHAT | {"model": "echo/broken"}):
        await api.post("/chat/completions", json=body)
    await api.post("/responses", json={"model": "echo", "input": "hi", "background": True})
    return (await api.get("http://127.0.0.1/metrics")).text


@pytest.fixture
def families(page):
    return [family for family in text_string_to_metric_families(page) if family.name.startswith("lockstep_")]


def shown(family):
    """The name that stands in the docs."""
    return family.name + ("_total" if family.type == "counter" else "")


def labels(family):
    return {name for sample in family.samples for name in sample.labels} - {"le"}


def test_every_metric_stands_in_the_docs_with_its_labels(families):
    documented = {
        name: {each for each in given.strip().split(", ") if each}
        for name, given in ROW.findall(DOCS.read_text())
    }
    assert {shown(family): labels(family) for family in families} == documented


def test_names_types_and_descriptions_keep_the_conventions(families, page):
    assert len({family.name for family in families}) == len(families)
    for family in families:
        assert re.fullmatch(r"lockstep(_[a-z]+)+", family.name)
        assert family.documentation.endswith("."), family.name
        assert family.type in {"counter", "gauge", "histogram"}
        assert not family.name.endswith(("_count", "_sum", "_bucket", "_total", "_gauge", "_counter"))
        if family.type != "counter":
            assert family.name.endswith(UNITS), family.name
        for name in labels(family):
            assert re.fullmatch(r"[a-z]+", name)
        assert f"# HELP {shown(family)} " in page
        assert f"# TYPE {shown(family)} {family.type}" in page


def test_histograms_are_whole(families):
    for family in (family for family in families if family.type == "histogram"):
        bounds = SIZES if family.name.endswith("_writes") else SECONDS
        series = {}
        for sample in family.samples:
            key = tuple(sorted((k, v) for k, v in sample.labels.items() if k != "le"))
            series.setdefault(key, []).append(sample)
        assert series, family.name
        for samples in series.values():
            buckets = [sample for sample in samples if sample.name.endswith("_bucket")]
            counts = [sample.value for sample in buckets]
            assert counts == sorted(counts)
            assert [float(sample.labels["le"]) for sample in buckets] == [*map(float, bounds), float("inf")]
            (count,) = [sample.value for sample in samples if sample.name.endswith("_count")]
            assert count == counts[-1]
            assert any(sample.name.endswith("_sum") for sample in samples)


def test_labels_take_few_values(families):
    operations = {route.operation_id for route in ROUTES} | {"none"}
    values = {}
    for family in families:
        for sample in family.samples:
            for name, value in sample.labels.items():
                values.setdefault(name, set()).add(value)
    assert values["operation"] <= operations
    assert values["provider"] == {"echo"}
    assert values["call"] <= {"models", "delete_model", "complete", "stream"}
    assert values["state"] == {"waiting", "working"}
    assert all(status.isdigit() for status in values["status"])
    assert len(values["outcome"]) < 12
    assert values.keys() == {"call", "le", "operation", "outcome", "provider", "state", "status", "version"}
