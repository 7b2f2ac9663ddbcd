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
    ("undecided", "risky"): "warning",
    ("compatible", "risky"): "warning",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """What the policy looks at: a fact, where it is felt, and what was proved about it."""

    fact: Fact
    direction: Direction
    verdict: Truth
    subject: str


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


def _parameter_default(case: Case) -> bool:
    return case.subject == "parameter" and case.fact.rule in (
        "default-added",
        "default-changed",
        "default-removed",
    )


# The first switch that applies decides.
SWITCHES: tuple[Switch, ...] = (
    Switch(
        "response-enum-growth",
        "error",
        "A value was added to an enumeration in a response: generated clients fail on it, lenient ones do not.",
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
        "An optional property was added to an open request object: only a client that already sent something else "
        "under that name notices.",
        _rule("property-added", direction="request", verdict="breaking", tags="optional open"),
    ),
    Switch(
        "response-optional-property-removed",
        "warning",
        "A typed optional property of a response object is described no longer: clients had to expect its absence.",
        _rule("property-removed", direction="response", tags="optional"),
    ),
    Switch(
        "request-property-removed",
        "info",
        "A property of an open request object is described no longer: it is still accepted, and may be ignored.",
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
        "The default of a value in a body changed: the same message is accepted, and may mean something else.",
        _rule("default-added", "default-changed", "default-removed"),
    ),
    Switch(
        "parameter-removed",
        "warning",
        "A parameter was removed: most servers ignore what they do not know, strict ones refuse it.",
        _rule("parameter-removed", verdict="undecided"),
    ),
    Switch(
        "format-changed",
        "warning",
        "The format of a value changed: validators take it as a hint, code generators as a type.",
        _rule("format-added", "format-changed", "format-removed", verdict="undecided"),
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
    """Which level a finding has; `switches` maps names of switches, or ids of rules, to levels of one's own."""

    switches: tuple[tuple[str, Level], ...] = ()

    def level(self, case: Case, effect: str) -> Level:
        """Return the level of one finding."""
        chosen = dict(self.switches)
        for switch in SWITCHES:
            if switch.applies(case):
                return chosen.get(switch.name, switch.default)
        return chosen.get(case.fact.rule, _LEVELS.get((case.verdict, effect), "info"))


def policy(**switches: Any) -> Policy:
    """Make a policy from switches or rules by name, underscores standing for hyphens."""
    given = {name.replace("_", "-"): level for name, level in switches.items()}
    return Policy(tuple(sorted(given.items())))
