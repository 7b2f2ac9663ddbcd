"""Traces: what the variables ask for, whether it can be done, and whether somebody takes them."""

import importlib.util
import os
from collections.abc import AsyncIterator, Mapping
from urllib.parse import unquote

import httpx

from handlers import redaction
from handlers.doctor import Finding, doubtful, good, wrong
from handlers.settings import Settings
from handlers.tracing.variables import ENDPOINTS, Plan, wanted

ABOUT = "traces"
PATIENCE = 5.0
HEADERS = ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
REFUSED = frozenset({401, 403})


async def examine(_settings: Settings) -> AsyncIterator[Finding]:
    """Nothing is said where nobody asks for them."""
    try:
        plan = wanted(os.environ)
    except ValueError as error:
        yield wrong(ABOUT, str(error))
        return
    if plan is None:
        return
    if not _installed():
        yield wrong(ABOUT, f"{plan.because}: the SDK is missing: pip install 'lockstep[server,otel]'.")
        return
    if "otlp" in plan.exporters:
        yield await _collector(plan, os.environ)
    else:
        yield good(ABOUT, "they are printed (OTEL_TRACES_EXPORTER=console)")


def _installed() -> bool:
    try:
        return all(
            importlib.util.find_spec(name) is not None
            for name in ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http")
        )
    except ModuleNotFoundError:
        return False


async def _collector(plan: Plan, variables: Mapping[str, str]) -> Finding:
    """Send it no spans at all, which every collector takes."""
    whole = bool(variables.get(ENDPOINTS[0], "").strip())
    url = plan.endpoint if whole else plan.endpoint.rstrip("/") + "/v1/traces"
    shown = redaction.address(url)
    headers = {"content-type": "application/x-protobuf", **_headers(variables)}
    try:
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            status = (await client.post(url, content=b"", headers=headers)).status_code
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        reason = str(error) or type(error).__name__
        return doubtful(ABOUT, f"nobody takes them at {shown}: {reason}. The server works, and drops them.")
    if status in REFUSED:
        return doubtful(ABOUT, f"{shown} refuses them (status {status}): check {HEADERS[1]}.")
    if status >= 400:  # noqa: PLR2004 - the class of status codes
        return doubtful(
            ABOUT, f"{shown} answers with status {status}: is it the port of a collector's OTLP over HTTP?"
        )
    return good(ABOUT, f"{shown} takes them")


def _headers(variables: Mapping[str, str]) -> dict[str, str]:
    """`a=b,c=d`, percent-encoded, as the SDK reads it."""
    text = next((variables[name] for name in HEADERS if variables.get(name)), "")
    pairs = (part.partition("=") for part in text.split(",") if "=" in part)
    return {name.strip().lower(): unquote(value.strip()) for name, _, value in pairs}
