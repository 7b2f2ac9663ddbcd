"""Puts the examinations of several servers beside each other."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from conformance.commands import _options as ask
from conformance.contract.trees import LoadError
from conformance.usage import UsageError

_KEYS = ("version", "server", "score", "totals", "operations", "probes")


def side_by_side(
    reports: Annotated[
        list[Path], typer.Argument(metavar="A.JSON B.JSON ...", help="Of `conform probe -f json`.")
    ],
    *,
    names: Annotated[
        str, typer.Option(help="Of the servers, separated by commas; default: the files'.")
    ] = "",
    form: Annotated[
        Literal["text", "markdown", "html"], typer.Option("--format", "-f", help="How to write it.")
    ] = "text",
    output: ask.Output = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the probes on which all agree as well.")
    ] = False,
) -> None:
    """Put reports of `conform probe --format json` beside each other: scores, operations, promises."""
    from conformance.report import Style  # noqa: PLC0415 - `conform --help` does without it
    from conformance.report.beside import comparison, renderer  # noqa: PLC0415

    titles = [name.strip() for name in names.split(",")] if names else [path.stem for path in reports]
    if len(titles) != len(reports):
        raise UsageError(f"--names: {len(titles)} names for {len(reports)} reports")
    compared = comparison(titles, [_read(path) for path in reports])
    width, color = ask.screen(output)
    ask.write(renderer(form)(compared, Style(width, color, verbose)), output)


def _read(path: Path) -> dict[str, Any]:
    try:
        report = json.loads(path.read_bytes())
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise LoadError(f"{path} is no JSON: {error}") from error
    if not isinstance(report, dict) or any(key not in report for key in _KEYS):
        raise LoadError(f"{path} is no report of `conform probe --format json`")
    return report
