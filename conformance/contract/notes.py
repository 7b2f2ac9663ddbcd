"""Reads the small YAML files that people keep beside a contract, and says where they are wrong."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

from conformance.contract import yaml_tree
from conformance.contract.findings import Position
from conformance.contract.sources import Permissions, locate, read
from conformance.contract.trees import Limits, LoadError, Tree


@dataclasses.dataclass(frozen=True)
class Notes:
    """One value of such a file, which knows its place."""

    tree: Tree
    tokens: tuple[str, ...]
    value: Any

    def wrong(self, message: str, *keys: str) -> LoadError:
        """Make the error that names this place, or one below."""
        return LoadError(message, self.position(*keys))

    def position(self, *keys: str) -> Position:
        """Return where this value stands, or one below."""
        return self.tree.place([*self.tokens, *keys])

    def mapping(self) -> dict[str, Any]:
        """Return the value as a mapping."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"a mapping is wanted here, not {_named(self.value)}")
        return self.value

    def items(self) -> Iterator["Notes"]:
        """Yield the entries of a list."""
        if not isinstance(self.value, list):
            raise self.wrong(f"a list is wanted here, not {_named(self.value)}")
        for index, item in enumerate(self.value):
            yield Notes(self.tree, (*self.tokens, str(index)), item)

    def child(self, key: str) -> "Notes":
        """Return what stands under a key, an empty list where nothing does."""
        return Notes(self.tree, (*self.tokens, key), self.mapping().get(key, []))

    def only(self, *names: str) -> None:
        """Refuse keys that mean nothing here."""
        for key in self.mapping():
            if key not in names:
                raise self.wrong(f"`{key}` means nothing here; known are {', '.join(names)}", key)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that must be there, unless there is a default."""
        value = self.mapping().get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.wrong(f"`{key}` is wanted here, and it is text", *([key] if key in self.value else []))
        return value

    def pointer(self, key: str) -> str:
        """Return a JSON pointer."""
        value = self.text(key)
        if not value.startswith("/"):
            raise self.wrong(f"`{key}` is a JSON pointer and begins with a slash, not {value!r}", key)
        return value

    def date(self, key: str) -> dt.date | None:
        """Return a day, None where there is none."""
        value = self.mapping().get(key)
        if value is None:
            return None
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            raise self.wrong(f"`{key}` is a day, YYYY-MM-DD, not {value!r}", key) from None


def read_notes(path: str) -> Notes:
    """Read a file whole; raise `LoadError` where it is no YAML."""
    limits = Limits()
    source = locate(path)
    tree = yaml_tree.parse(read(source, limits, Permissions()), source.name, limits)
    return Notes(tree, (), tree.root)


def _named(value: Any) -> str:
    return {dict: "a mapping", list: "a list", str: "text", type(None): "nothing"}.get(
        type(value), "a single value"
    )
