"""Keeps a file of accepted differences up to date."""

from pathlib import Path
from typing import Annotated

import typer

from conformance.commands import _options as ask


def accept(
    base: Annotated[str, typer.Argument(help="A path, URL, `-`, or `git-ref:path`.")],
    revision: Annotated[str, typer.Argument(help="The same for the document that differs on purpose.")],
    *,
    accept_file: Annotated[
        Path, typer.Option("--accept", metavar="FILE", help="The file of accepted differences.")
    ],
    update: Annotated[bool, typer.Option("--update", help="Rewrite the lists of its entries.")] = False,
    repairs: ask.RepairsBase = "",
    repairs_revision: ask.RepairsRevision = "",
    policy: ask.PolicyOptions = None,
    today: ask.Today = "",
    strip_prefix_base: ask.StripBase = "",
    strip_prefix_revision: ask.StripRevision = "",
    allow_external: ask.AllowExternal = False,
    allow_private: ask.AllowPrivate = False,
    max_megabytes: ask.MaxMegabytes = 20,
) -> None:
    """Print an entry for each difference that the file does not accept, ready to be completed.

    With --update, the list of every entry that has `covers` is written anew first. What changed shows in
    version control; the gate itself never looks at `covers`. Exit code 1 says that something is missing.
    Where there is no such file yet, what is printed is one, to be completed.
    """
    from conformance.contract.accept import Accepted, Judge, read_accepted  # noqa: PLC0415 - see `diff`
    from conformance.contract.compare import Options, compare  # noqa: PLC0415
    from conformance.contract.ledger import assign, offered, rewritten  # noqa: PLC0415

    day = ask.day(today)
    options = Options(
        policy=ask.policy_of(policy),
        strip_prefix_base=strip_prefix_base,
        strip_prefix_revision=strip_prefix_revision,
    )
    there = accept_file.exists()
    accepted = read_accepted(str(accept_file)) if there else Accepted(str(accept_file))
    reading = ask.Reading(allow_external, allow_private, max_megabytes)
    before, _ = ask.read_document(base, repairs, reading)
    after, _ = ask.read_document(revision, repairs_revision, reading)
    report = compare(before, after, today=day, options=options)
    bare = Accepted(accepted.source, (), accepted.scope, accepted.extension)
    ledger = assign(accepted, Judge(bare, before, after, day).judge(report).open)
    if update and there:
        text = accept_file.read_text(encoding="utf-8")
        accept_file.write_text(rewritten(text, ledger, before, after), encoding="utf-8")
    ask.write(offered(ledger.missing, before, after), None)
    raise typer.Exit(1 if ledger.missing else 0)
