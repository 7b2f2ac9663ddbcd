"""The command: what it prints, what it refuses, and that another process's keys count."""

import os
import socket
import subprocess
import sys
from importlib.metadata import version

import httpx
import pytest

from tests.conftest import API_KEY

LOCKSTEP = [sys.executable, "-c", "from handlers.cli import main; main()"]


def lockstep(folder, *arguments, **env):
    """Run the command to its end."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")}
    return subprocess.run(
        [*LOCKSTEP, *arguments],
        env=inherited | {"LOCKSTEP_DATA_DIR": str(folder / "data")} | env,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_version(tmp_path):
    assert lockstep(tmp_path, "version").stdout.strip() == version("lockstep")


def test_first_start_shows_a_key_that_works_and_the_next_does_not(start_server, tmp_path):
    data = tmp_path / "data"
    first = start_server(data_dir=data, api_key=None)
    printed = first.output.read_text()
    key = next(word for word in printed.split() if word.startswith("sk-lockstep-"))
    assert f"curl {first.base_url}/chat/completions" in printed
    assert f'OpenAI(base_url="{first.base_url}"' in printed
    assert (
        httpx.get(f"{first.base_url}/models", headers={"authorization": f"Bearer {key}"}).status_code == 200
    )
    assert first.stop() == 0
    second = start_server(data_dir=data, api_key=None)
    assert key not in second.output.read_text()
    assert (
        httpx.get(f"{second.base_url}/models", headers={"authorization": f"Bearer {key}"}).status_code == 200
    )


def test_printed_python_lines_run(start_server):
    printed = start_server(api_key=None).output.read_text()
    lines = printed[printed.index("from openai import OpenAI") :]
    run = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, text=True, timeout=60, check=False, cwd="/"
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("conv_")


def test_port_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = lockstep(tmp_path, "serve", "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "env", "message"),
    [
        ((), {"LOCKSTEP_PROVIDER": "ecco"}, "LOCKSTEP_PROVIDER: there is no provider 'ecco'"),
        ((), {"LOCKSTEP_PORT": "http"}, "LOCKSTEP_PORT: "),
        ((), {"LOCKSTEP_MAX_BODY_BYTES": "-1"}, "LOCKSTEP_MAX_BODY_BYTES: "),
        (("--no-auth", "--host", "0.0.0.0", "--port", "0"), {}, "LOCKSTEP_NO_AUTH: "),
        (("--host", "no.such.host.invalid"), {}, "LOCKSTEP_HOST: "),
        (("--data-dir", "/proc/nothing"), {}, "LOCKSTEP_DATA_DIR: "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_settings_are_named(tmp_path, arguments, env, message):
    refused = lockstep(tmp_path, "serve", *arguments, **({"LOCKSTEP_PORT": "0"} | env))
    assert refused.returncode == 1
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ready_file_that_cannot_be_written_is_named_without_a_traceback(tmp_path, workers):
    refused = lockstep(
        tmp_path, "serve", "--port", "0", "--workers", workers, "--ready-file", "nowhere/ready.json"
    )
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == (
        "lockstep: --ready-file: cannot write 'nowhere/ready.json': No such file or directory."
    )
    assert "Traceback" not in refused.stderr


def test_unreadable_store_is_named_without_a_traceback(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lockstep.db").write_bytes(b"this is no database, nor has it ever been one" * 50)
    refused = lockstep(tmp_path, "serve", "--port", "0")
    assert refused.returncode == 1
    assert "lockstep.db" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_unknown_variables_are_warned_of_with_the_nearest(tmp_path):
    (tmp_path / ".env").write_text("LOCKSTEP_UPSTREAM_URI=http://x\n")
    warned = lockstep(tmp_path, "serve", LOCKSTEP_PROT="9", LOCKSTEP_PROVIDER="none")
    assert "LOCKSTEP_PROT is no setting; did you mean LOCKSTEP_PORT?" in warned.stderr
    assert "LOCKSTEP_UPSTREAM_URI is no setting; did you mean LOCKSTEP_UPSTREAM_URL?" in warned.stderr


def test_signal_lets_a_running_answer_end_and_closes_the_store(start_server):
    running = start_server()
    with httpx.Client(base_url=running.base_url, headers={"authorization": f"Bearer {API_KEY}"}) as client:
        assert client.post("/conversations").status_code == 200
        assert running.stop() == 0
    assert not (running.output.parent / "data" / "lockstep.db-wal").exists()


def test_export_and_import_move_a_project_to_another_server(start_server, tmp_path):
    running = start_server(data_dir=tmp_path / "data")
    auth = {"authorization": f"Bearer {API_KEY}"}
    item = {"type": "message", "role": "user", "content": "hello"}
    made = httpx.post(f"{running.base_url}/conversations", json={"items": [item]}, headers=auth).json()["id"]
    written = lockstep(tmp_path, "export", "data.jsonl")  # while the server runs
    assert written.returncode == 0, written.stderr
    assert "1 conversation, 1 item" in written.stderr
    assert (tmp_path / "data.jsonl").stat().st_mode & 0o077 == 0
    piped = lockstep(tmp_path, "export", "--project", "default")
    assert piped.stdout == (tmp_path / "data.jsonl").read_text()
    (tmp_path / "new").mkdir()
    read = lockstep(tmp_path / "new", "import", "../data.jsonl")
    assert read.returncode == 0, read.stderr
    other = start_server(data_dir=tmp_path / "new" / "data")
    items = httpx.get(f"{other.base_url}/conversations/{made}/items", headers=auth).json()["data"]
    assert items[0]["content"][0]["text"] == "hello"
    broken = lockstep(tmp_path / "new", "import", "no-such-file")
    assert (broken.returncode, broken.stderr) == (1, "lockstep: no-such-file: No such file or directory.\n")


def test_export_of_no_store_is_refused_and_makes_none(tmp_path):
    refused = lockstep(tmp_path, "export", "data.jsonl", LOCKSTEP_DATA_DIR="elsewhere")
    assert refused.returncode == 1
    assert refused.stderr == "lockstep: There is no store in 'elsewhere' (LOCKSTEP_DATA_DIR).\n"
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_none_is_named(tmp_path):
    refused = lockstep(tmp_path, "keys", "list", LOCKSTEP_STORE="sql")
    assert refused.returncode == 1
    assert (
        refused.stderr == "lockstep: LOCKSTEP_STORE: there is no store 'sql'; known are postgresql, sqlite.\n"
    )
