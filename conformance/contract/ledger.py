"""Keeps a file of accepted differences up to date: lists what its patterns ask for, offers the rest."""

import dataclasses
import re
from collections.abc import Iterable, Iterator

from conformance.contract.accept import Accepted, covers, describe, takes
from conformance.contract.documents import Document, split
from conformance.contract.findings import Finding
from conformance.contract.reach import Reach

_ENTRY = re.compile(r"(?P<indent> *)- id: *(?P<id>\S+) *\Z")
_ABSENT = ("path-removed", "operation-removed")


@dataclasses.dataclass(frozen=True, slots=True)
class Ledger:
    """Which entry asks for which finding, and which findings nobody asks for."""

    claimed: dict[str, tuple[Finding, ...]]
    missing: tuple[Finding, ...]


def assign(accepted: Accepted, findings: Iterable[Finding]) -> Ledger:
    """Give each finding to the entries that ask for it; what an entry takes by other means is settled.

    One cause may be felt in two places that differ for two reasons, so that two entries may ask for it.
    """
    claimed: dict[str, list[Finding]] = {entry.id: [] for entry in accepted.entries if entry.covers}
    missing: list[Finding] = []
    for finding in findings:
        asking = [entry for entry in accepted.entries if covers(entry, finding)]
        for entry in asking:
            claimed[entry.id].append(finding)
        if not asking and not any(takes(entry, finding) for entry in accepted.entries if not entry.covers):
            missing.append(finding)
    return Ledger({name: tuple(found) for name, found in claimed.items()}, tuple(missing))


def rewritten(text: str, ledger: Ledger, base: Document, revision: Document) -> str:
    """Write the list of each entry anew; comments, order and words of the file stay as they are."""
    lines: list[str] = []
    for entry, block in _blocks(text.splitlines()):
        if entry is None or entry[1] not in ledger.claimed:
            lines.extend(block)
            continue
        indent = " " * (len(entry[0]) + 2)
        kept = list(_without_list(block, indent))
        tail = len(kept)
        while tail and (not kept[tail - 1].strip() or kept[tail - 1].lstrip().startswith("#")):
            tail -= 1
        found = ledger.claimed[entry[1]]
        listed = [f"{indent}  {line}" for line in _listed(found, base, revision)]
        lines.extend([*kept[:tail], *([f"{indent}accepts:", *listed] if listed else []), *kept[tail:]])
    return "\n".join(lines) + "\n"


def _listed(findings: Iterable[Finding], base: Document, revision: Document) -> Iterator[str]:
    """Write findings as members of a mapping; their messages, whose words may change, as remarks."""
    for one in _sorted(findings):
        words = " ".join(one.message.split())
        yield f"{one.fingerprint}: {_quoted(describe(one, base, revision))}  # {words}"


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: (one.pointer, one.rule, one.fingerprint))


def _blocks(lines: list[str]) -> Iterator[tuple[tuple[str, str] | None, list[str]]]:
    """Part a file into entries, each with its indentation and id, and what stands between."""
    current: tuple[str, str] | None = None
    block: list[str] = []
    for line in lines:
        match = _ENTRY.match(line)
        if match:
            yield current, block
            current, block = (match["indent"], match["id"].strip("\"'")), []
        block.append(line)
    yield current, block


def _without_list(block: list[str], indent: str) -> Iterator[str]:
    inside = False
    for line in block:
        if line.startswith(f"{indent}accepts:"):
            inside = True
        elif not inside or not line.startswith(f"{indent}  "):
            inside = False
            yield line


def _quoted(text: str) -> str:
    """Write a text as YAML, in double quotes where a plain one would be read otherwise."""
    if ": " in text or " #" in text or text.endswith(":"):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return text


def offered(findings: Iterable[Finding], base: Document, revision: Document) -> str:
    """Write entries, to be completed by a person, for findings that none accepts: one for each thing."""
    listed = _sorted(findings)
    absent = [one for one in listed if one.rule in _ABSENT and one.impact]
    needless = {one.fingerprint for one in (*absent, *_along(listed, absent, base))}
    groups: dict[str, list[Finding]] = {}
    for finding in listed:
        if finding.fingerprint not in needless:
            groups.setdefault("/".join(split(finding.pointer)[:4]) or "document", []).append(finding)
    parts = [_offered(found, base, revision) for found in groups.values()]
    return "\n".join([*_scope(absent), *(["accepted:"] if parts else []), *parts])


def _along(findings: list[Finding], absent: list[Finding], base: Document) -> Iterator[Finding]:
    """Yield the components that are gone along with the operations that led to them."""
    out = {(impact.kind, impact.path, impact.operation) for one in absent for impact in one.impact}
    needed = Reach(base).components(lambda key, _: key not in out)
    for finding in findings:
        if out and finding.rule == "component-removed" and finding.pointer.lstrip("/") not in needed:
            yield finding


def _offered(findings: list[Finding], base: Document, revision: Document) -> str:
    first = findings[0]
    name = "-".join(re.findall(r"[A-Za-z0-9]+", first.pointer)[-3:]).lower() or first.rule
    lines = [
        f"  - id: {name}",
        f"    pointer: {_quoted(first.base_pointer or first.pointer)}",
        "    upstream: # what the other document says",
        "    choice: # what ours says instead",
        "    evidence: # why",
        "    owner: # who answers for it",
        "    covers:",
        *sorted({f"      - {one.rule} {one.pointer}" for one in findings}),
        "    accepts:",
    ]
    lines += [f"      {line}" for line in _listed(findings, base, revision)]
    return "\n".join(lines) + "\n"


def _scope(absent: list[Finding]) -> Iterator[str]:
    """Write operations that are absent, by path."""
    if not absent:
        return
    yield "scope:\n  - why: # why they are absent"
    for kind, key in (("operation", "operations"), ("webhook", "webhooks")):
        methods: dict[str, list[str]] = {}
        for one in absent:
            if one.impact[0].kind == kind:
                methods.setdefault(one.path, []).append(one.operation.lower())
        if methods:
            yield f"    {key}:"
        for path, listed in sorted(methods.items()):
            yield f"      {path}: [{', '.join(sorted(listed))}]"
