"""The action's script: annotations, a summary, files, and the exit code of the gate."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "conformance" / "action.sh"


@pytest.fixture
def act(tmp_path, documents):
    conform = tmp_path / "conform"
    conform.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m conformance.cli "$@"\n')
    conform.chmod(0o755)

    def run(**inputs: object) -> subprocess.CompletedProcess[str]:
        given = {
            "CONFORM": conform,
            "BASE": documents / "shop.yaml",
            "REVISION": documents / "shop-changed.yaml",
            "FAIL_ON": "error",
            "UNDECIDED": "0",
            "GITHUB_STEP_SUMMARY": tmp_path / "summary.md",
            **inputs,
        }
        env = {**os.environ, **{name: str(value) for name, value in given.items()}}
        return subprocess.run(
            [SCRIPT], env=env, capture_output=True, text=True, check=False, cwd=SCRIPT.parents[1], timeout=60
        )

    return run


def test_a_break_fails_and_is_annotated(act, tmp_path):
    done = act(SARIF=tmp_path / "o.sarif", HTML=tmp_path / "o.html")
    assert done.returncode == 1
    assert "::error file=" in done.stdout
    assert (tmp_path / "summary.md").read_text().startswith("## conform fails")
    assert (tmp_path / "o.sarif").exists()
    assert (tmp_path / "o.html").exists()


def test_inputs_reach_the_command(act, documents):
    assert act(ACCEPT=documents / "shop-accepted.yaml", FAIL_ON="info").returncode == 0
    switches = "path-removed=info\nmaximum-added=info\nresponse-enum-growth=info\n"
    assert act(POLICY=switches).returncode == 0
    assert act(ARGUMENTS="--fail-on\nnever").returncode == 0


def test_text_of_an_input_is_never_a_command(act, tmp_path):
    evil = tmp_path / "evil"
    done = act(BASE=f"$(touch {evil})", POLICY=f"a=$(touch {evil})")
    assert done.returncode in (2, 3)
    assert not evil.exists()


def test_an_unreadable_document_is_said_once(act, tmp_path):
    done = act(BASE=tmp_path / "none.yaml")
    assert done.returncode == 3
    assert done.stderr.count("cannot be read") == 1
    assert not (tmp_path / "summary.md").exists()
