"""What a handler may ask of the world: time, ids, settings, the store, the provider."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from handlers.providers import Provider
from handlers.settings import Settings
from handlers.stores import Store
from handlers.tracing import Tracing


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls: the key's project, and the id that the answer and the log carry."""

    project: str
    request_id: str


def ordered_hex() -> str:
    """The part of an id behind its prefix, 48 hexadecimal digits: 12 of the time in milliseconds, 36 random.

    Ids that are made one after the other are neighbours in an index. Were they random all through, each
    would touch a page of its own: twice the bytes written to disk, measured at 64 conversations.
    """
    return f"{int(time.time() * 1000):012x}{os.urandom(18).hex()}"


@dataclass(frozen=True, slots=True)
class Services:
    """Handed to every handler's constructor; tests hand in their own clock and ids."""

    settings: Settings
    store: Store
    provider: Provider
    now: Callable[[], float] = field(default=time.time)
    hex: Callable[[], str] = field(default=ordered_hex)
    tracing: Tracing | None = None
