"""A server is started beside the fake model, killed and started again; one that does not come up is said."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from conformance.wire.examine import Plan, examine, verdicts
from conformance.wire.launching import LaunchError, launched
from conformance.wire.promises import selected

ROOT = Path(__file__).parents[3]
SERVE = (
    f"PYTHONPATH={ROOT} LOCKSTEP_API_KEY={{api_key}} LOCKSTEP_PROVIDER=openai"
    " LOCKSTEP_UPSTREAM_URL={model_url}"
    f" {sys.executable} -c 'from handlers.cli import main; main()' serve --port {{port}} --data-dir {{data}}"
)


async def test_what_the_model_sees_and_what_a_crash_leaves_is_examined():
    names = ["items-added-later-reach-the-model", "acknowledged-completions-survive-a-kill"]
    async with launched(SERVE, more={"api_key": "sk-launched"}) as server:
        plan = Plan(server.base_url, api_key="sk-launched", only=names)
        examined = await examine(plan, selected(names), launched=server)
        assert server.model.seen
        folder = server.folder
    assert verdicts(examined) == dict.fromkeys(names, "passed")
    assert examined.launched
    assert not folder.exists()


async def test_a_server_that_ends_at_once_is_reported_with_its_words():
    with pytest.raises(LaunchError, match="no such luck"):
        async with launched("echo no such luck; exit 3", patience=20):
            pass


async def test_children_of_the_shell_end_with_it(tmp_path):
    note = tmp_path / "pid"
    child = f"sh -c 'echo $$ > {note}; sleep 60; true'"
    command = f"{child} & {sys.executable} -m http.server {{port}} --bind 127.0.0.1"
    async with launched(command, "http://127.0.0.1:{port}"):
        child = int(note.read_text())
        assert alive(child)
    # A signal has been sent when kill(2) returns; a busy machine lets the process die a moment later.
    async with asyncio.timeout(10):
        while alive(child):  # noqa: ASYNC110 - the kernel sets no event of ours
            await asyncio.sleep(0.01)


def alive(pid):
    """Tell whether a process runs; one that has ended and nobody asked about does not (proc(5), state Z)."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
