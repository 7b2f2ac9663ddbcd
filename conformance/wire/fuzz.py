"""Fuzzing any server: generated requests, valid and not, and chains of them; all answers are judged as ever.

The generator is schemathesis, imported only when there is something to fuzz. Its own ideas of what a body has
to look like are left out: `Bodies` holds every answer to upstream's contract. What is left are findings about
status codes and behaviour, one for each way to be wrong, however often it was met.
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from conformance.usage import UsageError
from conformance.wire import events as sse
from conformance.wire.contract import EVENTS, Contract
from conformance.wire.exchanges import Exchange, parsed
from conformance.wire.results import Fuzz, FuzzFinding

CHECKS: Final[Mapping[str, str]] = {
    "not_a_server_error": "server-error",
    "negative_data_rejection": "invalid-request-taken",
    "unsupported_method": "unknown-method-taken",
    "ignored_auth": "key-ignored",
    "use_after_free": "deleted-is-still-there",
    "ensure_resource_availability": "made-is-not-there",
}
"""schemathesis' checks that are asked for, and how a finding calls them."""

# Where a server that does as the live API does must not be blamed, each with its reason.
ALLOWED: Final[tuple[tuple[str, str, str], ...]] = (
    ("invalid-request-taken", r"^POST \S+/conversations$\s+null$", "the live API takes null for no body"),
    (
        "invalid-request-taken",
        r"parameter `metadata` in query",
        "it is no form of metadata[key]=value that is sent",
    ),
    (
        "invalid-request-taken",
        r"^Invalid component: .*(`enum` at \S*/model\b|\bmodel: Invalid enum value)",
        "that there is but one model is the fuzzer's word, not the contract's",
    ),
    (
        "made-is-not-there",
        r"/chat/completions",
        "a completion is there afterwards only if it was to be stored",
    ),
    ("made-is-not-there", r'"store":\s*false', "what was not to be stored is not there"),
)


@dataclass(frozen=True, slots=True)
class FuzzPlan:
    """How a server is fuzzed: where, as whom, from which document, and how long.

    Attributes:
        seconds: until when it goes round and round; 0 is one round, however long it takes.
        examples: of each operation in a round, beside those that try every bound of every member.
        bounds: whether every bound of every member is tried, which takes thousands of requests.
    """

    base_url: str
    document: dict[str, Any]
    api_key: str | None = None
    seconds: int = 60
    seed: int = 0
    timeout: float = 30.0
    examples: int = 50
    bounds: bool = True


@dataclass(slots=True)
class Fuzzed:
    """What came of it: all exchanges, in order, and the findings by what tells them apart."""

    exchanges: list[Exchange] = field(default_factory=list)
    findings: dict[tuple[str, str, str], FuzzFinding] = field(default_factory=dict)
    refusals: dict[tuple[str, str, str], FuzzFinding] = field(default_factory=dict)
    """Requests that the schemas allow and the server refuses: perhaps rightly, so no findings."""
    troubles: list[str] = field(default_factory=list)
    """What could not be fuzzed, and why."""

    def fuzz(self) -> Fuzz:
        """Return it as reports want it."""
        cases: dict[str, int] = {}
        for exchange in self.exchanges:
            name = exchange.operation.id if exchange.operation else ""
            cases[name] = cases.get(name, 0) + 1
        findings = [self.findings[key] for key in sorted(self.findings)]
        refusals = [self.refusals[key] for key in sorted(self.refusals)]
        return Fuzz(cases, findings, list(dict.fromkeys(self.troubles)), refusals)


def fuzz(
    plan: FuzzPlan,
    contract: Contract,
    *,
    app: Any = None,
    enough: Callable[[Exchange], bool] = lambda _: False,
) -> Fuzzed:
    """Fuzz a server; blocks until the time is up.

    Args:
        plan: how.
        contract: names the operations.
        app: an ASGI application to ask in place of the network.
        enough: told of every exchange; true ends the fuzzing, such as when a budget is spent.

    Raises:
        UsageError: schemathesis is not installed.
    """
    try:
        from schemathesis.engine import events, from_schema  # noqa: PLC0415 - half a second, and seldom needed
    except ImportError:
        raise UsageError("fuzzing needs schemathesis: pip install 'lockstep[fuzz]'") from None
    result = Fuzzed()
    with _no_other_keys():
        for event in from_schema(_schema(plan, app)).execute():
            if isinstance(event, events.FatalError):
                raise event.exception
            if isinstance(event, events.NonFatalError):
                result.troubles.append(f"{event.label}: {event.value}")
            if not isinstance(event, events.ScenarioFinished | events.FuzzScenarioFinished):
                continue
            met = dict(_exchanges(event.recorder, plan, contract))
            result.exchanges += met.values()
            _find(event.recorder, met, result.findings)
            _refused(event.recorder, met, result.refusals)
            over = [enough(exchange) for exchange in met.values()]
            if any(over):
                break
    return result


@contextlib.contextmanager
def _no_other_keys() -> Iterator[None]:
    """Leave `~/.netrc` aside: the HTTP client would send its passwords in the place of a key or none."""
    before = os.environ.get("NETRC")
    os.environ["NETRC"] = os.devnull
    try:
        yield
    finally:
        os.environ.pop("NETRC")
        if before is not None:
            os.environ["NETRC"] = before


