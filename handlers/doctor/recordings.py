"""The folder of recordings, where the provider is `replay`."""

import os
from collections.abc import AsyncIterator

from handlers.doctor import Finding, doubtful, good, wrong
from handlers.providers.replay import MODES
from handlers.settings import Settings

ABOUT = "recordings"


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """What is missing in it only a request can show."""
    mode = MODES.get(settings.replay_mode)
    if settings.provider != "replay" or mode is None:
        return  # of a mode that is none, the provider's check tells
    folder = settings.replay_dir
    if folder.exists() and not folder.is_dir():
        yield wrong(ABOUT, f"{folder} is no folder. Set LOCKSTEP_REPLAY_DIR to one.")
        return
    count = sum(1 for _ in folder.rglob("*.json")) if folder.exists() else 0
    if not mode.asks and not count:
        yield wrong(
            ABOUT,
            f"{folder} has none, and LOCKSTEP_REPLAY_MODE=replay asks nobody. Make some with"
            " LOCKSTEP_REPLAY_MODE=record-if-missing.",
        )
    elif mode.writes and folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        yield wrong(ABOUT, f"{folder} cannot be written to by this user.")
    elif mode.writes and settings.replay_provider == "echo":
        yield doubtful(
            ABOUT, "echo is recorded, which is no model. Set LOCKSTEP_REPLAY_PROVIDER=openai for a real one."
        )
    else:
        yield good(ABOUT, f"{count} in {folder}")
