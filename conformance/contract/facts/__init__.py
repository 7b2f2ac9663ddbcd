"""Facts: what differs between two documents, stated by rules that are found in the folder `rules`."""

import dataclasses
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, TypeVar

from conformance.contract.views import View

Effect = Literal[
    "narrowed",
    "widened",
    "changed",
    "hint-narrowed",
    "hint-widened",
    "hint-changed",
    "broken",
    "harmless",
    "risky",
    "note",
]
"""What a fact does to the values or requests that are possible.

narrowed, widened, changed   a schema fact: containment decides whether it breaks anything
hint-...                     the same of an annotation that some validators and all code generators heed
broken, risky, harmless      another fact: certain to break a client, able to, or not
note                         an annotation that has no bearing on which values there are
"""

Subject = Literal[
    "schema", "union", "operation", "parameter", "body", "media", "response", "header", "document"
]

Part = Callable[[View, View], Any]
"""Given the side that must take everything in, and the other: the part of the first that the fact is about.

A schema is the conjunction of its parts, so a fact breaks something exactly if the other side is not
contained in its part; and the counterexample to the part is one to the whole.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Fact:
    """One difference at one place.

    `part` takes from a schema what the fact is about; `probe` is the alternative that a union won or lost.
    Containment asks of either what the fact does by itself.
    """

    message: str
    base: str = ""
    revision: str = ""
    detail: str = ""
    effect: Effect | None = None
    part: Part | None = None
    probe: Any = None
    tags: tuple[str, ...] = ()
    rule: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One kind of fact: its id, documentation, mirror, and the function that states it."""

    id: str
    area: str
    subject: Subject
    effect: Effect
    keywords: tuple[str, ...]
    mirror: str
    no_mirror: str
    doc: str
    function: Callable[[Any], Iterable[Fact]]

    @property
    def summary(self) -> str:
        """The fact in one line."""
        return self.doc.partition("\n")[0]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two schemas that stand for the same thing, as views."""

    base: View
    revision: View

    def values(self, keyword: str) -> tuple[Any, Any]:
        """Return a keyword's value on both sides, None where it is absent."""
        return self.base.flat.get(keyword), self.revision.flat.get(keyword)


Function = TypeVar("Function", bound=Callable[..., Iterable[Fact]])


def rule(
    effect: Effect,
    *keywords: str,
    subject: Subject = "schema",
    mirror: str = "",
    no_mirror: str = "",
) -> Callable[[Function], Function]:
    """Mark a function as a rule; its name is the id, its docstring the documentation.

    Args:
        effect: What the fact does, where the fact itself does not say otherwise.
        keywords: For schema facts: the keywords to look at; the rule runs where one of them differs.
        subject: What kind of pair the function takes.
        mirror: The id of the rule that states the opposite.
        no_mirror: Why there is no such rule.
    """

    def mark(function: Function) -> Function:
        function.__dict__["rule"] = (effect, keywords, subject, mirror, no_mirror)
        return function

    return mark


@functools.cache
def catalogue() -> dict[str, Rule]:
    """Return every rule by its id, from every module in the folder `rules`."""
    folder = importlib.import_module(f"{__name__}.rules")
    found: dict[str, Rule] = {}
    for module in sorted(pkgutil.iter_modules(folder.__path__), key=lambda entry: entry.name):
        loaded = importlib.import_module(f"{folder.__name__}.{module.name}")
        for name, function in vars(loaded).items():
            if (
                inspect.isfunction(function)
                and "rule" in function.__dict__
                and function.__module__ == loaded.__name__
            ):
                effect, keywords, subject, mirror, no_mirror = function.__dict__["rule"]
                made = name.replace("_", "-")
                doc = inspect.cleandoc(function.__doc__ or "")
                found[made] = Rule(
                    made, module.name, subject, effect, keywords, mirror, no_mirror, doc, function
                )
    return found


@functools.cache
def rules_for(subject: Subject) -> tuple[Rule, ...]:
    """Return the rules about one kind of pair."""
    return tuple(rule for rule in catalogue().values() if rule.subject == subject)


@functools.cache
def _by_keyword() -> dict[str, tuple[Rule, ...]]:
    table: dict[str, list[Rule]] = {}
    for found in rules_for("schema"):
        for keyword in found.keywords:
            table.setdefault(keyword, []).append(found)
    return {keyword: tuple(listed) for keyword, listed in table.items()}


def state(found: Rule, pair: Any) -> Iterator[Fact]:
    """Run one rule; its facts carry its id and, unless they say otherwise, its effect."""
    for fact in found.function(pair):
        yield dataclasses.replace(fact, rule=found.id, effect=fact.effect or found.effect)


def schema_facts(pair: Pair, same: Callable[[Any, Any, str], bool]) -> list[Fact]:
    """State every fact about two schemas, without looking into their children."""
    base, revision = pair.base.flat, pair.revision.flat
    chosen: dict[str, Rule] = {}
    table = _by_keyword()
    for keyword in sorted(base.keys() | revision.keys()):
        here = keyword in base and keyword in revision
        if keyword in table and not (here and same(base[keyword], revision[keyword], keyword)):
            for found in table[keyword]:
                chosen[found.id] = found
    return [fact for name in sorted(chosen) for fact in state(chosen[name], pair)]
