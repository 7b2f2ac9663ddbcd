"""The commands as they are typed: exit codes, formats, wrong usage, keys that show nowhere."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import jsonschema_rs
import pytest

from conformance.wire import results
from conformance.wire.launching import launched
from conformance.wire.promises import every

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads(Path(results.__file__).with_name("report.schema.json").read_bytes())


def conform(*words, cwd=ROOT):
    return subprocess.run(
        [sys.executable, "-c", "from conformance.cli import main; main()", *map(str, words)],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip


def test_a_good_server_passes(server, tmp_path):
    key = tmp_path / "key"
    key.write_text(f"{server.api_key}\n")
    done = conform(
        "probe", server.base_url, "--api-key", f"@{key}", "--only", "models,conversation-*", "-f", "json"
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    report = json.loads(done.stdout)
    jsonschema_rs.validate(SCHEMA, report)
    assert report["score"] == 100.0
    assert server.api_key not in done.stdout
    assert {probe["outcome"] for probe in report["probes"]} <= {"passed", "skipped", "inconclusive"}


def test_two_runs_with_one_seed_give_the_same_verdicts(server):
    said = [
        conform(
            "probe",
            server.base_url,
            "--api-key",
            server.api_key,
            "--only",
            "conversations",
            "--seed",
            7,
            "-f",
            "json",
        )
        for _ in range(2)
    ]
    first, second = (
        {
            probe["id"]: [(case["name"], case["outcome"]) for case in probe["cases"]]
            for probe in json.loads(done.stdout)["probes"]
        }
        for done in said
    )
    assert first == second


async def test_a_server_that_lies_fails_and_side_by_side_shows_where(tmp_path):
    # A folder served over HTTP answers everything with pages.
    async with launched(
        f"{sys.executable} -m http.server {{port}} --bind 127.0.0.1", "http://127.0.0.1:{port}"
    ) as bad:
        done = conform("probe", bad.base_url, "--only", "models", "-f", "json", "-o", tmp_path / "bad.json")
        page = conform("probe", bad.base_url, "--only", "models", "-f", "html", "-o", tmp_path / "bad.html")
    assert (done.returncode, page.returncode) == (1, 1), done.stderr
    report = json.loads((tmp_path / "bad.json").read_text())
    jsonschema_rs.validate(SCHEMA, report)
    assert report["score"] < 50
    assert (tmp_path / "bad.html").read_text().startswith("<!doctype html>")
    beside = conform("side-by-side", tmp_path / "bad.json", tmp_path / "bad.json", "--names", "one,other")
    assert beside.returncode == 0
    assert "other" in beside.stdout


def test_the_list_names_every_probe():
    done = conform("probe", "--list")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(every())


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["probe"], 2, "name the server's base URL"),
        (["probe", "localhost:8080"], 2, "begins with http"),
        (["probe", "http://127.0.0.1:9/v1", "--only", "conversation"], 2, "is no category"),
        (["probe", "http://127.0.0.1:9/v1", "--only", "models"], 3, "cannot be reached"),
        (["probe", "http://127.0.0.1:9/v1", "--api-key", "@/nowhere"], 2, "cannot be read"),
        (["probe", "--launch", "echo sorry; false"], 3, "sorry"),
        (["side-by-side", "README.md"], 3, "is no JSON"),
        (["side-by-side", "/nowhere.json"], 3, "cannot be read"),
        (["record", "localhost"], 2, "no base URL"),
        (["sdk", "http://127.0.0.1:9/v1", "--only", "music"], 2, "no category of tests"),
    ],
)
def test_what_cannot_be_done_is_said_on_one_line(words, code, says):
    done = conform(*words)
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("conform: ")
    assert says in done.stderr


def test_strict_fails_on_what_could_not_be_examined(server):
    words = (
        "probe",
        server.base_url,
        "--api-key",
        server.api_key,
        "--only",
        "conversation-is-the-projects-own",
    )
    assert conform(*words).returncode == 0
    assert conform(*words, "--strict").returncode == 1


def test_the_recorder_reports_when_its_time_is_over(server, tmp_path):
    done = conform(
        "record", server.base_url, "--port", 0, "--seconds", 0.5, "-f", "json", "-o", tmp_path / "r.json"
    )
    assert done.returncode == 0
    assert "give http://127.0.0.1:" in done.stderr
    jsonschema_rs.validate(SCHEMA, json.loads((tmp_path / "r.json").read_text()))


def test_an_interrupted_run_leaves_nothing_behind(start_server):
    server = start_server()
    words = [
        "probe",
        server.base_url,
        "--api-key",
        server.api_key,
        "--only",
        "chat,conversations,responses",
    ]
    with httpx.Client(
        base_url=server.base_url, headers={"authorization": f"Bearer {server.api_key}"}
    ) as client:

        def stored():
            return len(client.get("/chat/completions").json()["data"])

        # On a busy machine a run may be over before the signal reaches it: that one proves nothing.
        for _ in range(5):
            running = subprocess.Popen(
                [sys.executable, "-c", "from conformance.cli import main; main()", *words],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                # Tests run in a shell's background ignore the signal, and so would their children.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread runs here
            )
            until = time.monotonic() + 60
            while not stored() and running.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            running.send_signal(signal.SIGINT)
            code = running.wait(60)
            assert stored() == 0
            if code != 0:
                break
        assert code != 0
