"""Explains one rule, one switch or one probe."""

from typing import Annotated

import typer

from conformance.commands import _options as ask
from conformance.usage import UsageError


def explain(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A rule, a switch or a probe, as `conform rules` and findings name it."
        ),
    ],
) -> None:
    """Say what a rule states, what a switch decides on, or what a probe promises."""
    from conformance.contract.facts import catalogue  # noqa: PLC0415 - `conform --help` does without the engine
    from conformance.contract.manual import explained, switched  # noqa: PLC0415
    from conformance.contract.policy import SWITCHES  # noqa: PLC0415
    from conformance.wire import promises  # noqa: PLC0415

    found = catalogue().get(rule)
    text = explained(found) if found else switched(rule) or promises.explanation(rule)
    if text is None:
        known = {*catalogue(), *(switch.name for switch in SWITCHES), *promises.every()}
        raise UsageError(f"there is no rule, switch or probe {rule!r}{ask.nearest(rule, known)}")
    ask.write(text if text.endswith("\n") else f"{text}\n", None)
