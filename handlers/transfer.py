"""A project's data as JSON lines: a stream, checked by hashes, taken up where it broke off.

The first line says what the file is. Then records, one a line; after each page of them a line
`{"check": ...}` with the SHA-256 of every byte before it and the place to go on from; at the end
`{"end": ...}`, with the same hash. Whoever reads believes only what a hash confirms.
"""

import hashlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, BinaryIO

import orjson

from handlers.encoding import decode, encode
from handlers.errors import ApiError
from handlers.stores import KINDS, START, Place, Record, Store, Value

FORMAT = 1
PAGE = 100
"""Records between two hashes: what a reader keeps in memory before it believes them."""
LINES = "response_event"
"""Records of this kind hold several JSON texts, one a line."""


class TransferError(ValueError):
    """The file is not what it should be; the message says where and what can be done."""


@dataclass(slots=True)
class _Mark:
    """How far a file is good."""

    hash: Any = field(default_factory=hashlib.sha256)
    lines: int = 0
    size: int = 0
    records: Counter[str] = field(default_factory=Counter)

    def take(self, line: bytes) -> None:
        self.hash.update(line)
        self.lines += 1
        self.size += len(line)

    def copy(self) -> "_Mark":
        return _Mark(self.hash.copy(), self.lines, self.size, self.records.copy())

    def stamp(self) -> dict[str, Any]:
        return {"sha256": self.hash.hexdigest(), "lines": self.lines, "records": dict(self.records)}


async def export(store: Store, project: str, file: BinaryIO) -> Counter[str]:
    """Write all of a project's data; a file that an earlier run left half done is completed.

    Answers the records in the file by their kind. What is stored while this runs may be missing.
    """
    mark, header, kind, after = _resume(project, file)
    if kind is None:
        return mark.records
    if header is None:
        marks = dict(await store.transfer.marks(project))
        header = {
            "lockstep_export": FORMAT,
            "project": project,
            "upto": marks,
            "release": version("lockstep"),
        }
        _write(file, mark, header)
    async for name, page, place in _pages(store, project, header["upto"], kind, after):
        for record in page:
            mark.records[name] += 1
            _write(file, mark, {"kind": name} | _json(name, record.fields))
        _write(file, mark, {"check": mark.stamp() | {"next": [name, place]}})
        file.flush()
    _write(file, mark, {"end": mark.stamp()})
    file.flush()
    return mark.records


async def _pages(
    store: Store, project: str, upto: dict[str, int], kind: str, after: Place
) -> AsyncIterator[tuple[str, list[Record], Place]]:
    for name in KINDS[KINDS.index(kind) :]:
        place = after if name == kind else START
        while page := list(await store.transfer.page(project, name, place, upto, PAGE)):
            place = page[-1].place
            yield name, page, place


def _write(file: BinaryIO, mark: _Mark, value: dict[str, Any]) -> None:
    line = orjson.dumps(value) + b"\n"
    mark.take(line)
    file.write(line)


def _resume(project: str, file: BinaryIO) -> tuple[_Mark, dict[str, Any] | None, str | None, Place]:
    """What a file has already, cut behind its last hash; kind None: all of it."""
    if not file.seekable() or file.seek(0, os.SEEK_END) == 0:
        return _Mark(), None, KINDS[0], START
    file.seek(0)
    good, header, kind, after = _Mark(), None, KINDS[0], START
    for section in _sections(file):
        header = header or section.header
        if header["project"] != project:
            raise TransferError(
                f"The file holds project {header['project']!r}, not {project!r}. Name another file."
            )
        good = section.mark
        if section.next is None:
            return good, header, None, START
        kind, after = section.next[0], (section.next[1][0], section.next[1][1])
    file.seek(good.size)
    file.truncate()
    return good, header, kind, after


async def restore(store: Store, file: BinaryIO, project: str | None = None) -> tuple[str, Counter[str]]:
    """Store what the file holds and the project does not; answers project and how many were new, by kind.

    Every record was confirmed by a hash before it is stored. Doing it again does no harm.
    """
    new: Counter[str] = Counter()
    mark, ended = _Mark(), False
    for section in _sections(file):
        project = project or section.header["project"]
        mark, ended = section.mark, section.next is None
        for kind, records in section.by_kind():
            try:
                new[kind] += await store.transfer.put(project, kind, records)
            except (ApiError, TypeError) as error:
                raise TransferError(f"Before line {mark.lines}: {error}") from None
    if not ended:
        raise TransferError(
            f"The file breaks off, or was changed, after line {mark.lines}; what stands before is stored. "
            "Complete it (`lockstep export` with the same file goes on) and import it again."
        )
    assert project is not None  # noqa: S101 - the first section named it
    return project, new


@dataclass(slots=True)
class _Section:
    """Records that one hash confirms, and how far the file is good with them."""

    header: dict[str, Any]
    records: list[dict[str, Any]]
    mark: _Mark
    next: list[Any] | None

    def by_kind(self) -> Iterable[tuple[str, list[Record]]]:
        for kind in KINDS:
            chosen = [record for record in self.records if record["kind"] == kind]
            if chosen:
                yield kind, [Record(START, _fields(kind, record)) for record in chosen]


def _sections(file: BinaryIO) -> Iterator[_Section]:
    """All that is whole; what is not, and everything behind it, is left out."""
    mark, header = _Mark(), None
    pending: list[dict[str, Any]] = []
    for line in file:
        value = _parsed(line)
        if header is None:
            header = _checked(value)
        elif value is None:
            return
        elif (stamp := value.get("check") or value.get("end")) is not None:
            if stamp["sha256"] != mark.hash.hexdigest():
                return
            mark.records.update(record["kind"] for record in pending)
            mark.take(line)
            yield _Section(header, pending, mark.copy(), stamp.get("next"))
            pending = []
            continue
        else:
            pending.append(value)
        mark.take(line)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        value = decode(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and line.endswith(b"\n") else None


def _checked(value: dict[str, Any] | None) -> dict[str, Any]:
    found = value.get("lockstep_export") if value else None
    if value is None or found is None:
        raise TransferError("This is no export: its first line does not say so.")
    if found != FORMAT:
        raise TransferError(
            f"The export has format {found}; this release reads {FORMAT}. Use the one that made it."
        )
    return value


def _json(kind: str, fields: dict[str, Value]) -> dict[str, Any]:
    """Fields as JSON; what is encoded already is put in as it is."""
    return {
        name: _raw(value, several=kind == LINES) if isinstance(value, bytes) else value
        for name, value in fields.items()
    }


def _raw(value: bytes, *, several: bool) -> Any:
    return [orjson.Fragment(line) for line in value.split(b"\n")] if several else orjson.Fragment(value)


def _fields(kind: str, value: dict[str, Any]) -> dict[str, Value]:
    return {name: _encoded(kind, name, field) for name, field in value.items() if name != "kind"}


def _encoded(kind: str, name: str, value: Any) -> Value:
    if kind == LINES and name == "body":
        return b"\n".join(encode(line) for line in value)
    return encode(value) if name in {"body", "metadata"} and value is not None else value
