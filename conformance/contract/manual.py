"""What there is to say about the rules and the policy, from the rules and the policy themselves."""

import functools
import itertools
from collections.abc import Iterator

from conformance.contract.facts import Effect, Fact, Rule, catalogue
from conformance.contract.findings import Direction, Level, Truth
from conformance.contract.policy import SWITCHES, Case, Policy, Switch

_EFFECTS: dict[Effect, str] = {
    "narrowed": "fewer values are possible: breaking where containment proves that a request is refused",
    "widened": "more values are possible: breaking where containment proves that a response is new",
    "changed": "other values are possible: breaking where containment proves it, in either direction",
    "hint-narrowed": "fewer values are possible for those who heed the annotation",
    "hint-widened": "more values are possible for those who heed the annotation",
    "hint-changed": "other values are possible for those who heed the annotation",
    "broken": "breaks whoever relies on it",
    "harmless": "breaks nobody",
    "risky": "may break somebody, which no document can tell",
    "note": "says nothing about which values are possible",
}
"""What each effect of a fact means for its verdict."""


def areas() -> dict[str, tuple[Rule, ...]]:
    """Return the rules by what they are about."""
    found: dict[str, list[Rule]] = {}
    for rule in catalogue().values():
        found.setdefault(rule.area, []).append(rule)
    return {area: tuple(sorted(rules, key=lambda rule: rule.id)) for area, rules in sorted(found.items())}


def effect(rule: Rule) -> str:
    """Say what a rule's fact does by itself."""
    return _EFFECTS[rule.effect]


_DIRECTIONS: tuple[Direction, ...] = ("request", "response")
_VERDICTS: tuple[Truth, ...] = ("breaking", "undecided", "compatible")
_SUBJECTS = ("media", "parameter", "header")
_TAGS = ((), ("optional", "open"), ("optional", "closed"))


@functools.cache
def switches_of(rule: Rule) -> tuple[Switch, ...]:
    """Return the switches that can decide about a rule: those that apply to any case of it."""
    cases = [
        Case(Fact("", rule=rule.id, tags=tags), direction, verdict, subject, made)
        for direction, verdict, subject, tags, made in itertools.product(
            _DIRECTIONS, _VERDICTS, _SUBJECTS, _TAGS, {rule.effect, "risky"}
        )
    ]
    return tuple(switch for switch in SWITCHES if any(switch.applies(case) for case in cases))


def explained(rule: Rule) -> str:
    """Return all there is to say about a rule, as text."""
    lines = [rule.id, "", rule.doc, "", f"area      {rule.area}", f"effect    {rule.effect}: {effect(rule)}"]
    if rule.keywords:
        lines.append(f"keywords  {', '.join(rule.keywords)}")
    lines.append(f"mirror    {rule.mirror or 'none: ' + rule.no_mirror}")
    levels = ", ".join(f"{verdict} {level}" for verdict, level in levels_of(rule))
    lines.append(f"level     {levels}; --policy {rule.id}=LEVEL sets another")
    lines += [f"switch    {one.name} (default {one.default}): {one.doc}" for one in switches_of(rule)]
    return "\n".join(lines) + "\n"


def switched(name: str) -> str | None:
    """Return all there is to say about a switch, as text; None where there is no such switch."""
    switch = next((one for one in SWITCHES if one.name == name), None)
    if switch is None:
        return None
    rules = ", ".join(rule.id for rule in catalogue().values() if switch in switches_of(rule))
    lines = [name, "", switch.doc, "", f"level     {switch.default}; --policy {name}=LEVEL sets another"]
    return "\n".join([*lines, f"rules     {rules}"]) + "\n"


_OPENING = """\
A rule states one fact about two documents. There are {count}. What a fact does to a client is not the rule's to say: for
schemas containment proves it, and the verdict is *breaking*, *compatible* or *undecided*. The level is policy: the table
below, and the switches after it. `--policy NAME=LEVEL` changes either; `conform explain ID` prints what is here about
one rule."""  # noqa: E501 - the page has lines of 120

_DECIDED: dict[Effect, Truth] = {
    "broken": "breaking",
    "harmless": "compatible",
    "risky": "compatible",
    "note": "compatible",
}


def levels_of(rule: Rule) -> Iterator[tuple[Truth, Level]]:
    """Yield the level of a rule's findings by verdict, switches aside."""
    for verdict in _VERDICTS if rule.effect not in _DECIDED else (_DECIDED[rule.effect],):
        # No switch is about a rule without a name.
        yield verdict, Policy().level(Case(Fact(""), "request", verdict, "media", rule.effect))


def manual() -> str:
    """Write the page about all rules and switches, as Markdown."""
    lines = [
        "# Rules and levels",
        "",
        "<!-- Written by `conform rules --format markdown`; do not edit. -->",
        "",
        _OPENING.format(count=len(catalogue())),
        "",
        "## Levels",
        "",
        "| effect | meaning | breaking | undecided | compatible |",
        "|---|---|---|---|---|",
        *_table(),
        "",
        "In an operation that is marked as draft or alpha everything is info.",
        "",
        "## Switches",
        "",
        "The first that applies decides, before the table.",
        "",
        "| switch | default | about |",
        "|---|---|---|",
        *(f"| `{one.name}` | {one.default} | {one.doc} |" for one in SWITCHES),
    ]
    for area, rules in areas().items():
        lines += [
            "",
            f"## {area.capitalize()}",
            "",
            "| rule | effect | the fact | mirror |",
            "|---|---|---|---|",
        ]
        lines += [_row(rule) for rule in rules]
    return "\n".join(lines) + "\n"


def _table() -> Iterator[str]:
    for name, meaning in _EFFECTS.items():
        found = next((rule for rule in catalogue().values() if rule.effect == name), None)
        levels = dict(levels_of(found)) if found else {}
        cells = [levels.get(verdict, "") for verdict in _VERDICTS]
        yield f"| {name} | {meaning} | {' | '.join(cells)} |"


def _row(rule: Rule) -> str:
    doc = " ".join(rule.doc.split()).replace("|", "\\|")
    mirror = f"[`{rule.mirror}`](#{rule.mirror})" if rule.mirror else f"none: {rule.no_mirror}"
    return f'| <a id="{rule.id}"></a>`{rule.id}` | {rule.effect} | {doc} | {mirror} |'
