"""Builds values and their places from the events of libyaml, faster than a loader builds values alone."""

import dataclasses
import math
from typing import Any

import yaml

from conformance.contract.findings import Diagnostic, Position
from conformance.contract.scalars import plain, tagged
from conformance.contract.trees import Limits, LoadError, Marks, Tree, pack, unpack

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "<<"


@dataclasses.dataclass(slots=True)
class _Frame:
    """An open container: where it starts, its anchor, how many nodes stood before it, its waiting key."""

    container: Any
    marks: Any
    start: int
    anchor: str | None
    before: int
    key: str | None = None
    key_place: int = 0
    inherited: set[str] = dataclasses.field(default_factory=set)


class _Builder:
    """Turns events into values; an alias shares the object of its anchor."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.marks: Marks = {}
        self.diagnostics: list[Diagnostic] = []
        self.root: Any = None
        self.documents = 0
        self.nodes = 0
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.open_anchors: set[str] = set()
        self.stack: list[_Frame] = []
        self.known: dict[str, Any] = {}
        self.table = {
            yaml.ScalarEvent: self.scalar,
            yaml.MappingStartEvent: self.open_mapping,
            yaml.SequenceStartEvent: self.open_sequence,
            yaml.MappingEndEvent: self.close,
            yaml.SequenceEndEvent: self.close,
            yaml.AliasEvent: self.alias,
            yaml.DocumentStartEvent: self.document,
        }

    def build(self, text: bytes | str) -> None:
        table = self.table
        for event in yaml.parse(text, Loader=_Loader):
            handle = table.get(event.__class__)
            if handle is not None and (self.documents < 2 or handle == self.document):  # noqa: PLR2004  # the first of many
                handle(event)

    def note(self, code: str, message: str, place: int) -> None:
        self.diagnostics.append(Diagnostic(code, message, "warning", unpack(self.file, place)))

    def fail(self, message: str, place: int) -> LoadError:
        return LoadError(message, unpack(self.file, place))

    def document(self, event: Any) -> None:
        self.documents += 1
        if self.documents == 2:  # noqa: PLR2004  # said once
            self.note("many-documents", "only the first YAML document of the stream is read", _place(event))

    def put(self, value: Any, place: int) -> None:
        """Give a finished value to the container that is open."""
        if not self.stack:
            self.root = value
            return
        frame = self.stack[-1]
        container = frame.container
        if container.__class__ is list:
            container.append(value)
            frame.marks.append(place)
            return
        key, frame.key = frame.key, None
        if key == _MERGE and self.merge(frame, value, place):
            return
        if key in container:
            if key in frame.inherited:
                frame.inherited.discard(key)
            else:
                self.note(
                    "duplicate-key", f"the key {key!r} stands twice; the last one counts", frame.key_place
                )
        container[key] = value
        frame.marks[key] = frame.key_place

    def merge(self, frame: _Frame, value: Any, place: int) -> bool:
        """Apply a merge key; what stands in the mapping itself wins, wherever it stands."""
        sources = value if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            self.note("merge-key", "a merge key takes a mapping or a list of mappings", place)
            return False
        for source in sources:
            for key, item in source.items():
                if key not in frame.container:
                    frame.container[key] = item
                    frame.marks[key] = self.marks[id(source)][key]
                    frame.inherited.add(key)
        return True

    def wants_key(self) -> bool:
        if not self.stack:
            return False
        frame = self.stack[-1]
        return frame.key is None and frame.container.__class__ is dict

    def take_key(self, text: str, place: int) -> None:
        frame = self.stack[-1]
        frame.key, frame.key_place = text, place

    def scalar(self, event: Any) -> None:
        mark = event.start_mark
        place = mark.line << 12 | (mark.column if mark.column < 4096 else 4095)  # noqa: PLR2004  # pack(), inlined: hot
        text = event.value
        if self.wants_key():
            if event.anchor:
                self.anchors[event.anchor] = (text, 1)
            self.take_key(text, place)
            return
        value = self.value(event, text, place)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self.count(1, place)
        self.put(value, place)

    def value(self, event: Any, text: str, place: int) -> Any:
        if event.tag is not None:
            value, fits = tagged(event.tag, text)
            if not fits:
                self.note("unknown-tag", f"the tag {event.tag!r} does not fit {text!r}; read as text", place)
            return value
        if not event.implicit[0]:
            return text
        if text in self.known:
            return self.known[text]
        value = self.known[text] = plain(text)
        if isinstance(value, float) and not math.isfinite(value):
            self.note("not-json", f"{text} is no JSON number", place)
        return value

    def count(self, more: int, place: int) -> None:
        self.nodes += more
        if self.nodes > self.limits.nodes:
            most = self.limits.nodes
            raise self.fail(f"more than {most} nodes once its aliases are expanded", place)

    def open_mapping(self, event: Any) -> None:
        self.open(event, {}, {})

    def open_sequence(self, event: Any) -> None:
        self.open(event, [], [])

    def open(self, event: Any, container: Any, marks: Any) -> None:
        place = _place(event)
        if len(self.stack) >= self.limits.depth:
            raise self.fail(f"nested deeper than {self.limits.depth} levels", place)
        if self.wants_key():
            raise self.fail("a mapping or a list cannot be a key; keys are strings", place)
        self.count(1, place)
        self.marks[id(container)] = marks
        if event.anchor:
            self.open_anchors.add(event.anchor)
        self.stack.append(_Frame(container, marks, place, event.anchor, self.nodes))

    def close(self, _: Any) -> None:
        frame = self.stack.pop()
        if frame.anchor:
            self.open_anchors.discard(frame.anchor)
            self.anchors[frame.anchor] = (frame.container, self.nodes - frame.before + 1)
        self.put(frame.container, frame.start)

    def alias(self, event: Any) -> None:
        place = _place(event)
        if event.anchor in self.open_anchors:
            raise self.fail(f"the alias *{event.anchor} contains itself", place)
        if event.anchor not in self.anchors:
            raise self.fail(f"the alias *{event.anchor} has no anchor before it", place)
        value, size = self.anchors[event.anchor]
        if self.wants_key():
            self.take_key(str(value), place)
            return
        self.count(size, place)
        self.put(value, place)


def _place(event: Any) -> int:
    return pack(event.start_mark.line, event.start_mark.column)


def parse(text: bytes | str, file: str, limits: Limits) -> Tree:
    """Parse the first YAML document of a text; raise `LoadError` with the position of what is wrong."""
    builder = _Builder(file, limits)
    try:
        builder.build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = Position(file, mark.line + 1, mark.column + 1) if mark else Position(file)
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise LoadError(f"not valid YAML: {what}", position) from error
    except yaml.reader.ReaderError as error:
        raise LoadError(f"not valid YAML: {_unreadable(error)}", _reached(file, text, error)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise LoadError(f"not valid YAML: {' '.join(str(error).split())}", Position(file)) from error
    marks = builder.marks
    return Tree(builder.root, file, builder.diagnostics, lambda: marks)


def _unreadable(error: Any) -> str:
    """Say what is no text in a file that may not be text at all."""
    return f"{error.reason}; the file is no text in UTF-8"


def _reached(file: str, text: bytes | str, error: Any) -> Position:
    """Return the place of the byte or character that cannot be read."""
    data = text.encode() if isinstance(text, str) else text
    before = data[: error.position]
    return Position(file, before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
