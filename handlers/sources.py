"""Where settings come from besides the environment: a file in TOML, and files that hold one secret each.

The first that names a setting decides: command line, environment, `.env`, LOCKSTEP_CONFIG's file, default.
"""

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, InitSettingsSource, PydanticBaseSettingsSource
from typing_extensions import override

PREFIX = "LOCKSTEP_"
CONFIG = "config"
"""The setting that names the file, and so does not stand in it."""
IN_FILE = "_file"
"""Behind the name of a secret: the file that holds it, as container engines mount them."""


class ConfigError(ValueError):
    """A file that cannot be used, or what is wrong in it: one line for each."""


def secrets(fields: Mapping[str, FieldInfo]) -> frozenset[str]:
    """The settings that are not to be shown, and may be given as files."""
    return frozenset(name for name, field in fields.items() if "SecretStr" in str(field.annotation))


def variable(name: str) -> str:
    """A setting as the environment calls it."""
    return PREFIX + name.upper()


def secret(path: str, named: str) -> str:
    """What a file holds, without the end of its line. `named` is what gave its path, for the error."""
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise ConfigError(f"{named}: {path!r} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{named}: {path!r} is no text.") from None


def given(path: Path) -> dict[str, Any]:
    """What a file says. Raises ConfigError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        named = variable(CONFIG)
        raise ConfigError(f"{named}: {str(path)!r} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: this is no TOML: {error}.") from None


def read(path: Path, fields: Mapping[str, FieldInfo]) -> dict[str, Any]:
    """The settings of a file by their names, secrets in files included. Raises ConfigError."""
    said = given(path)
    pointers = {name + IN_FILE for name in secrets(fields)}
    known = fields.keys() - {CONFIG} | pointers
    wrong = [_stranger(path, key, known) for key in said if key not in known]
    if wrong:
        raise ConfigError("\n".join(wrong))
    values = {name: _flat(value) for name, value in said.items() if name in fields}
    return values | _from_files(said, values, secrets(fields), lambda name: f"{path}: {name}")


def _stranger(path: Path, key: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(key.lower().removeprefix(PREFIX.lower()), known, n=1, cutoff=0.7)
    return f"{path}: {key} is no setting of such a file" + (f"; did you mean {near[0]}?" if near else ".")


def _flat(value: Any) -> Any:
    """Lists and tables as the environment writes them: `a,b` and `a=1,b=2`."""
    if isinstance(value, list) and all(isinstance(part, str) and "," not in part for part in value):
        return ",".join(value)
    if isinstance(value, dict) and all(isinstance(part, str | int) for part in value.values()):
        return ",".join(f"{name}={part}" for name, part in value.items())
    return value


def _from_files(
    given: Mapping[str, Any], values: Mapping[str, Any], names: Iterable[str], named: Callable[[str], str]
) -> dict[str, str]:
    """Secrets that are given by the path of a file."""
    found = {}
    for name in names:
        path = given.get(name + IN_FILE)
        if not path:
            continue
        if values.get(name):
            raise ConfigError(
                f"{named(name + IN_FILE)}: {named(name)} is set as well. Leave one of them out."
            )
        found[name] = secret(str(path), named(name + IN_FILE))
    return found


class _Source(PydanticBaseSettingsSource):
    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError  # each source is called as a whole


class SecretFiles(_Source):
    """Secrets in files that the environment, or `.env`, names: `LOCKSTEP_API_KEY_FILE=/run/secrets/key`."""

    def __init__(self, settings: type[BaseSettings], variables: EnvSettingsSource) -> None:
        super().__init__(settings)
        self._variables = variables

    @override
    def __call__(self) -> dict[str, Any]:
        prefix = PREFIX.lower()
        given = {name.lower().removeprefix(prefix): value for name, value in self._variables.env_vars.items()}
        return _from_files(given, given, secrets(self.settings_cls.model_fields), variable)


class ConfigFile(_Source):
    """The file that the command line, the environment or `.env` names; nothing where none does."""

    def __init__(
        self, settings: type[BaseSettings], given: InitSettingsSource, *variables: EnvSettingsSource
    ) -> None:
        super().__init__(settings)
        named = [
            given.init_kwargs.get(CONFIG),
            *(each.env_vars.get(variable(CONFIG).lower()) for each in variables),
        ]
        self._path = next((path for path in named if path), None)

    @override
    def __call__(self) -> dict[str, Any]:
        return read(Path(self._path), self.settings_cls.model_fields) if self._path else {}
