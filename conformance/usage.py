"""What a command says when it cannot do what was asked."""

from typing import Final

CLEAN: Final = 0
FAILED: Final = 1
USAGE: Final = 2
UNREADABLE: Final = 3
UNDECIDED: Final = 4
"""The exit codes of every subcommand."""


class UsageError(Exception):
    """What was asked for makes no sense; the text says what would."""
