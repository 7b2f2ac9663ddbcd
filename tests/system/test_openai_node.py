"""Clients in JavaScript, unmodified, against a real server process: the official SDK and that of Vercel."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.passage import passage

FOLDER = Path(__file__).parents[1] / "node"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(
    not (FOLDER / "node_modules" / "ai").is_dir(), reason="run `make node` first: the SDKs are absent"
)
@pytest.mark.parametrize(("script", "promises"), [("sdk.mjs", 5), ("responses.mjs", 9), ("vercel.mjs", 7)])
def test_every_promise_of_a_script_is_kept(server, script, promises):
    with passage(server.base_url) as (url, requests):
        run = subprocess.run(
            ["node", script],
            cwd=FOLDER,
            env=os.environ | {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": server.api_key},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("ok ") == promises
    assert len(requests) > promises