def _schema(plan: FuzzPlan, app: Any) -> Any:
    import schemathesis  # noqa: PLC0415
    from schemathesis.config import SchemathesisConfig  # noqa: PLC0415

    ignored = {"ignored_auth"} if plan.api_key is None else set()
    config = SchemathesisConfig.from_dict(
        {
            "seed": plan.seed,
            **({"max-time": plan.seconds} if plan.seconds else {}),
            "continue-on-failure": True,
            "base-url": plan.base_url,
            "request-timeout": plan.timeout,
            "generation": {
                "deterministic": True,
                "database": "none",
                "no-shrink": True,
                "max-examples": plan.examples,
                # PostgreSQL has no NUL in a text; what a server does with it is asked by a probe.
                "allow-x00": False,
            },
            "checks": {"enabled": False}
            | {name: {"enabled": True} for name in CHECKS if name not in ignored},
            "phases": {
                # Examples of a document may name what exists, and is not ours.
                "examples": {"enabled": False},
                # Methods that change nothing, wherever they should be served after all.
                "coverage": {"enabled": plan.bounds, "unexpected-methods": ["query", "trace"]},
            },
        }
    )
    if plan.api_key is not None:
        config.projects.default.headers = {"Authorization": f"Bearer {plan.api_key}"}
    loaded = schemathesis.openapi.from_dict(plan.document, config=config)
    if app is not None:
        loaded.app = app
    # A generated name might be that of a model which is not ours to delete.
    return loaded.exclude(method="DELETE", path_regex="/models/")


_MARK: Final = "x-schemathesis-testcaseid"


def _exchanges(recorder: Any, plan: FuzzPlan, contract: Contract) -> Iterator[tuple[str, Exchange]]:
    root = urlsplit(plan.base_url).path.rstrip("/")
    for case_id, interaction in recorder.interactions.items():
        asked, answer = interaction.request, interaction.response
        if answer is None:
            continue
        path = urlsplit(asked.uri).path.removeprefix(root)
        headers = {name.lower(): value[0] for name, value in asked.headers.items() if name.lower() != _MARK}
        exchange = Exchange(
            asked.method,
            plan.base_url + asked.uri.partition(root or "\0")[2] if root else asked.uri,
            path,
            headers,
            asked.body or b"",
            "first" if "authorization" in headers else "none",
            contract.find(asked.method, path),
            answer.status_code,
            {name.lower(): ", ".join(value) for name, value in answer.headers.items()},
            answer.content or b"",
            seconds=answer.elapsed,
        )
        if exchange.media == EVENTS:
            exchange.events = [
                sse.Event(name, data, 0.0) for name, data in sse.Parser().feed(exchange.answer + b"\n\n")
            ]
        yield case_id, exchange


def _find(recorder: Any, met: Mapping[str, Exchange], found: dict[tuple[str, str, str], FuzzFinding]) -> None:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            info = check.failure_info
            if info is None or check.name not in CHECKS:
                continue
            finding = _finding(CHECKS[check.name], info, met.get(info.failure.case_id or case_id))
            if finding is None:
                continue
            key = (finding.operation, finding.check, _cause(finding.message))
            _add(found, key, finding)


def _add(found: dict[tuple[str, str, str], FuzzFinding], key: tuple[str, str, str], one: FuzzFinding) -> None:
    known = found.get(key, one)
    found[key] = replace(known, count=known.count + 1) if key in found else one


REFUSED: Final = "valid-request-refused"
# A key, an object or a state is wanting, or patience: it may have been well formed all the same.
_OTHER_REASONS: Final = frozenset({401, 403, 404, 405, 409, 429})


def _refused(
    recorder: Any, met: Mapping[str, Exchange], found: dict[tuple[str, str, str], FuzzFinding]
) -> None:
    for case_id, exchange in met.items():
        meta = recorder.cases[case_id].value.meta
        if meta is None or not meta.generation.mode.is_positive or exchange.operation is None:
            continue
        if not _BAD <= exchange.status < _FAULT or exchange.status in _OTHER_REASONS:
            continue
        param, code, message = _told(exchange)
        name = exchange.operation.id
        told = f"{exchange.status} {message}"[:_LONGEST]
        key = (name, param, f"{exchange.status} {code}")
        _add(found, key, FuzzFinding(name, REFUSED, told, exchange.curl(), 1, exchange))


_BAD, _FAULT = 400, 500


def _told(exchange: Exchange) -> tuple[str, str, str]:
    """Return `param` without its positions, `code` and `message` of an error, as far as it has them."""
    try:
        error = parsed(exchange.answer)["error"]
        param, code, message = (str(error.get(name) or "") for name in ("param", "code", "message"))
    except (ValueError, LookupError, TypeError, AttributeError):
        return "", "", ""
    return re.sub(r"\d+", "", param), code, message


def _finding(check: str, info: Any, exchange: Exchange | None) -> FuzzFinding | None:
    if exchange is None:
        return None
    message = f"{info.failure.title}: {info.failure.message}".strip()
    told = f"{exchange.method} {exchange.url}\n{exchange.body.decode('utf-8', 'replace')}\n{message}"
    if allowed(check, told):
        return None
    name = exchange.operation.id if exchange.operation else f"{exchange.method} {exchange.path}"
    return FuzzFinding(name, check, message[:_LONGEST], exchange.curl(), 1, exchange)


def allowed(check: str, told: str) -> bool:
    """Tell whether what was found is right as it is: `told` is the request and the finding, line by line."""
    return any(name == check and re.search(pattern, told, re.MULTILINE) for name, pattern, _ in ALLOWED)


_LONGEST: Final = 600
_VARYING: Final = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|[0-9a-f]{8,}|\d+")


def _cause(message: str) -> str:
    """Return what a message says without the values that differ from case to case."""
    return _VARYING.sub("", message.partition("\n")[0])[:120]
