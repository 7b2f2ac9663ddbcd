"""The command `lockstep`: serve, keys, config, doctor, export, import, version."""

import asyncio
import gc
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from importlib.metadata import version as release
from pathlib import Path
from socket import socket
from typing import Annotated

import typer

from handlers import environment
from handlers.errors import ApiError
from handlers.keys_cli import keys
from handlers.settings import Settings
from handlers.sources import CONFIG
from handlers.stores import Store
from handlers.terminal import chosen_settings, fail, show, with_store

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(keys, name="keys")


def main() -> None:
    """The entry point."""
    app()


def _use(path: Path | None) -> Path | None:
    """Before anything else is read; processes that this one starts read the same file."""
    if path is not None:
        os.environ["LOCKSTEP_CONFIG"] = str(path)
    return path


ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", callback=_use, is_eager=True, help="Settings in TOML (LOCKSTEP_CONFIG)."),
]


@app.callback()
def common(_config: ConfigFile = None) -> None:
    """An OpenAI-compatible API server whose source code begins with its OpenAPI document."""


@app.command()
def version() -> None:
    """Print the release."""
    typer.echo(release("lockstep"))


@app.command()
def serve(  # noqa: PLR0917 - typer hands them over by name
    host: Annotated[str | None, typer.Option(help="Address to listen on (LOCKSTEP_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port, 0 for any free one (LOCKSTEP_PORT).")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the store (LOCKSTEP_DATA_DIR).")] = None,
    provider: Annotated[str | None, typer.Option(help="echo or openai (LOCKSTEP_PROVIDER).")] = None,
    workers: Annotated[
        int | None, typer.Option(help="Server processes on this machine (LOCKSTEP_WORKERS).")
    ] = None,
    no_auth: Annotated[bool | None, typer.Option("--no-auth", help="Ask for no key; loopback only.")] = None,
    strict: Annotated[
        bool | None, typer.Option("--strict", help="Judge each answer by the contract.")
    ] = None,
    ready_file: Annotated[Path | None, typer.Option(help="Write base URL and port here once ready.")] = None,
    _config: ConfigFile = None,
) -> None:
    """Serve the API."""
    # Importing makes hundreds of thousands of objects that all stay; collecting meanwhile finds nothing.
    gc.disable()
    overrides = {
        "host": host,
        "port": port,
        "data_dir": None if data_dir is None else str(data_dir),
        "provider": provider,
        "workers": workers,
        "no_auth": no_auth,
        "strict": strict,
    }
    settings = chosen_settings(**overrides)
    from handlers import listening, logs  # noqa: PLC0415 - the other commands do without the server

    logs.configure(as_json=settings.log_json)

    def ready(url: str, greeting: str) -> None:
        typer.echo(greeting)
        if ready_file is not None:
            listening.write_ready_file(ready_file, url)

    try:
        listening.check_data_dir(settings.data_dir)
        listener = listening.listen(settings.host, settings.port)
        if settings.workers > 1:
            _supervise(settings, listener, overrides, ready)
        else:
            _serve_alone(settings, listener, ready)
    except (listening.ServeError, ValueError) as error:
        fail(str(error))
    except ApiError as error:
        fail(error.message)


def _serve_alone(settings: Settings, listener: socket, ready: Callable[[str, str], None]) -> None:
    from handlers import banner, serving  # noqa: PLC0415 - the supervisor does without
    from handlers.app import build  # noqa: PLC0415

    serving.run(build(settings), listener, lambda url, key: ready(url, banner.text(url, settings, key)))


def _supervise(
    settings: Settings,
    listener: socket,
    overrides: Mapping[str, object],
    ready: Callable[[str, str], None],
) -> None:
    from handlers.workers.supervisor import supervise  # noqa: PLC0415 - one process does without

    gc.enable()
    supervise(settings, listener, overrides, ready)


@app.command()
def config(context: typer.Context, _config: ConfigFile = None) -> None:
    """Print every setting, its value and where it comes from. Secrets are not shown."""
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    named = _config or context.find_root().params["_config"]
    table = Table("setting", "value", "from", box=None)
    for row in environment.effective(chosen_settings(), [CONFIG] if named else []):
        table.add_row(row.variable, escape(row.value), row.source)
    show(table)


@app.command()
def doctor(_config: ConfigFile = None) -> None:
    """Say what is wrong with this set-up. Exits with 1 if anything is."""
    from handlers.doctor import Finding, examine  # noqa: PLC0415

    warnings = environment.unknown()
    for warning in warnings:
        typer.echo(f"doubtful  variables: {warning}")
    try:
        settings = environment.load({})
    except environment.SettingsError as error:
        for line in str(error).splitlines():
            typer.echo(f"wrong     settings: {line}")
        raise typer.Exit(1) from None

    async def run() -> list[Finding]:
        found = []
        async for finding in examine(settings):
            typer.echo(f"{finding.level:<9} {finding.about}: {finding.text}")
            found.append(finding)
        return found

    levels = [finding.level for finding in asyncio.run(run())]
    doubts = levels.count("doubtful") + len(warnings)
    typer.echo(f"\n{levels.count('wrong')} wrong, {doubts} doubtful.")
    raise typer.Exit(1 if "wrong" in levels else 0)


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to; standard output if left out.")] = None,
    project: Annotated[str, typer.Option(help="The project whose data to write.")] = "default",
) -> None:
    """Write a project's data as JSON lines. A file that an earlier run left half done is completed."""
    from handlers import transfer  # noqa: PLC0415

    async def run(store: Store) -> Counter[str]:
        if file is None:
            return await transfer.export(store, project, sys.stdout.buffer)
        descriptor = os.open(
            file, os.O_RDWR | os.O_CREAT, 0o600
        )  # it holds all that the project's users said
        with os.fdopen(descriptor, "r+b") as stream:
            return await transfer.export(store, project, stream)

    typer.echo(f"Project {project!r}: {_counted(with_store(run, there=True))}.", err=True)


@app.command("import")
def import_(
    file: Annotated[Path | None, typer.Argument(help="Where from; standard input if left out.")] = None,
    project: Annotated[str | None, typer.Option(help="Another project than the file names.")] = None,
) -> None:
    """Store what an export holds and the project does not. Doing it again does no harm."""
    from handlers import transfer  # noqa: PLC0415

    async def run(store: Store) -> tuple[str, Counter[str]]:
        with file.open("rb") if file is not None else nullcontext(sys.stdin.buffer) as stream:
            return await transfer.restore(store, stream, project)

    into, new = with_store(run)
    typer.echo(f"Project {into!r}, new: {_counted(new)}.", err=True)


def _counted(records: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in records.items() if count) or "nothing"
