"""The judge examines the real server, over HTTP, on either database: everything passes, and says so again."""

import asyncio
import os
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from conformance.wire.examine import Plan, examine, verdicts
from conformance.wire.launching import launched
from conformance.wire.promises import every
from tests.conftest import API_KEY
from tests.postgresql import databases

__all__ = ["databases"]

LOCKSTEP = [sys.executable, "-c", "from handlers.cli import main; main()"]
ALL = list(every().values())
HERE = [one for one in ALL if "launch" not in one.needs]
HASTY = frozenset(
    {
        "background-response-can-be-cancelled",
        "dropped-stream-is-not-stored-as-finished",
        "left-stream-gives-its-conversation-back",
    }
)
"""Probes that need an answer to take its time: echo may be through before the client can leave."""


def second_key(data_dir, database_url=""):
    """A key of another project, made as an operator makes it, while the server runs."""
    env = os.environ | {"LOCKSTEP_DATA_DIR": str(data_dir), "LOCKSTEP_DATABASE_URL": database_url}
    command = [*LOCKSTEP, "keys", "create", "--project", "other"]
    made = subprocess.run(command, env=env, cwd=data_dir, capture_output=True, text=True, check=True)
    return made.stdout.strip()


def complaints(examined, *, hasty=frozenset()):
    """What is wrong, each in a line; nothing at all is the only right answer."""
    for one in examined.probes:
        if one.outcome != "passed" and not (one.outcome == "inconclusive" and one.probe.id in hasty):
            yield f"{one.probe.id} {one.outcome}: {one.reason}"
    for finding in examined.bodies:
        yield f"{finding.operation} {finding.status} {finding.event}: {finding.mismatch.message}"
    for name, tally in examined.tallies.items():
        if tally.server_errors or tally.errors_out_of_shape:
            yield f"{name}: {tally.server_errors} faults, {tally.errors_out_of_shape} errors out of shape"
    yield from (f"left behind: {path}" for path in examined.left)


@pytest.fixture
def plan(start_server, tmp_path):
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    server = start_server(data_dir=data_dir, env={"LOCKSTEP_PROVIDER": "echo"})
    return Plan(server.base_url, api_key=API_KEY, second_key=second_key(data_dir), seed=7)


async def test_everything_passes_and_does_so_again(plan):
    first = await examine(plan, HERE)
    assert list(complaints(first, hasty=HASTY)) == []
    assert not first.failed
    assert first.score == 100
    steady = [one for one in HERE if one.id not in HASTY]
    second = await examine(plan, steady)
    assert list(complaints(second)) == []
    assert verdicts(second).items() <= verdicts(first).items()


COMMAND = (
    "LOCKSTEP_API_KEY={api_key} LOCKSTEP_DATABASE_URL={database_url}"
    " LOCKSTEP_PROVIDER=openai LOCKSTEP_UPSTREAM_URL={model_url} exec "
    + sys.executable
    + " -c 'from handlers.cli import main; main()' serve --port {port} --data-dir {data}"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """Nothing for SQLite; an empty database of PostgreSQL, or a printed reason why there is none."""
    return request.getfixturevalue("databases").empty() if request.param == "postgresql" else ""


async def store(base_url):
    """What a server says it keeps things in."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with httpx.AsyncClient(headers=headers) as client:
        return (await client.get(f"{base_url}/health")).json()["store"]


async def test_everything_passes_beside_a_fake_model_through_crashes(monkeypatch, database_url):
    for name in [name for name in os.environ if name.startswith("LOCKSTEP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    given = {"api_key": API_KEY, "database_url": shlex.quote(database_url)}
    async with launched(COMMAND, more=given) as server:
        assert await store(server.base_url) == ("postgresql" if database_url else "sqlite")
        other = await asyncio.to_thread(second_key, server.folder / "data", database_url)
        plan = Plan(server.base_url, api_key=API_KEY, second_key=other, seed=7)
        examined = await examine(plan, ALL, launched=server)
    assert list(complaints(examined)) == []
    assert not examined.failed
    assert examined.score == 100
