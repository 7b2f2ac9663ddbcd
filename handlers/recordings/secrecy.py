"""What is never written into a recording: members that hold secrets, and what looks like one in a text."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

SECRET = "<secret>"  # noqa: S105 - stands for one
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


def scrubbed(value: Any, known: Iterable[str] = ()) -> Any:
    """The value with `<secret>` for every secret in it; `known` are the server's own."""
    own = [text for text in known if text]
    return _scrubbed(value, own)


def _scrubbed(value: Any, known: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {
            _text(name, known): SECRET if is_secret(name, inner) else _scrubbed(inner, known)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_scrubbed(entry, known) for entry in value]
    return _text(value, known) if isinstance(value, str) else value


def _text(text: str, known: Iterable[str]) -> str:
    for start, end in reversed(spans(text, known)):
        text = text[:start] + SECRET + text[end:]
    return text


def spans(text: str, known: Iterable[str] = ()) -> list[tuple[int, int]]:
    """Where the secrets of a text begin and end, in order and apart from each other."""
    found = [match.span(group) for pattern, group in PATTERNS for match in pattern.finditer(text)]
    for secret in known:
        found += [match.span() for match in re.finditer(re.escape(secret), text)]
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart
