"""Settings: errors name the variable and do not tell secrets."""

import pytest

from handlers import environment


def test_error_names_the_variable_and_the_value(monkeypatch):
    monkeypatch.setenv("LOCKSTEP_KEEP_ALIVE_SECONDS", "soon")
    with pytest.raises(environment.SettingsError, match=r"LOCKSTEP_KEEP_ALIVE_SECONDS: .*'soon'"):
        environment.load({})


def test_options_go_before_the_environment(monkeypatch):
    monkeypatch.setenv("LOCKSTEP_PORT", "1")
    assert environment.load({"port": 2, "host": None}).port == 2


def test_secrets_do_not_show(monkeypatch):
    monkeypatch.setenv("LOCKSTEP_API_KEY", "sk-secret")
    assert "sk-secret" not in repr(environment.load({}))


def test_strangers_are_matched_to_the_nearest(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("LOCKSTEP_DATADIR=x\nOTHER=1\n")
    monkeypatch.setenv("LOCKSTEP_ZZZZZZ", "1")
    warnings = environment.unknown(tmp_path / ".env")
    assert "LOCKSTEP_DATADIR is no setting; did you mean LOCKSTEP_DATA_DIR?" in warnings
    assert "LOCKSTEP_ZZZZZZ is no setting." in warnings


def test_empty_is_unset(monkeypatch):
    monkeypatch.setenv("LOCKSTEP_API_KEY", "")
    monkeypatch.setenv("LOCKSTEP_PORT", "")
    settings = environment.load({})
    assert (settings.api_key, settings.port) == (None, 8080)


@pytest.mark.parametrize("key", ["two words", "clé", "line\n"])
def test_key_that_no_header_carries_is_refused_and_not_shown(monkeypatch, key):
    monkeypatch.setenv("LOCKSTEP_API_KEY", key)
    with pytest.raises(environment.SettingsError, match="LOCKSTEP_API_KEY: A key is visible ASCII") as caught:
        environment.load({})
    assert key.strip() not in str(caught.value)


@pytest.mark.parametrize(
    ("origins", "fit"),
    [
        ("*", True),
        ("https://a.example, http://localhost:3000/", True),
        ("chrome-extension://abc", True),
        ("a.example", False),
        ("https://a.example/path", False),
    ],
)
def test_origins_are_what_browsers_send(monkeypatch, origins, fit):
    monkeypatch.setenv("LOCKSTEP_CORS_ORIGINS", origins)
    if fit:
        assert environment.load({}).cors_origins == origins
    else:
        with pytest.raises(environment.SettingsError, match="LOCKSTEP_CORS_ORIGINS: Origins look like"):
            environment.load({})
