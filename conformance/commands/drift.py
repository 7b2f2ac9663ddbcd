"""Says what moved upstream since a snapshot, and what it asks of us."""

from pathlib import Path
from typing import Annotated

import typer

from conformance.commands import _options as ask


def drift(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The snapshot that we keep to.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Upstream's newer document.")],
    *,
    root: Annotated[Path, typer.Option(help="The repository whose spec/ and handlers/ are meant.")] = Path(),
    everything: Annotated[
        bool, typer.Option("--all", help="Also what touches none of our files, one by one.")
    ] = False,
    output: ask.Output = None,
    repairs: ask.RepairsBase = "",
    repairs_revision: ask.RepairsRevision = "",
    policy: ask.PolicyOptions = None,
    today: ask.Today = "",
    allow_external: ask.AllowExternal = False,
    allow_private: ask.AllowPrivate = False,
    max_megabytes: ask.MaxMegabytes = 20,
) -> None:
    """Write what moved upstream as a Markdown list of tasks: what it asks of us, and the files to touch.

    Exit code 1 says that something touches files of ours.
    """
    from conformance.contract.compare import Options, compare  # noqa: PLC0415 - see `diff`
    from conformance.contract.drift import tasks, tree, written  # noqa: PLC0415

    day = ask.day(today)
    options = Options(policy=ask.policy_of(policy))
    reading = ask.Reading(allow_external, allow_private, max_megabytes)
    before, _ = ask.read_document(old, repairs, reading)
    after, _ = ask.read_document(new, repairs_revision, reading)
    report = compare(before, after, today=day, options=options)
    found = tasks(report, tree(root))
    ask.write(written(report, found, everything=everything), output)
    raise typer.Exit(1 if any(task.files for task in found) else 0)
