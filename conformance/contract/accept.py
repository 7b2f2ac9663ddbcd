"""The file of accepted differences: what is absent or differs on purpose, and whether it still does."""

import dataclasses
import datetime as dt
import fnmatch
import json
import re
from collections.abc import Iterator
from typing import Any, Literal

from conformance.contract.documents import Document, split
from conformance.contract.findings import Finding, Position, Report
from conformance.contract.notes import Notes, read_notes
from conformance.contract.reach import Reach

_TRUTHS = ("compatible", "undecided", "breaking")
_ABSENT = frozenset({"path-removed", "operation-removed", "webhook-removed"})
_PRESENT = frozenset({"path-added", "operation-added"})
_FINGERPRINT = re.compile(r"[0-9a-f]{16}\Z")
_SCALARS = (str, int, float, bool, type(None))
_LONGEST = 120

Kind = Literal["unused", "expired", "changed", "stale"]


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One difference that is meant.

    It takes the findings whose fingerprints `accepts` lists, each beside the words that describe it, or the
    one `fingerprint`, or those of one `rule` at pointers like `pointer`. `covers` only tells `conform accept`
    which findings to list: pairs of a rule and a pointer, with `*` for one token and `**` for any number.
    """

    id: str
    pointer: str
    upstream: str
    choice: str
    evidence: str
    owner: str
    expires: dt.date | None = None
    rule: str = ""
    fingerprint: str = ""
    accepts: tuple[tuple[str, str], ...] = ()
    covers: tuple[tuple[str, str], ...] = ()
    position: Position | None = None

    @property
    def exact(self) -> bool:
        """Whether the entry names findings one by one."""
        return bool(self.accepts or self.covers)


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """Operations that are absent on purpose: a path, or a webhook's name, and methods."""

    kind: Literal["operation", "webhook"]
    path: str
    method: str
    why: str
    position: Position | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Accepted:
    """A whole file: entries, operations out of scope, and the mark of extensions."""

    source: str
    entries: tuple[Entry, ...] = ()
    scope: tuple[Scope, ...] = ()
    extension: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that is no longer so; it fails the gate like a finding."""

    kind: Kind
    entry: str
    message: str
    position: Position | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """What a file of accepted differences makes of a report."""

    open: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, str], ...] = ()
    problems: tuple[Problem, ...] = ()


_TEXTS = ("id", "pointer", "upstream", "choice", "evidence", "owner")


def read_accepted(path: str) -> Accepted:
    """Read a file of accepted differences; raise `LoadError` with the position of what is wrong."""
    notes = read_notes(path)
    if isinstance(notes.value, list):
        return Accepted(notes.tree.file, _unique(notes))
    notes.only("extension", "scope", "accepted")
    scope = tuple(one for group in notes.child("scope").items() for one in _scope(group))
    return Accepted(notes.tree.file, _unique(notes.child("accepted")), scope, notes.text("extension", ""))


def _unique(notes: Notes) -> tuple[Entry, ...]:
    found: dict[str, Entry] = {}
    for note in notes.items():
        entry = _entry(note)
        if entry.id in found:
            raise note.wrong(f"the id {entry.id!r} stands here a second time", "id")
        found[entry.id] = entry
    return tuple(found.values())


def _entry(note: Notes) -> Entry:
    note.only(*_TEXTS, "expires", "rule", "fingerprint", "accepts", "covers")
    texts = {name: note.text(name) for name in _TEXTS if name != "pointer"}
    accepts = note.child("accepts").value or {}
    if not isinstance(accepts, dict):
        raise note.wrong("`accepts` maps fingerprints to what they stand for", "accepts")
    for key in accepts:
        if not _FINGERPRINT.match(str(key)):
            raise note.wrong(f"{key!r} is no fingerprint: sixteen hexadecimal digits", "accepts", str(key))
    covers = tuple(_cover(item) for item in note.child("covers").items())
    rule, fingerprint = note.text("rule", ""), note.text("fingerprint", "")
    if not (accepts or covers or rule or fingerprint):
        raise note.wrong("an entry says what it accepts: by `rule`, `fingerprint`, or `accepts`")
    return Entry(
        **texts,
        pointer=note.pointer("pointer"),
        expires=note.date("expires"),
        rule=rule,
        fingerprint=fingerprint,
        accepts=tuple((str(key), str(value)) for key, value in accepts.items()),
        covers=covers,
        position=note.position(),
    )


def _cover(note: Notes) -> tuple[str, str]:
    rule, _, pointer = str(note.value).partition(" ")
    if not pointer.startswith("/"):
        raise note.wrong("`covers` lists a rule and a pointer, with a space between them")
    return rule, pointer


def _scope(note: Notes) -> Iterator[Scope]:
    note.only("why", "owner", "operations", "webhooks")
    why = note.text("why")
    kinds: tuple[tuple[str, Literal["operation", "webhook"]], ...] = (
        ("operations", "operation"),
        ("webhooks", "webhook"),
    )
    for key, kind in kinds:
        group = note.child(key)
        for path, methods in (group.mapping() if group.value else {}).items():
            if not isinstance(methods, list):
                raise group.wrong("a list of methods is wanted here, such as [get, post]", path)
            for method in methods:
                yield Scope(kind, path, str(method).upper(), why, group.position(path))


def matches(pattern: str, pointer: str) -> bool:
    """Whether a pointer is like a pattern: `*` is one token or part of one, `**` any number of tokens."""
    return _tokens(pattern.split("/"), pointer.split("/"))


def _tokens(pattern: list[str], tokens: list[str]) -> bool:
    if not pattern:
        return not tokens
    if pattern[0] == "**":
        return any(_tokens(pattern[1:], tokens[start:]) for start in range(len(tokens) + 1))
    return bool(tokens) and _like(tokens[0], pattern[0]) and _tokens(pattern[1:], tokens[1:])


def _like(token: str, pattern: str) -> bool:
    # A path parameter's braces and a list's brackets are no wildcards.
    return token == pattern or ("*" in pattern and fnmatch.fnmatchcase(token, pattern.replace("[", "[[]")))


def covers(entry: Entry, finding: Finding) -> bool:
    """Whether an entry's patterns ask for a finding."""
    return any(
        fnmatch.fnmatchcase(finding.rule, rule) and any(matches(where, found) for found in _pointers(finding))
        for rule, where in entry.covers
    )


