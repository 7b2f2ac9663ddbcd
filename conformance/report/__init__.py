"""Reports: one module per format, named as the format, each with `render(outcome, style) -> str`."""

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable

from conformance.contract.gate import Outcome


@dataclasses.dataclass(frozen=True, slots=True)
class Style:
    """How a report is to look: columns, colour, and whether what is accepted is shown."""

    width: int = 100
    color: bool = False
    verbose: bool = False


Render = Callable[[Outcome, Style], str]


def formats() -> tuple[str, ...]:
    """Return the names of the formats that are there."""
    return tuple(
        sorted(
            found.name
            for found in pkgutil.iter_modules(__path__)
            if not (found.ispkg or found.name.startswith("_"))
        )
    )


def renderer(name: str) -> Render:
    """Return the function that writes a format."""
    module = importlib.import_module(f"{__name__}.{name}")
    render: Render = module.render
    return render
