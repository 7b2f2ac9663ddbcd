"""Documents: one OpenAPI description, read leniently, its files in one tree, with a place for everything."""

import dataclasses
import pathlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from conformance.contract import json_tree, yaml_tree
from conformance.contract.findings import Diagnostic, Position
from conformance.contract.sources import Permissions, Source, locate, read
from conformance.contract.trees import Limits, LoadError, Tree

__all__ = [
    "DATA",
    "FILES",
    "Document",
    "Limits",
    "LoadError",
    "escape",
    "from_value",
    "load",
    "split",
    "walk",
]

FILES = "x-conform-files"
"""The key under which a bundled document holds its other files; references lead to them from everywhere."""

# Values under these keys are data: a "$ref" in them is text.
DATA = frozenset({"example", "examples", "default", "enum", "const"})

_VERSION = re.compile(r"3\.(\d+)(\.|\Z)")
_NEWEST = 2


@dataclasses.dataclass(frozen=True)
class Document:
    """One OpenAPI description: plain values, all references local, positions by JSON pointer."""

    root: dict[str, Any]
    source: str
    version: str
    diagnostics: tuple[Diagnostic, ...] = ()
    trees: dict[str, Tree] = dataclasses.field(default_factory=dict, repr=False)
    kind: str = "file"

    @property
    def dialect(self) -> str:
        """How schemas are read: "3.0" (boolean exclusive bounds, `$ref` without siblings) or "3.1"."""
        return "3.0" if self.version.startswith("3.0") else "3.1"

    def get(self, pointer: str) -> Any:
        """Return the value at a pointer; raise `KeyError` where there is none."""
        node: Any = self.root
        for token in split(pointer):
            if isinstance(node, dict) and token in node:
                node = node[token]
            elif isinstance(node, list) and token.isdigit() and int(token) < len(node):
                node = node[int(token)]
            else:
                raise KeyError(pointer)
        return node

    def position(self, pointer: str) -> Position | None:
        """Return the place of a pointer, or of its deepest existing part; None for parsed values."""
        tokens = split(pointer)
        if len(tokens) > 1 and tokens[0] == FILES and tokens[1] in self.trees:
            return self.trees[tokens[1]].place(tokens[2:])
        return self.trees[""].place(tokens) if "" in self.trees else None


def escape(token: str) -> str:
    """Write a key as a token of a JSON pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def split(pointer: str) -> list[str]:
    """Read a JSON pointer (RFC 6901) into its tokens."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def walk(root: Any, *, skip: frozenset[str] = frozenset()) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every mapping with its pointer, each object once, leaving out what stands under `skip`."""
    stack: list[tuple[str, Any]] = [("", root)]
    seen: set[int] = set()
    while stack:
        pointer, node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            yield pointer, node
            for key, value in node.items():
                if isinstance(value, (dict, list)) and not (
                    key in skip and not pointer.endswith("/properties")
                ):
                    stack.append((f"{pointer}/{escape(str(key))}", value))
        elif isinstance(node, list):
            stack.extend((f"{pointer}/{i}", v) for i, v in enumerate(node) if isinstance(v, (dict, list)))


def load(
    source: str | pathlib.Path,
    *,
    allow_external: bool = False,
    allow_private: bool = False,
    limits: Limits | None = None,
) -> Document:
    """Read a document and every file it refers to.

    Args:
        source: A path, an http(s) URL, `-` for standard input, or `git-ref:path`.
        allow_external: Fetch `$ref`s to URLs; relative files are always read.
        allow_private: Fetch from loopback, link-local and private addresses too.
        limits: Bounds on size, depth, nodes, files and time.

    Raises:
        LoadError: The document is unreadable or not OpenAPI 3; the message holds the position.
    """
    main = locate(source)
    bounds = limits or Limits()
    tree = _parse(main, bounds, Permissions(external=True, private=allow_private))
    return _Bundle(main, tree, bounds, Permissions(allow_external, allow_private)).document()


def from_value(root: Any, name: str = "document") -> Document:
    """Take an already parsed document: it has no positions, and no other files."""
    _check(root, Position(name))
    trees: dict[str, Tree] = {}
    return Document(root, name, str(root["openapi"]), tuple(_version_remarks(root, None)), trees, "value")


