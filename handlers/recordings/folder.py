"""A folder of recordings: one file an exchange, named by what was asked, the request's key and its turn."""

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from handlers.errors import InternalServerError
from handlers.recordings.exchanges import Exchange, parse, render
from handlers.recordings.outcomes import clean_answer, clean_chunks
from handlers.recordings.requests import Request, marks
from handlers.recordings.secrecy import NOTHING, Known, scrubbed

NAME = re.compile(r".*\.(?P<key>[0-9a-f]{16})(?:\.(?P<turn>\d+))?\.json")


class Folder:
    """Recordings under their keys; the same request asked again has its second answer in a second file."""

    def __init__(self, path: Path, known_secrets: Known = NOTHING) -> None:
        """`known_secrets` are written nowhere, wherever they turn up."""
        self._path = path
        self._secrets = known_secrets
        self._begun: set[str] = set()

    @property
    def name(self) -> str:
        """As the operator wrote it."""
        return str(self._path)

    def find(self, key: str, turn: int) -> Exchange | None:
        """What the request got at its `turn`-th time (from 1); None if it was not asked so often."""
        files = self._files(key)
        return self._read(files[turn]) if turn in files else None

    def last(self, key: str) -> Exchange | None:
        """What the request got the last time it was recorded."""
        files = self._files(key)
        return self._read(files[max(files)]) if files else None

    def forget(self, key: str) -> None:
        """Remove the recordings of earlier runs, once: this run's own stay."""
        if key not in self._begun:
            self._begun.add(key)
            for file in self._files(key).values():
                file.unlink(missing_ok=True)

    def keep(self, exchange: Exchange, turn: int) -> None:
        """Write the file whole or not at all, without secrets; the request lost its own when normalised."""
        known = {**marks(exchange.request), **self._secrets}
        clean = replace(
            exchange,
            answer=clean_answer(exchange.answer, known),
            chunks=None if exchange.chunks is None else clean_chunks(exchange.chunks, known),
            error=scrubbed(exchange.error, known),
        )
        suffix = f".{turn}" if turn > 1 else ""
        path = self._path / f"{_title(exchange.request)}.{exchange.request.key}{suffix}.json"
        self._path.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.write_text(render(clean), encoding="utf-8", errors="surrogatepass")
        os.replace(draft, path)  # noqa: PTH105 - Path.replace is the same and reads worse

    def all(self) -> Iterator[tuple[str, Exchange]]:
        """Every recording that can be read, with its file's name, in the order of names."""
        for file in self._listed():
            with contextlib.suppress(InternalServerError):
                yield file.name, self._read(file)

    def _listed(self) -> list[Path]:
        if not self._path.is_dir():
            return []
        return sorted(
            file for file in self._path.iterdir() if NAME.fullmatch(file.name) and file.name[0] != "."
        )

    def _files(self, key: str) -> dict[int, Path]:
        found = {}
        for file in self._path.glob(f"[!.]*.{key}*.json"):
            if match := NAME.fullmatch(file.name):
                found[int(match["turn"] or 1)] = file
        return found

    @staticmethod
    def _read(file: Path) -> Exchange:
        try:
            return parse(file.read_text(encoding="utf-8", errors="surrogatepass"))
        except (ValueError, KeyError, TypeError) as error:
            raise InternalServerError(f"The recording '{file.name}' cannot be read: {error}.") from error


def _title(request: Request) -> str:
    """What a person tells the files apart by: path, model, and the beginning of what was said last."""
    body = request.body or {}
    said = body.get("messages") or [{}]
    last = said[-1].get("content") if isinstance(said[-1], dict) else None
    words = [request.path, str(body.get("model", "")), last if isinstance(last, str) else ""]
    if body.get("stream"):
        words.insert(1, "stream")
    title = "-".join(re.sub(r"[^a-z0-9]+", "-", word[:40].lower()).strip("-") for word in words if word)
    return title.strip("-")[:80] or "request"
