"""`lockstep doctor`: a sound set-up passes, each fault is named with what to do, nothing is changed."""

import os
import socket
import sqlite3
import time

import pytest

from handlers import doctor, stores
from handlers.doctor import machine
from handlers.settings import Settings
from handlers.stores.sqlite import FILE
from tests.handlers.test_cli import lockstep
from tests.issuer import LoopbackIssuer
from tests.providers.fake_upstream import answer, running


def make(tmp_path, **settings):
    data = tmp_path / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    return Settings(**({"data_dir": data, "port": 0, "_env_file": None} | settings))


async def found(settings, level):
    return {
        finding.about: finding.text async for finding in doctor.examine(settings) if finding.level == level
    }


async def test_sound_set_up_has_nothing_wrong_and_is_left_as_it_is(tmp_path):
    settings = make(tmp_path)
    assert await found(settings, "wrong") == {}
    assert list(await found(settings, "doubtful")) == ["provider"]  # echo is no model
    assert list(settings.data_dir.iterdir()) == []
    assert {
        "versions",
        "clock",
        "data folder",
        "disk space",
        "port",
        "keys",
        "encryption key",
        "store",
    } <= set(await found(settings, "good"))


async def test_store_in_use_is_written_to_and_read_from(tmp_path):
    settings = make(tmp_path)
    await (await stores.open_store(settings)).aclose()
    assert (await found(settings, "good"))["store"] == "it does a real write and a real read"
    assert "lockstep keys create" in (await found(settings, "doubtful"))["keys"]


async def test_broken_and_newer_stores_are_told_apart(tmp_path):
    settings = make(tmp_path)
    path = settings.data_dir / FILE
    path.write_bytes(b"no database at all, never was one" * 99)
    assert "cannot be read" in (await found(settings, "wrong"))["store"]
    path.unlink()
    await (await stores.open_store(settings)).aclose()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = 'v9999_later'")
    connection.commit()
    connection.close()
    assert "v9999_later, newer" in (await found(settings, "wrong"))["store"]


async def test_port_of_another_program_is_wrong_and_our_own_is_not(tmp_path, server):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in (await found(make(tmp_path, port=port), "wrong"))["port"]
    own = int(server.base_url.rsplit(":", 1)[1].removesuffix("/v1"))
    assert "running Lockstep" in (await found(make(tmp_path, port=own), "good"))["port"]


