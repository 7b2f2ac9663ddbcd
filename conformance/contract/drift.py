"""Drift: what moved in the upstream contract since a snapshot, and what it asks of us, file by file."""

import dataclasses
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from conformance.contract.documents import split
from conformance.contract.findings import Finding, Impact, Report
from conformance.contract.pairing import normal_path

Kind = Literal["implement", "remove", "widen", "narrow", "adapt", "look"]

_ADDED = frozenset({"path-added", "operation-added"})
_GONE = frozenset({"path-removed", "operation-removed"})
_COMPONENTS = 3
_NAME = re.compile(r"^(\w[\w.-]*):", re.MULTILINE)
_PATH = re.compile(r"^[\"']?(/[^:\"']*)[\"']?:", re.MULTILINE)

TITLES: dict[Kind, str] = {
    "implement": "New operations: state them, and serve them or leave them out of scope",
    "remove": "Operations that are gone: take them out, or keep them as extensions",
    "widen": "Requests with something new in them: accept it, and act on it",
    "narrow": "Requests that upstream now refuses: refuse them too, or accept more",
    "adapt": "Answers that must now look otherwise",
    "look": "Worth a look: nothing breaks, yet the contract reads otherwise",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Task:
    """Something to be done, for one thing that moved: where it is stated, what it reaches, and why."""

    kind: Kind
    subject: str
    files: tuple[str, ...]
    operations: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Tree:
    """Where a repository states its contract and serves it; groups are first parts of paths.

    `schemas` maps a component to the file that states it, `groups` a group to the paths that are stated.
    """

    root: Path
    schemas: dict[str, str]
    groups: dict[str, frozenset[str]]

    def files(self, component: str, impacts: Iterable[Impact], *, new: bool = False) -> tuple[str, ...]:
        """Return the files that a change touches: of the component, or of the paths, and the handlers.

        A path that is new to everybody belongs to the group of its name; others count where they are stated.
        """
        groups = sorted(
            {
                group_of(impact.path)
                for impact in impacts
                if normal_path(impact.path) in self.groups.get(group_of(impact.path), ())
                or (new and group_of(impact.path) in self.groups and "?" not in impact.path)
            }
        )
        stated = [self.schemas[component]] if groups and component in self.schemas else []
        if not component:
            stated = [f"spec/paths/{group}.yaml" for group in groups]
        served = [name for group in groups for name in self._handlers(group)]
        return tuple(dict.fromkeys([*stated, *served]))

    def _handlers(self, group: str) -> Iterator[str]:
        for name in (f"handlers/{group}.py", f"handlers/{group}/__init__.py"):
            if (self.root / name).exists():
                yield name


def tree(root: Path) -> Tree:
    """Read which file states which component: `spec/schemas/*.yaml`, and groups from `spec/paths/*.yaml`."""
    schemas = {
        name: f"spec/schemas/{path.name}"
        for path in sorted((root / "spec" / "schemas").glob("*.yaml"))
        for name in _NAME.findall(path.read_text(encoding="utf-8"))
    }
    groups = {
        path.stem: frozenset(normal_path(name) for name in _PATH.findall(path.read_text(encoding="utf-8")))
        for path in (root / "spec" / "paths").glob("*.yaml")
    }
    return Tree(root, schemas, groups)


def group_of(path: str) -> str:
    """Return the group of a path: its first part."""
    return path.strip("/").split("/")[0].split("?")[0]


def tasks(report: Report, ours: Tree) -> tuple[Task, ...]:
    """Turn findings into tasks: one for each operation that came or went, and each component that changed."""
    found: dict[tuple[Kind, str], list[Finding]] = {}
    for finding in report.findings:
        if finding.rule not in ("component-added", "component-removed"):
            found.setdefault((_kind(finding), _subject(finding)), []).append(finding)
    made = [_task(kind, subject, tuple(findings), ours) for (kind, subject), findings in found.items()]
    order = list(TITLES)
    return tuple(sorted(made, key=lambda task: (order.index(task.kind), not task.files, task.subject)))


def _kind(finding: Finding) -> Kind:
    if finding.rule in _ADDED | _GONE:
        return "implement" if finding.rule in _ADDED else "remove"
    if finding.direction == "request" and finding.rule in _NEW:
        return "widen"
    if finding.verdict != "compatible":
        return "narrow" if finding.direction == "request" else "adapt"
    if finding.direction == "request" and finding.rule.endswith(_WIDER):
        return "widen"
    if finding.direction == "response" and finding.rule.endswith(_NARROWER):
        return "adapt"
    return "look"


# A typed property is new, although an open object took any value under its name before.
_NEW = frozenset({"property-added", "parameter-added"})
# What is compatible for a client of upstream still asks something of whoever stands in for upstream.
_WIDER = (
    "enum-value-added",
    "alternative-added",
    "-widened",
    "property-added",
    "parameter-added",
    "became-nullable",
    "media-type-added",
    "became-optional",
)
_NARROWER = (
    "enum-value-removed",
    "alternative-removed",
    "-narrowed",
    "property-added",
    "became-required",
    "became-not-nullable",
    "media-type-added",
    "response-added",
)


def _subject(finding: Finding) -> str:
    tokens = split(finding.revision_pointer or finding.base_pointer or finding.pointer)
    if tokens[:1] == ["components"] and len(tokens) >= _COMPONENTS:
        return tokens[2]
    if finding.impact:
        first = finding.impact[0]
        return f"{first.operation} {first.path}"
    return "/".join(tokens[:_COMPONENTS])


def _task(kind: Kind, subject: str, findings: tuple[Finding, ...], ours: Tree) -> Task:
    impacts = list(dict.fromkeys(impact for finding in findings for impact in finding.impact))
    component = subject if " " not in subject else ""
    operations = tuple(dict.fromkeys(f"{one.operation} {one.path}" for one in impacts))
    return Task(kind, subject, ours.files(component, impacts, new=kind == "implement"), operations, findings)


_MOST = 6


def written(report: Report, found: tuple[Task, ...], *, everything: bool = False) -> str:
    """Write the tasks as a Markdown list; what touches none of our files is counted, or listed as well."""
    mine = [task for task in found if task.files]
    others = [task for task in found if not task.files]
    lines = [
        f"# Drift: {report.base} → {report.revision}",
        "",
        f"{len(report.findings):,} findings make {len(found):,} tasks; {len(mine):,} touch files of ours.",
        "",
    ]
    for kind, title in TITLES.items():
        chosen = [task for task in (found if everything else mine) if task.kind == kind]
        if chosen:
            lines += [f"## {title}", "", *(line for task in chosen for line in _written(task)), ""]
    if others and not everything:
        lines += ["## Elsewhere in upstream", "", *_elsewhere(others), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _written(task: Task) -> Iterator[str]:
    files = ", ".join(f"`{name}`" for name in task.files)
    yield f"- [ ] **{task.subject}**{': ' + files if files else ''}"
    for finding in task.findings[:_MOST]:
        inside = ".".join(_inside(finding))
        where = f"`{inside}`: " if inside else ""
        yield f"  - {where}{finding.message} ({finding.verdict}, `{finding.rule}`)"
    if len(task.findings) > _MOST:
        yield f"  - and {len(task.findings) - _MOST} more"
    if len(task.operations) > 1 or (task.operations and task.operations[0] != task.subject):
        rest = f" and {len(task.operations) - _MOST} more" if len(task.operations) > _MOST else ""
        yield f"  - reaches {', '.join(task.operations[:_MOST])}{rest}"


def _inside(finding: Finding) -> list[str]:
    """Return where in its component a finding is, by the names of properties."""
    tokens = split(finding.pointer)[_COMPONENTS:]
    return [name for keyword, name in itertools.pairwise(tokens) if keyword == "properties"]


def _elsewhere(found: list[Task]) -> Iterator[str]:
    counted: dict[str, int] = {}
    for task in found:
        for name in {group_of(one.split(" ", 1)[-1]) for one in task.operations} or {"the document"}:
            counted[name] = counted.get(name, 0) + 1
    for name, number in sorted(counted.items(), key=lambda entry: (-entry[1], entry[0])):
        yield f"- {name}: {number}"
