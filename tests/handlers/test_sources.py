"""Settings from a file in TOML and from files with one secret each: what decides, and what is refused."""

import pytest

from handlers import environment
from handlers.settings import Settings
from handlers.sources import ConfigError, secrets


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path, monkeypatch):
    def writer(text):
        (tmp_path / "our.toml").write_text(text)
        monkeypatch.setenv("LOCKSTEP_CONFIG", "our.toml")

    return writer


def test_command_line_environment_env_file_and_file_decide_in_this_order(write, monkeypatch, tmp_path):
    write('host = "toml"\nport = 1\nprovider = "toml"\nstore = "toml"\n')
    (tmp_path / ".env").write_text("LOCKSTEP_HOST=dotenv\nLOCKSTEP_PROVIDER=dotenv\nLOCKSTEP_PORT=2\n")
    monkeypatch.setenv("LOCKSTEP_HOST", "environment")
    monkeypatch.setenv("LOCKSTEP_PORT", "3")
    settings = environment.load({"port": 4})
    chosen = (settings.port, settings.host, settings.provider, settings.store, settings.workers)
    assert chosen == (4, "environment", "dotenv", "toml", 1)


@pytest.mark.parametrize("where", ["options", "environment", ".env"])
def test_file_is_named_in_three_ways(write, monkeypatch, tmp_path, where):
    write("port = 7777")
    monkeypatch.delenv("LOCKSTEP_CONFIG")
    if where == "environment":
        monkeypatch.setenv("LOCKSTEP_CONFIG", "our.toml")
    elif where == ".env":
        (tmp_path / ".env").write_text("LOCKSTEP_CONFIG=our.toml")
    options = {"config": "our.toml"} if where == "options" else {}
    assert environment.load(options).port == 7777
    assert Settings(**options).port == 7777


def test_lists_and_tables_are_what_commas_and_equal_signs_are(write):
    write(
        'cors_origins = ["https://a.example", "https://b.example"]\n'
        '[model_aliases]\n"gpt-4o" = "llama3"\n"*" = "echo"\n[context_limits]\nllama3 = 8192\n'
    )
    settings = environment.load({})
    assert settings.origins() == ["https://a.example", "https://b.example"]
    assert settings.model_aliases == "gpt-4o=llama3,*=echo"
    assert settings.context_limits == "llama3=8192"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("prot = 1", "our.toml: prot is no setting of such a file; did you mean port?"),
        ("LOCKSTEP_PORT = 1", "our.toml: LOCKSTEP_PORT is no setting of such a file; did you mean port?"),
        ('config = "other.toml"', "our.toml: config is no setting of such a file."),
        ("port_file = 1", "our.toml: port_file is no setting of such a file"),
        ("[server]\nport = 1", "our.toml: server is no setting of such a file."),
        ('port = "http"', "our.toml: port: Input should be a valid integer"),
        ("host = 3", "our.toml: host: Input should be a valid string, but got '3'."),
        ("metrics = 'everyone'", "our.toml: metrics: Input should be 'loopback', 'open' or 'off'"),
        ("port = = 1", "our.toml: this is no TOML: Invalid value (at line 1"),
        ("port = 1\nport = 2", "our.toml: this is no TOML: "),
        ('api_key_file = "none"', "our.toml: api_key_file: 'none' cannot be read: No such file"),
        (
            'api_key_file = "our.toml"\napi_key = "sk-9c1f"',
            "our.toml: api_key_file: our.toml: api_key is set as well. Leave one of them out.",
        ),
        ("api_key = 'two words'", "our.toml: api_key: A key is visible ASCII without spaces."),
    ],
)
def test_faults_name_the_file_and_the_key(write, text, complaint):
    write(text)
    with pytest.raises(environment.SettingsError) as told:
        environment.load({})
    assert str(told.value).startswith(complaint)
    assert "two words" not in str(told.value)


def test_all_faults_are_told_at_once(write):
    write("prot = 1\nhots = 2")
    with pytest.raises(environment.SettingsError) as told:
        environment.load({})
    assert len(str(told.value).splitlines()) == 2


def test_file_that_is_not_there_or_is_no_text_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("LOCKSTEP_CONFIG", "none.toml")
    with pytest.raises(environment.SettingsError, match=r"^LOCKSTEP_CONFIG: 'none.toml' cannot be read: No"):
        environment.load({})
    (tmp_path / "none.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(environment.SettingsError, match=r"^none.toml: this is no TOML"):
        environment.load({})


def test_faults_of_the_env_file_name_it(tmp_path):
    (tmp_path / ".env").write_text("LOCKSTEP_PORT=http")
    with pytest.raises(environment.SettingsError, match=r"^\.env: LOCKSTEP_PORT: Input"):
        environment.load({})


@pytest.mark.parametrize("name", sorted(secrets(Settings.model_fields)))
def test_every_secret_may_be_in_a_file_of_its_own(monkeypatch, tmp_path, name):
    (tmp_path / "held").write_text("a-secret-of-some-length-5f1c\r\n")
    monkeypatch.setenv(f"LOCKSTEP_{name.upper()}_FILE", "held")
    assert getattr(environment.load({}), name).get_secret_value() == "a-secret-of-some-length-5f1c"
    assert environment.unknown() == []


def test_variable_and_file_together_are_refused(monkeypatch, tmp_path):
    (tmp_path / "held").write_text("sk-one")
    monkeypatch.setenv("LOCKSTEP_API_KEY_FILE", "held")
    monkeypatch.setenv("LOCKSTEP_API_KEY", "sk-two")
    with pytest.raises(environment.SettingsError, match="LOCKSTEP_API_KEY is set as well") as told:
        environment.load({})
    assert "sk-" not in str(told.value)


def test_environments_file_goes_before_the_value_of_the_env_file(monkeypatch, tmp_path):
    (tmp_path / "held").write_text("sk-of-the-environment")
    (tmp_path / ".env").write_text("LOCKSTEP_API_KEY=sk-of-the-env-file")
    monkeypatch.setenv("LOCKSTEP_API_KEY_FILE", "held")
    assert environment.load({}).api_key.get_secret_value() == "sk-of-the-environment"


def test_application_factory_is_told_as_well(monkeypatch):
    monkeypatch.setenv("LOCKSTEP_CONFIG", "none.toml")
    with pytest.raises(ConfigError, match=r"none\.toml"):
        Settings()
