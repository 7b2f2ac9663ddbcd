"""Lists the rules and the switches of the policy."""

import json
from typing import Annotated, Any, Literal

import typer

from conformance.commands import _options as ask


def rules(
    *,
    form: Annotated[
        Literal["text", "json", "markdown"], typer.Option("--format", "-f", help="How to write the list.")
    ] = "text",
    output: ask.Output = None,
) -> None:
    """List every rule, by what it is about, and every switch of the policy."""
    from conformance.contract import manual  # noqa: PLC0415 - `conform --help` does without the engine

    written = {"text": _text, "json": _json, "markdown": manual.manual}
    ask.write(written[form](), output)


def _text() -> str:
    from conformance.contract import manual  # noqa: PLC0415 - see above
    from conformance.contract.policy import SWITCHES  # noqa: PLC0415

    lines: list[str] = []
    for area, listed in manual.areas().items():
        lines += [area, *(f"  {rule.id:<40} {rule.summary}" for rule in listed), ""]
    lines += ["switches (--policy NAME=LEVEL)"]
    lines += [f"  {one.name:<40} {one.default:<8} {one.doc}" for one in SWITCHES]
    return "\n".join(lines) + "\n"


def _json() -> str:
    from conformance.contract import manual  # noqa: PLC0415 - see above
    from conformance.contract.policy import SWITCHES  # noqa: PLC0415

    listed: list[dict[str, Any]] = [
        {
            "id": rule.id,
            "area": rule.area,
            "effect": rule.effect,
            "levels": dict(manual.levels_of(rule)),
            "keywords": list(rule.keywords),
            "mirror": rule.mirror,
            "switches": [one.name for one in manual.switches_of(rule)],
            "doc": rule.doc,
        }
        for found in manual.areas().values()
        for rule in found
    ]
    switches = [{"name": one.name, "default": one.default, "doc": one.doc} for one in SWITCHES]
    return json.dumps({"rules": listed, "switches": switches}, indent=2, ensure_ascii=False) + "\n"
