"""Starts the server that is examined, beside a fake model; kills it and starts it again."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from conformance.wire.fake_answers import Call, Reply
from conformance.wire.fake_model import MODEL, FakeModel, Seen

__all__ = ["Call", "LaunchError", "Launched", "Reply", "Seen", "launched"]

BASE_URL: Final = "http://127.0.0.1:{port}/v1"
_TAIL: Final = 2000
_GRACE: Final = 10.0
_STEP: Final = 0.05
_FAULT: Final = 500


class LaunchError(Exception):
    """The server did not come up; the text holds what it printed last."""


class Launched:
    """The server's process and the model behind it. One folder for data outlives every restart."""

    def __init__(
        self,
        command: str,
        base_url: str,
        *,
        folder: Path,
        model: FakeModel,
        patience: float,
        more: Mapping[str, str],
    ) -> None:
        self.model = model
        self.folder = folder
        self._port = _free_port()
        self._words = {
            "port": str(self._port),
            "model_url": model.url,
            "model": MODEL,
            "data": str(folder / "data"),
            **more,
        }
        self.base_url = self.filled(base_url or BASE_URL).rstrip("/")
        self._command = self.filled(command)
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None
        (folder / "data").mkdir(parents=True, exist_ok=True)

    def filled(self, text: str) -> str:
        """Return a text with the words of the launch in the place of their names in braces."""
        # Not `format`: a command may hold braces of its own.
        for name, word in self._words.items():
            text = text.replace(f"{{{name}}}", word)
        return text

    @property
    def output(self) -> str:
        """What the server printed last."""
        log = self.folder / "output.txt"
        return log.read_text(errors="replace")[-_TAIL:] if log.exists() else ""

    async def start(self) -> None:
        """Start the server and wait until it answers."""
        environment = {**os.environ, **{name.upper(): word for name, word in self._words.items()}}
        with (self.folder / "output.txt").open("ab") as log:
            self._process = await asyncio.create_subprocess_shell(
                self._command,
                env=environment,
                stdout=log,
                stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        until = time.monotonic() + self._patience
        async with httpx.AsyncClient(trust_env=False, timeout=5, headers=self._headers) as client:
            while not await _answers(client, f"{self.base_url}/models"):
                if self._process.returncode is not None or time.monotonic() > until:
                    raise LaunchError(await self._why_not())
                await asyncio.sleep(_STEP)

    @property
    def _headers(self) -> dict[str, str]:
        # There are servers that are not ready for who shows no key.
        key = self._words.get("api_key", "")
        return {"authorization": f"Bearer {key}"} if key and not key.startswith("@") else {}

    async def _why_not(self) -> str:
        """Say why the server did not come up, and end what there is of it."""
        status = self._process.returncode if self._process else None
        await self.kill()
        why = (
            f"no answer from {self.base_url}/models within {self._patience:g} seconds (--launch-seconds)"
            if status is None
            else f"the command ended with status {status}"
        )
        printed = self.output.strip()
        said = f"it printed:\n{printed}" if printed else "it printed nothing"
        return f"{why}: {self._command.strip()}\n{said}"

    async def kill(self) -> None:
        """End the server and all its children at once, as `kill -9` does."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask the server to end, as an operator would."""
        await self._end(signal.SIGTERM)

    async def restart(self) -> None:
        """Kill the server and start it again, on the same port and with the same data."""
        await self.kill()
        await self.start()

    async def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        _signal(process.pid, how)
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            _signal(process.pid, signal.SIGKILL)
            await process.wait()
        # The shell may end before its children do.
        _signal(process.pid, signal.SIGKILL)
        self._process = None


def _signal(group: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, how)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code < _FAULT
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def launched(
    command: str, base_url: str = "", *, patience: float = 60.0, more: Mapping[str, str] | None = None
) -> AsyncIterator[Launched]:
    """Run a server for as long as the block lasts.

    Args:
        command: for the shell; `{port}`, `{model_url}`, `{model}`, `{data}`, `{…}` of `more` are filled in.
        base_url: the same; by default `http://127.0.0.1:{port}/v1`.
        patience: seconds to wait for its first answer.
        more: further words, such as keys.

    Raises:
        LaunchError: it does not answer.
    """
    folder = Path(tempfile.mkdtemp(prefix="conform-"))
    model = FakeModel()
    try:
        await model.start()
        server = Launched(command, base_url, folder=folder, model=model, patience=patience, more=more or {})
        try:
            await server.start()
            yield server
        finally:
            await server.stop()
    finally:
        await model.stop()
        shutil.rmtree(folder, ignore_errors=True)
