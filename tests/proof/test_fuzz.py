"""schemathesis over every operation, in-process: examples, coverage, fuzzing, sequences along links."""

import re
from collections import Counter
from pathlib import Path

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from handlers import discovery, logs
from handlers.app import build
from handlers.settings import Settings

KEY = "sk-fuzz-5d0c1b"
CONFIG = Path(__file__).with_name("schemathesis.toml")

# Findings that are right as they are: a pattern over the finding, and why.
ALLOWED = {
    # schemathesis reads an event as OpenAPI 3.2 has it, an object with `data`; the schema says, as upstream's
    # does, what `data` holds. tests/contract.py holds every event of every test's streams to it.
    r"SSE event violates schema": "the schema is of the event's data",
    r"cannot be stored": "compaction_trigger is no item: what cannot be read back is not stored",
    r"no stored computer_call_output can be": "the resource has no such status: it could not be read back",
    r"an empty id names nothing": "no path could ask for it",
    r"(given|stands|is) (more than once|twice)|already in": "the same id twice in a batch or conversation",
    r"'after'|no cursor": "a generated cursor was never in the list",
    r"There is no tool named": "a choice among tools that were not offered",
    r"expected an integer, but got a decimal": "`2.0`: an integer to JSON Schema only",
    r"is not fine-tuned|name the operator gave": "403 of a model that may not be deleted, as documented",
    r"-d null http\S+/conversations\n": "the live API takes null for no body, and so do we",
}


def drop_formats(node):
    """JSON Schema 2020-12 has formats as annotations; the live API takes any text for a URL, and so do we."""
    if isinstance(node, dict):
        if node.get("type") == "string" or isinstance(node.get("type"), list):
            node.pop("format", None)
        for value in node.values():
            drop_formats(value)
    elif isinstance(node, list):
        for value in node:
            drop_formats(value)


@pytest.fixture
def app(tmp_path):
    logs.configure(as_json=False)
    settings = Settings(data_dir=tmp_path / "data", api_key=KEY, _env_file=None, model_aliases="*=echo")
    return build(settings)


@pytest.fixture
def schema(app):
    @schemathesis.hook("before_load_schema")
    def without_formats(_context, raw):
        drop_formats(raw)

    config = SchemathesisConfig.from_path(CONFIG)
    config.projects.default.headers = {"Authorization": f"Bearer {KEY}"}
    loaded = schemathesis.openapi.from_asgi("/openapi.json", app.app, config=config)
    schemathesis.hooks.unregister_all()
    return loaded.exclude(path_regex="^/responses")


def described(scenario):
    """Each failed check of a scenario as text, with the curl line that reproduces it."""
    for case_id, checks in scenario.checks.items():
        for check in checks:
            info = check.failure_info
            if info is None:
                continue
            response = scenario.find_response(case_id=case_id)
            body = response.text[:400] if response is not None else ""
            failure = f"{scenario.label}: {info.failure.title}: {info.failure.message[:600]}"
            yield f"{failure}\n  {info.code_sample[:800]}\n  {body}"


def allowed(finding):
    return any(re.search(pattern, finding) for pattern in ALLOWED)


def test_no_answer_outside_the_contract(schema):
    findings, cases, operations = {}, Counter(), set()
    for event in from_schema(schema).execute():
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            findings[event.label] = f"{event.label}: {event.value!r}"
        if isinstance(event, events.ScenarioFinished | events.FuzzScenarioFinished):
            cases[str(getattr(event, "phase", "fuzz"))] += len(event.recorder.cases)
            operations.add(event.recorder.label)
            for finding in described(event.recorder):
                findings.setdefault(re.sub(r"[0-9a-f]{8,}|\d+", "", finding)[:220], finding)
    served = {f"{route.method.upper()} {route.path}" for route in discovery.served()}
    assert served <= operations
    assert sum(cases.values()) > 2000, cases
    remaining = [finding for finding in findings.values() if not allowed(finding)]
    assert not remaining, f"{len(remaining)} findings in {cases}\n\n" + "\n\n".join(remaining[:40])
