"""What `conform probe` does: reads its options, starts the server where asked to, shows how far it is."""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from conformance.contract.documents import load
from conformance.contract.trees import LoadError
from conformance.usage import UsageError
from conformance.wire.examine import Plan, UnreachableError, examine
from conformance.wire.launching import LaunchError, launched
from conformance.wire.outcomes import CaseResult
from conformance.wire.promises import Probe, categories, selected
from conformance.wire.results import Examined


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command; see its help."""

    base_url: str
    api_key: str
    second_key: str
    model: str
    only: tuple[str, ...]
    seed: int
    max_requests: int
    max_tokens: int
    timeout: float
    at_once: int
    launch: str
    launch_seconds: float
    fuzz: int = 0
    fuzz_document: str = ""
    fuzz_examples: int = 0


def chosen(only: tuple[str, ...] | list[str]) -> list[Probe]:
    """Return the probes asked for; wrong names are wrong usage."""
    try:
        return selected(only)
    except LookupError as error:
        known = ", ".join(categories())
        raise UsageError(
            f"--only: {error.args[0]!r} is no category ({known}) and no probe; see `conform probe --list`"
        ) from None


def listed(only: list[str]) -> str:
    """Return the probes as lines: id, category, promise."""
    probes = chosen(only)
    width = max((len(each.id) for each in probes), default=0)
    return "".join(f"{each.id:<{width}}  {each.category:<13}  {each.promise}\n" for each in probes)


def examined(options: Options) -> Examined:
    """Examine the server that the options name."""
    probes = chosen(options.only)
    if options.fuzz and options.fuzz_examples:
        raise UsageError("--fuzz ends by the clock and --fuzz-examples by a count: give one of them")
    if not options.base_url and not options.launch:
        raise UsageError(
            "name the server's base URL, such as http://127.0.0.1:8080/v1, or start one with --launch"
        )
    if options.base_url and not options.base_url.startswith(("http://", "https://")):
        raise UsageError(
            f"{options.base_url!r} is no base URL; one begins with http:// or https:// and often ends in /v1"
        )
    try:
        with _shown(probes) as progress:
            return asyncio.run(_examined(options, probes, progress))
    except (LaunchError, UnreachableError) as error:
        raise LoadError(f"the server cannot be reached: {error}") from None
    except KeyboardInterrupt:
        print("conform: interrupted; what had been made on the server is deleted again", file=sys.stderr)  # noqa: T201 - to the terminal
        raise


async def _examined(options: Options, probes: list[Probe], progress: "_Progress") -> Examined:
    if not options.launch:
        plan = _plan(options, options.base_url)
        return await examine(plan, probes, progress=progress, tell=progress.tell)
    keys = {"api_key": options.api_key, "second_key": options.second_key}
    async with launched(
        options.launch, options.base_url, patience=options.launch_seconds, more=keys
    ) as server:
        plan = _plan(options, server.base_url, server.filled)
        return await examine(plan, probes, progress=progress, tell=progress.tell, launched=server)


def _key(given: str, filled: Callable[[str], str]) -> str | None:
    """Return a key. `@FILE` is read: no list of processes shows it, and a launched server may write it."""
    if not given.startswith("@"):
        return given or None
    path = Path(filled(given[1:]))
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"the key cannot be read from {path}: {error.strerror}") from None


def _plan(options: Options, base_url: str, filled: Callable[[str], str] = str) -> Plan:
    return Plan(
        base_url=base_url,
        api_key=_key(options.api_key, filled),
        second_key=_key(options.second_key, filled),
        model=options.model or None,
        only=options.only,
        seed=options.seed,
        max_requests=options.max_requests,
        max_tokens=options.max_tokens,
        timeout=options.timeout,
        at_once=options.at_once,
        fuzz_seconds=options.fuzz,
        fuzz_examples=options.fuzz_examples,
        fuzz_document=_document(filled(options.fuzz_document)),
    )


def _document(source: str) -> dict[str, Any] | None:
    # The server's own may well be on loopback, and the user named it.
    return load(source, allow_private=True).root if source else None


class _Progress:
    """A bar on a terminal's standard error; nothing elsewhere."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._failed = 0
        self._task = bar.add_task("examining", total=total)

    def __call__(self, probe: Probe, case: CaseResult) -> None:
        self._failed += case.outcome == "failed"
        words = f"{self._failed} failed" if self._failed else "examining"
        self._bar.update(self._task, advance=1, description=f"{words}  {probe.id}")

    def tell(self, words: str) -> None:
        self._bar.update(self._task, description=words)


@contextlib.contextmanager
def _shown(probes: list[Probe]) -> Iterator[_Progress]:
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        yield _Progress(bar, sum(len(each.cases) or 1 for each in probes))
