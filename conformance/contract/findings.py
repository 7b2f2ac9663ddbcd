"""What a comparison says: findings, their impact, their positions, and the report that holds them."""

import dataclasses
import hashlib
from typing import Any, Literal

Level = Literal["error", "warning", "info"]
Truth = Literal["breaking", "compatible", "undecided"]
Direction = Literal["request", "response", ""]
Severity = Literal["error", "warning", "note"]

LEVELS: tuple[Level, ...] = ("error", "warning", "info")


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a source file; line and column count from 1, and 0 says that only the file is known."""

    file: str
    line: int = 0
    column: int = 0

    @property
    def text(self) -> str:
        """The place as compilers print it: `file:line:column`."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclasses.dataclass(frozen=True, slots=True)
class Diagnostic:
    """A remark on a document itself: invalid, unknown or unresolvable parts, never a difference."""

    code: str
    message: str
    severity: Severity = "warning"
    position: Position | None = None
    pointer: str = ""


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Impact:
    """One place where a cause is felt: an operation, and the JSON path inside its message."""

    operation: str
    path: str
    direction: Direction = ""
    status: str = ""
    media_type: str = ""
    json_path: str = ""
    kind: Literal["operation", "webhook", "callback"] = "operation"


@dataclasses.dataclass(frozen=True, slots=True)
class Witness:
    """A JSON value that one document accepts and the other refuses at the finding's location.

    `abbreviated` says that the value is too long to be printed, as where a limit of ten million characters
    grew: long texts and lists in it are cut, and say how long they were.
    """

    value: Any
    accepted_by: Literal["base", "revision"]
    refused_by: Literal["base", "revision"]
    abbreviated: bool = False


def witness(value: Any, accepted_by: Literal["base", "revision"]) -> Witness:
    """Make a witness that can be printed."""
    refused_by: Literal["base", "revision"] = "revision" if accepted_by == "base" else "base"
    cut = _cut(value)
    return Witness(cut, accepted_by, refused_by, abbreviated=cut is not value)


_LONGEST_TEXT = 2_000
_LONGEST_LIST = 200
_KEPT = 20


def _cut(value: Any) -> Any:
    """Cut what is too long in a value; the same object comes back where nothing is."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_KEPT]}… ({len(value)} characters)"
    if isinstance(value, list):
        if len(value) > _LONGEST_LIST:
            return [*map(_cut, value[:_KEPT]), f"… ({len(value)} items)"]
        made = [_cut(item) for item in value]
        return made if any(one is not two for one, two in zip(made, value, strict=True)) else value
    if isinstance(value, dict):
        cut = {_cut(key): _cut(item) for key, item in value.items()}
        same = all(key in value and value[key] is item for key, item in cut.items())
        return value if same and len(cut) == len(value) else cut
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One cause of difference between two documents.

    `verdict` is strict logic, `level` is policy. `operation` (the METHOD) and `path` are those of the
    first impact, empty where the document as a whole is concerned. `pointer` is the canonical location:
    a JSON pointer into the revision, or into the base where the thing is gone.
    """

    rule: str
    level: Level
    verdict: Truth
    message: str
    pointer: str
    operation: str = ""
    path: str = ""
    direction: Direction = ""
    impact: tuple[Impact, ...] = ()
    base_position: Position | None = None
    revision_position: Position | None = None
    base_pointer: str = ""
    revision_pointer: str = ""
    witness: Witness | None = None
    blame: str = ""
    fingerprint: str = ""
    tags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """Everything a comparison found, in a stable order: level, path, operation, pointer, rule."""

    findings: tuple[Finding, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    base: str = "base"
    revision: str = "revision"

    @property
    def breaking(self) -> bool:
        """Whether at least one finding has the level error."""
        return any(finding.level == "error" for finding in self.findings)

    @property
    def undecided(self) -> tuple[Finding, ...]:
        """The findings whose verdict nobody could prove either way."""
        return tuple(finding for finding in self.findings if finding.verdict == "undecided")

    def at(self, level: Level) -> tuple[Finding, ...]:
        """The findings of one level."""
        return tuple(finding for finding in self.findings if finding.level == level)


def fingerprint(rule: str, direction: str, location: str, detail: str = "") -> str:
    """Name a cause so that it keeps its name when wording, order or line numbers change.

    Sixteen hexadecimal digits of SHA-256 over rule, direction, canonical location and what distinguishes
    two facts of one rule at one location (an enum value, a property's name).
    """
    text = f"{rule}\0{direction}\0{location}\0{detail}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
