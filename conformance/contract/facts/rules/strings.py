"""Facts about strings: length, pattern, format and content."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from conformance.contract.facts import Fact, Pair, rule
from conformance.contract.facts.bounds import appeared, differs, fell, rose, vanished
from conformance.contract.views import View


def _formats(facts: Iterator[Fact]) -> Iterator[Fact]:
    """Have facts about a format judged as if it were asserted, on the types it stands beside."""
    for fact in facts:
        yield dataclasses.replace(fact, part=_typed_format)


# The formats of numbers (OpenAPI, Data Type Format) are ranges.
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def _typed_format(wanted: View, _: View) -> dict[str, Any]:
    made: dict[str, Any] = {key: wanted.flat[key] for key in ("type", "nullable") if key in wanted.flat}
    name = wanted.flat.get("format")
    if name in _RANGES:
        return {**made, "minimum": _RANGES[name][0], "maximum": _RANGES[name][1]}
    return {**made, "format": name} if isinstance(name, str) else made


def _contents(facts: Iterator[Fact]) -> Iterator[Fact]:
    """Have facts about the schema of content judged by what the content may be."""
    for fact in facts:
        yield dataclasses.replace(fact, part=lambda wanted, _: wanted.flat.get("contentSchema", {}))


def _unproved(facts: Iterator[Fact]) -> Iterator[Fact]:
    """Take from facts about content what containment could be asked: no validator looks into it."""
    for fact in facts:
        yield dataclasses.replace(fact, part=None)


@rule("narrowed", "minLength", mirror="min-length-decreased")
def min_length_increased(pair: Pair) -> Iterator[Fact]:
    """The minimum length of a string went up.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from rose(pair, "minLength")


@rule("widened", "minLength", mirror="min-length-increased")
def min_length_decreased(pair: Pair) -> Iterator[Fact]:
    """The minimum length of a string went down.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from fell(pair, "minLength")


@rule("narrowed", "minLength", mirror="min-length-removed")
def min_length_added(pair: Pair) -> Iterator[Fact]:
    """The minimum length of a string has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "minLength")


@rule("widened", "minLength", mirror="min-length-added")
def min_length_removed(pair: Pair) -> Iterator[Fact]:
    """The minimum length of a string has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "minLength")


@rule("widened", "maxLength", mirror="max-length-decreased")
def max_length_increased(pair: Pair) -> Iterator[Fact]:
    """The maximum length of a string went up.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from rose(pair, "maxLength")


@rule("narrowed", "maxLength", mirror="max-length-increased")
def max_length_decreased(pair: Pair) -> Iterator[Fact]:
    """The maximum length of a string went down.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from fell(pair, "maxLength")


@rule("narrowed", "maxLength", mirror="max-length-removed")
def max_length_added(pair: Pair) -> Iterator[Fact]:
    """The maximum length of a string has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "maxLength")


@rule("widened", "maxLength", mirror="max-length-added")
def max_length_removed(pair: Pair) -> Iterator[Fact]:
    """The maximum length of a string has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "maxLength")


@rule("narrowed", "pattern", mirror="pattern-removed")
def pattern_added(pair: Pair) -> Iterator[Fact]:
    """The pattern of a string was added.

    Requests that ignore it are now refused; a response only promises more.
    """
    yield from appeared(pair, "pattern")


@rule("widened", "pattern", mirror="pattern-added")
def pattern_removed(pair: Pair) -> Iterator[Fact]:
    """The pattern of a string was removed.

    Responses may now break it; requests are freer than before.
    """
    yield from vanished(pair, "pattern")


@rule("changed", "pattern", no_mirror="changing back is the same fact")
def pattern_changed(pair: Pair) -> Iterator[Fact]:
    """The pattern of a string was changed.

    Whether the new one is stricter, laxer or neither is for containment to say.
    """
    yield from differs(pair, "pattern")


@rule("hint-narrowed", "format", mirror="format-removed")
def format_added(pair: Pair) -> Iterator[Fact]:
    """The format of a string or number was added.

    Validators may take a format as a hint, code generators make a type of it.
    """
    yield from _formats(appeared(pair, "format"))


@rule("hint-widened", "format", mirror="format-added")
def format_removed(pair: Pair) -> Iterator[Fact]:
    """The format of a string or number was removed.

    Validators may take a format as a hint, code generators make a type of it.
    """
    yield from _formats(vanished(pair, "format"))


@rule("hint-changed", "format", no_mirror="changing back is the same fact")
def format_changed(pair: Pair) -> Iterator[Fact]:
    """The format of a string or number was changed.

    Validators may take a format as a hint, code generators make another type of it.
    """
    yield from _formats(differs(pair, "format"))


@rule("hint-narrowed", "contentEncoding", mirror="content-encoding-removed")
def content_encoding_added(pair: Pair) -> Iterator[Fact]:
    """The encoding of binary content in a string was added.

    The reader now decodes what it took as text.
    """
    yield from _unproved(appeared(pair, "contentEncoding"))


@rule("hint-widened", "contentEncoding", mirror="content-encoding-added")
def content_encoding_removed(pair: Pair) -> Iterator[Fact]:
    """The encoding of binary content in a string was removed.

    The reader no longer decodes what was encoded.
    """
    yield from _unproved(vanished(pair, "contentEncoding"))


@rule("hint-changed", "contentEncoding", no_mirror="changing back is the same fact")
def content_encoding_changed(pair: Pair) -> Iterator[Fact]:
    """The encoding of binary content in a string was changed.

    Old writers encode one way, new readers decode another.
    """
    yield from _unproved(differs(pair, "contentEncoding"))


@rule("hint-narrowed", "contentMediaType", mirror="content-media-type-removed")
def content_media_type_added(pair: Pair) -> Iterator[Fact]:
    """The media type of content in a string was added.

    The content of the string now has a declared form.
    """
    yield from _unproved(appeared(pair, "contentMediaType"))


@rule("hint-widened", "contentMediaType", mirror="content-media-type-added")
def content_media_type_removed(pair: Pair) -> Iterator[Fact]:
    """The media type of content in a string was removed.

    The content of the string no longer has a declared form.
    """
    yield from _unproved(vanished(pair, "contentMediaType"))


@rule("hint-changed", "contentMediaType", no_mirror="changing back is the same fact")
def content_media_type_changed(pair: Pair) -> Iterator[Fact]:
    """The media type of content in a string was changed.

    Reader and writer understand the content differently.
    """
    yield from _unproved(differs(pair, "contentMediaType"))


@rule("hint-narrowed", "contentSchema", mirror="content-schema-removed")
def content_schema_added(pair: Pair) -> Iterator[Fact]:
    """The schema of content in a string was added.

    The content of the string now has a declared shape.
    """
    yield from _contents(appeared(pair, "contentSchema"))


@rule("hint-widened", "contentSchema", mirror="content-schema-added")
def content_schema_removed(pair: Pair) -> Iterator[Fact]:
    """The schema of content in a string was removed.

    The content of the string no longer has a declared shape.
    """
    yield from _contents(vanished(pair, "contentSchema"))


@rule("hint-changed", "contentSchema", no_mirror="changing back is the same fact")
def content_schema_changed(pair: Pair) -> Iterator[Fact]:
    """The schema of content in a string was changed.

    Reader and writer expect another shape of the content.
    """
    yield from _contents(differs(pair, "contentSchema"))
