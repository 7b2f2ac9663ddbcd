"""The hand-written tree as the tests see it: every file parsed, references resolved over files."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import pytest
import yaml

SPEC = Path(__file__).parents[2] / "spec"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Operation:
    """An operation where it stands, with the parameters of its path item added to its own."""

    method: str
    path: str
    file: str
    value: dict[str, Any]
    parameters: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"


class Tree:
    """All files below `spec/` by their path relative to it."""

    def __init__(self, root: Path) -> None:
        files = (path for folder in ("paths", "schemas") for path in sorted((root / folder).glob("*.yaml")))
        names = ["openapi.yaml", *(f"{path.parent.name}/{path.name}" for path in files)]
        self.files: dict[str, Any] = {
            name: yaml.load((root / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            for name in names
        }
        self.root: dict[str, Any] = self.files["openapi.yaml"]

    def locate(self, reference: str, file: str) -> tuple[str, str]:
        """The file and JSON pointer that a reference written in `file` means."""
        target, _, pointer = reference.partition("#")
        return (normpath(join(dirname(file), target)) if target else file, pointer)

    def get(self, file: str, pointer: str) -> Any:
        value = self.files[file]
        for token in pointer.split("/")[1:]:
            value = value[token.replace("~1", "/").replace("~0", "~")]
        return value

    def resolve(self, value: dict[str, Any], file: str) -> tuple[dict[str, Any], str]:
        """The value itself, or what its `$ref` names, and the file that stands in."""
        while "$ref" in value:
            file, pointer = self.locate(value["$ref"], file)
            value = self.get(file, pointer)
        return value, file

    @cached_property
    def schemas(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Component schemas by name, each with its file."""
        return {
            name: (file, schema)
            for file, content in self.files.items()
            if file.startswith("schemas/")
            for name, schema in content.items()
        }

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(self._operations())

    def _operations(self) -> Iterator[Operation]:
        for file, content in self.files.items():
            if not file.startswith("paths/"):
                continue
            for path, item in content.items():
                shared = item.get("parameters", [])
                for method in METHODS:
                    if method in item:
                        both = [
                            self.resolve(p, file)[0] for p in (*shared, *item[method].get("parameters", []))
                        ]
                        yield Operation(method, path, file, item[method], tuple(both))

    @staticmethod
    def walk(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
        """Every value below, with its JSON pointer."""
        yield pointer, value
        if isinstance(value, dict):
            for key, child in value.items():
                yield from Tree.walk(child, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
        elif isinstance(value, list):
            for index, child in enumerate(value):
                yield from Tree.walk(child, f"{pointer}/{index}")


@pytest.fixture(scope="session")
def tree() -> Tree:
    return Tree(SPEC)
