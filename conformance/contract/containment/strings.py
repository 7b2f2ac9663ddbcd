"""Strings: lengths, patterns, excluded words, and formats where they are asserted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Final

import jsonschema_rs

from conformance.contract.containment import languages as lang
from conformance.contract.containment.answers import EMPTY, Answer, Found, Unknown
from conformance.contract.containment.languages import Language
from conformance.contract.containment.pattern_syntax import UnsupportedPatternError
from conformance.contract.containment.patterns import language
from conformance.contract.containment.terms import Term
from conformance.contract.containment.values import STRING
from conformance.contract.containment.words import TooComplexError, matches, shortest, words

_TRIES: Final = 40
_LONGEST: Final = 1 << 25  # upstream has maxLength 10485760: its witness is that long

# Instances to try where a format is asserted: the format itself is judged by the validator alone.
SAMPLES: Final = {
    "date": "2024-01-31",
    "date-time": "2024-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "P1D",
    "email": "a@example.com",
    "idn-email": "ä@example.com",
    "hostname": "example.com",
    "idn-hostname": "bücher.example",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/a",
    "uri-reference": "/a",
    "iri": "https://example.com/ä",
    "iri-reference": "/ä",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uri-template": "/a/{b}",
    "json-pointer": "/a",
    "relative-json-pointer": "1/a",
    "regex": "a+",
}
# Every string of the first format is one of the second (RFC 3986, 3987, 6531).
_WIDER: Final = frozenset(
    {
        ("email", "idn-email"),
        ("uri", "uri-reference"),
        ("uri", "iri"),
        ("uri", "iri-reference"),
        ("uri-reference", "iri-reference"),
        ("iri", "iri-reference"),
    }
)


@dataclass
class Strings:
    """A conjunction of string assertions."""

    low: int = 0
    high: int | None = None
    excluded: set[str] = field(default_factory=set)
    languages: list[Language] = field(default_factory=list)
    doubtful: list[Term] = field(default_factory=list)

    def find(self) -> Answer:
        """A string, or the proof that there is none."""
        if self.low > _LONGEST and (self.high is None or self.low <= self.high):
            return Unknown("minLength too large")
        try:
            for word in self.examples(1):
                return Found(word)
        except TooComplexError:
            return Unknown("pattern too complex")
        return self._guess() if self.doubtful and not self._clash() else EMPTY

    def examples(self, count: int) -> Iterator[str]:
        """Up to count strings that certainly satisfy all assertions."""
        if self.high is not None and self.low > self.high:
            return
        if self.doubtful:
            return
        yield from self._plain(count)

    def _plain(self, count: int) -> Iterator[str]:
        if not self.languages:
            source: Iterable[str] = _free(self.low, self.high)
        else:
            source = words(self._automaton(), count)
        given = 0
        for word in source:
            if given >= count:
                return
            if word not in self.excluded:
                given += 1
                yield word

    def _automaton(self) -> Language:
        words = [lang.complement(lang.literal(word)) for word in self.excluded]
        return lang.intersection([*self.languages, *words, lang.lengths(self.low, self.high)])

    def _clash(self) -> bool:
        """Whether the doubtful assertions already exclude each other."""
        if self.high is not None and self.low > self.high:
            return True
        inside = {t.args[0] for t in self.doubtful if t.kind == "format" and t.args[1]}
        outside = {t.args[0] for t in self.doubtful if t.kind == "format" and not t.args[1]}
        if any((one, other) in _WIDER or one == other for one in inside for other in outside):
            return True
        try:
            return shortest(self._automaton()) is None
        except TooComplexError:
            return False

    def _guess(self) -> Answer:
        names = ", ".join(sorted({f"{term.kind} {term.args[0]!r}" for term in self.doubtful}))
        plain = Strings(self.low, self.high, self.excluded, self.languages)
        try:
            candidates = [*SAMPLES.values(), *_hints(self.doubtful), *plain.examples(_TRIES)]
        except TooComplexError:
            candidates = [*SAMPLES.values(), *_hints(self.doubtful)]
        for word in sorted(candidates, key=len):
            if self._admits(word):
                return Found(word)
        return Unknown(names)

    def _admits(self, word: str) -> bool:
        if len(word) < self.low or (self.high is not None and len(word) > self.high) or word in self.excluded:
            return False
        if not all(matches(each, word) for each in self.languages):
            return False
        return all(holds(term, word) is True for term in self.doubtful)


def gather(literals: Iterable[Term]) -> Strings:
    """The conjunction of assertions as lengths, languages and doubts."""
    strings = Strings()
    for term in literals:
        if term.kind == "minLength":
            strings.low = max(strings.low, term.args[0])
        elif term.kind == "maxLength":
            strings.high = term.args[0] if strings.high is None else min(strings.high, term.args[0])
        elif term.kind == "among":
            strings.excluded.update(content for kind, content in term.args[0] if kind == STRING)
        elif term.kind == "pattern":
            try:
                found = language(term.args[0])
                strings.languages.append(found if term.args[1] else lang.complement(found))
            except UnsupportedPatternError:
                strings.doubtful.append(term)
        elif term.kind == "format":
            strings.doubtful.append(term)
    return strings


def holds(term: Term, word: str) -> bool | None:
    """Whether a string satisfies one assertion; None where nobody can tell."""
    if term.kind == "minLength":
        return bool(len(word) >= term.args[0])
    if term.kind == "maxLength":
        return bool(len(word) <= term.args[0])
    name, positive = term.args
    if term.kind == "pattern":
        try:
            return matches(language(name), word) is positive
        except UnsupportedPatternError:
            pass
    verdict = _judge(term.kind, name)
    return None if verdict is None else verdict(word) is positive


@lru_cache(maxsize=1024)
def _judge(keyword: str, argument: str) -> Callable[[str], bool] | None:
    try:
        validator = jsonschema_rs.Draft202012Validator(
            {keyword: argument}, validate_formats=True, offline=True
        )
    except (ValueError, jsonschema_rs.ValidationError):
        return None
    return validator.is_valid


def _free(low: int, high: int | None) -> Iterator[str]:
    """Strings of a length between the bounds, readable ones first."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    if low == 0:
        yield ""
    if high == 0:
        return
    size = max(low, 1)
    for letter in letters:
        yield letter * size
    yield from words(lang.lengths(size, high), 1_000_000)


def _hints(terms: Iterable[Term]) -> Iterator[str]:
    """Words that stand literally in a pattern we cannot read, and short ones of its letters."""
    for term in terms:
        if term.kind == "pattern":
            bare = re.sub(r"\(\?<?[=!:]|\\.|[()^$?*+|]", "", term.args[0])
            yield from (bare, *re.findall(r"\w+", bare))
            letters = "".join(dict.fromkeys(letter for letter in bare if letter.isalnum()))[:4]
            for size in (1, 2, 3):
                yield from map("".join, product(letters, repeat=size))
