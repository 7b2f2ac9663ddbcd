"""A YAML file as values, and the line of each: YAML 1.2, integers of any size, no repeated keys."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from spec.codegen.faults import Fault, Pointer, SpecError

_TAG = "tag:yaml.org,2002:"

# YAML 1.1, PyYAML's dialect, reads `on` as true and `2026-08-20` as a date; the core schema of 1.2 does not.
_SCALARS: tuple[tuple[str, str, str], ...] = (
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
)


class _Loader(yaml.CSafeLoader):
    """The C parser with the resolvers of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute


for _name, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(
        _TAG + _name, re.compile(rf"(?:{_pattern})\Z"), [c.strip("\0") for c in _first]
    )


@dataclass(frozen=True)
class Source:
    """One file: its name below `spec/`'s parent, its value, the line (from 1) of each pointer into it."""

    name: str
    value: Any
    lines: dict[Pointer, int]

    def line(self, pointer: Pointer) -> int:
        """The line of the pointer, or of the nearest thing around it that exists."""
        while pointer and pointer not in self.lines:
            pointer = pointer[:-1]
        return self.lines.get(pointer, 1)

    def fault(self, pointer: Pointer, reason: str) -> SpecError:
        """An error at the pointer."""
        return SpecError(Fault(self.name, self.line(pointer), reason))


def read(path: Path, name: str) -> Source:
    """Read one file, or raise `SpecError` at the line where it stops being YAML."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise SpecError(Fault(name, 1, f"cannot be read: {error.strerror}")) from error
    except UnicodeDecodeError as error:
        raise SpecError(Fault(name, 1, f"is not UTF-8: {error.reason}")) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise SpecError(Fault(name, line, f"YAML syntax: {error.problem or error}")) from error
    except yaml.YAMLError as error:
        raise SpecError(Fault(name, 1, f"YAML syntax: {error}")) from error
    builder = _Builder(name)
    return Source(name, builder.value(node, ()) if node else None, builder.lines)


class _Builder:
    """Turns composed nodes into values and remembers their lines."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Pointer, int] = {}

    def value(self, node: yaml.Node, pointer: Pointer) -> Any:
        self.lines.setdefault(pointer, node.start_mark.line + 1)
        if node.tag == f"{_TAG}map" and isinstance(node, yaml.MappingNode):
            return self.mapping(node, pointer)
        if node.tag == f"{_TAG}seq" and isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*pointer, index)) for index, item in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: yaml.MappingNode, pointer: Pointer) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            # Status codes are written bare; every key of a JSON object is a string.
            key = key_node.value
            if not isinstance(key, str):
                raise SpecError(Fault(self.name, line, "a key must be a plain string"))
            if key in result:
                raise SpecError(Fault(self.name, line, f"the key {key!r} is here twice"))
            self.lines[*pointer, key] = line
            result[key] = self.value(value_node, (*pointer, key))
        return result

    def scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        match node.tag.removeprefix(_TAG):
            case "str":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return int(text, 0) if text[:2] in {"0x", "0o"} else int(text)
            case "float":
                return float(text)
        line = node.start_mark.line + 1
        raise SpecError(Fault(self.name, line, f"the tag {node.tag} has no meaning in JSON"))
