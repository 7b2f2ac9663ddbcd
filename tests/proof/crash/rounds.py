"""A round: load, a kill at a moment that the seed chooses, recovery under load, and the verdict."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.proof.crash.found import Database, Found, PostgresqlDatabase, SqliteFile, collect
from tests.proof.crash.journal import ACKNOWLEDGED, WRITES, Journal
from tests.proof.crash.load import clients
from tests.proof.crash.places import KEY, PATIENCE, Postgresql, Server
from tests.proof.crash.verdict import judge, outcomes

FEW_JOBS = {"LOCKSTEP_BACKGROUND_JOBS": "2"}
"""So that some background responses are still queued when the crash comes."""


PARENT = 0.3
"""How often it is not a worker that is killed but the process that looks after them."""


@dataclass(slots=True)
class Scene:
    """Servers on one database, set up once and crashed again and again."""

    servers: list[Server]
    database: Database
    postgresql: Postgresql | None = None
    every: list[Journal] = field(default_factory=list)

    @property
    def addresses(self) -> list[str]:
        """Where clients may ask."""
        return [server.address for server in self.servers]


Strike = Callable[[Scene, random.Random], str]
"""Kills something; what it killed."""


def kill_a_server(scene: Scene, chosen: random.Random) -> str:
    """One whole server, of however many there are; if it has workers, they must go by themselves."""
    server = chosen.choice(scene.servers)
    family = server.children
    server.kill()
    until = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{each}/cmdline").exists() and is_alive(each) for each in family):
        if time.monotonic() > until:
            for each in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            raise AssertionError(f"workers {family} outlive the server that started them")
        time.sleep(0.02)
    return f"server {scene.servers.index(server) + 1} of {len(scene.servers)}"


def is_alive(process: int) -> bool:
    """Whether it runs; a dead child that nobody has asked about is dead."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def kill_a_worker(scene: Scene, chosen: random.Random) -> str:
    """One worker of the server, or now and then all of them by killing their parent."""
    workers = sorted(scene.servers[0].children)
    if chosen.random() < PARENT:
        return f"{kill_a_server(scene, chosen)} with {len(workers)} workers"
    place = chosen.randrange(len(workers))
    os.kill(workers[place], signal.SIGKILL)
    return f"worker {place + 1} of {len(workers)}"


def kill_postgresql(scene: Scene, chosen: random.Random) -> str:
    """All of it, or one session, upon which it starts anew by itself."""
    assert scene.postgresql is not None
    if chosen.random() < 0.5:
        return scene.postgresql.kill_backend(chosen)
    scene.postgresql.kill()
    return "PostgreSQL"


def mend(scene: Scene) -> None:
    """Start what is gone; what starts itself is waited for."""
    if scene.postgresql is not None:
        if scene.postgresql.process is None or scene.postgresql.process.poll() is not None:
            scene.postgresql.start()
        scene.postgresql.await_again()
    for server in scene.servers:
        if server.process is None or server.process.poll() is not None:
            server.start()


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the matrix."""

    name: str
    on_postgresql: bool
    servers: int
    workers: int
    strike: Strike


MATRIX = (
    Kind("sqlite-server", False, 1, 1, kill_a_server),
    Kind("sqlite-worker", False, 1, 2, kill_a_worker),
    Kind("postgresql-server", True, 2, 1, kill_a_server),
    Kind("postgresql-worker", True, 1, 2, kill_a_worker),
    Kind("postgresql-itself", True, 1, 2, kill_postgresql),
)
"""What is killed, and on which database; of the two servers of one, the other goes on."""


@contextlib.contextmanager
def staged(kind: Kind, folder: Path, postgresql: Postgresql | None, lease: float | None) -> Iterator[Scene]:
    """The scene of a kind, with its servers up."""
    settings = {} if lease is None else {"LOCKSTEP_LEASE_SECONDS": f"{lease:g}", **FEW_JOBS}
    database: Database = SqliteFile(folder / "data" / "lockstep.db")
    if kind.on_postgresql:
        assert postgresql is not None
        settings["LOCKSTEP_DATABASE_URL"] = postgresql.url
        database = PostgresqlDatabase(postgresql.owner)
    data = {"LOCKSTEP_DATA_DIR": str(folder / "data")}
    made = [
        Server(folder / f"server-{number}", data | settings, kind.workers) for number in range(kind.servers)
    ]
    scene = Scene(made, database, postgresql if kind.on_postgresql else None)
    try:
        for server in made:
            server.start()
        yield scene
    finally:
        for server in made:
            server.stop()


@dataclass(slots=True)
class Round:
    """What came of it."""

    kind: str
    seed: str
    killed: str
    after: float
    """Seconds of load before the kill, from when there was something of every kind to lose."""
    mended: float
    """Seconds until everything was up again."""
    settled: float
    """Seconds from there until nothing ran any more."""
    writes: dict[str, int]
    broken: list[str]
    journal: Journal
    found: Found

    def facts(self) -> dict[str, Any]:
        """Without the evidence."""
        return {
            name: getattr(self, name)
            for name in ("kind", "seed", "killed", "after", "mended", "settled", "writes", "broken")
        }


def play(kind: Kind, scene: Scene, seed: str, longest: float = 1.5) -> Round:
    """One round."""
    chosen = random.Random(seed)
    after = round(chosen.uniform(0.2, longest), 3)
    journal = Journal()
    made = Crash(kind, scene, journal, seed, after, chosen)
    killed, mended = asyncio.run(_crash(made))
    found = collect(journal, scene.servers[-1].address, KEY, scene.database)
    broken = judge(journal, found)
    scene.every.append(journal)
    return Round(
        kind.name,
        seed,
        killed,
        after,
        round(mended, 2),
        round(found.settled_after, 2),
        outcomes(journal),
        broken,
        journal,
        found,
    )


async def warmed(journal: Journal) -> None:
    """Until a write of every kind was acknowledged, however busy the machine is."""
    for _ in range(600):
        if len({each.kind for each in journal.writes if each.outcome == ACKNOWLEDGED}) == len(WRITES):
            return
        await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Crash:
    """What is about to happen."""

    kind: Kind
    scene: Scene
    journal: Journal
    seed: str
    after: float
    chosen: random.Random


async def _crash(crash: Crash) -> tuple[str, float]:
    """Load before, during and after; what was killed, and how long the mending took."""
    stop, scene, chosen = asyncio.Event(), crash.scene, crash.chosen
    made = await clients(crash.journal, scene.addresses, KEY, crash.seed)
    tasks = [asyncio.create_task(each.run(stop)) for each in made]
    try:
        await warmed(crash.journal)
        await asyncio.sleep(crash.after)
        killed = await asyncio.to_thread(crash.kind.strike, scene, chosen)
        began = time.monotonic()
        await asyncio.sleep(chosen.uniform(0, 0.2))
        await asyncio.to_thread(mend, scene)
        mended = time.monotonic() - began
        await asyncio.sleep(0.3)
        return killed, mended
    finally:
        stop.set()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        for one in done:
            if isinstance(one, BaseException):
                raise one
