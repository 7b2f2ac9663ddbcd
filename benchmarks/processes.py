"""The processes under measurement: the server as `lockstep serve` starts it, its floor, a peer."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks import ports

TICKS = os.sysconf("SC_CLK_TCK")
UVICORN = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")
PATIENCE = 30
"""Seconds for a process to come up, or to go."""


@dataclass(frozen=True, slots=True)
class Process:
    """A running server: `base` is scheme, host and port; `started` the seconds to its first answer."""

    base: str
    pid: int
    started: float

    def family(self) -> list[int]:
        """It and all that descend from it."""
        parents: dict[int, list[int]] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and (found := _stat(folder)):
                parents.setdefault(int(found[1]), []).append(int(folder.name))
        family = [self.pid]
        for pid in family:
            family += parents.get(pid, [])
        return family

    def cpu_seconds(self) -> float:
        """Processor time that the whole family has had."""
        found = [_stat(Path(f"/proc/{pid}")) for pid in self.family()]
        return sum(int(stat[11]) + int(stat[12]) for stat in found if stat) / TICKS

    def resident_mib(self) -> float:
        """Resident memory of the whole family in MiB."""
        total = 0
        for pid in self.family():
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            found = re.search(r"VmRSS:\s+(\d+) kB", status)
            total += int(found[1]) if found else 0
        return total / 1024


def _stat(folder: Path) -> list[str]:
    """The fields after the process's name: state, parent, ...; none for one that has gone."""
    try:
        return (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


@contextmanager
def run(command: Sequence[str], port: int, path: str, environment: Mapping[str, str]) -> Iterator[Process]:
    """Start `command`, wait for `path` to answer, end it by its own id afterwards."""
    started = time.perf_counter()
    log = tempfile.TemporaryFile()  # noqa: SIM115 - closed where the child ends
    child = subprocess.Popen(  # noqa: S603 - our own words
        command, env={**os.environ, **environment}, stdout=log, stderr=log
    )
    base = f"http://127.0.0.1:{port}"
    try:
        while True:
            if child.poll() is not None or time.perf_counter() - started > PATIENCE:
                log.seek(0)
                said = log.read()[-2000:].decode(errors="replace")
                raise RuntimeError(f"{command} did not answer (exit code {child.poll()}):\n{said}")
            try:
                httpx.get(base + path, timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.005)
        yield Process(base, child.pid, time.perf_counter() - started)
    finally:
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        log.close()


@contextmanager
def server(
    folder: Path, key: str, settings: Mapping[str, str] | None = None, *, workers: int = 1
) -> Iterator[Process]:
    """`lockstep serve` on an empty data folder."""
    port = ports.free()
    environment = {
        "LOCKSTEP_PORT": str(port),
        "LOCKSTEP_DATA_DIR": str(folder),
        "LOCKSTEP_API_KEY": key,
        "LOCKSTEP_PROVIDER": "echo",
        **(settings or {}),
    }
    command = [str(Path(sys.executable).with_name("lockstep")), "serve"]
    command += ["--workers", str(workers)] if workers > 1 else []
    with run(command, port, "/v1/health", environment) as process:
        yield process


@contextmanager
def uvicorn(application: str, path: str, environment: Mapping[str, str]) -> Iterator[Process]:
    """An application of ours under the same uvicorn as the server."""
    port = ports.free()
    command = [sys.executable, "-m", "uvicorn", *application.split(), "--port", str(port), *UVICORN]
    with run([*command, "--backlog", "2048"], port, path, environment) as process:
        yield process


@contextmanager
def model() -> Iterator[Process]:
    """The model of `benchmarks.model`."""
    with uvicorn("benchmarks.model:app", "/v1/models", {}) as process:
        yield process


@contextmanager
def floor(answers: Path) -> Iterator[Process]:
    """The bare Starlette application."""
    environment = {"BENCH_ANSWERS": str(answers)}
    with uvicorn("benchmarks.floor:factory --factory", "/v1/conversations/x", environment) as process:
        yield process
