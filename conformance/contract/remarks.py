"""Remarks on a document itself: dead references, keywords nobody knows, and parts of the wrong kind."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from conformance.contract.documents import DATA, escape
from conformance.contract.findings import Diagnostic, Severity
from conformance.contract.pairing import METHODS, Side
from conformance.contract.views import KINDS, KNOWN, LISTS, MAPS, SINGLE, fits

Kind = Literal["any", "schema", "schemas", "names"]
_Entry = tuple[Any, Kind, "_Trail | None"]
_Trail = tuple[Any, str]
_Say = tuple[str, str, str]
"""What is wrong at a node: code, message, and the keyword below it."""

_INSIDE: dict[str, Kind] = {
    **dict.fromkeys(SINGLE, "schema"),
    **dict.fromkeys(LISTS, "schemas"),
    **dict.fromkeys(MAPS, "names"),
}
_TYPES = frozenset({"null", "boolean", "object", "array", "string", "number", "integer"})
_NAMES = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}


def remarks(side: Side) -> list[Diagnostic]:
    """Return everything worth saying of a document, what loading found included, in its order."""
    said = [*_references(side), *_schemas(side), *_operations(side)]
    said.sort(key=lambda remark: (remark.position is None, remark.position, remark.pointer, remark.code))
    return [*side.refs.document.diagnostics, *said]


def _references(side: Side) -> Iterator[Diagnostic]:
    yield from side.refs.diagnostics()


def _schemas(side: Side) -> Iterator[Diagnostic]:
    """Visit every schema, each object once, keeping the way back only for what has to be reported."""
    waiting: list[_Entry] = [(side.value, "any", None)]
    seen: set[int] = set()
    while waiting:
        node, kind, trail = entry = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if kind == "schema":
            for code, message, keyword in _wrong(node):
                yield _diagnostic(side, code, message, trail, keyword)
        waiting.extend(_inside(entry))


def _inside(entry: _Entry) -> Iterator[_Entry]:
    node, kind, _ = entry
    if isinstance(node, list):
        inner: Kind = "schema" if kind == "schemas" else "any"
        for index, item in enumerate(node):
            if isinstance(item, (dict, list)):
                yield item, inner, (entry, str(index))
    elif isinstance(node, dict):
        for key, item in node.items():
            if isinstance(item, (dict, list)):
                found = _kind(kind, str(key))
                if found is not None:
                    yield item, found, (entry, str(key))


def _kind(kind: Kind, key: str) -> Kind | None:
    """Tell what stands under a key, None for data and extensions."""
    if kind == "names":
        return "schema"
    if kind == "schema":
        return _INSIDE.get(key)
    if key in DATA:
        return None
    return "schema" if key == "schema" else "names" if key == "schemas" else "any"


def _wrong(node: Any) -> Iterator[_Say]:
    """Say what is wrong with one schema."""
    if not isinstance(node, dict):
        yield "invalid-schema", f"a schema is a mapping, not {_NAMES.get(type(node), 'this')}", ""
        return
    if not node.keys() <= KNOWN:
        for key in node.keys() - KNOWN:
            if not key.startswith("x-"):
                yield (
                    "unknown-keyword",
                    f"the schema keyword {key!r} is not known, and says nothing here",
                    key,
                )
    for key, value in node.items():
        wanted = KINDS.get(key)
        if wanted is not None and not fits(key, value):
            message = f"`{key}` should be {_NAMES[wanted[0]]}, and counts for nothing as it is"
            yield "invalid-keyword", message, key
    for check in _CHECKS:
        yield from check(node)


def _types(node: dict[str, Any]) -> Iterator[_Say]:
    stated = node.get("type")
    listed = [stated] if isinstance(stated, str) else stated if isinstance(stated, list) else []
    for name in listed:
        if not isinstance(name, str) or name not in _TYPES:
            yield "unknown-type", f"{name!r} is no type; the types are {', '.join(sorted(_TYPES))}", "type"


def _required(node: dict[str, Any]) -> Iterator[_Say]:
    names = node.get("required")
    if isinstance(names, list) and len(names) > 1 and len({str(name) for name in names}) < len(names):
        yield "duplicate-required", "`required` names a property twice", "required"


def _range(node: dict[str, Any]) -> Iterator[_Say]:
    for low, high in _RANGES:
        one, two = node.get(low), node.get(high)
        if isinstance(one, (int, float)) and isinstance(two, (int, float)) and one > two:
            yield "empty-range", f"`{low}` {one} is above `{high}` {two}: nothing fits", low


_RANGES = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))
_CHECKS: tuple[Callable[[dict[str, Any]], Iterator[_Say]], ...] = (_types, _required, _range)


def _operations(side: Side) -> Iterator[Diagnostic]:
    """Say which path items and operations are of the wrong kind, and which parameters lack a name."""
    paths = side.value.get("paths")
    if paths is not None and not isinstance(paths, dict):
        yield _at(side, "invalid-part", "`paths` should be a mapping from path to operations", "/paths")
        return
    for path, item in (paths or {}).items():
        where = f"/paths/{escape(str(path))}"
        if str(path).startswith("x-"):
            continue
        if not isinstance(item, dict):
            yield _at(side, "invalid-part", f"the path {path} should be a mapping", where)
            continue
        if not str(path).startswith("/"):
            yield _at(side, "invalid-path", f"the path {path!r} should begin with a slash", where)
        yield from _parameters(side, item, where)
        for method in METHODS:
            if method in item and not isinstance(item[method], dict):
                message = f"the operation {method.upper()} {path} should be a mapping"
                yield _at(side, "invalid-part", message, f"{where}/{method}")
            elif method in item:
                yield from _parameters(side, item[method], f"{where}/{method}")


def _parameters(side: Side, owner: dict[str, Any], where: str) -> Iterator[Diagnostic]:
    listed = owner.get("parameters")
    if listed is not None and not isinstance(listed, list):
        yield _at(side, "invalid-part", "`parameters` should be a list", f"{where}/parameters")
        return
    for index, entry in enumerate(listed or []):
        node, pointer = side.refs.mapping(entry, f"{where}/parameters/{index}")
        if "$ref" in node or (node.get("name") and node.get("in")):
            continue
        if isinstance(entry, dict) and "$ref" in entry and not node:
            continue
        yield _at(side, "invalid-parameter", "a parameter needs a `name` and the place it is `in`", pointer)


def _at(side: Side, code: str, message: str, pointer: str, severity: Severity = "warning") -> Diagnostic:
    return Diagnostic(code, message, severity, side.refs.document.position(pointer), pointer)


def _diagnostic(side: Side, code: str, message: str, trail: Any, keyword: str) -> Diagnostic:
    tokens = [keyword] if keyword else []
    while trail is not None:
        entry, token = trail
        tokens.append(token)
        trail = entry[2]
    pointer = "".join(f"/{escape(token)}" for token in reversed(tokens))
    return _at(side, code, message, pointer)
