"""The command `conform`: every module in the folder `commands` is one subcommand."""

import importlib
import importlib.metadata
import pkgutil
import sys
from types import ModuleType
from typing import Annotated

import typer

from conformance import commands
from conformance.contract.trees import LoadError
from conformance.usage import CLEAN, UNREADABLE, USAGE, UsageError


def application() -> typer.Typer:
    """Build the command from the modules that are there.

    A module offers `app` (a Typer of its own), or a function named as the module; its name, hyphens for
    underscores, is the subcommand's.
    """
    made = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Judges OpenAPI documents and servers: what breaks whom, with proof.",
    )
    # With a single command Typer would drop its name; a callback keeps it a group.
    made.callback()(_group)
    for entry in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        if entry.name.startswith("_"):
            continue
        _join(made, importlib.import_module(f"{commands.__name__}.{entry.name}"))
    return made


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"conform {importlib.metadata.version('lockstep')}")
        raise typer.Exit


def _group(
    *,
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say the version, and no more."),
    ] = False,
) -> None:
    """Judges OpenAPI documents and servers: what breaks whom, with proof."""


def _join(made: typer.Typer, module: ModuleType) -> None:
    name = module.__name__.rpartition(".")[2]
    shown = name.replace("_", "-")
    inner = getattr(module, "app", None)
    if isinstance(inner, typer.Typer):
        made.add_typer(inner, name=shown)
    else:
        made.command(shown)(getattr(module, name))


def main() -> None:
    """Run the command; errors of the user are one line on standard error, and an exit code."""
    try:
        application()()
    except LoadError as error:
        _end(str(error), UNREADABLE)
    except UsageError as error:
        _end(str(error), USAGE)
    except BrokenPipeError:
        # The reader has seen enough; Python would complain once more when it flushes.
        sys.stderr.close()
        raise SystemExit(CLEAN) from None


def _end(message: str, code: int) -> None:
    typer.echo(f"conform: {message}", err=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
