"""Patterns read as languages agree with engines that match them."""

from __future__ import annotations

import re

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.contract.containment import languages, words
from conformance.contract.containment.pattern_syntax import UnsupportedPatternError
from conformance.contract.containment.patterns import language

QUICK = settings(
    max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
ATOMS = st.sampled_from(
    ["a", "b", "ab", "[ab]", "[^a]", ".", r"\d", r"\w", "(?:a|b)", "(?!a)", "(?=b)", "^", "$", "c"]
)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeated = st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,}"]))
    return st.builds("{}{}".format, inner, inner) | st.builds("(?:{}|{})".format, inner, inner) | repeated


PATTERNS = st.recursive(ATOMS, _joined, max_leaves=6)
WORDS = st.text(alphabet="abc1\n", max_size=5)


@QUICK
@given(PATTERNS, st.lists(WORDS, max_size=15))
def test_membership_agrees_with_other_engines(pattern, several):
    try:
        read = language(pattern)
    except UnsupportedPatternError:
        return
    for word in several:
        assert words.matches(read, word) is jsonschema_rs.Draft202012Validator({"pattern": pattern}).is_valid(
            word
        )
        python = re.compile(pattern.replace("$", r"\Z"), re.ASCII)
        assert words.matches(read, word) is (python.search(word) is not None)


@QUICK
@given(PATTERNS, PATTERNS)
def test_examples_lie_where_they_were_asked_for(one, other):
    try:
        both = languages.intersection((language(one), languages.complement(language(other))))
    except UnsupportedPatternError:
        return
    for word in words.words(both, 5):
        assert re.search(one.replace("$", r"\Z"), word, re.ASCII)
        assert not re.search(other.replace("$", r"\Z"), word, re.ASCII)


READ = {
    r"^\x41\u0042\u{43}\cA\t\0$": "ABC\x01\t\0",
    r"^\ud83d\udc32$": "🐲",
    r"^[\]\-a-c^]+$": "]-b^",
    r"^(?<name>a){2}$": "aa",
    r"^\p{Lu}\P{L}$": "É1",
    r"^a{,2}$": None,
    r"^(a)\1$": None,
    r"\bword\b": None,
    r"(?<=a)b": None,
    r"^[[:alpha:]]$": None,
    r"(?i)a": None,
    "(": None,
    "a**": None,
    r"\Z": None,
    "[b-a]": None,
    r"\u{110000}": None,
    "a{3,2}": None,
    "a)": None,
}


@pytest.mark.parametrize("pattern", READ)
def test_syntax(pattern):
    if READ[pattern] is None and pattern != "a**":
        with pytest.raises(UnsupportedPatternError):
            language(pattern)
    elif READ[pattern] is not None:
        assert words.matches(language(pattern), READ[pattern])
        assert not words.matches(language(pattern), READ[pattern] + "x")


def test_enumeration_is_complete_and_without_repetition():
    read = language("^(a|ab)(c|bcd)?$")
    assert sorted(words.words(read, 100)) == ["a", "ab", "abbcd", "abc", "abcd", "ac"]
    assert list(words.words(language("^[^\\s\\S]$"), 5)) == []


def test_emptiness_of_combinations():
    digits, hexadecimal = language("^[0-9]+$"), language("^[0-9a-f]+$")
    assert words.shortest(languages.intersection((digits, languages.complement(hexadecimal)))) is None
    assert words.shortest(languages.intersection((hexadecimal, languages.complement(digits)))) == "a"


def test_surrogates_are_no_characters():
    assert words.shortest(language(r"^[\ud800-\udfff]$")) is None


def test_too_many_states_are_given_up():
    one, other = language("^(a|b)*a(a|b){20}$"), language("^(a*b*)*a(a|b){20}$")
    with pytest.raises(words.TooComplexError):
        words.shortest(languages.intersection((one, languages.complement(other))))
