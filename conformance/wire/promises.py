"""Probes: one function each, found in the folder `probes`; the function's name is the id."""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from types import ModuleType
from typing import Any, Final, Literal, cast

from conformance.wire import probes as folder
from conformance.wire.contract import upstream

Source = Literal["schema", "prose", "observed"]
SOURCES: Final[tuple[Source, ...]] = ("schema", "prose", "observed")
Need = Literal["model", "second-key", "launch"]
Check = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Probe:
    """One promise and how it is examined.

    Attributes:
        id: the function's name in kebab case: the promise as a fact, `limit-above-100-is-refused`.
        category: the module's name up to its first underscore.
        operations: ids of the operations that the promise is about; the score counts it for each.
        source: where the promise stands: schema, prose, or live behaviour as observed.
        evidence: the place: a pointer, a page, an issue with its date.
        cases: variants by name, each examined on its own; the function takes `case`. A probe counts once.
        needs: a model, a second key, or a server that was launched here; else it is skipped.
        alone: nothing else runs meanwhile.
        seconds: how long one case may take.
    """

    id: str
    category: str
    topic: str
    operations: tuple[str, ...]
    source: Source
    evidence: str
    promise: str
    why: str
    check: Check
    cases: Mapping[str, Any] = field(default_factory=dict)
    needs: frozenset[Need] = frozenset()
    alone: bool = False
    seconds: float = 120.0
    where: str = ""


def probe(
    *,
    operations: Collection[str],
    source: Source,
    evidence: str,
    cases: Mapping[str, Any] | Iterable[str] = (),
    needs: Collection[Need] = (),
    alone: bool = False,
    seconds: float = 120.0,
) -> Callable[[Check], Check]:
    """Make a probe of an async function that takes an `Examination` (and `case`, if it has cases)."""

    def made(check: Check) -> Check:
        check.probe = Probe(  # type: ignore[attr-defined]  # what discovery looks for
            id=check.__name__.replace("_", "-"),
            category=_home(check)[0],
            topic=_home(check)[1],
            operations=tuple(operations),
            source=source,
            evidence=evidence,
            promise=_documented(check)[0],
            why=_documented(check)[1],
            check=check,
            cases=dict(cases) if isinstance(cases, Mapping) else {name: name for name in cases},
            needs=frozenset(needs),
            alone=alone or "launch" in needs,
            seconds=seconds,
            where=f"{check.__module__.replace('.', '/')}.py:{check.__code__.co_firstlineno}",
        )
        return check

    return made


def _home(check: Check) -> tuple[str, str]:
    category, _, topic = check.__module__.rpartition(".")[2].partition("_")
    return category, topic.replace("_", " ")


def _documented(check: Check) -> tuple[str, str]:
    first, _, rest = (inspect.getdoc(check) or "").partition("\n")
    return first.strip(), rest.strip()


class ProbeError(Exception):
    """A probe is not written as it has to be; the text says what is missing."""


def gathered(module: ModuleType) -> list[Probe]:
    """Return the probes that a module defines, in their order there."""
    found = (vars(each).get("probe") for each in vars(module).values() if inspect.isfunction(each))
    return [each for each in found if isinstance(each, Probe) and each.check.__module__ == module.__name__]


@cache
def every() -> Mapping[str, Probe]:
    """Return all probes by id, in the order of their ids.

    Raises:
        ProbeError: two have one id, or one of them names an operation that there is not, or promises nothing.
    """
    known = upstream()
    found: dict[str, Probe] = {}
    for entry in pkgutil.iter_modules(folder.__path__):
        if entry.name.startswith("_"):
            continue
        for each in gathered(importlib.import_module(f"{folder.__name__}.{entry.name}")):
            _verify(each, found, known)
            found[each.id] = each
    return {name: found[name] for name in sorted(found)}


def _verify(each: Probe, found: Mapping[str, Probe], known: Container[str]) -> None:
    if each.id in found:
        raise ProbeError(f"{each.where}: the id {each.id} is that of {found[each.id].where} too")
    if not each.promise.endswith("."):
        raise ProbeError(
            f"{each.where}: the docstring's first line is the promise, a sentence with a full stop"
        )
    if each.source not in SOURCES or not each.evidence:
        raise ProbeError(f"{each.where}: state a source ({', '.join(SOURCES)}) and the evidence")
    unknown = [name for name in each.operations if name not in known]
    if unknown or not each.operations:
        raise ProbeError(f"{each.where}: {unknown or 'no operation at all'} is no operation of the contract")


def selected(only: Collection[str]) -> list[Probe]:
    """Return the probes of some categories, or whose ids match some patterns; all where nothing is asked for.

    Raises:
        LookupError: nothing matches one of them.
    """
    probes = list(every().values())
    chosen: set[str] = set()
    for wanted in only:
        matching = {
            each.id for each in probes if wanted in {each.category, each.id} or fnmatchcase(each.id, wanted)
        }
        if not matching:
            raise LookupError(wanted)
        chosen |= matching
    return [each for each in probes if each.id in chosen or not only]


def categories() -> tuple[str, ...]:
    """Return the categories that there are."""
    return tuple(sorted({each.category for each in every().values()}))


def explanation(probe_id: str) -> str | None:
    """Return what a probe promises, why, and where that stands; None where there is no such probe."""
    found = every().get(probe_id)
    if found is None:
        return None
    operations = ", ".join(upstream()[name].title for name in found.operations)
    parts = [
        f"{found.id} (probe of {found.category}, {found.topic})",
        "",
        found.promise,
        *(["", found.why] if found.why else []),
        "",
        f"source      {found.source}: {found.evidence}",
        f"operations  {operations}",
    ]
    if found.needs:
        parts.append(f"needs       {', '.join(sorted(cast('frozenset[str]', found.needs)))}")
    if found.cases:
        parts.append(f"cases       {', '.join(found.cases)}")
    return "\n".join([*parts, f"written in  {found.where}", ""])
