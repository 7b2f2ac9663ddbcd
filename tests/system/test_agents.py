"""Frameworks that agents are built with, unmodified, over HTTP against a real server process.

They live in an environment of their own, made once under `.cache` from `requirements/agents.txt`.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.passage import passage

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "agents.txt"
PROGRAMS = ROOT / "tests" / "clients"


@pytest.fixture(scope="session")
def python():
    """The interpreter of the environment; it is made in another place and moved when it is whole."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = ROOT / ".cache" / f"agents-{version}-{digest}"
    if not folder.is_dir():
        _install(folder)
    return folder / "bin" / "python"


def _install(folder):
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "environment"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", made], check=True, timeout=60)
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            made / "bin" / "python",
            "--disable-pip-version-check",
        ]
        run = subprocess.run(
            [*pip, "install", "--quiet", "--require-hashes", "-r", LOCK],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if run.returncode:
            pytest.skip(f"the frameworks could not be installed: {run.stderr[-400:]}")
        try:
            made.rename(folder)
        except OSError:
            assert folder.is_dir()  # another worker was first


@pytest.mark.timeout(500)  # the first run installs them
@pytest.mark.parametrize(("program", "promises"), [("use_agents.py", 6), ("use_langchain.py", 7)])
def test_every_promise_of_a_program_is_kept(python, server, program, promises):
    with passage(server.base_url) as (url, requests):
        run = subprocess.run(
            [python, PROGRAMS / program],
            env=os.environ | {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": server.api_key},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("ok ") == promises, run.stdout
    assert len(requests) > promises
