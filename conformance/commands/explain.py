"""Explains one rule."""

from typing import Annotated

import typer

from conformance.commands import _options as ask
from conformance.usage import UsageError


def explain(rule: Annotated[str, typer.Argument(metavar="ID", help="A rule, as findings name it.")]) -> None:
    """Say what a rule states, why it matters, and which levels its findings have."""
    from conformance.contract.facts import catalogue  # noqa: PLC0415 - `conform --help` does without the engine
    from conformance.contract.manual import explained  # noqa: PLC0415

    found = catalogue().get(rule)
    if found is None:
        raise UsageError(f"there is no rule {rule!r}{ask.nearest(rule, set(catalogue()))}")
    ask.write(explained(found), None)
