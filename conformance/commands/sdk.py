"""Runs the official SDK's own tests against a server."""

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from conformance.commands import _options as ask
from conformance.contract.trees import LoadError
from conformance.usage import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.sdk.suite import Case

Format = Literal["text", "json"]
_CACHE = Path.home() / ".cache" / "conform"
_NEEDS = "pip install openai pytest pytest-asyncio pytest-xdist respx"


def sdk(
    base_url: Annotated[str, typer.Argument(help="Where the server's API begins.")],
    *,
    api_key: Annotated[str, typer.Option(envvar="CONFORM_API_KEY", help="Bearer token to send.")] = "",
    model: Annotated[str, typer.Option(help="A model that answers; default: the first listed.")] = "",
    only: Annotated[
        str, typer.Option(help="Categories, separated by commas.")
    ] = "conversations,chat,responses,models",
    release: Annotated[str, typer.Option(help="Release of the SDK; default: the installed one.")] = "",
    known: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Tests that real semantics forbid, with reasons.")
    ] = None,
    cache: Annotated[Path, typer.Option(help="Where the SDK's source is kept.")] = _CACHE,
    workers: Annotated[int, typer.Option(min=0, help="Processes of pytest-xdist; 0 runs in one.")] = 0,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write the report.")] = "text",
    output: ask.Output = None,
) -> None:
    """Run the official Python SDK's own tests, through a proxy that puts real ids in the place of fixed ones.

    Exit codes: 0 nothing failed but what --known lists, 1 something did, 3 the tests cannot be had here.
    """
    from conformance.sdk import suite  # noqa: PLC0415 - `conform --help` does without it
    from conformance.sdk.proxy import UnusableError  # noqa: PLC0415

    categories = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in categories if name not in suite.SUITES]
    if unknown:
        raise UsageError(
            f"--only: {unknown[0]!r} is no category of tests; there are {', '.join(suite.SUITES)}"
        )
    try:
        source = suite.fetch(cache, release or None)
        with tempfile.TemporaryDirectory() as folder:
            cases = suite.run(
                source,
                base_url,
                api_key=api_key or None,
                model=model,
                categories=categories,
                junit=Path(folder) / "junit.xml",
                workers=workers,
            )
    except UnusableError as error:
        raise LoadError(f"the server cannot be tested: {error}") from None
    except ModuleNotFoundError as error:
        raise LoadError(f"{error}; {_NEEDS}") from None
    except suite.SuiteUnavailableError as error:
        raise LoadError(f"{error}\n({_NEEDS})") from None
    listed = suite.known(known) if known else {}
    if len(categories) < len(suite.SUITES):
        # What was not run says nothing about what is listed for it.
        listed = {
            name: why for name, why in listed.items() if any(re.fullmatch(name, case.id) for case in cases)
        }
    unlisted, stale = suite.verdict(cases, listed)
    ask.write(_text(cases, unlisted, stale) if form == "text" else _json(cases, unlisted, stale), output)
    raise typer.Exit(1 if unlisted or stale else 0)


def _text(cases: "Sequence[Case]", unlisted: "Sequence[Case]", stale: "Sequence[str]") -> str:
    lines = [f"✗ {case.id}\n    {_first(case.detail)}" for case in unlisted]
    lines += [f"! listed as known, and nothing fails there: {pattern}" for pattern in stale]
    counts = {name: sum(case.outcome == name for case in cases) for name in ("passed", "failed", "skipped")}
    lines.append(", ".join(f"{number:,} {name}" for name, number in counts.items()) + f" of {len(cases):,}")
    return "\n".join(lines) + "\n"


def _first(detail: str) -> str:
    return next((line.strip() for line in detail.splitlines() if line.strip()), "")


def _json(cases: "Sequence[Case]", unlisted: "Sequence[Case]", stale: "Sequence[str]") -> str:
    report = {
        "passed": sum(case.outcome == "passed" for case in cases),
        "total": len(cases),
        "unlisted": [case.id for case in unlisted],
        "stale": list(stale),
        "cases": [{"id": case.id, "outcome": case.outcome, "detail": case.detail} for case in cases],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
