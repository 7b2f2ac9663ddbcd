"""What `lockstep doctor` says of traces: of the variables, of the SDK, of who takes them."""

import sys

import pytest

from handlers.doctor import traces
from handlers.settings import Settings
from tests.handlers.search.engine import Engine
from tests.handlers.tracing.collector import collecting

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


async def found():
    return [(finding.level, finding.text) async for finding in traces.examine(Settings(_env_file=None))]


async def test_nothing_is_said_where_nobody_asks():
    assert await found() == []


async def test_collector_that_takes_them_is_good(monkeypatch):
    with collecting() as collector:
        monkeypatch.setenv(ENDPOINT, collector.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "X-Tenant=acme%20one")
        assert await found() == [("good", f"{collector.url}/v1/traces takes them")]
        assert collector.spans == []
        assert collector.headers[0]["x-tenant"] == "acme one"


async def test_collector_that_is_not_there_is_doubtful(monkeypatch):
    monkeypatch.setenv(ENDPOINT, "http://user:hidden@127.0.0.1:9")
    ((level, text),) = await found()
    assert level == "doubtful"
    assert "nobody takes them at http://127.0.0.1:9/v1/traces" in text
    assert "hidden" not in text


async def test_something_else_at_its_place_is_doubtful(monkeypatch):
    with Engine() as other:  # it knows no POST
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", other.url + "/x")
        ((level, text),) = await found()
    assert level == "doubtful"
    assert f"{other.url}/x answers with status 501" in text


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("OTEL_TRACES_EXPORTER", "jaeger", "there is no exporter 'jaeger'"),
        (ENDPOINT, "collector", "expected a URL"),
    ],
)
async def test_variables_that_cannot_be_followed_are_wrong(monkeypatch, name, value, words):
    monkeypatch.setenv(name, value)
    ((level, text),) = await found()
    assert (level, text.startswith(name), words in text) == ("wrong", True, True)


async def test_missing_sdk_is_wrong(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    monkeypatch.delitem(sys.modules, "opentelemetry.sdk.trace", raising=False)
    ((level, text),) = await found()
    assert (level, "lockstep[server,otel]" in text) == ("wrong", True)


async def test_printing_them_needs_nobody(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    assert [level for level, _ in await found()] == ["good"]
