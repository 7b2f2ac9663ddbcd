"""schemathesis over every operation, in-process: examples, coverage, fuzzing, sequences along links."""

import re
import time
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
    r"[Tt]here is no tool|needs at least one tool": "a choice among tools that were not offered",
    r"Only responses created with `background: true`": "a link leads from any response to its cancelling",
    r"No tool call found for": "a generated output answers no call",
    r"invalid_encrypted_content": "nobody can make up what this server has sealed",
    r"must stand in the request's": "an item brings no server along",
    r"there is no image\.|cannot be fetched here": "files of the file API, which docs/turns.md refuses",
    r"expected a URL such as|'tools\[0\].server_url'": "an MCP server has an address",
    r"previous_response_not_found": "400, as the live API has it, where others are 404",
    r"Missing required parameter: 'input'": "there must be something to answer or fold",
    r"mutually_exclusive_parameters": "both are optional, and exclude each other",
    r"Unsupported parameter: '|is not supported: |needs the setting `": "refused by docs/tools.md",
    r"expected an integer, but got a decimal": "`2.0`: an integer to JSON Schema only",
    r"is not fine-tuned|name the operator gave": "403 of a model that may not be deleted, as documented",
    r"-d null http\S+/(conversations|responses/input_tokens)\n": "as the live API, null is no body",
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


def drop_keys(document):
    """A key ties requests together: the second that is generated under it would be refused, and no more.

    Keys have tests of their own (`tests/handlers/idempotency`).
    """
    for item in document["paths"].values():
        stated = item.get("post", {}).get("parameters", [])
        stated[:] = [one for one in stated if "IdempotencyKey" not in one.get("$ref", "")]


@pytest.fixture
def app(tmp_path):
    logs.configure(as_json=False)
    settings = Settings(
        data_dir=tmp_path / "data", api_key=KEY, _env_file=None, model_aliases="*=echo", default_model="echo"
    )
    return build(settings)


@pytest.fixture
def schema(app):
    @schemathesis.hook("before_load_schema")
    def without_formats(_context, raw):
        drop_formats(raw)
        drop_keys(raw)

    config = SchemathesisConfig.from_path(CONFIG)
    config.projects.default.headers = {"Authorization": f"Bearer {KEY}"}
    loaded = schemathesis.openapi.from_asgi("/openapi.json", app.app, config=config)
    schemathesis.hooks.unregister_all()
    return loaded


def described(scenario):
    """The cause of each failed check, and all about it, with the curl line that reproduces it."""
    for case_id, checks in scenario.checks.items():
        for check in checks:
            info = check.failure_info
            if info is None:
                continue
            response = scenario.find_response(case_id=case_id)
            body = response.text[:400] if response is not None else ""
            failure = f"{scenario.label}: {info.failure.title}"
            yield (
                f"{failure} {body[:100]}",
                f"{failure}: {info.failure.message[:600]}\n  {info.code_sample[:800]}\n  {body}",
            )


def allowed(finding):
    return any(re.search(pattern, finding) for pattern in ALLOWED)


@pytest.mark.timeout(400)  # a minute of one core, on a machine that has others to serve
def test_no_answer_outside_the_contract(schema):
    findings, cases, operations = {}, Counter(), set()
    began = time.process_time()
    for event in from_schema(schema).execute():
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            findings[event.label] = f"{event.label}: {event.value!r}"
        if isinstance(event, events.ScenarioFinished | events.FuzzScenarioFinished):
            cases[str(getattr(event, "phase", "fuzz"))] += len(event.recorder.cases)
            operations.add(event.recorder.label)
            for cause, finding in described(event.recorder):
                if not allowed(finding):
                    findings.setdefault(re.sub(r"[0-9a-f]{8,}|\d+", "", cause), finding)
    spent = time.process_time() - began
    print(f"{sum(cases.values()):,} cases, {sum(cases.values()) / spent:.0f} a second of CPU: {dict(cases)}")
    served = {f"{route.method.upper()} {route.path}" for route in discovery.served()}
    assert served <= operations
    assert sum(cases.values()) > 2000, cases
    assert sum(cases.values()) / spent > 100, "so slow that nobody will fuzz"
    assert not findings, f"{len(findings)} findings in {cases}\n\n" + "\n\n".join(list(findings.values()))
