"""Upstream's contract as examinations need it: operations by request, schemas of answers, lines to show."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from conformance.contract.documents import load
from conformance.contract.repairs import read_repairs, repair

GROUPS: Final = ("conversations", "chat", "responses", "models")
"""First path segments that are examined."""

ERROR: Final = "/components/schemas/ErrorResponse"
JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"

_HERE: Final = Path(__file__).parent
SNAPSHOT: Final = _HERE.parent / "upstream" / "2026-08-21.json"
REPAIRS: Final = (_HERE.parent / "upstream" / "repairs.yaml", _HERE / "allowances.yaml")
_METHODS: Final = ("get", "post", "put", "patch", "delete")

# Streams that upstream's prose and SDKs know, and its schema does not.
_UNDECLARED: Final = {("getResponse", EVENTS): "/components/schemas/ResponseStreamEvent"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `answers` maps status and media type to a schema's pointer, None where none is."""

    id: str
    method: str
    path: str
    group: str
    pattern: re.Pattern[str]
    answers: Mapping[tuple[str, str], str | None]

    @property
    def pointer(self) -> str:
        """Where the contract describes it."""
        return f"/paths/{self.path.replace('~', '~0').replace('/', '~1')}/{self.method.lower()}"

    @property
    def title(self) -> str:
        """Method and path, for a person."""
        return f"{self.method} {self.path}"

    def schema(self, status: int, media: str) -> str | None:
        """The pointer of the schema that an answer is held to; None where anything may come."""
        if status >= 400:  # noqa: PLR2004 - every failure has one shape; upstream's document hardly says so
            return ERROR
        return self.answers.get((str(status), media))

    def declares(self, status: int, media: str) -> bool:
        """Tell whether an answer of this status and kind is foreseen."""
        if (str(status), media) in self.answers:
            return True
        # A success without a schema (a deleted response) may carry whatever it likes.
        return not any(stated == str(status) for stated, _ in self.answers)


@dataclass(frozen=True, slots=True)
class Line:
    """A place of the contract as a person may look it up."""

    pointer: str
    file: str
    line: int
    text: str


class Contract:
    """The document, repaired, with what an examination asks of it."""

    def __init__(self, root: dict[str, Any], file: str, lines: tuple[str, ...]) -> None:
        self.root = root
        self._file = file
        self._lines = lines
        self._starts = _starts(lines)
        self.operations: tuple[Operation, ...] = tuple(_operations(root))
        self._by_id = {operation.id: operation for operation in self.operations}

    def __getitem__(self, operation_id: str) -> Operation:
        return self._by_id[operation_id]

    def __contains__(self, operation_id: object) -> bool:
        return operation_id in self._by_id

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request; `path` is relative to the base URL and without query."""
        for operation in self.operations:
            if operation.method == method and operation.pattern.fullmatch(path):
                return operation
        return None

    def get(self, pointer: str) -> Any:
        """Return what stands at a pointer, None where nothing does."""
        node: Any = self.root
        for token in _tokens(pointer):
            if isinstance(node, list):
                node = node[int(token)] if token.isdigit() and int(token) < len(node) else None
            else:
                node = node.get(token) if isinstance(node, dict) else None
        return node

    def line(self, pointer: str) -> Line:
        """Return the line of the snapshot that holds a pointer, with what stands there, shortened."""
        tokens = _tokens(pointer)
        depth = 3 if tokens[:1] == ["components"] else 2
        number = self._starts.get(tuple(tokens[:depth]), 0)
        shown = json.dumps(self.get(pointer), ensure_ascii=False)
        text = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
        return Line(pointer, self._file, number, text)


_LONGEST: Final = 400


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _starts(lines: tuple[str, ...]) -> dict[tuple[str, ...], int]:
    """Find where schemas and paths begin: the snapshot has one a line, under headings that are lines too."""
    found: dict[tuple[str, ...], int] = {}
    heading: list[str] = []
    for number, line in enumerate(lines, 1):
        named = re.match(r'"((?:[^"\\]|\\.)*)":\{', line)
        if named and line.endswith(":{"):
            heading.append(named[1])
        elif named:
            found[(*heading, named[1])] = number
        elif line in {"}", "},"} and heading:
            heading.pop()
    return found


def _operations(root: dict[str, Any]) -> Iterator[Operation]:
    for path, item in root["paths"].items():
        group = path.split("/")[1]
        # The `?beta=true` twins are the same routes again.
        if group not in GROUPS or "?" in path:
            continue
        for method in _METHODS:
            if method in item:
                yield _operation(path, method, group, item[method])


def _operation(path: str, method: str, group: str, stated: dict[str, Any]) -> Operation:
    pointer = f"/paths/{path.replace('/', '~1')}/{method}/responses"
    answers: dict[tuple[str, str], str | None] = {}
    for status, answer in stated["responses"].items():
        for media in answer.get("content", {}):
            answers[status, media] = f"{pointer}/{status}/content/{media.replace('/', '~1')}/schema"
    for (operation_id, media), schema in _UNDECLARED.items():
        if operation_id == stated["operationId"]:
            answers["200", media] = schema
    return Operation(stated["operationId"], method.upper(), path, group, _pattern(path), answers)


def _pattern(path: str) -> re.Pattern[str]:
    # The id of a model may hold slashes; no other id does.
    names = {"{model}": ".+"}
    parts = (
        names.get(part, "[^/]+") if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{\w+\})", path)
    )
    return re.compile("".join(parts))


@cache
def upstream() -> Contract:
    """Load upstream's contract, repaired and with the allowances of bodies; once a process."""
    document = load(SNAPSHOT)
    for path in REPAIRS:
        document = repair(document, read_repairs(str(path))).document
    text = SNAPSHOT.read_text(encoding="utf-8")
    return Contract(
        _tolerant(document.root), f"conformance/upstream/{SNAPSHOT.name}", tuple(text.splitlines())
    )


def _tolerant(node: Any) -> Any:
    """Read `oneOf` as `anyOf`.

    The document that the official SDKs are made from does the same: that two alternatives overlap is an
    oversight of upstream's, not a fault of what fits both.
    """
    if isinstance(node, list):
        return [_tolerant(each) for each in node]
    if not isinstance(node, dict):
        return node
    read = {key: _tolerant(value) for key, value in node.items()}
    if isinstance(read.get("oneOf"), list) and "anyOf" not in read:
        read["anyOf"] = read.pop("oneOf")
    return read
