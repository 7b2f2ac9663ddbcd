"""What a server and its database take up: read from outside, as an operator's monitor would."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from tests.proof.crash.places import Server, children

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """Of the server with all its workers; sizes in bytes."""

    resident: int
    files: int
    threads: int
    cpu_seconds: float
    database: int
    log: int
    """The write-ahead log, where there is one in the data folder."""


def usage(server: Server, data: Path) -> Usage:
    """Read it."""
    assert server.process is not None
    family = [server.process.pid, *children(server.process.pid)]
    resident = files = threads = 0
    cpu = 0.0
    for each in family:
        with contextlib.suppress(OSError):  # a worker that has just been replaced
            status = dict(
                line.split(":", 1) for line in Path(f"/proc/{each}/status").read_text().splitlines()
            )
            resident += int(status["VmRSS"].split()[0]) * 1024
            threads += int(status["Threads"])
            files += sum(1 for _ in Path(f"/proc/{each}/fd").iterdir())
            cpu += (
                sum(map(int, Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:13]))
                / TICKS
            )
    return Usage(resident, files, threads, cpu, size(data / "lockstep.db"), size(data / "lockstep.db-wal"))


def size(file: Path) -> int:
    """In bytes, 0 if there is none."""
    with contextlib.suppress(OSError):
        return file.stat().st_size
    return 0
