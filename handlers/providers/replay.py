"""Another provider's answers, recorded and replayed: what tests and demos run on without a model.

`docs/replay.md` has the modes, the rules by which a request finds its recording, and the form of the files.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from handlers.errors import ApiError, BadGatewayError, BadRequestError
from handlers.providers import Provider, load
from handlers.recordings.difference import SHOWN, nearest
from handlers.recordings.exchanges import Exchange, error_facts, error_of
from handlers.recordings.folder import Folder
from handlers.recordings.outcomes import restored
from handlers.recordings.requests import Request, normalised
from handlers.recordings.secrecy import SECRET, Known
from handlers.settings import Settings

PASSING = frozenset({429, 500, 502, 503, 504})
"""Failures that may be gone the next time: `record-if-missing` does not keep them for ever."""


@dataclass(frozen=True, slots=True)
class Mode:
    """Whether recordings are looked for, and whether what is missing is asked for and written."""

    reads: bool
    asks: bool
    writes: bool


MODES: Mapping[str, Mode] = {
    "live": Mode(reads=False, asks=True, writes=False),
    "record": Mode(reads=False, asks=True, writes=True),
    "replay": Mode(reads=True, asks=False, writes=False),
    "record-if-missing": Mode(reads=True, asks=True, writes=True),
}


class Replay:
    """One run's recordings. The same request asked again is another turn of it, with an answer of its own."""

    name = "replay"

    def __init__(
        self, mode: Mode, folder: Folder, inner: Provider | None, *, timing: bool, secrets: Known
    ) -> None:
        """`inner` is None where nothing is asked; `timing` records and keeps the pace of streams."""
        self._mode = mode
        self._folder = folder
        self._inner = inner
        self._timing = timing
        self._secrets = secrets
        self._turns: Counter[str] = Counter()

    async def models(self) -> list[dict[str, Any]]:
        """The list as it was recorded."""
        request = self._request("GET", "/models")
        models: list[dict[str, Any]] = await self._whole(request, lambda inner: inner.models())
        return models

    async def delete_model(self, model: str) -> dict[str, Any]:
        """Deletes nothing in replay; the list asked for afterwards is the one recorded afterwards."""
        request = self._request("DELETE", f"/models/{model}")
        answer: dict[str, Any] = await self._whole(request, lambda inner: inner.delete_model(model))
        return answer

    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer as it was recorded, ids and times included."""
        request = self._request("POST", "/chat/completions", {**body, "stream": False})
        answer: dict[str, Any] = await self._whole(request, lambda inner: inner.complete(body))
        return answer

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """The chunks as they were recorded, one by one."""
        request = self._request("POST", "/chat/completions", {**body, "stream": True})
        turn = self._next(request)
        found = self._found(request, turn)
        chunks = self._live(request, turn, body) if found is None else self._recorded(found, request)
        async with aclosing(chunks):
            async for chunk in chunks:
                yield chunk

    async def aclose(self) -> None:
        """Close what is behind, if anything is."""
        if self._inner is not None:
            await self._inner.aclose()

    # --- finding and keeping ----------------------------------------------------------------------

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Request:
        return normalised(method, path, body, self._secrets)

    def _next(self, request: Request) -> int:
        self._turns[request.key] += 1
        return self._turns[request.key]

    def _found(self, request: Request, turn: int) -> Exchange | None:
        """The recording to answer with; None where the endpoint is to be asked. Raises for a miss."""
        if not self._mode.reads:
            return None
        found = self._folder.find(request.key, turn)
        if found is None and not self._mode.asks:
            found = self._folder.last(request.key)
            if found is None:
                raise _missed(request, self._folder)
        return found

    def _keep(self, exchange: Exchange, turn: int) -> None:
        if not self._mode.writes:
            return
        if not self._mode.reads:
            self._folder.forget(exchange.request.key)
        elif exchange.error is not None and exchange.error["status"] in PASSING:
            return
        self._folder.keep(exchange, turn)

    def _asked(self) -> Provider:
        if self._inner is None:
            raise AssertionError("unreachable: a mode that asks has a provider")
        return self._inner

    # --- whole answers ----------------------------------------------------------------------------

    async def _whole(self, request: Request, ask: Callable[[Provider], Awaitable[Any]]) -> Any:
        turn = self._next(request)
        found = self._found(request, turn)
        if found is not None:
            if found.error is not None:
                raise error_of(found.error)
            return restored(found.answer, request.ids)
        try:
            answer = await ask(self._asked())
        except ApiError as error:
            self._keep(Exchange(request, error=error_facts(error)), turn)
            raise
        self._keep(Exchange(request, answer=answer), turn)
        return answer

    # --- streams ----------------------------------------------------------------------------------

    async def _live(
        self, request: Request, turn: int, body: Mapping[str, Any]
    ) -> AsyncGenerator[dict[str, Any], None]:
        """What is recorded when it ended, however it did; a stream left before its first chunk is not."""
        chunks, seconds = list[Any](), list[float]()
        error: ApiError | None = None
        ended = False
        try:
            async with aclosing(self._asked().stream(body)) as stream:
                waited = time.monotonic()
                async for chunk in stream:
                    chunks.append(chunk)
                    seconds.append(round(time.monotonic() - waited, 3))
                    yield chunk
                    waited = time.monotonic()
            ended = True
        except ApiError as failed:
            error, ended = failed, True
            raise
        finally:
            if chunks or ended:
                told = error_facts(error) if error else None
                paced = seconds if self._timing else ()
                self._keep(Exchange(request, chunks=chunks, seconds=paced, left=not ended, error=told), turn)

    async def _recorded(self, found: Exchange, request: Request) -> AsyncGenerator[dict[str, Any], None]:
        seconds = found.seconds if self._timing else ()
        for place, chunk in enumerate(found.chunks or ()):
            if place < len(seconds):
                await asyncio.sleep(seconds[place])
            yield restored(chunk, request.ids)
        if found.error is not None:
            raise error_of(found.error)
        if found.left:
            raise BadGatewayError(
                "The recording ends here: whoever recorded this stream left it at this point."
            )


def connect(settings: Settings) -> Provider:
    """Wraps `LOCKSTEP_REPLAY_PROVIDER`, which in mode `replay` is not even set up."""
    mode = MODES.get(settings.replay_mode)
    if mode is None:
        known = ", ".join(MODES)
        raise ValueError(
            f"LOCKSTEP_REPLAY_MODE: there is no mode {settings.replay_mode!r}; known are {known}."
        )
    if settings.replay_provider == Replay.name:
        raise ValueError(
            "LOCKSTEP_REPLAY_PROVIDER: replay cannot record itself; name the provider to record."
        )
    inner = load(settings.model_copy(update={"provider": settings.replay_provider})) if mode.asks else None
    keys = (settings.api_key, settings.upstream_api_key, settings.encryption_key)
    secrets = {text: SECRET for key in keys if key is not None and (text := key.get_secret_value())}
    folder = Folder(settings.replay_dir, secrets)
    return Replay(mode, folder, inner, timing=settings.replay_timing, secrets=secrets)


def _missed(request: Request, folder: Folder) -> BadRequestError:
    """400, which clients do not try again."""
    message = f"There is no recording of this request ({request.method} {request.path}, key {request.key})"
    near = nearest(request, folder.all())
    if near is None:
        message += f", nor any other of this path in '{folder.name}'."
    else:
        shown = "; ".join(near.differences[:SHOWN])
        more = len(near.differences) - SHOWN
        message += f". The nearest is '{near.file}': {shown}{f'; and {more} more' if more > 0 else ''}."
    message += " Record it with LOCKSTEP_REPLAY_MODE=record-if-missing."
    return BadRequestError(message, code="recording_not_found")
