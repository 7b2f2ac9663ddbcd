"""Where it happens: server processes with an address that stays, PostgreSQL, and how to kill each of them."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.postgresql import _await, _user, binaries, run

KEY = "sk-crash-9b1f4e7a2c60d583"
PATIENCE = 40
"""Seconds for a process to come up, or to be gone."""
COMMAND = [sys.executable, "-c", "from handlers.cli import main; main()", "serve"]
DURABLE = ("listen_addresses=", "max_connections=60", "jit=off", "shared_buffers=32MB")
"""Everything that guards against a crash is as PostgreSQL has it by itself: fsync, full_page_writes on."""


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Server:
    """`lockstep serve` on one port, started as often as it takes."""

    def __init__(self, folder: Path, settings: dict[str, str], workers: int = 1) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.settings = settings
        self.workers = workers
        self.address = f"http://127.0.0.1:{self.port}/v1"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")}
        own = {"LOCKSTEP_API_KEY": KEY, "PYTHONPATH": str(Path(__file__).parents[3]), **self.settings}
        arguments = ["--port", str(self.port), "--ready-file", str(ready)]
        arguments += ["--workers", str(self.workers)] if self.workers > 1 else []
        with (self.folder / "output.txt").open("ab") as output:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments], env=inherited | own, cwd=self.folder, stdout=output, stderr=output
            )
        until = time.monotonic() + PATIENCE
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"no server:\n{(self.folder / 'output.txt').read_text()[-4000:]}")
            time.sleep(0.01)

    def kill(self) -> None:
        """SIGKILL; its workers, if it has any, notice by themselves."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)

    def stop(self) -> None:
        """End it as an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def children(self) -> list[int]:
        """The ids of its workers."""
        return children(self.process.pid) if self.process is not None else []


def children(process: int) -> list[int]:
    """The ids of a process's own children."""
    with contextlib.suppress(OSError):
        found: list[int] = []
        for task in Path(f"/proc/{process}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
        return found
    return []


class Postgresql:
    """A PostgreSQL of our own, as durable as it comes, on a Unix socket."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.programs = programs
        self.admin = f"postgresql://postgres@/postgres?host={folder}"
        self.url = f"postgresql://lockstep@/lockstep?host={folder}"
        self.owner = f"postgresql://postgres@/lockstep?host={folder}"
        self.process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """A cluster, a role that row-level security binds, a database of its own."""
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"]
        made = [self.programs / "initdb", "-D", self.folder / "data", *options]
        subprocess.run(made, check=True, capture_output=True, cwd=self.folder, **_user())
        self.start()
        run(self.admin, "CREATE ROLE lockstep LOGIN", "CREATE DATABASE lockstep OWNER lockstep")

    def start(self) -> None:
        """Start it and wait until it answers; what it was in the middle of it replays first."""
        command: list[Any] = [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder]
        command += [part for option in DURABLE for part in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **_user())
        _await(self.admin, self.process, self.folder)

    def kill(self) -> None:
        """SIGKILL to the postmaster and, so that nobody tidies up, to all that it started."""
        if self.process is not None:
            family = children(self.process.pid)
            self.process.kill()
            for each in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            self.process.wait(PATIENCE)

    def kill_backend(self, chosen: random.Random) -> str:
        """SIGKILL to one session of the server's: PostgreSQL then starts all of itself anew."""
        found = run(self.admin, "SELECT pid FROM pg_stat_activity WHERE usename = 'lockstep' ORDER BY pid")
        if not found:
            return "no backend was there to kill"
        os.kill(chosen.choice(found)[0], signal.SIGKILL)
        return "a backend of PostgreSQL"

    def await_again(self) -> None:
        """Until it takes connections again."""
        _await(self.admin, self.process, self.folder)

    def stop(self) -> None:
        """Immediately: nothing of it is needed any more."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()


@contextlib.contextmanager
def postgresql() -> Iterator[Postgresql | None]:
    """A PostgreSQL of our own, or None where there are no programs for it."""
    programs = binaries()
    if programs is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="lockstep-crash-", dir="/tmp"))
    if os.geteuid() == 0:
        os.chown(folder, _user()["user"], _user()["group"])
    place = Postgresql(folder, programs)
    try:
        place.make()
        yield place
    finally:
        place.stop()
        shutil.rmtree(folder, ignore_errors=True)
