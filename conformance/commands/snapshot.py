"""Writes the contract of a document as canonical JSON, structure only."""

from typing import Annotated

import typer

from conformance.commands import _options as ask


def snapshot(
    document: Annotated[str, typer.Argument(metavar="FILE", help="A path, URL, `-`, or `git-ref:path`.")],
    *,
    output: ask.Output = None,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="X-NAME", help="Keep this extension as well.")
    ] = None,
    allow_external: ask.AllowExternal = False,
    allow_private: ask.AllowPrivate = False,
    max_megabytes: ask.MaxMegabytes = 20,
) -> None:
    """Write a document as canonical JSON: structure only, no prose; the same bytes on every run."""
    from conformance.contract.snapshot import snapshot as write  # noqa: PLC0415 - `conform --help` does without it

    found, _ = ask.read_document(document, "", ask.Reading(allow_external, allow_private, max_megabytes))
    ask.write(write(found, frozenset(keep or ())), output)
