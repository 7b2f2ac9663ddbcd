"""What every rule owes its readers."""

import pytest

from conformance.contract.facts import Rule, catalogue

RULES = list(catalogue().values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_mirror_or_a_reason_why_not(rule: Rule):
    assert bool(rule.mirror) != bool(rule.no_mirror)
    if rule.mirror:
        assert catalogue()[rule.mirror].mirror == rule.id
        assert rule.mirror != rule.id


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_happened_and_why_it_matters(rule: Rule):
    fact, _, why = rule.doc.partition("\n\n")
    assert fact.endswith(".")
    assert "\n" not in fact
    assert len(why) > 20


def test_mirrors_are_opposite_in_effect():
    opposite = {"narrowed": "widened", "widened": "narrowed", "changed": "changed"}
    schema = [rule for rule in RULES if rule.mirror and rule.effect in opposite]
    assert [rule.id for rule in schema if catalogue()[rule.mirror].effect != opposite[rule.effect]] == []
