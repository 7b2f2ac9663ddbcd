"""`lockstep config`: every setting with its source, and no secret among them."""

import pytest

from handlers import environment
from handlers.settings import Settings
from tests.handlers.test_cli import lockstep

SECRET = "sk-very-secret-4f2a9c"


def test_every_setting_is_printed_with_its_source_and_no_secret(tmp_path):
    (tmp_path / ".env").write_text("LOCKSTEP_PORT=9090\nLOCKSTEP_HOST=127.0.0.2\n")
    printed = lockstep(
        tmp_path,
        "config",
        LOCKSTEP_API_KEY=SECRET,
        LOCKSTEP_ENCRYPTION_KEY=SECRET * 3,
        LOCKSTEP_UPSTREAM_URL=f"https://user:{SECRET}@model.example/v1?key={SECRET}",
        LOCKSTEP_HOST="127.0.0.3",
    )
    assert printed.returncode == 0, printed.stderr
    assert SECRET not in printed.stdout + printed.stderr
    lines = {line.split()[0]: line.split()[1:] for line in printed.stdout.splitlines() if line.strip()}
    assert lines.keys() >= {f"LOCKSTEP_{name.upper()}" for name in Settings.model_fields}
    assert lines["LOCKSTEP_PORT"] == ["9090", ".env"]
    assert lines["LOCKSTEP_HOST"] == ["127.0.0.3", "environment"]
    assert lines["LOCKSTEP_UPSTREAM_URL"] == ["https://model.example/v1", "environment"]
    assert lines["LOCKSTEP_API_KEY"] == ["(set,", "not", "shown)", "environment"]
    assert lines["LOCKSTEP_MAX_BODY_BYTES"] == ["83886080", "default"]
    assert lines["LOCKSTEP_METRICS_TOKEN"] == ["default"]


def test_options_of_the_command_line_come_first():
    settings = Settings(port=1, _env_file=None)
    rows = {row.variable: row for row in environment.effective(settings, overrides=["port"])}
    assert (rows["LOCKSTEP_PORT"].value, rows["LOCKSTEP_PORT"].source) == ("1", "command line")


@pytest.mark.parametrize(
    "name", [n for n in Settings.model_fields if any(w in n for w in ("key", "token", "secret", "password"))]
)
def test_settings_that_sound_secret_are_typed_so(name):
    harmless = {"max_tokens_field"}
    assert name in harmless or "SecretStr" in str(Settings.model_fields[name].annotation)
