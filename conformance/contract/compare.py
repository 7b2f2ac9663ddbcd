"""Compares two OpenAPI documents: pairs what belongs together, states facts, proves what they do."""

import dataclasses
import datetime as dt
import pathlib
from collections.abc import Iterator
from typing import Any

from conformance.contract.causes import Causes
from conformance.contract.documents import Document, from_value, load
from conformance.contract.facts import Rule, rules_for, state
from conformance.contract.facts.documents import Documents
from conformance.contract.facts.lifecycle import stability, unstable
from conformance.contract.findings import Impact, Report
from conformance.contract.graph import Graph, Node, Text
from conformance.contract.pairing import (
    Operation,
    Side,
    Thing,
    body,
    headers,
    media_types,
    normal_media,
    operations,
    parameters,
    responses,
    written,
)
from conformance.contract.policy import Policy
from conformance.contract.refs import Refs
from conformance.contract.remarks import remarks
from conformance.contract.structure import Structure
from conformance.contract.verdicts import Budget, Verdicts
from conformance.contract.views import Views


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """How to compare.

    policy: levels where they are not the default ones.
    strip_prefix_base, strip_prefix_revision: what to leave out at the start of every path.
    notice_stable, notice_beta: days that a deprecation has to come before its sunset; 0 asks for none.
    budget: time for containment, after which its answer is "undecided".
    """

    policy: Policy = dataclasses.field(default_factory=Policy)
    strip_prefix_base: str = ""
    strip_prefix_revision: str = ""
    notice_stable: int = 0
    notice_beta: int = 0
    budget: Budget = dataclasses.field(default_factory=Budget)


def compare(
    base: Document | dict[str, Any] | str | pathlib.Path,
    revision: Document | dict[str, Any] | str | pathlib.Path,
    *,
    today: dt.date | None = None,
    options: Options | None = None,
) -> Report:
    """Say what changed from one OpenAPI document to another, and what of it breaks a client.

    Args:
        base: A loaded document, a parsed one, or where to load it from.
        revision: The same for the newer one.
        today: The day that sunsets are compared with; the day of the call by default.
        options: Policy, prefixes and budgets.

    Raises:
        LoadError: A document is unreadable or not OpenAPI 3.
    """
    day = today or dt.datetime.now(tz=dt.UTC).date()
    return _Comparison(
        _document(base, "base"), _document(revision, "revision"), day, options or Options()
    ).report()


def _document(given: Document | dict[str, Any] | str | pathlib.Path, name: str) -> Document:
    if isinstance(given, Document):
        return given
    return load(given) if isinstance(given, (str, pathlib.Path)) else from_value(given, name)


