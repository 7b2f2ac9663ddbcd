"""Compares files with what is committed of them, for a pre-commit hook."""

import subprocess  # git is asked whether a revision has a file, with an argument list and no shell
from typing import Annotated, Literal

import typer

from conformance.commands import _options as ask
from conformance.usage import UsageError


def staged(
    documents: Annotated[list[str], typer.Argument(metavar="FILE...", help="Documents that changed.")],
    *,
    against: Annotated[str, typer.Option(metavar="REF", help="The git revision to compare with.")] = "HEAD",
    accept: Annotated[str, typer.Option(metavar="FILE", help="Accepted differences.")] = "",
    fail_on: Annotated[
        Literal["error", "warning", "info", "never"],
        typer.Option(help="The mildest level that fails the gate."),
    ] = "error",
    undecided: Annotated[int, typer.Option(min=0, help="How many undecided findings may stand.")] = 0,
    policy: ask.PolicyOptions = None,
    today: ask.Today = "",
) -> None:
    """Compare files with what is committed of them; one that is new is not compared.

    The exit code is the worst of all of `conform diff`.
    """
    from conformance.contract.accept import Judge, read_accepted  # noqa: PLC0415 - see `diff`
    from conformance.contract.compare import Options, compare  # noqa: PLC0415
    from conformance.contract.gate import Outcome, accept_nothing  # noqa: PLC0415
    from conformance.report import Style, renderer  # noqa: PLC0415

    day = ask.day(today)
    options = Options(policy=ask.policy_of(policy))
    accepted = read_accepted(accept) if accept else None
    render, (width, color) = renderer("text"), ask.screen(None)
    worst = 0
    for name in documents:
        if not _committed(against, name):
            continue
        before, _ = ask.read_document(f"{against}:./{name}", "", ask.Reading())
        after, _ = ask.read_document(name, "", ask.Reading())
        report = compare(before, after, today=day, options=options)
        judgement = Judge(accepted, before, after, day).judge(report) if accepted else accept_nothing(report)
        outcome = Outcome(report, judgement, fail_on, undecided, (), accept, (before, after))
        if outcome.code:
            ask.write(render(outcome, Style(width, color)), None)
        worst = max(worst, outcome.code, key=_rank)
    raise typer.Exit(worst)


def _rank(code: int) -> int:
    return {0: 0, 4: 1, 1: 2}[code]


def _committed(ref: str, name: str) -> bool:
    if not _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"):
        # The first commit of a repository has nothing to be compared with.
        if ref == "HEAD" and _git("rev-parse", "--git-dir"):
            return False
        raise UsageError(f"--against: git knows no revision {ref!r} here")
    return _git("cat-file", "-e", f"{ref}:./{name}")


def _git(*arguments: str) -> bool:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False, timeout=20)  # noqa: S603, S607  # no shell; git is where the user has it
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot be asked: {error}") from error
    return done.returncode == 0