@pytest.mark.parametrize(
    ("settings", "level", "about", "text"),
    [
        ({"host": "no.such.host.invalid"}, "wrong", "port", "LOCKSTEP_HOST"),
        ({"data_dir": "/proc/nothing"}, "wrong", "data folder", ""),
        ({"data_dir": __file__}, "wrong", "data folder", "is no folder"),
        ({"provider": "ecco"}, "wrong", "provider", "there is no provider 'ecco'"),
        ({"provider": "openai", "upstream_url": "http://127.0.0.1:9/v1"}, "wrong", "provider", "openai"),
        ({"provider": "openai"}, "wrong", "provider", "LOCKSTEP_UPSTREAM_URL"),
        ({"default_model": "gpt-0"}, "doubtful", "provider", "'gpt-0' is not among"),
        ({"encryption_key": "short"}, "wrong", "encryption key", "32 at least"),
        ({"no_auth": True}, "doubtful", "keys", "LOCKSTEP_NO_AUTH"),
        ({"no_auth": True, "host": "0.0.0.0"}, "wrong", "keys", "loopback only"),
        ({"api_key": "short"}, "doubtful", "keys", "LOCKSTEP_API_KEY"),
        ({"metrics_token": "short"}, "doubtful", "metrics", "LOCKSTEP_METRICS_TOKEN"),
        ({"metrics": "open", "host": "0.0.0.0"}, "doubtful", "metrics", "anybody"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
async def test_faults_are_named(tmp_path, settings, level, about, text):
    assert text in (await found(make(tmp_path, upstream_retries=0, **settings), level))[about]


@pytest.fixture
def issuer():
    running = LoopbackIssuer()
    yield running
    running.close()


async def test_issuer_is_asked_for_its_keys(tmp_path, issuer):
    settings = make(tmp_path, oidc_issuer=issuer.url, oidc_audience="lockstep")
    assert (await found(settings, "good"))["issuer"] == f"{issuer.url} publishes keys that check ES256"
    assert (await found(settings, "good"))["keys"] == "every request needs one, or a token"
    issuer.keys = []
    assert "publishes no key for RS256" in (await found(settings, "wrong"))["issuer"]
    issuer.close()
    assert "cannot be reached" in (await found(settings, "wrong"))["issuer"]


@pytest.mark.parametrize(
    ("settings", "level", "text"),
    [
        ({"oidc_audience": ""}, "wrong", "LOCKSTEP_OIDC_AUDIENCE"),
        (
            {"oidc_issuer": "http://127.0.0.1:9"},
            "wrong",
            "http://127.0.0.1:9: http://127.0.0.1:9/.well-known",
        ),
        ({"oidc_issuer": "http://login.invalid"}, "doubtful", "over http"),
        ({"oidc_default_scopes": "read,admin"}, "doubtful", "LOCKSTEP_OIDC_DEFAULT_SCOPES"),
        ({"no_auth": True}, "doubtful", "LOCKSTEP_NO_AUTH"),
    ],
)
async def test_faults_of_tokens_are_named(tmp_path, issuer, settings, level, text):
    sound = {"oidc_issuer": issuer.url, "oidc_audience": "lockstep"}
    assert text in (await found(make(tmp_path, **sound | settings), level))["issuer"]


async def test_files_open_to_others_are_doubtful(tmp_path):
    settings = make(tmp_path)
    (settings.data_dir / "encryption.key").write_text("0" * 64)
    (settings.data_dir / "encryption.key").chmod(0o644)
    settings.data_dir.chmod(0o755)
    doubts = await found(settings, "doubtful")
    assert "chmod 600" in doubts["encryption key"]
    assert "chmod 700" in doubts["data folder"]


async def test_secrets_that_every_user_may_read_are_doubtful(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written, harmless = tmp_path / "our.toml", tmp_path / "other.toml"
    written.write_text('port = 1\napi_key = "sk-0123456789abcdef01234567"\n')
    harmless.write_text('port = 1\napi_key_file = "key"\n')
    (tmp_path / "key").write_text("sk-0123456789abcdef01234567")
    for path in (written, harmless):
        path.chmod(0o644)
    (tmp_path / ".env").write_text("export LOCKSTEP_METRICS_TOKEN=0123456789abcdef01234567\n")
    (tmp_path / ".env").chmod(0o600)
    assert "chmod 600" in (await found(make(tmp_path, config=written), "doubtful"))["secrets"]
    assert "secrets" not in await found(make(tmp_path, config=harmless), "doubtful")
    (tmp_path / ".env").chmod(0o644)
    assert ".env" in (await found(make(tmp_path, config=harmless), "doubtful"))["secrets"]


async def test_wrong_key_at_the_endpoint_is_told(tmp_path):
    async with running(answer(401, {"error": {"message": "Incorrect API key: sk-hidden"}})) as upstream:
        settings = make(tmp_path, provider="openai", upstream_url=upstream.url, upstream_api_key="sk-hidden")
        told = (await found(settings, "wrong"))["provider"]
    assert "LOCKSTEP_UPSTREAM_API_KEY" in told
    assert "sk-hidden" not in told


async def test_endpoint_without_models_is_doubtful(tmp_path):
    async with running(answer(200, {"object": "list", "data": []})) as upstream:
        settings = make(tmp_path, provider="openai", upstream_url=upstream.url)
        assert "offers no model" in (await found(settings, "doubtful"))["provider"]


async def test_proxy_that_nobody_knows_is_told_before_the_first_call(tmp_path, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks9://user:hidden@p:1")
    told = (await found(make(tmp_path, provider="openai", upstream_url="http://h/v1"), "wrong"))["provider"]
    assert told.startswith("HTTP_PROXY, HTTPS_PROXY or ALL_PROXY")
    assert "hidden" not in told


def test_clock_that_was_set_back_is_wrong(tmp_path):
    written = tmp_path / "lockstep.db"
    written.touch()
    later = time.time() + 3600
    os.utime(written, (later, later))
    assert "set back" in machine._clock(tmp_path).text


def test_little_space_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "LITTLE_SPACE", 1 << 62)
    assert machine._space(tmp_path).level == "doubtful"
    monkeypatch.setattr(machine, "NO_SPACE", 1 << 62)
    assert machine._space(tmp_path).level == "wrong"


def test_command_prints_all_of_it_and_exits_by_it(tmp_path):
    sound = lockstep(tmp_path, "doctor", LOCKSTEP_PORT="0", LOCKSTEP_PROT="1")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "did you mean LOCKSTEP_PORT?" in sound.stdout
    assert "0 wrong, 2 doubtful." in sound.stdout
    unsound = lockstep(tmp_path, "doctor", LOCKSTEP_PROVIDER="none", LOCKSTEP_PORT="0")
    assert unsound.returncode == 1
    assert "there is no provider 'none'" in unsound.stdout
    unreadable = lockstep(tmp_path, "doctor", LOCKSTEP_PORT="http")
    assert unreadable.returncode == 1
    assert "LOCKSTEP_PORT" in unreadable.stdout
    assert "Traceback" not in unsound.stderr + unreadable.stderr + sound.stderr
