"""Places in a request: which error of a union matters, and its path without pydantic's union labels.

pydantic's `loc` mixes keys and indices with names of union branches (`("items", 0, "message", "content",
"str")`). Which is which cannot be told from the label alone: a tag may be spelled like a key (the tool
`{"type": "function", "function": {...}}`). So the input decides: the reading that ends at the value the
error speaks of is the right one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_MAX_KEY = 64
_MAX_PATH = 400


@dataclass(frozen=True, slots=True)
class Located:
    """One of pydantic's errors: `path` is without labels, `steps` is the loc with each step marked."""

    kind: str
    path: Path
    steps: tuple[tuple[str | int, bool], ...]
    input: Any
    message: str
    context: Mapping[str, Any] = field(default_factory=dict)


def dotted(path: Path) -> str:
    """`("items", 0, "content")` as `items[0].content`; odd keys are quoted, long ones cut."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{_cut(part)!r}]" if text else _cut(part)
    return text if len(text) <= _MAX_PATH else text[: _MAX_PATH - 1] + "…"


def _cut(key: str) -> str:
    return key if len(key) <= _MAX_KEY else key[: _MAX_KEY - 1] + "…"


def locate(error: Mapping[str, Any], value: Any) -> Located:
    """Read an error's loc against the value it was found in."""
    loc, kind = tuple(error["loc"]), str(error["type"])
    readings = list(_readings(loc, value, missing=kind in ("missing", "extra_forbidden")))
    steps = next((steps for steps, end in readings if _same(end, error["input"])), None)
    if steps is None:
        steps = readings[0][0] if readings else tuple((part, False) for part in loc)
    path = tuple(part for part, label in steps if not label)
    return Located(
        kind, path, steps, error.get("input"), str(error.get("msg", "")), dict(error.get("ctx") or {})
    )


Steps = tuple[tuple[str | int, bool], ...]


def _readings(loc: tuple[str | int, ...], value: Any, *, missing: bool) -> Iterator[tuple[Steps, Any]]:
    """Every way to read a loc, those that follow the input first."""
    if not loc:
        yield (), value
        return
    head, rest = loc[0], loc[1:]
    if missing and not rest and isinstance(head, str) and isinstance(value, dict):
        # The missing field itself; the error's input is the object that lacks it.
        yield ((head, False),), value
        return
    if _holds(value, head):
        for steps, end in _readings(rest, value[head], missing=missing):
            yield ((head, False), *steps), end
    if isinstance(head, str):
        for steps, end in _readings(rest, value, missing=missing):
            yield ((head, True), *steps), end


def _holds(value: Any, key: str | int) -> bool:
    if isinstance(key, int):
        return isinstance(value, list) and 0 <= key < len(value)
    return isinstance(value, dict) and key in value


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and one == other)


def relevant(errors: Sequence[Located]) -> list[Located]:
    """The errors to tell about: the first one and, where it lies in a union, those at the same place.

    Of a union's branches the one counts that agreed with most of the input: a string refused at once as
    "not a list" says less than what is wrong inside the list.
    """
    errors = [error for error in errors if error.kind != "missing_sentinel_error"] or list(errors)
    depth = 0
    while True:
        first = errors[0]
        fork = next((i for i in range(depth, len(first.steps)) if first.steps[i][1]), None)
        if fork is None:
            break
        prefix = first.steps[:fork]
        siblings = [error for error in errors if error.steps[:fork] == prefix and _forks(error, fork)]
        errors = _branch(siblings, fork)
        depth = fork + 1
    return [error for error in errors if error.path == errors[0].path]


def _forks(error: Located, fork: int) -> bool:
    return len(error.steps) > fork and error.steps[fork][1]


def _branch(siblings: list[Located], fork: int) -> list[Located]:
    """The branch whose shallowest error lies deepest; all of them where none got further than the fork."""
    branches: dict[str | int, list[Located]] = {}
    for error in siblings:
        branches.setdefault(error.steps[fork][0], []).append(error)
    here = sum(not label for _, label in siblings[0].steps[:fork])
    deepest = max(min(len(error.path) for error in errors) for errors in branches.values())
    if deepest <= here:
        return siblings
    return next(errors for errors in branches.values() if min(len(error.path) for error in errors) == deepest)