def _pointers(finding: Finding) -> set[str]:
    return {finding.pointer, finding.base_pointer, finding.revision_pointer} - {""}


def takes(entry: Entry, finding: Finding) -> bool:
    """Whether an entry accepts a finding, be its words about it true or not."""
    if finding.fingerprint == entry.fingerprint or finding.fingerprint in dict(entry.accepts):
        return True
    return finding.rule == entry.rule and (any(matches(entry.pointer, where) for where in _pointers(finding)))


class Judge:
    """Holds a report against a file of accepted differences."""

    def __init__(self, accepted: Accepted, base: Document, revision: Document, today: dt.date) -> None:
        self.accepted = accepted
        self.base = base
        self.revision = revision
        self.today = today
        self.problems: list[Problem] = []
        self.used: set[str] = set()
        self.seen: set[str] = set()
        self.absent: set[tuple[str, str, str]] = set()
        self.scope = {(one.kind, one.path, one.method): one for one in accepted.scope}
        out = {(one.kind, one.path, one.method) for one in accepted.scope}
        self.ours = Reach(revision).components(lambda _, value: not self._marked_value(value))
        self.theirs = Reach(base).components(lambda key, _: key not in out)

    def judge(self, report: Report) -> Judgement:
        """Part the findings into open and accepted ones, and say what in the file is no longer so."""
        still: list[Finding] = []
        taken: list[tuple[Finding, str]] = []
        for finding in report.findings:
            name = self._name(finding)
            if name:
                taken.append((finding, name))
            else:
                still.append(finding)
        return Judgement(tuple(still), tuple(taken), (*self.problems, *self._idle()))

    def _name(self, finding: Finding) -> str:
        """Return by what a finding is accepted, empty where it is not."""
        if finding.rule in _ABSENT and self._out(finding):
            return "scope"
        if self._beside(finding):
            return "scope" if finding.rule.endswith("-removed") else self.accepted.extension
        if self._marked(finding):
            return self.accepted.extension
        found = ""
        for entry in self.accepted.entries:
            if takes(entry, finding):
                self.used.add(entry.id)
                self.seen.add(finding.fingerprint)
                if self._holds(entry, finding):
                    found = found or entry.id
        return found

    def _out(self, finding: Finding) -> bool:
        kind = finding.impact[0].kind if finding.impact else "operation"
        key = (kind, finding.path, finding.operation)
        if key in self.scope:
            self.absent.add(key)
            return True
        return False

    def _beside(self, finding: Finding) -> bool:
        """Whether a component is here or gone for operations that are extensions or out of scope."""
        tokens = split(finding.pointer)
        if finding.rule == "component-removed":
            return bool(self.accepted.scope) and "/".join(tokens[:3]) not in self.theirs
        return (
            finding.rule == "component-added"
            and bool(self.accepted.extension)
            and "/".join(tokens[:3]) not in self.ours
        )

    def _marked(self, finding: Finding) -> bool:
        """Whether the thing itself, or anything around it, is marked as an extension."""
        if not self.accepted.extension:
            return False
        node: Any = self.revision.root
        for token in split(finding.revision_pointer):
            if isinstance(node, dict) and token in node:
                node = node[token]
            elif isinstance(node, list) and token.isdigit() and int(token) < len(node):
                node = node[int(token)]
            else:
                return False
            if self._marked_value(node):
                return True
        return False

    def _marked_value(self, value: Any) -> bool:
        return bool(
            self.accepted.extension
            and isinstance(value, dict)
            and value.get(self.accepted.extension) not in (None, False)
        )

    def _holds(self, entry: Entry, finding: Finding) -> bool:
        """Whether an entry still says the truth about a finding it takes."""
        said = dict(entry.accepts).get(finding.fingerprint)
        now = describe(finding, self.base, self.revision)
        if said is not None and said != now:
            message = f"{finding.fingerprint} was accepted as `{said}` and is now `{now}`"
            self._problem("changed", entry, message)
            return False
        return not (entry.expires and entry.expires < self.today)

    def _idle(self) -> Iterator[Problem]:
        for entry in self.accepted.entries:
            if entry.id not in self.used:
                yield self._made("unused", entry, "nothing differs here any more: take the entry out")
            elif entry.expires and entry.expires < self.today:
                yield self._made("expired", entry, f"expired on {entry.expires}: settle it or renew it")
            for fingerprint, words in entry.accepts if entry.id in self.used else ():
                if fingerprint not in self.seen:
                    yield self._made("stale", entry, f"{fingerprint} is no longer found: `{words}`")
        for key, one in self.scope.items():
            if key not in self.absent:
                message = f"{one.method} {one.path} is out of scope, and yet it is not absent"
                yield Problem("unused", "scope", message, one.position)

    def _problem(self, kind: Kind, entry: Entry, message: str) -> None:
        self.problems.append(self._made(kind, entry, message))

    @staticmethod
    def _made(kind: Kind, entry: Entry, message: str) -> Problem:
        return Problem(kind, entry.id, message, entry.position)


def describe(finding: Finding, base: Document, revision: Document) -> str:
    """Say in a line what a fingerprint stands for: verdict, rule, place, and both values if they are plain.

    Another verdict or another value is another difference, although it is the same cause in the same place.
    """
    text = f"{finding.verdict} {finding.rule} {finding.pointer}"
    before, after = _plain(base, finding.base_pointer), _plain(revision, finding.revision_pointer)
    return f"{text} ({before} -> {after})" if before != after else text


def _plain(document: Document, pointer: str) -> str:
    try:
        value = document.get(pointer) if pointer else None
    except KeyError:
        return "-"
    plain = isinstance(value, _SCALARS) or (
        isinstance(value, list) and all(isinstance(item, _SCALARS) for item in value)
    )
    text = json.dumps(value, ensure_ascii=False) if plain and pointer else "-"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