def _parse(source: Source, limits: Limits, permissions: Permissions) -> Tree:
    data = read(source, limits, permissions)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        try:
            return json_tree.parse(data.decode("utf-8-sig"), source.name, limits)
        except UnicodeDecodeError as error:
            raise LoadError(f"not valid UTF-8: {error}", Position(source.name)) from error
        except LoadError:
            if source.name.endswith(".json"):
                raise
            # A YAML file may begin with a flow mapping.
    return yaml_tree.parse(data, source.name, limits)


def _check(root: Any, position: Position) -> None:
    """Refuse what is no OpenAPI 3 document, saying what it looks like."""
    if not isinstance(root, dict):
        found = {list: "a list", str: "text", type(None): "empty"}.get(type(root), "a single value")
        raise LoadError(
            f"not an OpenAPI document: it is {found}, not a mapping with `openapi: 3.x`", position
        )
    version = root.get("openapi")
    if version is None:
        swagger = root.get("swagger")
        what = f"Swagger {swagger}; convert it to OpenAPI 3 first" if swagger else "it has no `openapi: 3.x`"
        raise LoadError(f"not an OpenAPI document: {what}", position)
    if not _VERSION.match(str(version)):
        raise LoadError(f"OpenAPI {version!r} is not understood; 3.0 and 3.1 are", position)


def _version_remarks(root: dict[str, Any], position: Position | None) -> Iterator[Diagnostic]:
    match = _VERSION.match(str(root["openapi"]))
    if match and int(match[1]) >= _NEWEST:
        yield Diagnostic("version", f"OpenAPI {root['openapi']} is read as 3.1", "note", position, "/openapi")


class _Bundle:
    """Reads the files a document refers to, and makes every reference local, in place."""

    def __init__(self, main: Source, tree: Tree, limits: Limits, permissions: Permissions) -> None:
        self.main = main
        self.limits = limits
        self.permissions = permissions
        self.trees = {"": tree}
        self.sources: dict[str, str] = {main.name: ""}
        self.waiting: list[tuple[str, Source]] = [("", main)]
        self.remarks: list[Diagnostic] = []

    def document(self) -> Document:
        main = self.trees[""]
        _check(main.root, Position(self.main.name, 1, 1))
        while self.waiting:
            key, source = self.waiting.pop()
            self.localise(key, source)
        root = main.root
        if len(self.trees) > 1:
            root = {**root, FILES: {key: tree.root for key, tree in self.trees.items() if key}}
            marks = main.marks()
            marks[id(root)] = marks[id(main.root)]
            main = dataclasses.replace(main, root=root, marks=lambda: marks)
            self.trees[""] = main
        remarks = [remark for tree in self.trees.values() for remark in tree.diagnostics]
        remarks += _version_remarks(root, main.place(["openapi"]))
        return Document(
            root, self.main.name, str(root["openapi"]), (*remarks, *self.remarks), self.trees, self.main.kind
        )

    def localise(self, key: str, source: Source) -> None:
        """Rewrite the references of one file to pointers into the bundle."""
        prefix = f"/{FILES}/{escape(key)}" if key else ""
        for pointer, node in walk(self.trees[key].root, skip=DATA):
            reference = node.get("$ref")
            if not isinstance(reference, str):
                continue
            file, _, fragment = reference.partition("#")
            if not file:
                if (key and fragment.startswith("/")) or (key and not fragment):
                    node["$ref"] = f"#{prefix}{fragment}"
                continue
            try:
                target = self.target(source, file)
            except LoadError as error:
                place = self.trees[key].place([*split(pointer), "$ref"])
                self.remarks.append(Diagnostic("external-ref", str(error), "error", place, prefix + pointer))
                continue
            start = f"/{FILES}/{escape(target)}" if target else ""
            node["$ref"] = f"#{start}{unquote(fragment) if fragment.startswith('/') else ''}"

    def target(self, source: Source, file: str) -> str:
        """Return the key of a referenced file, reading it when it is new."""
        found = source.join(file if source.kind == "url" else unquote(file))
        if found.name in self.sources:
            return self.sources[found.name]
        if found.kind == "url" and not self.permissions.external:
            raise LoadError(f"{found.name} is not fetched: external references are not allowed")
        if len(self.trees) >= self.limits.files:
            raise LoadError(f"more than {self.limits.files} files; {found.name} is not read")
        self.trees[found.name] = _parse(found, self.limits, self.permissions)
        self.sources[found.name] = found.name
        self.waiting.append((found.name, found))
        return found.name
