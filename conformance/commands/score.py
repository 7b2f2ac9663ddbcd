"""Scores how much of an upstream contract ours keeps."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from conformance.commands import _options as ask


def score(
    upstream: Annotated[
        str, typer.Argument(help="The contract to be kept: a path, URL, `-`, or `git-ref:path`.")
    ],
    ours: Annotated[str, typer.Argument(help="The contract of the implementation.")],
    *,
    form: Annotated[
        Literal["text", "json", "markdown"], typer.Option("--format", "-f", help="How to write the table.")
    ] = "text",
    output: ask.Output = None,
    accept: Annotated[
        str, typer.Option(metavar="FILE", help="Accepted differences; they are shown apart.")
    ] = "",
    insert: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Markdown to set between the table and the differences."),
    ] = None,
    repairs: ask.RepairsBase = "",
    repairs_revision: ask.RepairsRevision = "",
    today: ask.Today = "",
    strip_prefix_base: ask.StripBase = "",
    strip_prefix_revision: ask.StripRevision = "",
    allow_external: ask.AllowExternal = False,
    allow_private: ask.AllowPrivate = False,
    max_megabytes: ask.MaxMegabytes = 20,
) -> None:
    """Say by category how many operations are there, and how much of what they promise is kept.

    Direction counts: what only widens a request or narrows a response costs nothing. What is absent costs.
    """
    from conformance.contract.accept import Judge, read_accepted  # noqa: PLC0415 - see `diff`
    from conformance.contract.compare import Options, compare  # noqa: PLC0415
    from conformance.contract.gate import accept_nothing  # noqa: PLC0415
    from conformance.contract.score import score as count  # noqa: PLC0415
    from conformance.contract.tables import render  # noqa: PLC0415

    day = ask.day(today)
    accepted = read_accepted(accept) if accept else None
    reading = ask.Reading(allow_external, allow_private, max_megabytes)
    before, _ = ask.read_document(upstream, repairs, reading)
    after, _ = ask.read_document(ours, repairs_revision, reading)
    options = Options(strip_prefix_base=strip_prefix_base, strip_prefix_revision=strip_prefix_revision)
    report = compare(before, after, today=day, options=options)
    judgement = Judge(accepted, before, after, day).judge(report) if accepted else accept_nothing(report)
    ours_too = insert.read_text(encoding="utf-8") if insert else ""
    ask.write(render(count(before, report, judgement), accepted, form, ours_too), output)
