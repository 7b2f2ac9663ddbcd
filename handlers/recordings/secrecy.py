"""What is never written into a recording: members that hold secrets, and what looks like one in a text."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

SECRET = "<secret>"  # noqa: S105 - stands for one
Known = Mapping[str, str]
"""Texts that must not stay, none of them empty, and what stands for each."""
NOTHING: Known = MappingProxyType({})
WORDS = (
    r"authorization|api[-_]?key|apikey|access[-_]?token|auth[-_]?token|refresh[-_]?token|bearer|password|passwd"
    r"|secret|client[-_]?secret|private[-_]?key|cookie|credentials?"
)
NAMES = re.compile(rf"(?:.*[-_])?(?:{WORDS})", re.IGNORECASE)
"""Members whose text is a secret. A JSON Schema's property of such a name is an object, and stays."""
HEADERS = re.compile(r"headers", re.IGNORECASE)
LOOKS = (
    re.compile(r"\b(?:sk|pk|rk)-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{12,}"),
    re.compile(r"\b(?:gh[pousr]_|github_pat_|xox[abprs]-|glpat-|hf_|AKIA|AIza)[A-Za-z0-9_-]{12,}"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
)
"""Keys by their well-known beginnings, and JSON web tokens."""
AFTER = (
    re.compile(r"\b(?:Bearer|Basic)\s+((?=\S*[0-9=])[A-Za-z0-9._~+/=-]{16,})", re.IGNORECASE),
    re.compile(r"://[^/\s:@]*:([^/\s@]+)@"),
    re.compile(r"[?&](?:api[-_]?key|token|access_token|sig|signature|password)=([^&\s\"'#]+)", re.IGNORECASE),
    re.compile(rf"""\\?["'][\w-]{{0,40}}(?:{WORDS})\\?["']\s*:\s*\\?["']([^"'\\]+)""", re.IGNORECASE),
)
"""What follows these is secret: a scheme, a user in a URL, a parameter, a member of JSON within a text."""
PATTERNS = tuple((pattern, 0) for pattern in LOOKS) + tuple((pattern, 1) for pattern in AFTER)
"""With the group that is the secret."""


def is_secret(name: str, value: Any) -> bool:
    """Whether a member's value must not be written: a text under such a name, or any headers."""
    if HEADERS.fullmatch(name):
        return isinstance(value, str | list) or _plain(value)
    return isinstance(value, str) and NAMES.fullmatch(name) is not None


def _plain(value: Any) -> bool:
    """Headers map names to texts; a JSON Schema of a property called `headers` does not only."""
    return isinstance(value, Mapping) and not {"type", "properties", "$ref", "anyOf"} & value.keys()


def scrubbed(value: Any, known: Known = NOTHING) -> Any:
    """The value with `<secret>` for every secret in it, and for what is known what stands for it."""
    if isinstance(value, Mapping):
        return {
            _text(name, known): SECRET if is_secret(name, inner) else scrubbed(inner, known)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [scrubbed(entry, known) for entry in value]
    return _text(value, known) if isinstance(value, str) else value


def _text(text: str, known: Known) -> str:
    for start, end, mark in reversed(spans(text, known)):
        text = text[:start] + mark + text[end:]
    return text


def spans(text: str, known: Known = NOTHING) -> list[tuple[int, int, str]]:
    """What must not stay in a text: where it begins and ends, and what to write; in order and apart."""
    found = [(*match.span(group), SECRET) for pattern, group in PATTERNS for match in pattern.finditer(text)]
    if known:
        found += [(*match.span(), known[match.group()]) for match in _any_of(tuple(known)).finditer(text)]
    apart: list[tuple[int, int, str]] = []
    for start, end, mark in sorted(found):
        if apart and start < apart[-1][1]:
            first, last, before = apart[-1]
            apart[-1] = (first, max(end, last), SECRET if SECRET in {mark, before} else before)
        else:
            apart.append((start, end, mark))
    return apart


@lru_cache(maxsize=64)
def _any_of(texts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True)))
