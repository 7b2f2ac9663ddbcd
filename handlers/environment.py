"""Settings as an operator sees them: what is wrong with a variable, and which one was meant."""

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from handlers import redaction
from handlers.settings import Settings

PREFIX = "LOCKSTEP_"
ENV_FILE = Path(".env")


class SettingsError(ValueError):
    """What is wrong, one line a variable."""


def load(overrides: Mapping[str, Any]) -> Settings:
    """Settings from the environment and `.env`, options of the command line first."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        lines = [_line(problem) for problem in error.errors(include_url=False)]
        raise SettingsError("\n".join(lines)) from None


def _line(problem: Any) -> str:
    name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
    field = Settings.model_fields.get(str(problem["loc"][0]))
    secret = field is not None and "SecretStr" in str(field.annotation)
    got = "" if secret else f", but got {str(problem['input'])[:100]!r}"
    return f"{name}: {problem['msg']}{got}."


def unknown(env_file: Path = ENV_FILE) -> list[str]:
    """A warning for each variable that looks like ours and is none, with the nearest that is."""
    return [_warning(name) for name in sorted(_strangers({*os.environ, *_in_file(env_file)}))]


def _strangers(names: Iterable[str]) -> set[str]:
    return {name for name in names if _is_ours(name)} - _known()


def _known() -> set[str]:
    return {PREFIX + name.upper() for name in Settings.model_fields}


def _warning(name: str) -> str:
    near = difflib.get_close_matches(name.upper(), _known(), n=1, cutoff=0.7)
    return f"{name} is no setting" + (f"; did you mean {near[0]}?" if near else ".")


@dataclass(frozen=True, slots=True)
class Effective:
    """A setting as it counts: its variable, its value fit to be shown, where it comes from."""

    variable: str
    value: str
    source: str


def effective(
    settings: Settings, overrides: Iterable[str] = (), env_file: Path = ENV_FILE
) -> list[Effective]:
    """Every setting in the class's order; secrets are only said to be set, URLs lose their credentials."""
    given, in_file = _names(os.environ), _names(_in_file(env_file))
    chosen = set(overrides)

    def source(name: str) -> str:
        if name in chosen:
            return "command line"
        if name in given:
            return "environment"
        return str(env_file) if name in in_file else "default"

    return [
        Effective(PREFIX + name.upper(), shown(getattr(settings, name)), source(name))
        for name in Settings.model_fields
    ]


def shown(value: Any) -> str:
    """A value without secrets."""
    if isinstance(value, SecretStr):
        return "(set, not shown)"
    if isinstance(value, str) and "://" in value:
        return ", ".join(redaction.address(part.strip()) for part in value.split(","))
    return "" if value is None else str(value)


def _names(variables: Iterable[str]) -> set[str]:
    return {name.upper().removeprefix(PREFIX).lower() for name in variables if _is_ours(name)}


def _is_ours(name: str) -> bool:
    return name.upper().startswith(PREFIX)


def _in_file(env_file: Path) -> Mapping[str, str | None]:
    return dotenv_values(env_file) if env_file.is_file() else {}
