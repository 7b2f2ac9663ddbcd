"""Parses JSON at full speed, and finds its places only when somebody asks for one."""

import functools
import json
import re
from typing import Any

from conformance.contract.findings import Diagnostic, Position
from conformance.contract.trees import Limits, LoadError, Marks, Tree, pack

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+|\n')


class _NotJsonError(ValueError):
    """A constant that JSON does not have."""


def _refuse(constant: str) -> Any:
    raise _NotJsonError(constant)


class _Duplicates:
    """Keys that stand twice in one object, in the order of reading."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self.keys.append(key)
                seen.add(key)
        return made


def _deep(root: Any, limits: Limits) -> bool:
    """Go down level by level: what is too deep for recursive readers is refused."""
    level = [root]
    for _ in range(limits.depth + 1):
        inside = [item.values() if isinstance(item, dict) else item for item in level if item]
        level = [part for items in inside for part in items if isinstance(part, (dict, list))]
        if not level:
            return False
    return True


def _too_deep(text: str, limits: Limits, file: str) -> LoadError:
    """Say where the text goes deeper than it may."""
    depth, line, line_start = 0, 0, 0
    for match in _TOKEN.finditer(text):
        found, start = match.group(), match.start()
        depth += (found in ("[", "{")) - (found in ("]", "}"))
        if found == "\n":
            line, line_start = line + 1, start + 1
        elif depth > limits.depth:
            return LoadError(
                f"nested deeper than {limits.depth} levels", Position(file, line + 1, start - line_start + 1)
            )
    return LoadError(f"nested deeper than {limits.depth} levels", Position(file))


def _scan(text: str, root: Any) -> Marks:
    """Walk the tokens and the parsed value together, noting where each key and item starts."""
    marks: Marks = {}
    line, line_start = 0, 0
    stack: list[tuple[Any, Any]] = []
    key: str | None = None
    value_next = True
    for match in _TOKEN.finditer(text):
        token, start = match.group(), match.start()
        first = token[0]
        if first == "\n":
            line, line_start = line + 1, start + 1
            continue
        if first in ",:":
            value_next = first == ":" or isinstance(stack[-1][0], list)
            continue
        if first in "]}":
            stack.pop()
            continue
        place = pack(line, start - line_start)
        top: tuple[Any, Any] = stack[-1] if stack else (None, None)
        container, here = top
        if isinstance(container, dict) and not value_next:
            key = json.loads(token)
            here[key] = place
            continue
        if isinstance(container, list):
            # What a duplicate key dropped is longer than what is left.
            value = container[len(here)] if len(here) < len(container) else None
            here.append(place)
        else:
            value = container.get(key) if isinstance(container, dict) else root
        if first in "[{":
            # A duplicate key's earlier value is no longer in the tree: the later one's places count.
            fits = isinstance(value, dict if first == "{" else list)
            opened: Any = value if fits else ({} if first == "{" else [])
            inside: Any = {} if first == "{" else []
            marks[id(opened)] = inside
            stack.append((opened, inside))
            value_next = first == "["
    return marks


def parse(text: str, file: str, limits: Limits) -> Tree:
    """Parse JSON text; raise `LoadError` with the position of what is wrong."""
    duplicates = _Duplicates()
    try:
        root = json.loads(text, object_pairs_hook=duplicates.pairs, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise LoadError(f"not valid JSON: {error.msg}", Position(file, error.lineno, error.colno)) from error
    except _NotJsonError as error:
        raise LoadError(f"not valid JSON: {error} is no JSON value", Position(file)) from error
    except RecursionError as error:
        raise _too_deep(text, limits, file) from error
    except ValueError as error:
        raise LoadError(f"not valid JSON: {error}", Position(file)) from error
    if _deep(root, limits):
        raise _too_deep(text, limits, file)
    remarks = [
        Diagnostic(
            "duplicate-key", f"the key {key!r} stands twice; the last one counts", "warning", Position(file)
        )
        for key in duplicates.keys
    ]
    return Tree(root, file, remarks, functools.cache(lambda: _scan(text, root)))