class _Comparison:
    """One comparison of two documents."""

    def __init__(self, base: Document, revision: Document, today: dt.date, options: Options) -> None:
        refs = Refs(base), Refs(revision)
        self.today = today
        self.options = options
        self.base = Side(base.root, "", refs[0])
        self.revision = Side(revision.root, "", refs[1])
        self.structure = Structure(*refs)
        views = Views(refs[0]), Views(refs[1])
        self.graph = Graph(*views, self.structure)
        self.verdicts = Verdicts(self.base, self.revision, self.graph, options.budget)
        self.causes = Causes(base, revision, self.verdicts, options.policy)

    def report(self) -> Report:
        """Compare everything."""
        self.plain("document", Documents(self.base, self.revision), Impact("", ""))
        strip = self.options.strip_prefix_base, self.options.strip_prefix_revision
        for operation in operations(self.base, self.revision, *strip):
            notice = self._notice(operation.revision)
            self.operation(dataclasses.replace(operation, today=self.today, notice=notice))
        documents = self.base.refs.document, self.revision.refs.document
        said = (*remarks(self.base), *remarks(self.revision))
        return Report(self.causes.findings(), said, documents[0].source, documents[1].source)

    def _notice(self, side: Side | None) -> int:
        """Return how much notice is asked for, by the stability of an operation."""
        days = {"stable": self.options.notice_stable, "beta": self.options.notice_beta}
        return days.get(stability(side), 0)

    def plain(self, subject: str, thing: Any, impact: Impact, *, quiet: bool = False) -> None:
        """State the facts about anything but schemas."""
        for rule in _rules(subject):
            for fact in state(rule, thing):
                self.causes.plain(fact, impact, subject, quiet=quiet)

    def operation(self, operation: Operation) -> None:
        """Compare one operation in all its parts."""
        impact = Impact(operation.method, operation.path, kind=operation.kind)
        quiet = unstable(operation.base)
        if operation.base and operation.revision and self._same(operation):
            return
        self.plain("operation", operation, impact, quiet=quiet)
        if not operation.base or not operation.revision:
            return
        for thing in _things(operation):
            self.thing(thing, quiet=quiet)

    def _same(self, operation: Operation) -> bool:
        """Whether nothing about an operation can differ."""
        base, revision = operation.base, operation.revision
        items = operation.base_item, operation.revision_item
        if base is None or revision is None or items[0] is None or items[1] is None:
            return False
        return (
            operation.base_path == operation.revision_path
            and self.structure.same(base.value, revision.value)
            and all(self._equal(items[0], items[1], key) for key in ("parameters", "servers"))
            and ("security" in base.value or self._equal(self.base, self.revision, "security"))
        )

    def _equal(self, one: Side, two: Side, key: str) -> bool:
        """Whether both sides say the same under a key, or both nothing."""
        before, after = one.get(key), two.get(key)
        return (before is None and after is None) or self.structure.same(before, after)

    def thing(self, thing: Thing, *, quiet: bool) -> None:
        """Compare one part of an operation, and its schema."""
        impact = Impact(
            thing.operation.method,
            thing.operation.path,
            thing.direction,
            thing.status,
            thing.media_type,
            f"{thing.place}.{thing.name}" if thing.place else "",
            thing.operation.kind,
        )
        self.plain(thing.subject, thing, impact, quiet=quiet)
        if not thing.base or not thing.revision or thing.subject in ("body", "response"):
            return
        node = self._schema(thing)
        if node is not None:
            self.causes.schema(node, impact, thing.direction, thing.subject, quiet=quiet)

    def _schema(self, thing: Thing) -> Node | None:
        """Return the pair of schemas of a parameter, header or media type; none stated admits everything."""
        base, revision = thing.base, thing.revision
        if base is None or revision is None or (thing.subject != "media" and "content" in base.value):
            return None
        if ("schema" in base.value) != ("schema" in revision.value):
            # A rule says so: what a missing schema admits is no change of type.
            return None
        one, two = base.get("schema", _ANYTHING), revision.get("schema", _ANYTHING)
        return self.graph.node(
            one, f"{base.pointer}/schema", two, f"{revision.pointer}/schema", textual=_text(thing)
        )


_ANYTHING: dict[str, Any] = {}


def _text(thing: Thing) -> Text:
    """Tell how the values of a thing are written: JSON and its kin (RFC 6839) as JSON, the rest as text.

    Where a schema tells of the events of a stream, their data is JSON.
    """
    if thing.subject == "media":
        name = normal_media(thing.media_type)[0]
        return "" if name.endswith(("/*", "/event-stream")) or "json" in name else "text"
    sides = (thing.base, thing.revision)
    repeated = thing.subject == "parameter" and all(
        side and written(side, thing.place) == _REPEATED for side in sides
    )
    return "repeated" if repeated else "text"


_REPEATED = ("form", True)


def _rules(subject: str) -> tuple[Rule, ...]:
    return rules_for(subject)


def _things(operation: Operation) -> Iterator[Thing]:
    """Yield every part of an operation that rules or schemas speak about."""
    for parameter in parameters(operation):
        yield parameter
        if parameter.base and parameter.revision:
            yield from media_types(parameter)
    request = body(operation)
    if request is not None:
        yield request
        if request.base and request.revision:
            yield from media_types(request)
    for response in responses(operation):
        yield response
        if response.base and response.revision:
            yield from media_types(response)
            for header in headers(response):
                yield header
                if header.base and header.revision:
                    yield from media_types(header)


__all__ = ["Budget", "Options", "compare"]
