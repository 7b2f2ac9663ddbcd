"""What the commands share at a terminal: settings or their faults, an open store, a table, a clear end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

from handlers import environment, stores
from handlers.errors import ApiError
from handlers.settings import Settings
from handlers.stores import Store, open_store

if TYPE_CHECKING:
    from rich.table import Table

T = TypeVar("T")

WIDTH = 200
"""Characters of a line where nobody looks, so that no program has to put lines together again."""


def fail(message: str) -> NoReturn:
    """Say what is wrong, and end."""
    typer.echo(f"lockstep: {message}", err=True)
    raise typer.Exit(1)


def chosen_settings(**overrides: object) -> Settings:
    """The settings, those of the command line first."""
    for warning in environment.unknown():
        typer.echo(f"Warning: {warning}", err=True)
    try:
        return environment.load(overrides)
    except environment.SettingsError as error:
        fail(str(error))


def with_store(use: Callable[[Store], Awaitable[T]], *, there: bool = False) -> T:
    """What comes of using the store that the settings choose, which may have to be `there` already."""
    chosen = chosen_settings()
    if there and not _is_there(chosen):
        fail(f"There is no store in {str(chosen.data_dir)!r} (LOCKSTEP_DATA_DIR).")

    async def run() -> T:
        store = await open_store(chosen)
        try:
            return await use(store)
        finally:
            await store.aclose()

    try:
        return asyncio.run(run())
    except ApiError as error:
        fail(error.message)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}." if error.filename else str(error))
    except ValueError as error:
        fail(str(error))


def _is_there(settings: Settings) -> bool:
    from handlers.stores import sqlite  # noqa: PLC0415 - most commands do without

    return stores.chosen(settings) != "sqlite" or (settings.data_dir / sqlite.FILE).exists()


def show(table: "Table") -> None:
    """Print a table as wide as the terminal, or as wide as it needs to be."""
    from rich.console import Console  # noqa: PLC0415 - few commands print one

    Console(width=None if typer.get_text_stream("stdout").isatty() else WIDTH).print(table)
