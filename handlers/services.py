"""What a handler may ask of the world: time, ids, settings, the store, the provider."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from handlers.providers import Provider
from handlers.settings import Settings
from handlers.stores import Store


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls: the key's project, and the id that the answer and the log carry."""

    project: str
    request_id: str


def random_hex() -> str:
    """24 random bytes, 48 hexadecimal digits: the part of an id behind its prefix."""
    return secrets.token_hex(24)


@dataclass(frozen=True, slots=True)
class Services:
    """Handed to every handler's constructor; tests hand in their own clock and ids."""

    settings: Settings
    store: Store
    provider: Provider
    now: Callable[[], float] = field(default=time.time)
    hex: Callable[[], str] = field(default=random_hex)
