"""The official Node SDK, unmodified, over HTTP against a real server process."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "node"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(
    not (FOLDER / "node_modules").is_dir(), reason="run `make node` first: the Node SDK is absent"
)
def test_every_operation_through_the_node_sdk(server):
    environment = os.environ | {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": server.api_key}
    run = subprocess.run(
        ["node", "sdk.mjs"],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("ok ") >= 5
