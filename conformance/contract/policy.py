"""Policy: the one table that turns a verdict into a level, and the named switches where users differ."""

import dataclasses
from collections.abc import Callable
from typing import Any

from conformance.contract.facts import Fact
from conformance.contract.findings import Direction, Level, Truth

# (verdict, effect) to level. What containment proves breaking is an error in either direction; what it cannot
# decide is a warning, and the gate counts it apart; what is compatible is worth knowing.
_LEVELS: dict[tuple[Truth, str], Level] = {
    ("breaking", "narrowed"): "error",
    ("breaking", "widened"): "error",
    ("breaking", "changed"): "error",
    ("breaking", "broken"): "error",
    ("breaking", "note"): "error",
    ("undecided", "narrowed"): "warning",
    ("undecided", "widened"): "warning",
    ("undecided", "changed"): "warning",
    ("breaking", "hint-narrowed"): "error",
    ("breaking", "hint-widened"): "error",
    ("breaking", "hint-changed"): "error",
    ("compatible", "hint-changed"): "warning",
    ("compatible", "risky"): "warning",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """What the policy looks at: a fact, where it is felt, and what was proved about it."""

    fact: Fact
    direction: Direction
    verdict: Truth
    subject: str
    effect: str


@dataclasses.dataclass(frozen=True, slots=True)
class Switch:
    """A question on which good users differ, its default, and which findings it is about."""

    name: str
    default: Level
    doc: str
    applies: Callable[[Case], bool]


def _rule(*names: str, direction: str = "", verdict: str = "", tags: str = "") -> Callable[[Case], bool]:
    wanted = set(tags.split())

    def applies(case: Case) -> bool:
        return (
            case.fact.rule in names
            and (not direction or case.direction == direction)
            and (not verdict or case.verdict == verdict)
            and wanted <= set(case.fact.tags)
        )

    return applies


_DEFAULTS = ("default-added", "default-changed", "default-removed")


def _parameter_default(case: Case) -> bool:
    return case.subject == "parameter" and case.fact.rule in _DEFAULTS


def _parameter_removed(case: Case) -> bool:
    return case.fact.rule == "parameter-removed" and case.effect == "risky"


def _content(case: Case) -> bool:
    """A writer meets a demand that is new, a reader one that is gone, and both one that changed."""
    harmful = {"request": ("added", "changed"), "response": ("removed", "changed")}.get(case.direction, ())
    return case.fact.rule.startswith("content-") and case.fact.rule.endswith(harmful or ("",))


# The first switch that applies decides.
SWITCHES: tuple[Switch, ...] = (
    Switch(
        "response-enum-growth",
        "error",
        "A value was added to an enumeration in a response: generated clients fail on it, lenient ones not.",
        _rule("enum-value-added", direction="response", verdict="breaking"),
    ),
    Switch(
        "response-union-growth",
        "error",
        "An alternative was added to a union in a response: typed clients fail on it, lenient ones do not.",
        _rule("alternative-added", direction="response", verdict="breaking"),
    ),
    Switch(
        "request-optional-property-added",
        "warning",
        "An optional property was added to an open request object: only a client that already sent "
        "something else under that name notices.",
        _rule("property-added", direction="request", verdict="breaking", tags="optional open"),
    ),
    Switch(
        "response-optional-property-removed",
        "warning",
        "A typed optional property of a response is described no longer: clients had to expect its absence.",
        _rule("property-removed", direction="response", tags="optional"),
    ),
    Switch(
        "request-property-removed",
        "info",
        "A property of an open request object is described no longer: it is accepted, and may be ignored.",
        _rule("property-removed", direction="request", verdict="compatible"),
    ),
    Switch(
        "response-closed-property-added",
        "error",
        "An optional property was added to a closed response object: only a client that validates notices.",
        _rule("property-added", direction="response", verdict="breaking", tags="optional closed"),
    ),
    Switch(
        "response-object-opened",
        "error",
        "A closed object was opened in a response: only a client that validates notices.",
        _rule("object-opened", direction="response", verdict="breaking"),
    ),
    Switch(
        "parameter-default-changed",
        "error",
        "The default of a parameter changed: the same request is accepted, and means something else.",
        _parameter_default,
    ),
    Switch(
        "default-changed",
        "info",
        "The default of a value in a body changed: the same message is accepted, and may mean another thing.",
        _rule(*_DEFAULTS),
    ),
    Switch(
        "parameter-removed",
        "warning",
        "A parameter was removed: most servers ignore what they do not know, strict ones refuse it.",
        _parameter_removed,
    ),
    Switch(
        "format-changed",
        "error",
        "A format changed so that what it admitted no longer fits it, or more does: validators may take it "
        "as a hint, code generators make a type of it.",
        _rule("format-added", "format-changed", "format-removed", verdict="breaking"),
    ),
    Switch(
        "content-changed",
        "error",
        "The encoding, media type or schema of content in a string changed: not validated, but relied upon.",
        _content,
    ),
    Switch(
        "response-schema-removed",
        "warning",
        "A response has no schema any more: it may be anything, though most servers go on as they did.",
        _rule("media-schema-removed", direction="response"),
    ),
    Switch(
        "extensible-enum-value-removed",
        "error",
        "A value is gone from an `x-extensible-enum` of a request.",
        _rule("extensible-enum-value-removed", direction="request"),
    ),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """Which level a finding has; `switches` maps names of switches, or ids of rules, to other levels."""

    switches: tuple[tuple[str, Level], ...] = ()

    def level(self, case: Case) -> Level:
        """Return the level of one finding."""
        chosen = dict(self.switches)
        for switch in SWITCHES:
            if switch.applies(case):
                return chosen.get(switch.name, switch.default)
        return chosen.get(case.fact.rule, _LEVELS.get((case.verdict, case.effect), "info"))


def policy(**switches: Any) -> Policy:
    """Make a policy from switches or rules by name, underscores standing for hyphens."""
    given = {name.replace("_", "-"): level for name, level in switches.items()}
    return Policy(tuple(sorted(given.items())))
