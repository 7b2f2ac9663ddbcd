"""The command says what is missing where only the judge is installed."""

import subprocess
import sys


def command(missing):
    code = f"import sys; sys.modules[{missing!r}] = None; from handlers.command import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "version"], capture_output=True, text=True, timeout=60, check=False
    )


def test_missing_dependencies_are_named_with_what_to_install():
    refused = command("dotenv")
    assert refused.returncode == 1
    assert refused.stderr == (
        "lockstep: dotenv is missing: install the server with its extra, lockstep[server].\n"
    )


def test_a_module_of_ours_that_is_missing_is_no_matter_of_installing():
    assert "Traceback" in command("handlers.environment").stderr


def test_with_all_there_it_runs():
    assert command("no_such_module").returncode == 0
