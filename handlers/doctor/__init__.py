"""What is wrong with a set-up, in words: each check looks at one thing and changes nothing that matters.

A module of this folder is a set of checks: `examine(settings)` yields findings. What is wrong keeps the
server from starting or from doing its work; what is doubtful is said, and is the operator's to judge.
"""

import pkgutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from handlers.settings import Settings

Level = Literal["good", "doubtful", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen. One that is not good says what to do about it."""

    level: Level
    about: str
    text: str


def good(about: str, text: str) -> Finding:
    """As it should be."""
    return Finding("good", about, text)


def doubtful(about: str, text: str) -> Finding:
    """It works, maybe not as meant."""
    return Finding("doubtful", about, text)


def wrong(about: str, text: str) -> Finding:
    """The server cannot work like this."""
    return Finding("wrong", about, text)


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Run every check of the folder."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        async for finding in import_module(f"{__name__}.{module.name}").examine(settings):
            yield finding
