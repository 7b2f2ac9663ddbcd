"""Facts about a keyword whose value is an ordered bound or a single value, which many rules share."""

import json
from collections.abc import Iterator
from typing import Any

from conformance.contract.facts import Fact, Pair, Part
from conformance.contract.views import View, same_value

_LONGEST = 60


def shown(value: Any) -> str:
    """Print a JSON value for a message, shortened when it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


# Keywords that mean something only together.
_TOGETHER: dict[str, tuple[str, ...]] = {
    "type": ("type", "nullable"),
    "enum": ("enum", "const"),
    "const": ("enum", "const"),
    "contains": ("contains", "minContains", "maxContains"),
    "minContains": ("contains", "minContains"),
    "items": ("items", "prefixItems"),
    "prefixItems": ("items", "prefixItems"),
    "if": ("if", "then", "else"),
    "then": ("if", "then", "else"),
    "else": ("if", "then", "else"),
}
# Booleans in OpenAPI 3.0, which turn the bound beside them into an exclusive one.
_FLAGS = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}
_BOUNDS = {flag: bound for bound, flag in _FLAGS.items()}


def only(keyword: str) -> Part:
    """Take one keyword of a schema, with what it means nothing without."""

    def take(wanted: View, _: View) -> dict[str, Any]:
        flat = wanted.flat
        if keyword.startswith("unevaluated"):
            return flat
        if keyword == "maxContains":
            least = {"minContains": 0}
            return {**least, **{key: flat[key] for key in ("contains", keyword) if key in flat}}
        keys = _TOGETHER.get(keyword, (keyword,))
        if isinstance(flat.get(_FLAGS.get(keyword, "")), bool):
            keys = (keyword, _FLAGS[keyword])
        elif isinstance(flat.get(keyword), bool) and keyword in _BOUNDS:
            keys = (keyword, _BOUNDS[keyword])
        return {key: flat[key] for key in keys if key in flat}

    return take


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def rose(pair: Pair, keyword: str) -> Iterator[Fact]:
    """State that a bound is larger than it was."""
    base, revision = pair.values(keyword)
    if (_number(base) and _number(revision) and revision > base) or _turned(keyword, base, revision, "Min"):
        yield moved(pair, keyword)


def fell(pair: Pair, keyword: str) -> Iterator[Fact]:
    """State that a bound is smaller than it was."""
    base, revision = pair.values(keyword)
    if (_number(base) and _number(revision) and revision < base) or _turned(keyword, base, revision, "Max"):
        yield moved(pair, keyword)


def _turned(keyword: str, base: Any, revision: Any, side: str) -> bool:
    """Tell whether a boolean exclusive bound (OpenAPI 3.0) moved: true is the higher minimum."""
    if not isinstance(base, bool) or not isinstance(revision, bool) or base == revision:
        return False
    return revision is (side in keyword)


def moved(pair: Pair, keyword: str) -> Fact:
    """State a keyword's two values."""
    base, revision = pair.values(keyword)
    return Fact(
        f"`{keyword}` went from {shown(base)} to {shown(revision)}",
        pair.base.where(keyword),
        pair.revision.where(keyword),
        part=only(keyword),
    )


def appeared(pair: Pair, keyword: str) -> Iterator[Fact]:
    """State that a keyword is there that was not."""
    if keyword not in pair.base.flat and keyword in pair.revision.flat:
        value = shown(pair.revision.flat[keyword])
        where = pair.revision.where(keyword)
        yield Fact(f"`{keyword}` was added: {value}", pair.base.pointer, where, part=only(keyword))


def vanished(pair: Pair, keyword: str) -> Iterator[Fact]:
    """State that a keyword is gone that was there."""
    if keyword in pair.base.flat and keyword not in pair.revision.flat:
        value = shown(pair.base.flat[keyword])
        where = pair.base.where(keyword)
        yield Fact(f"`{keyword}` was removed: {value}", where, pair.revision.pointer, part=only(keyword))


def differs(pair: Pair, keyword: str) -> Iterator[Fact]:
    """State that a keyword has another value than it had."""
    base, revision = pair.base.flat, pair.revision.flat
    if keyword in base and keyword in revision and not same_value(base[keyword], revision[keyword]):
        yield moved(pair, keyword)
