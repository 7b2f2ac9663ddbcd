"""The PostgreSQL under measurement: the one at LOCKSTEP_BENCH_DATABASE_URL, or one started for the run.

Ours is as `initdb` leaves it but for the settings below; it is durable. Each subject gets a database of its
own and connects over TCP as a role that is no superuser.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from benchmarks import ports
from benchmarks.processes import Process

VARIABLE = "LOCKSTEP_BENCH_DATABASE_URL"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "fsync": "on",
    "synchronous_commit": "on",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL; `made` makes databases in it, `settings` are those that differ from the usual.

    `port` and `process` are known of one that was started for the run.
    """

    version: str
    settings: dict[str, str]
    made: Any
    port: int | None = None
    process: Process | None = None

    def cpu_seconds(self) -> float:
        """Processor time that all of its processes have had, as far as that can be known."""
        return 0.0 if self.process is None else self.process.cpu_seconds()

    def database(self) -> str:
        """The URL of a new empty one, for an ordinary role."""
        url: str = self.made.empty()
        return url if self.port is None else over_tcp(url, self.port)

    def query(self, url: str, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as whoever may do anything; the last one's rows."""
        from tests.postgresql import run  # noqa: PLC0415 - see postgresql()

        admin = urlunsplit(urlsplit(self.made.admin)._replace(path=urlsplit(url).path))
        rows: list[tuple[Any, ...]] = run(admin, *statements)
        return rows


def over_tcp(url: str, port: int) -> str:
    """The same database by address: its URL names the folder of its socket."""
    who, _, database = url.split("?", maxsplit=1)[0].removeprefix("postgresql://").rpartition("@")
    return f"postgresql://{who}@127.0.0.1:{port}{database}"


@contextmanager
def postgresql() -> Iterator[Cluster]:
    """A PostgreSQL to measure on; what was made in one that was there before is dropped in the end."""
    from tests.postgresql import Databases, run, started  # noqa: PLC0415 - pytest comes with it

    given = os.environ.get(VARIABLE)
    if given:
        made = Databases(given)
        try:
            yield Cluster(run(given, "SHOW server_version")[0][0], {}, made)
        finally:
            made.close()
        return
    folder, port = Path(tempfile.mkdtemp(prefix="lockstep-bench-")), ports.free()
    try:
        with started(folder, [f"{name}={value}" for name, value in SETTINGS.items()], port) as admin:
            version = run(admin, "SHOW server_version")[0][0]
            pid = int((folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
            process = Process(f"127.0.0.1:{port}", pid, 0.0)
            yield Cluster(version, SETTINGS, Databases(admin), port, process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
