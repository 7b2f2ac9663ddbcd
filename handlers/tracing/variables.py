"""What the variables `OTEL_*` ask for, as far as they concern traces; the SDK reads the rest of them itself.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/. In one thing we differ:
where nothing names an exporter or an endpoint there are no traces, for nobody may be there to take them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
EXPORTER, DISABLED = "OTEL_TRACES_EXPORTER", "OTEL_SDK_DISABLED"
SAMPLER, SHARE = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"
EXPORTERS = ("otlp", "console", "none")
SAMPLERS = ("always_on", "always_off", "traceidratio")
DEFAULT_ENDPOINT = "http://localhost:4318"


@dataclass(frozen=True, slots=True)
class Plan:
    """Where traces go."""

    because: str
    """The variable that asks for them."""
    exporters: frozenset[str]
    endpoint: str
    """Of the collector, for `otlp`; without credentials it may be shown."""


def wanted(variables: Mapping[str, str]) -> Plan | None:
    """The plan, or None where traces are not asked for. Raises ValueError for what cannot be followed."""
    if variables.get(DISABLED, "").strip().lower() == "true":
        return None
    because = next((name for name in (EXPORTER, *ENDPOINTS) if variables.get(name, "").strip()), None)
    if because is None:
        return None
    exporters = _exporters(variables.get(EXPORTER, ""))
    if not exporters:
        return None
    _check_sampler(variables)
    endpoint = DEFAULT_ENDPOINT
    if "otlp" in exporters:
        _check_protocol(variables)
        endpoint = _endpoint(variables)
    return Plan(because, exporters, endpoint)


def _exporters(value: str) -> frozenset[str]:
    names = [name.strip() for name in value.split(",") if name.strip()] or ["otlp"]
    for name in names:
        if name not in EXPORTERS:
            raise ValueError(f"{EXPORTER}: there is no exporter {name!r}; known are {', '.join(EXPORTERS)}.")
    return frozenset(names) - {"none"}


def _endpoint(variables: Mapping[str, str]) -> str:
    for name in ENDPOINTS:
        if value := variables.get(name, "").strip():
            if not value.startswith(("http://", "https://")):
                raise ValueError(f"{name}: expected a URL such as {DEFAULT_ENDPOINT}.")
            return value
    return DEFAULT_ENDPOINT


def _check_protocol(variables: Mapping[str, str]) -> None:
    name = next((name for name in PROTOCOLS if variables.get(name, "").strip()), None)
    if name is not None and variables[name].strip() != "http/protobuf":
        raise ValueError(
            f"{name}: traces are sent as http/protobuf, not as {variables[name]!r}. Collectors take it on"
            " port 4318; leave the variable out."
        )


def _check_sampler(variables: Mapping[str, str]) -> None:
    """The SDK would go on with all traces, which can be dear."""
    known = [prefix + name for prefix in ("", "parentbased_") for name in SAMPLERS]
    name = variables.get(SAMPLER, "").strip().lower()
    if name and name not in known:
        raise ValueError(f"{SAMPLER}: there is no sampler {name!r}; known are {', '.join(known)}.")
    share = variables.get(SHARE, "").strip()
    if not name.endswith("traceidratio") or not share:
        return
    try:
        fits = 0 <= float(share) <= 1
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{SHARE}: expected a share from 0 to 1, such as 0.1, but got {share!r}.")
