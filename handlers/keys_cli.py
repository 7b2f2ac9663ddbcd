"""The commands `lockstep keys`: create, list, update, rotate and revoke API keys."""

import time
from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

import typer

from handlers.moments import moment, period, written
from handlers.settings import SCOPES, listed
from handlers.stores import Key, KeyChanges, Store
from handlers.terminal import fail, show, with_store

T = TypeVar("T")

NEVER = "never"
LARGEST = 2**53
"""What every reader of JSON counts up to."""

keys = typer.Typer(no_args_is_help=True, help="API keys, each of one project.")

Id = Annotated[str, typer.Argument(help="The id that `lockstep keys list` shows.")]
Name = Annotated[str | None, typer.Option(help="What the key is for.")]
Scopes = Annotated[
    str | None,
    typer.Option(help="What it may do: read, write (both unless said otherwise), admin; with commas."),
]
Expires = Annotated[str | None, typer.Option(help="When it ends: 30d, 12h or 2027-01-31.")]
Until = Annotated[str | None, typer.Option(help="When it ends: 30d, 12h, 2027-01-31 or never.")]
Requests = Annotated[
    int | None,
    typer.Option(min=0, max=LARGEST, help="Requests a minute; 0 for as many as the settings say."),
]
Tokens = Annotated[
    int | None, typer.Option(min=0, max=LARGEST, help="Tokens a minute; 0 for as many as the settings say.")
]


@keys.command()
def create(  # noqa: PLR0917 - typer hands them over by name
    project: Annotated[str, typer.Option(help="The project whose data the key opens.")] = "default",
    name: Name = None,
    scopes: Scopes = None,
    expires: Expires = None,
    requests_per_minute: Requests = None,
    tokens_per_minute: Tokens = None,
) -> None:
    """Make a key and show it, this once."""
    if not project.strip():
        fail("--project: a project needs a name.")
    from handlers.auth import USUAL, new_key, new_secret  # noqa: PLC0415

    secret, now = new_secret(), time.time()
    key = new_key(
        secret,
        project=project,
        name=name or "",
        now=now,
        scopes=USUAL if scopes is None else _scopes(scopes),
        expires_at=None if expires is None else _read("--expires", partial(moment, expires, now)),
        requests_per_minute=requests_per_minute or None,
        tokens_per_minute=tokens_per_minute or None,
    )
    with_store(lambda store: store.keys.add(key))
    typer.echo(secret)
    typer.echo(
        f"Key {key.id} of project {key.project!r}{_until(key)}."
        " It is shown this once: only a hash of it is kept.",
        err=True,
    )


@keys.command("list")
def list_keys(
    project: Annotated[str | None, typer.Option(help="This project's keys only.")] = None,
) -> None:
    """List keys, oldest first. Times are UTC; last uses are to within two minutes."""
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    heads = (
        "id",
        "project",
        "name",
        "key",
        "scopes",
        "a minute",
        "created",
        "expires",
        "last used",
        "revoked",
    )
    table = Table(*heads, box=None)
    for key in with_store(lambda store: store.keys.list(project)):
        times = (key.created_at, key.expires_at, key.last_used_at, key.revoked_at)
        facts = (key.id, key.project, key.name, key.hint, _in_order(key.scopes), _limits(key))
        table.add_row(*map(escape, facts), *map(written, times))
    show(table)


@keys.command()
def update(  # noqa: PLR0917 - typer hands them over by name
    key_id: Id,
    name: Name = None,
    scopes: Scopes = None,
    expires: Until = None,
    requests_per_minute: Requests = None,
    tokens_per_minute: Tokens = None,
) -> None:
    """Change what is named, and nothing else. Running servers know within seconds."""
    changes = KeyChanges()
    if name is not None:
        changes["name"] = name
    if scopes is not None:
        changes["scopes"] = _scopes(scopes)
    if expires is not None:
        ends = None if expires == NEVER else _read("--expires", partial(moment, expires, time.time()))
        changes["expires_at"] = ends
    if requests_per_minute is not None:
        changes["requests_per_minute"] = requests_per_minute or None
    if tokens_per_minute is not None:
        changes["tokens_per_minute"] = tokens_per_minute or None
    if not changes:
        fail("nothing is to be changed. `lockstep keys update --help` lists what can be.")
    key: Key = with_store(lambda store: store.keys.update(key_id, changes))
    limits = f", {_limits(key)} a minute" if _limits(key) else ""
    typer.echo(
        f"Key {key.id} ({key.hint}) of project {key.project!r}: {_in_order(key.scopes)}{limits}{_until(key)}."
    )


@keys.command()
def rotate(
    key_id: Id,
    overlap: Annotated[str, typer.Option(help="How long the old secret still works: 24h, 7d.")] = "24h",
    expires: Annotated[
        str | None, typer.Option(help="When the new one ends; as long as the old one's life if left out.")
    ] = None,
) -> None:
    """Make a key that may what this one may, and let this one end after an overlap."""
    from handlers.auth import new_secret, successor  # noqa: PLC0415

    secret, now = new_secret(), time.time()
    until = int(now) + _read("--overlap", partial(period, overlap))
    ends = None if expires is None else _read("--expires", partial(moment, expires, now))

    async def run(store: Store) -> tuple[Key, Key]:
        known = next((key for key in await store.keys.list(None) if key.id == key_id), None)
        if known is None:
            fail(f"there is no key {key_id!r}. `lockstep keys list` shows those that are.")
        new = successor(known, secret, now=now, expires_at=ends)
        return await store.keys.rotate(key_id, until, new), new

    old, new = with_store(run)
    typer.echo(secret)
    typer.echo(
        f"Key {new.id} of project {new.project!r}{_until(new)}, in place of {old.id} ({old.hint}), which"
        f" ends at {written(old.expires_at)} UTC. It is shown this once: only a hash of it is kept.",
        err=True,
    )


@keys.command()
def revoke(key_id: Id) -> None:
    """End a key. Running servers refuse it within seconds."""
    key: Key = with_store(lambda store: store.keys.revoke(key_id, int(time.time())))
    typer.echo(f"Key {key.id} ({key.hint}) of project {key.project!r} is revoked.")


def _read(option: str, reading: Callable[[], T]) -> T:
    try:
        return reading()
    except ValueError as error:
        fail(f"{option}: {error}")


def _scopes(names: str) -> frozenset[str]:
    scopes = frozenset(listed(names))
    unknown = sorted(scopes - set(SCOPES))
    if unknown or not scopes:
        found = f"there is no scope {unknown[0]!r}" if unknown else "a key needs one at least"
        fail(f"--scopes: {found}; known are {', '.join(SCOPES)}.")
    return scopes


def _in_order(scopes: frozenset[str]) -> str:
    return " ".join(name for name in SCOPES if name in scopes)


def _limits(key: Key) -> str:
    limits = {"requests": key.requests_per_minute, "tokens": key.tokens_per_minute}
    return ", ".join(f"{limit} {what}" for what, limit in limits.items() if limit is not None)


def _until(key: Key) -> str:
    return "" if key.expires_at is None else f", until {written(key.expires_at)} UTC"
