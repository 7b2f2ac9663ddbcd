"""Compares two documents and gates on what breaks."""

from typing import Annotated, Literal

import typer

from conformance.commands import _options as ask

Format = Literal["text", "json", "markdown", "html", "sarif", "junit", "github"]


def diff(
    base: Annotated[str, typer.Argument(help="A path, URL, `-`, or `git-ref:path`.")],
    revision: Annotated[str, typer.Argument(help="The same for the newer document.")],
    *,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write the report.")] = "text",
    output: ask.Output = None,
    accept: Annotated[
        str, typer.Option(metavar="FILE", help="Accepted differences; see docs/conform.md.")
    ] = "",
    repairs: ask.RepairsBase = "",
    repairs_revision: ask.RepairsRevision = "",
    fail_on: Annotated[
        Literal["error", "warning", "info", "never"],
        typer.Option(help="The mildest level that fails the gate."),
    ] = "error",
    undecided: Annotated[int, typer.Option(min=0, help="How many undecided findings may stand.")] = 0,
    policy: ask.PolicyOptions = None,
    today: ask.Today = "",
    strip_prefix_base: ask.StripBase = "",
    strip_prefix_revision: ask.StripRevision = "",
    notice_stable: Annotated[
        int,
        typer.Option(min=0, metavar="DAYS", help="Days that a deprecation has to come before its sunset."),
    ] = 0,
    notice_beta: Annotated[
        int, typer.Option(min=0, metavar="DAYS", help="The same for what is marked as beta.")
    ] = 0,
    seconds: Annotated[float, typer.Option(min=0.001, help="Time for one question of containment.")] = 0.5,
    total_seconds: Annotated[float, typer.Option(min=0.001, help="Time for all of them together.")] = 60.0,
    allow_external: ask.AllowExternal = False,
    allow_private: ask.AllowPrivate = False,
    max_megabytes: ask.MaxMegabytes = 20,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what is accepted as well.")] = False,
) -> None:
    """Compare two OpenAPI documents and say what breaks, with proof.

    Exit codes: 0 clean, 1 the gate failed, 2 wrong usage, 3 a document is unreadable, 4 more is undecided
    than --undecided allows.
    """
    from conformance.contract.accept import Judge, read_accepted  # noqa: PLC0415 - `conform --help` does without it
    from conformance.contract.compare import Options, compare  # noqa: PLC0415
    from conformance.contract.gate import Outcome, accept_nothing  # noqa: PLC0415
    from conformance.contract.verdicts import Budget  # noqa: PLC0415
    from conformance.report import Style, renderer  # noqa: PLC0415

    day = ask.day(today)
    options = Options(
        policy=ask.policy_of(policy),
        strip_prefix_base=strip_prefix_base,
        strip_prefix_revision=strip_prefix_revision,
        notice_stable=notice_stable,
        notice_beta=notice_beta,
        budget=Budget(seconds, total_seconds),
    )
    accepted = read_accepted(accept) if accept else None
    reading = ask.Reading(allow_external, allow_private, max_megabytes)
    with ask.uncollected():
        before, idle = ask.read_document(base, repairs, reading)
        after, more = ask.read_document(revision, repairs_revision, reading)
        report = compare(before, after, today=day, options=options)
    judgement = Judge(accepted, before, after, day).judge(report) if accepted else accept_nothing(report)
    outcome = Outcome(report, judgement, fail_on, undecided, (*idle, *more), accept, (before, after))
    width, color = ask.screen(output)
    ask.write(renderer(form)(outcome, Style(width, color, verbose)), output)
    raise typer.Exit(outcome.code)
