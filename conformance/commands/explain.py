"""Explains one rule or one probe."""

from typing import Annotated

import typer

from conformance.commands import _options as ask
from conformance.usage import UsageError


def explain(
    rule: Annotated[str, typer.Argument(metavar="ID", help="A rule or a probe, as findings name it.")],
) -> None:
    """Say what a rule states and which levels its findings have, or what a probe promises."""
    from conformance.contract.facts import catalogue  # noqa: PLC0415 - `conform --help` does without the engine
    from conformance.contract.manual import explained  # noqa: PLC0415
    from conformance.wire import promises  # noqa: PLC0415

    found = catalogue().get(rule)
    text = explained(found) if found else promises.explanation(rule)
    if text is None:
        known = {*catalogue(), *promises.every()}
        raise UsageError(f"there is no rule or probe {rule!r}{ask.nearest(rule, known)}")
    ask.write(text if text.endswith("\n") else f"{text}\n", None)
