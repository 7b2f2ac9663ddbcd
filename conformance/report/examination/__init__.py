"""Reports of examinations: one module per format, each with `render(report, style) -> str`.

`report` is the value of `conformance.wire.results.value`, so that a report can be made of a file as well.
"""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from conformance.report import Style

Report = dict[str, Any]
Render = Callable[[Report, Style], str]


def formats() -> tuple[str, ...]:
    """Return the names of the formats that are there."""
    return tuple(
        sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))
    )


def renderer(name: str) -> Render:
    """Return the function that writes a format."""
    render: Render = importlib.import_module(f"{__name__}.{name}").render
    return render
