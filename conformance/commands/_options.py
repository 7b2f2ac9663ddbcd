"""What several subcommands ask for in the same way, and what becomes of it."""

import contextlib
import dataclasses
import datetime as dt
import difflib
import gc
import io
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from conformance.contract.findings import LEVELS, Diagnostic, Level
from conformance.usage import UsageError

Today = Annotated[
    str,
    typer.Option(metavar="DATE", help="The day that sunsets and expiries are held against; default: today."),
]
AllowExternal = Annotated[
    bool, typer.Option("--allow-external", help="Fetch `$ref`s that lead to other hosts.")
]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Fetch from loopback and private addresses as well.")
]
MaxMegabytes = Annotated[
    int, typer.Option(min=1, metavar="MB", help="The largest file that is read, in million bytes.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to a file instead of standard output.")
]
StripBase = Annotated[
    str, typer.Option(metavar="PREFIX", help="Leave this out at the start of the base's paths.")
]
StripRevision = Annotated[str, typer.Option(metavar="PREFIX", help="The same for the revision's paths.")]
PolicyOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--policy",
        metavar="NAME=LEVEL",
        help="Give a switch or a rule another level; `conform rules` lists both.",
    ),
]
RepairsBase = Annotated[
    str, typer.Option("--repairs", metavar="FILE", help="Mend the base by this file first.")
]
RepairsRevision = Annotated[
    str, typer.Option("--repairs-revision", metavar="FILE", help="Mend the revision by this file first.")
]


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """How documents are read."""

    external: bool = False
    private: bool = False
    megabytes: int = 20


def day(text: str) -> dt.date:
    """Read a day, today by default."""
    if not text:
        return dt.datetime.now(tz=dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--today: {text!r} is no day; write YYYY-MM-DD, such as 2026-11-20") from None


def policy_of(given: list[str] | None) -> Any:
    """Read `name=level` pairs into a policy, refusing names that are none."""
    from conformance.contract.facts import catalogue  # noqa: PLC0415 - `conform --help` does without the engine
    from conformance.contract.policy import SWITCHES, Policy  # noqa: PLC0415

    known = {switch.name for switch in SWITCHES} | set(catalogue())
    chosen: dict[str, Level] = {}
    for pair in given or []:
        name, _, level = pair.partition("=")
        if name not in known:
            raise UsageError(f"--policy: there is no switch or rule {name!r}{nearest(name, known)}")
        if level not in LEVELS:
            raise UsageError(f"--policy: {pair!r} gives no level; write {name}=error, =warning or =info")
        chosen[name] = level
    return Policy(tuple(sorted(chosen.items())))


def nearest(name: str, known: set[str]) -> str:
    """Suggest what may have been meant."""
    found = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {found[0]!r}?" if found else "; `conform rules` lists them"


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector still: what is read is needed to the end, and walking it costs 10 %."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def read_document(source: str, repairs: str, reading: Reading) -> tuple[Any, tuple[Diagnostic, ...]]:
    """Load a document and mend it; return it, and the repairs that no longer apply."""
    from conformance.contract.documents import load  # noqa: PLC0415 - `conform --help` does without the engine
    from conformance.contract.repairs import read_repairs, repair  # noqa: PLC0415
    from conformance.contract.trees import Limits  # noqa: PLC0415

    limits = Limits(file_bytes=reading.megabytes * 1_000_000, nodes=reading.megabytes * _NODES)
    document = load(source, allow_external=reading.external, allow_private=reading.private, limits=limits)
    mended = repair(document, read_repairs(repairs) if repairs else ())
    return mended.document, mended.idle


# A node to each seven bytes is denser than any file without aliases that was ever met.
_NODES = 150_000


def write(text: str, output: Path | None) -> None:
    """Write a report where it was asked for."""
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A terminal that cannot show an arrow shows a question mark.
            sys.stdout.reconfigure(errors="replace")
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output: {output} cannot be written: {error.strerror}") from error


def screen(output: Path | None) -> tuple[int, bool]:
    """Return columns and colour of where text goes (https://no-color.org; FORCE_COLOR wins over pipes)."""
    terminal = output is None and sys.stdout.isatty()
    color = (terminal or bool(os.environ.get("FORCE_COLOR"))) and not os.environ.get("NO_COLOR")
    columns = shutil.get_terminal_size((100, 24)).columns
    return max(columns, 60), color and output is None and os.environ.get("TERM") != "dumb"
