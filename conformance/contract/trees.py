"""Parsed files: plain values beside the place of every key and item, and the limits on reading them."""

import dataclasses
from collections.abc import Callable
from typing import Any

from conformance.contract.findings import Diagnostic, Position

# A place is packed into one integer, which 150,000 keys make worth it: line << 12 | column, both from 0.
_SHIFT = 12
_CAP = (1 << _SHIFT) - 1

Marks = dict[int, Any]
"""The places in each container by its identity: key to place for a mapping, a list of places for a list."""


class LoadError(Exception):
    """A document that cannot be read at all; says what, where, and what would be right."""

    def __init__(self, message: str, position: Position | None = None) -> None:
        super().__init__(f"{position.text}: {message}" if position else message)
        self.message = message
        self.position = position


@dataclasses.dataclass(frozen=True)
class Limits:
    """Bounds on what is read: bytes of a file, depth, nodes with aliases expanded, files, seconds a fetch."""

    file_bytes: int = 20_000_000
    depth: int = 200
    nodes: int = 3_000_000
    files: int = 500
    fetch_seconds: float = 20.0


@dataclasses.dataclass
class Tree:
    """One parsed file."""

    root: Any
    file: str
    diagnostics: list[Diagnostic]
    marks: Callable[[], Marks]

    def place(self, tokens: list[str]) -> Position:
        """Return the position of the deepest existing part of a path of keys and indexes."""
        marks, node, packed = self.marks(), self.root, 0
        for token in tokens:
            here = marks.get(id(node))
            if here is None:
                break
            if isinstance(node, dict) and token in here:
                packed, node = here[token], node.get(token)
            elif isinstance(node, list) and token.isdigit() and int(token) < len(here):
                packed, node = here[int(token)], node[int(token)]
            else:
                break
        return unpack(self.file, packed)


def pack(line: int, column: int) -> int:
    """Pack a line and a column, both from 0, into one integer."""
    return line << _SHIFT | min(column, _CAP)


def unpack(file: str, packed: int) -> Position:
    """Turn a packed place into a position that counts from 1."""
    return Position(file, (packed >> _SHIFT) + 1, (packed & _CAP) + 1)
