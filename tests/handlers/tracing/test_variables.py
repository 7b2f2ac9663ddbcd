"""Which variables ask for traces, and which cannot be followed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.tracing import loading
from handlers.tracing.variables import wanted

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_SERVICE_NAME": "api", "OTEL_TRACES_SAMPLER": "always_on"},
        {ENDPOINT: ""},
        {ENDPOINT: "http://collector:4318", "OTEL_SDK_DISABLED": "TRUE"},
        {ENDPOINT: "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_nobody_asks_for_traces(variables):
    assert wanted(variables) is None


@pytest.mark.parametrize(
    ("variables", "because", "exporters", "endpoint"),
    [
        ({ENDPOINT: "http://c:4318"}, ENDPOINT, {"otlp"}, "http://c:4318"),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, "OTEL_TRACES_EXPORTER", {"otlp"}, "http://localhost:4318"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "OTEL_TRACES_EXPORTER", {"console"}, "http://localhost:4318"),
        (
            {"OTEL_TRACES_EXPORTER": "otlp, console", ENDPOINT: "https://c"},
            "OTEL_TRACES_EXPORTER",
            {"otlp", "console"},
            "https://c",
        ),
        (
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t/x", ENDPOINT: "http://c"},
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            {"otlp"},
            "http://t/x",
        ),
    ],
)
def test_traces_are_asked_for(variables, because, exporters, endpoint):
    plan = wanted(variables)
    assert (plan.because, plan.exporters, plan.endpoint) == (because, exporters, endpoint)


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER: there is no exporter 'zipkin'"),
        ({ENDPOINT: "collector:4318"}, f"{ENDPOINT}: expected a URL"),
        (
            {ENDPOINT: "http://c", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL: traces are sent as http/protobuf, not as 'grpc'",
        ),
        ({ENDPOINT: "http://c", "OTEL_TRACES_SAMPLER": "some"}, "OTEL_TRACES_SAMPLER: there is no sampler"),
        (
            {
                ENDPOINT: "http://c",
                "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
                "OTEL_TRACES_SAMPLER_ARG": "10%",
            },
            "OTEL_TRACES_SAMPLER_ARG: expected a share from 0 to 1",
        ),
    ],
)
def test_what_cannot_be_followed_is_told(variables, complaint):
    with pytest.raises(ValueError, match="OTEL") as told:
        wanted(variables)
    assert str(told.value).startswith(complaint)


def test_missing_sdk_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.delitem(sys.modules, "handlers.tracing.sdk", raising=False)
    with pytest.raises(ValueError, match=r"^OTEL_TRACES_EXPORTER: .*lockstep\[server,otel\]"):
        loading.load({"OTEL_TRACES_EXPORTER": "otlp"})
    assert loading.load({}) is None


SERVE = """
import sys
sys.modules["opentelemetry.sdk"] = None
from handlers.cli import main
main()
"""


def test_server_without_the_sdk_says_so_and_does_not_start(tmp_path):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("LOCKSTEP_", "OTEL_"))}
    ended = subprocess.run(
        [sys.executable, "-c", SERVE, "serve", "--port", "0"],
        env=own | {ENDPOINT: "http://127.0.0.1:4318", "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"lockstep: {ENDPOINT}: traces need the OpenTelemetry SDK")
    assert "Traceback" not in ended.stderr


def test_without_traces_nothing_of_opentelemetry_is_imported_by_the_server():
    script = (
        "import sys\n"
        "from handlers.app import build\n"
        "from handlers.settings import Settings\n"
        "assert build(Settings(_env_file=None)).services.tracing is None\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    own = {name: value for name, value in os.environ.items() if not name.startswith(("LOCKSTEP_", "OTEL_"))}
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=own | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout.strip() == "[]"
