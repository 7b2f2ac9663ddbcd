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


def test_file_comes_after_everything_and_is_named_as_the_source(tmp_path):
    (tmp_path / "key").write_text("sk-in-a-file-4f2a9c0d1e\n")
    (tmp_path / "token").write_text("a-token-in-a-file-4f2a9c0d1e\n")
    (tmp_path / ".env").write_text("LOCKSTEP_PORT=9090\nLOCKSTEP_METRICS_TOKEN_FILE=token\n")
    (tmp_path / "our.toml").write_text(
        'host = "127.0.0.5"\nport = 1\nlog_json = true\napi_key_file = "key"\nshutdown_seconds = 3\n'
        f'database_url = "postgresql://u:{SECRET}@h/d"\n'
    )
    printed = lockstep(tmp_path, "config", "--config", "our.toml", LOCKSTEP_HOST="127.0.0.3")
    assert printed.returncode == 0, printed.stderr
    assert SECRET not in printed.stdout + printed.stderr
    assert "in-a-file" not in printed.stdout + printed.stderr
    lines = {line.split()[0]: line.split()[1:] for line in printed.stdout.splitlines() if line.strip()}
    hidden = ["(set,", "not", "shown)"]
    assert lines["LOCKSTEP_CONFIG"] == ["our.toml", "command", "line"]
    assert lines["LOCKSTEP_HOST"] == ["127.0.0.3", "environment"]
    assert lines["LOCKSTEP_PORT"] == ["9090", ".env"]
    assert lines["LOCKSTEP_LOG_JSON"] == ["True", "our.toml"]
    assert lines["LOCKSTEP_SHUTDOWN_SECONDS"] == ["3", "our.toml"]
    assert lines["LOCKSTEP_DATABASE_URL"] == [*hidden, "our.toml"]
    assert lines["LOCKSTEP_API_KEY"] == [*hidden, "our.toml", "(api_key_file)"]
    assert lines["LOCKSTEP_METRICS_TOKEN"] == [*hidden, ".env", "(LOCKSTEP_METRICS_TOKEN_FILE)"]


def test_file_is_said_to_come_from_where_it_was_named(tmp_path):
    (tmp_path / "our.toml").write_text("port = 1\n")
    before = lockstep(tmp_path, "--config", "our.toml", "config").stdout.splitlines()
    variable = lockstep(tmp_path, "config", LOCKSTEP_CONFIG="our.toml").stdout.splitlines()
    named = [
        next(line.split() for line in lines if "LOCKSTEP_CONFIG" in line) for lines in (before, variable)
    ]
    assert named == [
        ["LOCKSTEP_CONFIG", "our.toml", "command", "line"],
        ["LOCKSTEP_CONFIG", "our.toml", "environment"],
    ]


def test_variables_of_traces_are_printed_without_their_keys(tmp_path):
    printed = lockstep(
        tmp_path,
        "config",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"https://user:{SECRET}@collector.example",
        OTEL_EXPORTER_OTLP_HEADERS=f"authorization={SECRET}",
    )
    assert SECRET not in printed.stdout
    lines = {line.split()[0]: line.split()[1:] for line in printed.stdout.splitlines() if line.strip()}
    assert lines["OTEL_EXPORTER_OTLP_ENDPOINT"] == ["https://collector.example", "environment"]
    assert lines["OTEL_EXPORTER_OTLP_HEADERS"] == ["(set,", "not", "shown)", "environment"]


@pytest.mark.parametrize(
    "command", [["--config", "bad.toml", "keys", "list"], ["serve", "--config", "bad.toml"]]
)
def test_faulty_file_ends_every_command_with_its_name_and_key(tmp_path, command):
    (tmp_path / "bad.toml").write_text('port = "http"\n')
    ended = lockstep(tmp_path, *command)
    assert ended.returncode == 1
    assert ended.stderr.startswith("lockstep: bad.toml: port: Input should be a valid integer")
    assert "Traceback" not in ended.stderr


def test_options_of_the_command_line_come_first():
    settings = Settings(port=1, _env_file=None)
    rows = {row.variable: row for row in environment.effective(settings, overrides=["port"])}
    assert (rows["LOCKSTEP_PORT"].value, rows["LOCKSTEP_PORT"].source) == ("1", "command line")


@pytest.mark.parametrize(
    "name", [n for n in Settings.model_fields if any(w in n for w in ("key", "token", "secret", "password"))]
)
def test_settings_that_sound_secret_are_typed_so(name):
    harmless = {"max_tokens_field"}
    annotation = Settings.model_fields[name].annotation
    assert name in harmless or annotation in {int, float} or "SecretStr" in str(annotation)
