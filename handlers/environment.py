"""Settings as an operator sees them: what is wrong with one, where each comes from, which one was meant."""

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from handlers import redaction, sources
from handlers.settings import Settings
from handlers.sources import IN_FILE, PREFIX, variable

ENV_FILE = Path(".env")
TRACES = "OTEL_"
SHOWN_TRACES = frozenset(
    {
        "OTEL_SDK_DISABLED",
        "OTEL_SERVICE_NAME",
        "OTEL_TRACES_EXPORTER",
        "OTEL_TRACES_SAMPLER",
        "OTEL_TRACES_SAMPLER_ARG",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    }
)
"""Those of OpenTelemetry's variables that hold no keys (headers and resource attributes may)."""


class SettingsError(ValueError):
    """What is wrong, one line for each."""


def load(overrides: Mapping[str, Any]) -> Settings:
    """Settings from environment, `.env` and file, options of the command line first."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except sources.ConfigError as error:
        raise SettingsError(str(error)) from None
    except ValidationError as error:
        origins = Origins.found(given)
        lines = [_line(problem, origins) for problem in error.errors(include_url=False)]
        raise SettingsError("\n".join(lines)) from None


def _line(problem: Any, origins: "Origins") -> str:
    name = "_".join(str(part) for part in problem["loc"])
    secret = str(problem["loc"][0]) in sources.secrets(Settings.model_fields)
    got = "" if secret else f", but got {shown(str(problem['input']))[:100]!r}"
    return f"{origins.named(name)}: {problem['msg']}{got}."


def unknown(env_file: Path = ENV_FILE) -> list[str]:
    """A warning for each variable that looks like ours and is none, with the nearest that is."""
    return [_warning(name) for name in sorted(_strangers({*os.environ, *_in_file(env_file)}))]


def _strangers(names: Iterable[str]) -> set[str]:
    return {name for name in names if _is_ours(name)} - _known()


def _known() -> set[str]:
    fields = Settings.model_fields
    return {variable(name) for name in [*fields, *(each + IN_FILE for each in sources.secrets(fields))]}


def _warning(name: str) -> str:
    near = difflib.get_close_matches(name.upper(), _known(), n=1, cutoff=0.7)
    return f"{name} is no setting" + (f"; did you mean {near[0]}?" if near else ".")


@dataclass(frozen=True, slots=True)
class Effective:
    """A setting as it counts: its variable, its value fit to be shown, where it comes from."""

    variable: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Origins:
    """Which settings each source names, the one that decides first."""

    overrides: frozenset[str]
    environment: frozenset[str]
    env_file: tuple[Path, frozenset[str]]
    config: tuple[Path | None, frozenset[str]]

    @classmethod
    def found(cls, overrides: Mapping[str, Any], env_file: Path = ENV_FILE) -> "Origins":
        """As they are now. A file that cannot be read names nothing; whoever loads it says why."""
        variables = _named(os.environ), _named(_in_file(env_file))
        paths = [overrides.get(sources.CONFIG), *(each.get(sources.CONFIG) for each in variables)]
        path = next((Path(path) for path in paths if path), None)
        try:
            named = set() if path is None else set(sources.given(path))
        except sources.ConfigError:
            named = set()
        return cls(
            frozenset(overrides),
            frozenset(variables[0]),
            (env_file, frozenset(variables[1])),
            (path, frozenset(named)),
        )

    def source(self, name: str) -> str:
        """What decides about a setting, and what names the file that holds it if it is a secret in one."""
        places = (
            ("command line", self.overrides, None),
            ("environment", self.environment, variable(name + IN_FILE)),
            (str(self.env_file[0]), self.env_file[1], variable(name + IN_FILE)),
            (str(self.config[0]), self.config[1], name + IN_FILE),
        )
        for place, names, pointer in places:
            if name in names:
                return place
            if name + IN_FILE in names:
                return f"{place} ({pointer})"
        return "default"

    def named(self, name: str) -> str:
        """A setting as whoever set it wrote it, with the file it stands in."""
        source = self.source(name)
        if source.startswith(("command line", "environment", "default")):
            return variable(name)
        return f"{source}: {variable(name) if source.startswith(str(self.env_file[0])) else name}"


def effective(
    settings: Settings, overrides: Iterable[str] = (), env_file: Path = ENV_FILE
) -> list[Effective]:
    """Every setting in the class's order; secrets are only said to be set, URLs lose their credentials."""
    values = {name: getattr(settings, name) for name in overrides}
    origins = Origins.found(values, env_file)
    ours = [
        Effective(variable(name), shown(getattr(settings, name)), origins.source(name))
        for name in Settings.model_fields
    ]
    return ours + [
        Effective(name, shown(value) if name in SHOWN_TRACES else "(set, not shown)", "environment")
        for name, value in sorted(os.environ.items())
        if name.startswith(TRACES) and value
    ]


def shown(value: Any) -> str:
    """A value without secrets."""
    if isinstance(value, SecretStr):
        return "(set, not shown)"
    if isinstance(value, str) and "://" in value:
        return ", ".join(redaction.address(part.strip()) for part in value.split(","))
    return "" if value is None else str(value)


def _named(variables: Mapping[str, str | None]) -> dict[str, str]:
    """Settings by their names; what is empty counts as unset."""
    return {
        name.upper().removeprefix(PREFIX).lower(): value
        for name, value in variables.items()
        if _is_ours(name) and value
    }


def _is_ours(name: str) -> bool:
    return name.upper().startswith(PREFIX)


def _in_file(env_file: Path) -> Mapping[str, str | None]:
    return dotenv_values(env_file) if env_file.is_file() else {}
