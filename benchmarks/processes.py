"""The two processes under measurement: the server as `lockstep serve` starts it, and the floor."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx


@dataclass(frozen=True, slots=True)
class Process:
    """A running server: `base` is scheme, host and port; `started` the seconds to its first answer."""

    base: str
    pid: int
    started: float

    def resident_mib(self) -> float:
        """Resident memory in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def run(command: list[str], port: int, path: str, environment: Mapping[str, str]) -> Iterator[Process]:
    """Start `command`, wait for `path` to answer, end it by its own id afterwards."""
    started = time.perf_counter()
    child = subprocess.Popen(  # noqa: S603 - our own words
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    try:
        while True:
            if child.poll() is not None or time.perf_counter() - started > 30:  # noqa: PLR2004 - seconds
                raise RuntimeError(f"{command} did not answer (exit code {child.poll()})")
            try:
                httpx.get(base + path, timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.005)
        yield Process(base, child.pid, time.perf_counter() - started)
    finally:
        child.terminate()
        child.wait(15)


@contextmanager
def server(folder: Path, key: str, settings: Mapping[str, str] | None = None) -> Iterator[Process]:
    """`lockstep serve` on an empty data folder."""
    port = free_port()
    environment = {
        "LOCKSTEP_PORT": str(port),
        "LOCKSTEP_DATA_DIR": str(folder),
        "LOCKSTEP_API_KEY": key,
        "LOCKSTEP_PROVIDER": "echo",
        **(settings or {}),
    }
    with run(
        [str(Path(sys.executable).with_name("lockstep")), "serve"], port, "/v1/health", environment
    ) as process:
        yield process


@contextmanager
def model() -> Iterator[Process]:
    """The model of `benchmarks.model` under the same uvicorn."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "benchmarks.model:app",
        "--port",
        str(port),
        "--backlog",
        "2048",
    ]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    with run(command, port, "/v1/models", {}) as process:
        yield process


@contextmanager
def floor(answers: Path) -> Iterator[Process]:
    """The bare Starlette application under the same uvicorn."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.floor:factory", "--factory", "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    with run(command, port, "/v1/conversations/x", {"BENCH_ANSWERS": str(answers)}) as process:
        yield process
