"""Settings as an operator sees them: what is wrong with a variable, and which one was meant."""

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError

from handlers.settings import Settings

PREFIX = "LOCKSTEP_"


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


def unknown(env_file: Path = Path(".env")) -> list[str]:
    """A warning for each variable that looks like ours and is none, with the nearest that is."""
    in_file = dotenv_values(env_file) if env_file.is_file() else {}
    return [_warning(name) for name in sorted(_strangers({*os.environ, *in_file}))]


def _strangers(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.upper().startswith(PREFIX)} - _known()


def _known() -> set[str]:
    return {PREFIX + name.upper() for name in Settings.model_fields}


def _warning(name: str) -> str:
    near = difflib.get_close_matches(name.upper(), _known(), n=1, cutoff=0.7)
    return f"{name} is no setting" + (f"; did you mean {near[0]}?" if near else ".")
