"""Repairs: defects of a document that is not ours, mended by name before it is compared or validated."""

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any, Literal

from conformance.contract.documents import Document, split, walk
from conformance.contract.findings import Diagnostic
from conformance.contract.notes import Notes, read_notes

Do = Literal["remove", "set", "without", "bound", "null"]

_ABSENT: Any = object()


@dataclasses.dataclass(frozen=True, slots=True)
class Edit:
    """One change at one place.

    remove    take the member away; `was` is the value that is expected there
    set       put `value` in its place
    without   take one item, `value`, out of a list, once
    bound     a boolean `exclusiveMinimum` or `exclusiveMaximum` takes over the bound beside it
    null      `nullable: true` beside a type becomes the type null, here and everywhere below
    """

    at: str
    do: Do
    was: Any = None
    value: Any = None
    checked: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Repair:
    """One defect by name: what is wrong, why we may mend it, and where."""

    name: str
    what: str
    why: str
    edits: tuple[Edit, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Repaired:
    """A mended document, with what did not apply any more."""

    document: Document
    applied: tuple[str, ...] = ()
    idle: tuple[Diagnostic, ...] = ()


def read_repairs(path: str) -> tuple[Repair, ...]:
    """Read a file of repairs; raise `LoadError` with the position of what is wrong."""
    notes = read_notes(path)
    return tuple(_repair(note) for note in notes.items())


def _repair(note: Notes) -> Repair:
    note.only("name", "what", "why", "edits")
    edits = tuple(_edit(entry) for entry in note.child("edits").items())
    return Repair(note.text("name"), note.text("what"), note.text("why"), edits)


_WAYS: tuple[Do, ...] = ("remove", "set", "without", "bound", "null")


def _edit(note: Notes) -> Edit:
    note.only("at", "was", *_WAYS)
    ways = [way for way in _WAYS if way in note.mapping()]
    if len(ways) != 1:
        raise note.wrong(f"an edit does one thing: {', '.join(f'`{way}`' for way in _WAYS)}")
    at = note.pointer("at")
    was = note.mapping().get("was", _ABSENT)
    value = note.mapping()[ways[0]]
    return Edit(at, ways[0], None if was is _ABSENT else was, value, was is not _ABSENT)


def repair(document: Document, repairs: tuple[Repair, ...]) -> Repaired:
    """Mend a document in place, positions and all; each edit that finds nothing to mend is named."""
    if not repairs:
        return Repaired(document)
    root = copy.deepcopy(document.root) if document.kind == "value" else document.root
    mended = dataclasses.replace(document, root=root)
    applied: list[str] = []
    idle: list[Diagnostic] = []
    for found in repairs:
        missed = [edit for edit in found.edits if not _apply(root, edit)]
        if len(missed) < len(found.edits):
            applied.append(found.name)
        for edit in missed:
            message = f"the repair {found.name!r} no longer applies at {edit.at}: take it out of the file"
            idle.append(Diagnostic("idle-repair", message, "error", document.position(edit.at), edit.at))
    return Repaired(mended, tuple(applied), tuple(idle))


def _apply(root: Any, edit: Edit) -> bool:
    owner, key = _owner(root, edit.at)
    if owner is _ABSENT:
        return False
    if edit.checked and owner[key] != edit.was:
        return False
    return _DOING[edit.do](owner, key, edit)


def _owner(root: Any, pointer: str) -> tuple[Any, Any]:
    """Return the container of a place and its key there; nothing where the place is absent."""
    tokens = split(pointer)
    node: Any = root
    for depth, token in enumerate(tokens):
        key: Any = int(token) if isinstance(node, list) and token.isdigit() else token
        there = (
            key < len(node)
            if isinstance(node, list) and isinstance(key, int)
            else (isinstance(node, dict) and key in node)
        )
        if not there:
            return _ABSENT, None
        if depth == len(tokens) - 1:
            return node, key
        node = node[key]
    return _ABSENT, None


def _remove(owner: Any, key: Any, _: Edit) -> bool:
    del owner[key]
    return True


def _set(owner: Any, key: Any, edit: Edit) -> bool:
    if owner[key] == edit.value and type(owner[key]) is type(edit.value):
        return False
    owner[key] = copy.deepcopy(edit.value)
    return True


def _without(owner: Any, key: Any, edit: Edit) -> bool:
    listed = owner[key]
    if not isinstance(listed, list) or edit.value not in listed:
        return False
    listed.reverse()
    listed.remove(edit.value)
    listed.reverse()
    return True


_INCLUSIVE = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def _bound(owner: Any, key: Any, _: Edit) -> bool:
    """Mend a bound as OpenAPI 3.0 writes it, where 3.1 wants a number (Schema Object, 3.0 and 3.1)."""
    beside = _INCLUSIVE.get(key, "")
    if not isinstance(owner[key], bool):
        return False
    if owner.pop(key) and beside in owner:
        owner[key] = owner.pop(beside)
    return True


def _null(owner: Any, key: Any, _: Edit) -> bool:
    """Turn every `nullable` below into 3.1; it widens the type beside it, and an enum beside that."""
    found = list(_nullable(owner[key]))
    for schema in found:
        if schema.pop("nullable"):
            _admit_null(schema)
    return bool(found)


def _nullable(node: Any) -> Iterator[dict[str, Any]]:
    for pointer, schema in walk(node, skip=frozenset({"example", "examples", "default", "enum", "const"})):
        if isinstance(schema.get("nullable"), bool) and not pointer.endswith("/properties"):
            yield schema


def _admit_null(schema: dict[str, Any]) -> None:
    """Admit null, in place, wherever the rest of the schema would refuse it."""
    stated = schema.get("type")
    if "$ref" in schema:
        schema["anyOf"] = [{"$ref": schema.pop("$ref")}, {"type": "null"}]
        return
    if isinstance(stated, str):
        schema["type"] = [stated, "null"]
    elif isinstance(stated, list) and "null" not in stated:
        schema["type"] = [*stated, "null"]
    if stated is not None and isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    union = next((key for key in ("anyOf", "oneOf") if isinstance(schema.get(key), list)), None)
    if stated is None and union is not None and {"type": "null"} not in schema[union]:
        schema[union] = [*schema[union], {"type": "null"}]


_DOING = {"remove": _remove, "set": _set, "without": _without, "bound": _bound, "null": _null}
