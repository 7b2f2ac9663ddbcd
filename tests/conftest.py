"""Servers to test against: one within this process, one as a real process, both held to the contract."""

import json
import os
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests import contract

API_KEY = "sk-test-2f1d7c9e4b8a6053"
COMMAND = [sys.executable, "-c", "from handlers.cli import main; main()", "serve", "--port", "0"]
PATIENCE = 30
"""Seconds for a server process to come up, or to end."""


@pytest.fixture(scope="session", autouse=True)
def _watched():
    yield from contract.watch()


@pytest.fixture(autouse=True)
def _kept_to_the_contract():
    """Whatever a server of ours answers in a test is an answer of the contract."""
    contract.failures.clear()
    yield
    assert contract.failures == []


@pytest.fixture
async def make_api(tmp_path):
    """Make servers within this process: `await make_api(strict_fields=True)` is a client of one."""
    # Imported here: most tests need no server, and the models take a while.
    from handlers import logs  # noqa: PLC0415
    from handlers.app import build  # noqa: PLC0415
    from handlers.settings import Settings  # noqa: PLC0415

    logs.configure(as_json=False)
    contract.origins.add(("lockstep.test", None))
    async with AsyncExitStack() as stack:
        made = 0

        async def make(*, store=None, provider=None, headers=None, **settings):
            nonlocal made
            made += 1
            defaults = {"data_dir": tmp_path / f"data-{made}", "api_key": API_KEY, "_env_file": None}
            server = build(Settings(**(defaults | settings)), store=store, provider=provider)
            await stack.enter_async_context(server.lifespan())
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=server.app),
                base_url="http://lockstep.test/v1",
                headers={"authorization": f"Bearer {API_KEY}"} if headers is None else headers,
            )
            client.server = server
            return await stack.enter_async_context(client)

        yield make


@pytest.fixture
async def api(make_api):
    """A client, with a key, of a server within this process; its store is empty."""
    return await make_api()


@dataclass
class ServerProcess:
    """A running `lockstep serve`. `base_url` ends in `/v1`."""

    base_url: str
    api_key: str
    process: subprocess.Popen
    output: Path
    """What it printed."""

    def stop(self):
        """End it as an operator would; answers the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        # Another server may get the port next, one that is none of ours.
        where = urlsplit(self.base_url)
        contract.origins.discard((where.hostname, where.port))
        return self.process.wait(PATIENCE)


def launch(folder, *, data_dir=None, api_key=API_KEY, env=None, args=()):
    """Start a server process and wait until it is ready."""
    folder.mkdir(parents=True, exist_ok=True)
    ready, output = folder / "ready.json", folder / "output.txt"
    ready.unlink(missing_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")}
    own = {
        "LOCKSTEP_DATA_DIR": str(data_dir or folder / "data"),
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    if api_key is not None:
        own["LOCKSTEP_API_KEY"] = api_key
    with output.open("ab") as stream:
        process = subprocess.Popen(
            [*COMMAND, "--ready-file", str(ready), *args],
            env=inherited | own | (env or {}),
            cwd=folder,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    until = time.monotonic() + PATIENCE
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            process.wait(PATIENCE)
            raise AssertionError(f"the server did not start:\n{output.read_text()}")
        time.sleep(0.01)
    base_url = json.loads(ready.read_text())["base_url"]
    where = urlsplit(base_url)
    contract.origins.add((where.hostname, where.port))
    return ServerProcess(base_url, api_key, process, output)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A real server process that all tests of a worker share: let each make what it looks at."""
    running = launch(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


@pytest.fixture
def start_server(tmp_path):
    """Start a server process of one's own: `start_server(data_dir=, api_key=, env=, args=)`."""
    running = []

    def start(*, data_dir=None, api_key=API_KEY, env=None, args=()):
        folder = tmp_path / f"server-{len(running)}"
        running.append(launch(folder, data_dir=data_dir, api_key=api_key, env=env, args=args))
        return running[-1]

    yield start
    for one in running:
        one.stop()
