"""Columns and colours as a style asks for them: what every report for the terminal is printed on."""

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.text import Text

from conformance.report import Style


def printed(parts: Iterable[RenderableType], style: Style) -> str:
    """Return the parts, one below the other, as text without trailing blanks."""
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=style.width,
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    for part in parts:
        # A command that is wrapped cannot be copied.
        console.print(part, soft_wrap=isinstance(part, Text) and bool(part.no_wrap))
    # Padding to the full width is for boxes; in a file it is noise.
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())
