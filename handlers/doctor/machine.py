"""The machine: releases, clock, data folder, disk, port."""

import shutil
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import httpx
from packaging.requirements import Requirement

from handlers.doctor import Finding, doubtful, good, wrong
from handlers.settings import Settings

OLDEST_CLOCK = 1767225600  # 2026-01-01T00:00:00Z: this release is younger
LITTLE_SPACE, NO_SPACE = 1024**3, 64 * 1024**2
"""Bytes."""
PATIENCE = 2.0


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything that needs no store and no provider."""
    yield _releases()
    yield _clock(settings.data_dir)
    folder = _folder(settings.data_dir)
    yield folder
    if folder.level != "wrong":
        yield _space(settings.data_dir)
    yield await _port(settings.host, settings.port)


def _releases() -> Finding:
    """The installed distributions against what ours asks for."""
    python = ".".join(map(str, sys.version_info[:3]))
    problems = [problem for line in requires("lockstep") or () if (problem := _unmet(Requirement(line)))]
    if problems:
        return wrong("versions", f"{'; '.join(problems)}. Install from requirements/server.txt.")
    return good("versions", f"Lockstep {version('lockstep')} on Python {python}")


def _unmet(needed: Requirement) -> str | None:
    if needed.marker is not None and not needed.marker.evaluate({"extra": "server"}):
        return None
    try:
        found = version(needed.name)
    except PackageNotFoundError:
        return f"{needed.name} is missing"
    if needed.specifier.contains(found, prereleases=True):
        return None
    return f"{needed.name} {found} is installed, {needed.specifier} is needed"


def _clock(data_dir: Path) -> Finding:
    """A clock that went back makes keys, leases and ages wrong; files tell what it once was."""
    now = time.time()
    if now < OLDEST_CLOCK:
        return wrong("clock", f"it says {_date(now)}, before this release was made. Set it, best by NTP.")
    newest = max((path.stat().st_mtime for path in data_dir.glob("*") if path.is_file()), default=0)
    if newest > now + 60:
        return wrong(
            "clock", f"it says {_date(now)}, but the data was written at {_date(newest)}: it was set back."
        )
    return good("clock", _date(now))


def _date(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))


def _folder(path: Path) -> Finding:
    existing = next(place for place in (path, *path.absolute().parents) if place.exists())
    if not existing.is_dir():
        return wrong("data folder", f"{existing} is no folder. Set LOCKSTEP_DATA_DIR to one.")
    try:
        with tempfile.TemporaryFile(dir=existing):  # rights do not tell of what is mounted read-only
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        return wrong("data folder", f"{existing} cannot be written to by this user: {reason}.")
    if existing != path:
        return good("data folder", f"{path} will be made")
    if path.stat().st_mode & 0o007:
        return doubtful(
            "data folder",
            f"{path} is open to every user of this machine, and holds all data and the encryption key. "
            f"chmod 700 {path}",
        )
    return good("data folder", str(path))


def _space(path: Path) -> Finding:
    existing = next(place for place in (path, *path.absolute().parents) if place.exists())
    free = shutil.disk_usage(existing).free
    text = f"{free / 1024**3:.1f} GiB free"
    if free < NO_SPACE:
        return wrong("disk space", f"{text}: writes are about to be refused.")
    return (
        doubtful("disk space", f"{text}: make room soon.")
        if free < LITTLE_SPACE
        else good("disk space", text)
    )


async def _port(host: str, port: int) -> Finding:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(address[:2], family=family):
            return good("port", f"{host}:{port} is free")
    except socket.gaierror:
        return wrong("port", f"LOCKSTEP_HOST: {host!r} is not an address of this machine.")
    except PermissionError:
        return wrong(
            "port", f"{port} needs rights this user does not have; LOCKSTEP_PORT above 1023 does not."
        )
    except OSError as error:
        if await _is_ours(host, port):
            return good("port", f"{host}:{port} is served by a running Lockstep")
        reason = (error.strerror or str(error)).lower()
        return wrong("port", f"{host}:{port}: {reason}. Stop the other program, or set LOCKSTEP_PORT.")


async def _is_ours(host: str, port: int) -> bool:
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            return bool((await client.get(f"http://{host}:{port}/livez")).json() == {"status": "alive"})
    except (httpx.HTTPError, ValueError):
        return False
